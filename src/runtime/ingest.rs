//! Given files and folders into the ledger: a result for every file, and back when the ledger holds
//! them. Where a daemon holds the data directory the files are handed over to it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::event::envelope::Position;
use crate::event::kinds::Event;
use crate::model::Digest;
use crate::runtime::engine::{Admitted, Ending, Engine, EngineError, Share};
use crate::runtime::inbox::patterns::Patterns;
use crate::runtime::line::{Line, Program};
use crate::runtime::receive::{self, Reading, Received};
use crate::runtime::supervisor::{self, Shutdown};
use crate::runtime::world::{Found, World};
use crate::runtime::{FileResult, Options, Outcome, RuntimeError, Summary, handover};
use crate::stage::plan::Stage;
use crate::stage::rules::RulePack;

/// Files read at once ahead of the slowest; bounds what waits in memory besides the documents at work.
const AHEAD: usize = 128;

/// One file to take in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Where it lies; `-` for standard input.
    pub path: PathBuf,
    /// The name to record.
    pub name: String,
    /// The subfolders, below the folder given, that it lies in.
    pub tags: Vec<String>,
}

impl Source {
    /// Finds the files that `paths` mean: files as they are, folders with all below them but what
    /// `ignore` and the default patterns leave alone, in order of path; `-` is standard input.
    ///
    /// # Errors
    /// A wrong ignore pattern. A path that is not there becomes a source whose result says so.
    pub fn find(paths: &[PathBuf], ignore: &[String]) -> Result<Vec<Self>, RuntimeError> {
        let world = World::real();
        let mut sources = Vec::new();
        for given in paths {
            let name =
                given.file_name().map_or_else(|| "stdin".into(), |name| name.to_string_lossy().into_owned());
            let name = if given == Path::new("-") { "stdin".to_owned() } else { name };
            let resolved = world.resolve(given).map(|path| world.look(&path));
            if !matches!(resolved, Ok(Found::Folder(_))) {
                sources.push(Self { path: given.clone(), name, tags: Vec::new() });
                continue;
            }
            let patterns = Patterns::new(given, ignore)?;
            let mut folders = vec![(given.clone(), Vec::new())];
            while let Some((folder, tags)) = folders.pop() {
                let Ok(entries) = world.list(&folder) else {
                    let name = folder.to_string_lossy().into_owned();
                    sources.push(Self { path: folder, name, tags });
                    continue;
                };
                for (path, found) in entries {
                    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                    let is_folder = matches!(found, Found::Folder(_));
                    if patterns.leave_alone(&path, is_folder) || found == Found::Other {
                        continue;
                    }
                    if is_folder {
                        let tags = tags.iter().cloned().chain([name]).collect();
                        folders.push((path, tags));
                    } else {
                        sources.push(Self { path, name, tags: tags.clone() });
                    }
                }
            }
        }
        Ok(sources)
    }
}

/// Takes `sources` in and calls `each` with every file's result as it comes; returns when the ledger
/// holds them.
///
/// # Errors
/// [`RuntimeError::InUse`] when another program holds the data directory and takes no files;
/// otherwise what stopped it.
pub fn ingest(
    options: Options,
    rules: Arc<RulePack>,
    sources: Vec<Source>,
    shutdown: &Shutdown,
    mut each: impl FnMut(&FileResult),
) -> Result<Summary, RuntimeError> {
    supervisor::in_runtime(async {
        shutdown.listen();
        let running = match supervisor::start(options.clone(), Program::new(rules), shutdown) {
            Ok(running) => running,
            Err(error) if error.is_unavailable() => {
                return handover::offer(&options, sources, shutdown, &mut each).await.map_err(|_| error);
            }
            Err(error) => return Err(error),
        };
        running.warn_of_other_rules();
        let engine = running.engine.clone();
        supervisor::resume(&running, &shutdown.drain).await?;
        let mut waiting = tokio::task::JoinSet::new();
        for source in sources {
            if shutdown.drain.is_cancelled() {
                break;
            }
            while waiting.len() >= AHEAD
                && let Some(done) = waiting.join_next().await
            {
                report(done, &mut each);
            }
            let engine = engine.clone();
            waiting.spawn(async move {
                let outcome = take(&engine, &source).await;
                FileResult { path: source.path, outcome }
            });
        }
        while let Some(done) = waiting.join_next().await {
            report(done, &mut each);
            if shutdown.now.is_cancelled() {
                waiting.abort_all();
            }
        }
        supervisor::drain(running, engine, shutdown).await
    })
}

/// Makes `sources` durable and leaves their stages to the next start, which finds the work from the
/// log alone: what receiving costs by itself. Returns how many files were taken in or seen again.
///
/// # Errors
/// [`RuntimeError::InUse`] when another program holds the data directory; otherwise what stopped it.
pub fn receive(
    options: Options,
    rules: Arc<RulePack>,
    sources: Vec<Source>,
    shutdown: &Shutdown,
) -> Result<Summary, RuntimeError> {
    supervisor::in_runtime(async {
        let running = supervisor::start(options, Program::new(rules), shutdown)?;
        let engine = running.engine.clone();
        let mut waiting = tokio::task::JoinSet::new();
        for source in sources {
            while waiting.len() >= AHEAD {
                waiting.join_next().await;
            }
            let engine = engine.clone();
            waiting.spawn(async move {
                if let Ok((received, _share)) = read(&engine, &source).await {
                    let _counted = engine.admit(&source.name, &source.tags, &received).await;
                }
            });
        }
        waiting.join_all().await;
        supervisor::drain(running, engine, shutdown).await
    })
}

fn report(done: Result<FileResult, tokio::task::JoinError>, each: &mut impl FnMut(&FileResult)) {
    if let Ok(result) = done {
        each(&result);
    }
}

/// Reads a given file and follows it into the ledger.
async fn take(engine: &Arc<Engine>, source: &Source) -> Outcome {
    match read(engine, source).await {
        Ok((received, share)) => follow(engine, &source.name, &source.tags, received, share).await,
        Err(outcome) => outcome,
    }
}

/// Reads a given file, within a share of the bounds; else tells what stood against it.
async fn read(engine: &Arc<Engine>, source: &Source) -> Result<(Received, Share), Outcome> {
    let size = match engine.world.look(&source.path) {
        Found::File(fingerprint) => fingerprint.size,
        _ => 0,
    };
    let share = engine.share(size).await.map_err(|error| failed(&error))?;
    let (world, path, limit) = (engine.world.clone(), source.path.clone(), engine.options.document_bytes);
    let read = tokio::task::spawn_blocking(move || read_given(&world, &path, limit)).await;
    match read {
        Ok(Ok(received)) => Ok((received, share)),
        Ok(Err(error)) => {
            engine.counts.failed.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            Err(failed(&error))
        }
        Err(error) => Err(failed(&error)),
    }
}

pub(super) fn failed(error: &dyn std::fmt::Display) -> Outcome {
    Outcome::Failed { message: error.to_string() }
}

/// A person names this very path: a link at its end is followed, unlike in the inbox.
pub(super) fn read_given(world: &World, path: &Path, limit: u64) -> std::io::Result<Received> {
    if path == Path::new("-") {
        return receive::read(&mut std::io::stdin().lock(), limit);
    }
    let path = world.resolve(path)?;
    let folder = path.parent().unwrap_or(Path::new("/")).to_path_buf();
    for _ in 0..3 {
        if let Reading::Whole(received) = receive::read_file(world, &folder, &path, None, limit)? {
            return Ok(received);
        }
    }
    Err(std::io::Error::other("it changes while it is read; try again when its writer is done"))
}

/// Admits what was read and follows it until the ledger holds it.
pub(super) async fn follow(
    engine: &Arc<Engine>,
    name: &str,
    tags: &[String],
    received: Received,
    share: Share,
) -> Outcome {
    match follow_to_end(engine, name, tags, received, share).await {
        Ok(outcome) => outcome,
        Err(error) => failed(&error),
    }
}

async fn follow_to_end(
    engine: &Arc<Engine>,
    name: &str,
    tags: &[String],
    received: Received,
    share: Share,
) -> Result<Outcome, EngineError> {
    let document = received.document;
    let (admitted, position) = engine.admit(name, tags, &received).await?;
    // Asked for after the receipt is on disk: a generation activated between the two finds it there.
    let line = engine.line();
    let accepted = match received.verdict {
        Ok(accepted) => accepted,
        Err(refusal) => {
            line.projector.reached(position).await;
            return Ok(Outcome::Refused {
                document,
                reason: refusal.reason.to_owned(),
                message: refusal.message,
            });
        }
    };
    tracing::info!(%document, stage = "receive", position = position.0, generation = line.generation,
    file = name, bytes = received.size, "{}", match admitted {
        Admitted::New => "document-received",
        Admitted::SeenAgain => "document-seen-again",
        Admitted::Known | Admitted::Refused => "known",
    });
    // A document known before may still be unfinished: following it costs one look at its events.
    let ending = engine.start(&line, document, Some(accepted.bytes.into()), share);
    let outcome = end_of(engine, &line, document, ending, admitted == Admitted::New).await?;
    line.projector.reached(position).await;
    Ok(outcome)
}

/// Waits until a document's work ended and the ledger holds it.
pub(super) async fn end_of(
    engine: &Arc<Engine>,
    line: &Line,
    document: Digest,
    mut ending: tokio::sync::watch::Receiver<Option<Ending>>,
    is_new: bool,
) -> Result<Outcome, EngineError> {
    let end = ending.wait_for(Option::is_some).await.map_err(|_| EngineError::Stopped)?.clone();
    let (outcome, last) = match end.ok_or(EngineError::Stopped)? {
        Ending::Done(last) if is_new => {
            (Outcome::Received { document, figures: figures(engine, line, document).await? }, last)
        }
        Ending::Done(last) => (Outcome::SeenAgain { document }, last),
        Ending::Parked(stage, message, last) => {
            (Outcome::Parked { document, stage: stage.name().to_owned(), message }, last)
        }
        Ending::Refused(reason, message, last) => (Outcome::Refused { document, reason, message }, last),
        Ending::Dropped(last) => (Outcome::Dropped { document }, last),
        Ending::Broken(message) => (Outcome::Failed { message }, Position(0)),
    };
    line.projector.reached(last).await;
    Ok(outcome)
}

/// Counts what the extract stage found under the line's rules, whatever it found under others.
async fn figures(engine: &Arc<Engine>, line: &Line, document: Digest) -> Result<usize, EngineError> {
    let answers = engine.progress(document).await?.answers(document, &line.plan);
    let Some(extracted) = &answers[Stage::Extract as usize] else { return Ok(0) };
    match engine.event_at(extracted.position).await? {
        Event::FiguresExtracted(extracted) => Ok(extracted.figures.len()),
        _ => Ok(0),
    }
}
