//! Time travel: the ledger as it was, and the life of one record.

use serde_json::Value;
use socai::event_log::Generations;

use super::replay::{EDITED, indicators_with, log, ran, taken_in};

#[test]
fn the_ledger_as_it_was_is_exported_and_a_figure_tells_its_life() {
    let (folder, _, options) = taken_in(12);
    let export = |arguments: &[&str]| {
        let (code, out, err) = ran(folder.path(), &[&["export", "figures"], arguments].concat());
        assert_eq!(code, 0, "{err}");
        out
    };
    let first = export(&[]);
    let position = log(&options).head().unwrap().to_string();
    let event = log(&options).after(socai::event::envelope::Position(1), 1).unwrap().pop().unwrap();
    std::thread::sleep(std::time::Duration::from_millis(5));
    let time = jiff::Timestamp::now().to_string();

    std::fs::create_dir_all(folder.path().join("mine")).unwrap();
    let text = indicators_with(EDITED, &["chỗ đứng chân"]);
    std::fs::write(folder.path().join("mine/indicators.toml"), text).unwrap();
    let (code, out, err) = ran(folder.path(), &["replay", "--rules", "mine", "--diff", "--json"]);
    assert_eq!(code, 0, "{err}");
    let second = export(&[]);
    assert_ne!(first, second);
    assert_eq!(export(&["--at", &position]), first);
    assert_eq!(export(&["--at", &time]), first);
    assert_eq!(export(&["--at", &log(&options).head().unwrap().to_string()]), second);
    let (code, out_path, _) = ran(folder.path(), &["replay", "--until", &position]);
    assert!(code == 0 && folder.path().join(out_path.trim()).exists(), "{out_path}");
    assert_eq!(ran(folder.path(), &["rebuild", "--until", &position]).0, 0);
    // Several that ask for one moment at once all get it.
    let earlier = (position.parse::<u64>().unwrap() - 3).to_string();
    std::thread::scope(|scope| {
        let asking: Vec<_> = (0..4).map(|_| scope.spawn(|| export(&["--at", &earlier]))).collect();
        let answers: Vec<String> = asking.into_iter().map(|one| one.join().unwrap()).collect();
        assert!(!answers[0].is_empty() && answers.iter().all(|one| *one == answers[0]));
    });
    let before_all = event.recorded_at.checked_sub(jiff::SignedDuration::from_secs(60)).unwrap().to_string();
    let (code, _, err) = ran(folder.path(), &["export", "figures", "--at", &before_all]);
    assert!(code == 2 && err.contains("there was no ledger yet"), "{err}");

    let told: Value = serde_json::from_str(&out).unwrap();
    let changes = told["difference"]["changes"].as_array().unwrap();
    let figure = changes.iter().find(|one| one["record"] == "figure" && one["what"] == "changed").unwrap();
    let id = figure["id"].as_str().unwrap();
    let (code, out, err) = ran(folder.path(), &["history", id, "--json"]);
    assert_eq!(code, 0, "{err}");
    let steps: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let lives: Vec<_> =
        steps.iter().map(|step| (step["what"].as_str().unwrap(), &step["shown_by"])).collect();
    assert_eq!(lives, [("born", &serde_json::json!([1])), ("changed", &serde_json::json!([2]))]);
    assert_eq!(steps[1]["fields"], figure["fields"]);
    assert_eq!((steps[0]["seen"].as_bool(), steps[1]["seen"].as_bool()), (Some(false), Some(true)));
    assert_eq!(ran(folder.path(), &["rollback"]).0, 0);
    let (_, out, _) = ran(folder.path(), &["history", id]);
    assert!(out.lines().next().unwrap().contains("shown by 1 (active)"), "{out}");

    // A finding of either generation is found, also where the active ledger has it no more.
    if let Some(finding) =
        changes.iter().find(|one| one["record"] == "finding" && one["document"].is_string())
    {
        let (code, out, err) = ran(folder.path(), &["history", finding["id"].as_str().unwrap()]);
        assert!(code == 0 && out.contains("born"), "{out}{err}");
    }
    let (code, _, err) = ran(folder.path(), &["history", "ffffffffffffffffffffffff"]);
    assert!(code == 2 && err.contains("no figure and no finding ever"), "{err}");
    assert_eq!(Generations::read(&log(&options)).unwrap().all().len(), 2);
}
