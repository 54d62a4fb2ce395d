//! The tracker by cases: inputs at given moments, and what it wants done.

use super::*;

const SETTLE: Duration = Duration::from_secs(2);

fn at(seconds: u64) -> Moment {
    Duration::from_secs(seconds)
}

fn file(size: u64, version: i128) -> Fingerprint {
    Fingerprint { size, modified: version, changed: version, inode: (1, 7) }
}

fn path() -> PathBuf {
    PathBuf::from("/inbox/a.txt")
}

fn takes(actions: &[Action]) -> Vec<&Path> {
    actions
        .iter()
        .filter_map(|action| if let Action::Take(path, _) = action { Some(&**path) } else { None })
        .collect()
}

fn tracker() -> Tracker {
    Tracker::new(SETTLE, [])
}

fn look(tracker: &mut Tracker, now: u64, fingerprint: Fingerprint) -> Vec<Action> {
    tracker.step(at(now), Input::Looked(path(), Found::File(fingerprint)))
}

#[test]
fn a_file_half_written_at_its_create_is_taken_when_it_has_come_to_rest() {
    let mut tracker = tracker();
    assert_eq!(tracker.step(at(0), Input::Touched(path())), [Action::Look(path())]);
    assert!(takes(&look(&mut tracker, 0, file(10, 1))).is_empty());
    // It grew: the window starts again.
    assert!(takes(&look(&mut tracker, 1, file(20, 2))).is_empty());
    assert!(takes(&look(&mut tracker, 2, file(20, 2))).is_empty());
    assert_eq!(takes(&look(&mut tracker, 3, file(20, 2))), [path()]);
    assert_eq!(tracker.step(at(3), Input::Taken(path(), file(20, 2))), []);
    assert!(tracker.is_idle());
}

#[test]
fn the_tracker_asks_to_look_again_when_the_window_ends() {
    let mut tracker = tracker();
    look(&mut tracker, 0, file(10, 1));
    assert_eq!(tracker.wake_at(), Some(at(2)));
    assert_eq!(tracker.step(at(2), Input::Tick), [Action::Look(path())]);
}

#[test]
fn a_file_closed_by_its_writer_is_taken_at_once() {
    let mut tracker = tracker();
    tracker.step(at(0), Input::Closed(path()));
    assert_eq!(takes(&look(&mut tracker, 0, file(10, 1))), [path()]);
}

#[test]
fn an_empty_file_closed_waits_for_the_window_since_many_programs_fill_it_later() {
    let mut tracker = tracker();
    tracker.step(at(0), Input::Closed(path()));
    assert!(takes(&look(&mut tracker, 0, file(0, 1))).is_empty());
    assert_eq!(takes(&look(&mut tracker, 2, file(0, 1))), [path()]);
}

#[test]
fn a_file_renamed_into_place_comes_without_a_create_and_is_taken() {
    let mut tracker = tracker();
    assert_eq!(tracker.step(at(5), Input::Touched(path())), [Action::Look(path())]);
    look(&mut tracker, 5, file(10, -900));
    assert_eq!(takes(&look(&mut tracker, 7, file(10, -900))), [path()], "however old its time is");
}

#[test]
fn a_directory_moved_in_is_walked() {
    let mut tracker = tracker();
    let folder = PathBuf::from("/inbox/2012");
    tracker.step(at(0), Input::Touched(folder.clone()));
    assert_eq!(
        tracker.step(at(0), Input::Looked(folder.clone(), Found::Folder((1, 2)))),
        [Action::Walk(folder)]
    );
}

#[test]
fn a_directory_moved_away_is_unwatched_and_its_files_forgotten() {
    let mut tracker = tracker();
    let folder = PathBuf::from("/inbox/2012");
    tracker.step(at(0), Input::Looked(folder.clone(), Found::Folder((1, 2))));
    tracker.step(at(0), Input::Looked(folder.join("a.txt"), Found::File(file(1, 1))));
    assert_eq!(tracker.step(at(1), Input::Gone(folder.clone())), [Action::Unwatch(folder)]);
    assert!(tracker.is_idle());
}

#[test]
fn lost_hints_make_a_walk() {
    assert_eq!(tracker().step(at(0), Input::Lost), [Action::WalkAll]);
}

#[test]
fn a_file_changed_while_it_was_taken_is_taken_again_after_it_rests() {
    let mut tracker = tracker();
    look(&mut tracker, 0, file(10, 1));
    assert_eq!(takes(&look(&mut tracker, 2, file(10, 1))), [path()]);
    assert_eq!(tracker.step(at(3), Input::Changed(path())), [Action::Look(path())]);
    assert!(takes(&look(&mut tracker, 3, file(11, 2))).is_empty());
    assert_eq!(takes(&look(&mut tracker, 5, file(11, 2))), [path()]);
}

#[test]
fn a_file_taken_once_is_not_taken_again_by_a_walk() {
    let mut tracker = Tracker::new(SETTLE, [(path(), file(10, 1))]);
    tracker.step(at(0), Input::WalkBegan);
    assert_eq!(look(&mut tracker, 0, file(10, 1)), []);
    tracker.step(at(0), Input::WalkEnded { complete: true });
    assert!(tracker.is_idle());
    // Another inode with the same size is another file.
    look(&mut tracker, 1, Fingerprint { inode: (1, 8), ..file(10, 1) });
    assert!(!tracker.is_idle());
}

#[test]
fn a_write_after_taking_is_seen_even_where_the_fingerprint_is_the_same() {
    let mut tracker = Tracker::new(SETTLE, [(path(), file(10, 1))]);
    tracker.step(at(1), Input::Closed(path()));
    assert_eq!(takes(&look(&mut tracker, 1, file(10, 1))), [path()]);
}

#[test]
fn a_file_that_cannot_be_read_is_tried_again_later_and_holds_nothing_up_for_ever() {
    let mut tracker = tracker();
    look(&mut tracker, 0, file(10, 1));
    let mut now = 2;
    for tries in 1..=TRIES {
        assert_eq!(takes(&look(&mut tracker, now, file(10, 1))), [path()], "try {tries}");
        let actions = tracker.step(at(now), Input::Failed(path(), "denied".into()));
        assert_eq!(actions, [Action::Report(path(), tries, "denied".into())]);
        assert!(takes(&look(&mut tracker, now, file(10, 1))).is_empty(), "not at once");
        now = tracker.wake_at().unwrap().as_secs();
        tracker.step(at(now), Input::Tick);
    }
    assert!(tracker.is_idle(), "a one-off run ends");
    assert_eq!(takes(&look(&mut tracker, now, file(10, 1))), [path()], "a daemon goes on trying");
}

#[test]
fn no_more_than_the_bound_is_taken_at_once_and_the_rest_follows() {
    let mut tracker = tracker();
    let mut taken = Vec::new();
    for number in 0..TAKING + 10 {
        let path = PathBuf::from(format!("/inbox/{number}.txt"));
        tracker.step(at(0), Input::Closed(path.clone()));
        let actions = tracker.step(at(0), Input::Looked(path, Found::File(file(1, 1))));
        taken.extend(takes(&actions).into_iter().map(Path::to_path_buf));
    }
    assert_eq!(taken.len(), TAKING);
    let mut done = 0;
    while done < taken.len() {
        let actions = tracker.step(at(1), Input::Taken(taken[done].clone(), file(1, 1)));
        taken.extend(takes(&actions).into_iter().map(Path::to_path_buf));
        done += 1;
    }
    assert_eq!(done, TAKING + 10);
    assert!(tracker.is_idle());
}

#[test]
fn a_file_not_found_by_a_whole_walk_is_forgotten_but_not_by_a_partial_one() {
    let mut tracker = Tracker::new(SETTLE, [(path(), file(10, 1))]);
    tracker.step(at(0), Input::WalkBegan);
    tracker.step(at(0), Input::WalkEnded { complete: false });
    assert_eq!(tracker.known().count(), 1);
    tracker.step(at(1), Input::WalkBegan);
    tracker.step(at(1), Input::WalkEnded { complete: true });
    assert_eq!(tracker.known().count(), 0);
}
