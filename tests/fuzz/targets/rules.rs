//! A rule file from outside: it is read, or refused with a place inside it; what is read can be used.

#![no_main]

use libfuzzer_sys::fuzz_target;
use socai::model::Span;
use socai::stage::extract::mention;
use socai::stage::rules::{BUILT_IN, RulePack};

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Some((which, contents)) = text.split_at_checked(1) else { return };
    let file = &BUILT_IN[usize::from(which.as_bytes()[0]) % BUILT_IN.len()];
    match RulePack::parse(&[(file.name.to_owned(), contents.to_owned())]) {
        Ok(pack) => {
            let sample = "6 tháng đầu năm 2017, kinh phí đạt 64.710 triệu đồng, tăng 8 %.";
            mention::find(sample, Span::new(0, sample.len()), &pack);
        }
        Err(errors) => assert!(errors.iter().all(|error| error.line >= 1 && error.column >= 1)),
    }
});
