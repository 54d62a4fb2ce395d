//! Documents a second replayed from extract against documents a second ingested in the same run, after an edit of
//! the rules (a document counts that the generation holds, whether its stages had to run or not: how many did is
//! printed beside) and with another version of the stage, so that all run; events a second of a ledger rebuilt against parsing the same events without storing them; and how long
//! activating, going back and a dry run take.

use std::sync::Arc;

use socai::event::envelope::Position;
use socai::event_log::{Generations, LogReader};
use socai::ledger::{ledger_path, rebuild};
use socai::runtime::ingest::{Source, ingest};
use socai::runtime::line::Program;
use socai::runtime::replay::{Asked, choose, replay};
use socai::runtime::trial::{Base, Trial};
use socai::runtime::{Options, Shutdown};
use socai::stage::rules::RulePack;

use super::{Sizes, per_second, reports, timed};

/// Events parsed at a time.
const PAGE: usize = 2_000;

/// The built-in pack with one indicator told by a phrase less or more: `đối ứng`, by which a figure of most
/// generated reports is told, is taken away; with `more`, a phrase whose words stand in none of them is added besides.
fn edited(more: bool) -> Arc<RulePack> {
    let text = RulePack::builtin().files.text("indicators.toml");
    let mut file: toml::Table = toml::from_str(text).unwrap();
    let list = file["indicator"].as_array_mut().unwrap();
    let one = list.iter_mut().find(|one| one["code"].as_str() == Some("von_doi_ung")).unwrap();
    let near = one["near"].as_array_mut().unwrap();
    near.retain(|phrase| phrase.as_str() != Some("đối ứng"));
    if more {
        near.push("chỗ đứng chân".into());
    }
    let files = [("indicators.toml".to_owned(), toml::to_string(&file).unwrap())];
    Arc::new(RulePack::parse(&files).map_err(|errors| errors[0].to_string()).unwrap())
}

pub(crate) fn run(sizes: &Sizes) {
    let folder = tempfile::tempdir().unwrap();
    let (inbox, data_dir) = (folder.path().join("reports"), folder.path().join("var"));
    std::fs::create_dir_all(&inbox).unwrap();
    for number in 0..sizes.documents {
        let text = reports::numbered(sizes.seed, number, 10).text;
        std::fs::write(inbox.join(format!("{number}.txt")), text).unwrap();
    }
    let rules = Arc::new(RulePack::builtin().clone());
    let sources = Source::find(&[inbox], &[]).unwrap();
    let options = Options::new(&data_dir);
    let (summary, time) =
        timed(|| ingest(options.clone(), rules.clone(), sources, &Shutdown::new(), |_| {}).unwrap());
    assert_eq!(summary.received + summary.seen_again, sizes.documents, "{summary:?}");
    let ingested = per_second(sizes.documents, time);
    println!("ingest, to the ledger {ingested:>12.1} documents/s");

    let changed = Program::new(edited(false));
    let log = LogReader::open(&data_dir.join("socai.db")).unwrap();
    let base = Base::of(&log, 1).unwrap();
    let (trial, loading) = timed(|| Trial::load(&options, base, &changed, None, &|_, _| {}).unwrap());
    let (tried, trying) = timed(|| trial.run(&changed, &|_, _| {}).unwrap());
    println!(
        "dry run with diff     {:>12.2} s loading, {:.2} s trying ({} changes)",
        loading.as_secs_f64(),
        trying.as_secs_f64(),
        tried.changes.len()
    );
    drop(trial);

    let received = summary.received;
    println!("replayed from extract, of {received} documents, until the generation is whole and active:");
    let replayed = |what: &str, program: &Program| {
        let asked = Asked {
            files: program
                .rules
                .files
                .iter()
                .map(|(name, text)| (name.to_owned(), text.to_owned()))
                .collect(),
            versions: program.versions,
            documents: None,
            reason: "a bench".to_owned(),
        };
        let ((built, _), time) = timed(|| {
            replay(options.clone(), program.clone(), &asked, &Shutdown::new(), |_| {}, |_| Ok(true)).unwrap()
        });
        let rate = per_second(received, time);
        println!(
            "  {what:<38} {:>6} run  {rate:>10.1} documents/s ({:.2} times ingest)",
            built.documents,
            rate / ingested
        );
    };
    replayed("an edit of a phrase of most", &changed);
    replayed("an edit of a phrase of few", &Program::new(edited(true)));

    for number in [1, 2] {
        let shutdown = Shutdown::new();
        let (activated, time) =
            timed(|| choose(options.clone(), changed.clone(), number, &shutdown, |_| {}).unwrap());
        assert_eq!(activated.generation, number);
        println!("activate generation {number} {:>12.3} s", time.as_secs_f64());
    }

    let head = log.head().unwrap();
    let (parsed, time) = timed(|| {
        let (mut after, mut parsed) = (Position(0), 0);
        loop {
            let events = log.after(after, PAGE).unwrap();
            let Some(last) = events.last() else { return parsed };
            after = last.position;
            parsed += events.len() as u64;
        }
    });
    assert_eq!(parsed, head.0);
    let parsing = per_second(parsed, time);
    println!("parse the events      {parsing:>12.0} events/s");
    let path = ledger_path(&data_dir, 2);
    let (rebuilt, time) = timed(|| {
        rebuild(
            &log,
            &path,
            2,
            Generations::read(&log).unwrap().plan(&log, 2).unwrap().unwrap(),
            head,
            |_| {},
        )
    });
    rebuilt.unwrap();
    let rate = per_second(head.0, time);
    println!("rebuild the ledger    {rate:>12.0} events/s ({:.2} of parsing)", rate / parsing);

    let mut versions = changed.versions;
    versions[2] += 1;
    // With the rules of the generation that is active: every document is extracted again, to the same figures.
    replayed("another version, same answers: all", &Program::with_versions(changed.rules.clone(), versions));
    // With other rules besides: the figures of most are others again.
    versions[2] += 1;
    replayed("another version, others for most: all", &Program::with_versions(rules, versions));
}
