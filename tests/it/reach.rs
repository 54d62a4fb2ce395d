//! What an edit of the rules cannot touch is extracted as before: a dry run that passes such documents over
//! says what one that reads them all would say.

use std::path::Path;

use socai::model::Digest;
use socai::stage::extract::reach::Reach;
use socai::stage::extract::{Extraction, extract};
use socai::stage::rules::{BUILT_IN, RulePack};
use socai::stage::{clean, segment};

use super::replay::reports;

/// The seed of every choice below.
const SEED: u64 = 20_241_125;
/// Edits tried.
const EDITS: u64 = 60;
/// Documents read again for each of them.
const READ: usize = 4;

fn dice(state: &mut u64, end: usize) -> usize {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    usize::try_from(*state % end as u64).unwrap()
}

fn read(text: &str, rules: &RulePack) -> Extraction {
    let cleaned = clean::clean(text.as_bytes()).unwrap();
    let blocks = segment::segment(&cleaned.clean.text, &rules.segment);
    extract(Digest::of(text.as_bytes()), &cleaned.source, &cleaned.clean, &blocks, rules)
}

fn texts() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "txt"));
    paths.sort();
    let written = paths.iter().filter_map(|path| std::fs::read_to_string(path).ok());
    let mut texts: Vec<String> = written.filter(|text| text.len() < 6_000).collect();
    texts.extend((0..20).map(|number| reports::numbered(3, number, 8).text));
    // Words that would run together where what stands between them is passed over.
    texts.push(
        "Khuyến công: tạo việc(có thu nhập)làm cho 120 lao động, gian(tiêu chuẩn)hàng là 15 gian hàng."
            .into(),
    );
    texts
}

/// The built-in pack with a phrase more or less in some list of phrases, and what was done.
fn edited(state: &mut u64, texts: &[String]) -> (Vec<(String, String)>, String) {
    let built_in = BUILT_IN.iter().find(|file| file.name == "indicators.toml").unwrap();
    let mut table: toml::Table = toml::from_str(built_in.text).unwrap();
    let text = &texts[dice(state, texts.len())];
    let words: Vec<&str> = text.split(|letter: char| !letter.is_alphanumeric()).collect();
    let list = match dice(state, 6) {
        0 => table["foreign"].as_array_mut().unwrap(),
        1 => table["names"].as_array_mut().unwrap(),
        key => {
            let all = table["indicator"].as_array_mut().unwrap();
            let place = dice(state, all.len());
            let key = ["near", "within", "not", "near"][key - 2];
            let one = all[place].as_table_mut().unwrap();
            one.entry(key).or_insert_with(|| toml::Value::Array(Vec::new())).as_array_mut().unwrap()
        }
    };
    let told = if list.len() > 1 && dice(state, 2) == 0 {
        format!("- {}", list.remove(dice(state, list.len())))
    } else {
        let count = 1 + dice(state, 2);
        let phrase: Vec<String> =
            (0..count).map(|_| words[dice(state, words.len())].to_lowercase()).collect();
        let phrase = phrase.join(" ").trim().to_owned();
        list.push(phrase.clone().into());
        format!("+ {phrase:?}")
    };
    (vec![("indicators.toml".to_owned(), toml::to_string(&table).unwrap())], told)
}

#[test]
fn what_an_edit_cannot_touch_is_extracted_as_before() {
    let texts = texts();
    let builtin = RulePack::builtin();
    let all = |pack: &RulePack| -> Vec<(String, String)> {
        pack.files.iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect()
    };
    let before: Vec<Extraction> = texts.iter().map(|text| read(text, builtin)).collect();
    let mut state = SEED;
    let (mut passed_over, mut touched, mut changed) = (0, 0, 0);
    for number in 0..EDITS {
        let (files, told) = edited(&mut state, &texts);
        let Ok(pack) = RulePack::parse(&files) else { continue };
        let reach = Reach::of(&all(builtin), &all(&pack));
        let from = dice(&mut state, texts.len());
        let (mut left, mut right) = (READ, READ);
        for place in (from..texts.len()).chain(0..from) {
            if reach.touches(&texts[place]) {
                touched += 1;
                if right > 0 && reach != Reach::Every {
                    right -= 1;
                    changed += usize::from(read(&texts[place], &pack) != before[place]);
                }
            } else if left > 0 {
                left -= 1;
                passed_over += 1;
                let after = read(&texts[place], &pack);
                assert!(
                    after == before[place],
                    "seed {SEED}, edit {number} ({told}) changes {:?}",
                    texts[place]
                );
            }
        }
    }
    println!("{passed_over} readings as before; {touched} touched, {changed} of those read again changed");
    assert!(passed_over > 80 && touched > 80 && changed > 5, "{passed_over} {touched} {changed}");
}
