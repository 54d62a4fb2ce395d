//! Takes one settled file: reads it, has it recorded, and does with the original what was asked.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::tracker::{Input, Tracker};
use crate::event::envelope::Position;
use crate::model::Digest;
use crate::runtime::Originals;
use crate::runtime::engine::{Admitted, Engine, EngineError};
use crate::runtime::receive::{self, Reading};
use crate::runtime::world::{Fingerprint, Found, World};

/// Takes a file in a task of its own and reports to the tracker.
pub(super) fn start(
    engine: Arc<Engine>,
    path: PathBuf,
    fingerprint: Fingerprint,
    report: async_channel::Sender<Input>,
) {
    tokio::spawn(async move {
        let input = match take(&engine, &path, fingerprint).await {
            Ok(true) => Input::Taken(path, fingerprint),
            Ok(false) => Input::Changed(path),
            Err(error) => Input::Failed(path, error.to_string()),
        };
        // The inbox is gone when the program ends; the next start finds the file again.
        let _gone = report.send(input).await;
    });
}

#[derive(Debug, thiserror::Error)]
enum TakeError {
    #[error(transparent)]
    Read(#[from] std::io::Error),
    #[error(transparent)]
    Engine(#[from] EngineError),
}

/// Takes a file; `false` when it changed meanwhile.
async fn take(engine: &Arc<Engine>, path: &Path, fingerprint: Fingerprint) -> Result<bool, TakeError> {
    let share = engine.share(fingerprint.size).await?;
    let (world, root, file) = (engine.world.clone(), engine.options.inbox.clone(), path.to_path_buf());
    let limit = engine.options.document_bytes;
    let read = move || receive::read_file(&world, &root, &file, Some(fingerprint), limit);
    let reading = tokio::task::spawn_blocking(read).await.map_err(|_| EngineError::Stopped)??;
    let Reading::Whole(received) = reading else { return Ok(false) };
    let (name, tags) = name_and_tags(&engine.options.inbox, path);
    let (admitted, position) = engine.admit(&name, &tags, &received).await?;
    let (document, line) = (received.document, engine.line());
    match (&admitted, &received.verdict) {
        (Admitted::Refused, Err(refusal)) if position.0 > 0 => {
            tracing::warn!(%document, stage = "receive", position = position.0, generation = line.generation,
                file = %path.display(), reason = refusal.reason, "document-refused: {}", refusal.message);
        }
        (Admitted::New | Admitted::SeenAgain, _) => {
            let what = if admitted == Admitted::New { "document-received" } else { "document-seen-again" };
            let empty = received.size == 0;
            tracing::info!(%document, stage = "receive", position = position.0, generation = line.generation,
                file = %path.display(), bytes = received.size, empty, "{what}");
        }
        _ => {}
    }
    let accepted = received.verdict.ok();
    // Durable by now: only a document taken in may lose its original.
    if accepted.is_some() {
        let (engine, path) = (engine.clone(), path.to_path_buf());
        let _done =
            tokio::task::spawn_blocking(move || dispose(&engine, &path, fingerprint, &tags, &name)).await;
    }
    if let (Admitted::New, Some(accepted)) = (admitted, accepted) {
        engine.start(&line, document, Some(accepted.bytes.into()), share);
    }
    Ok(true)
}

/// Splits a path under the inbox into the file's name and the subfolders it lies in, outermost first.
pub(super) fn name_and_tags(root: &Path, path: &Path) -> (String, Vec<String>) {
    let below = path.strip_prefix(root).unwrap_or(path);
    let name = below.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let folders = below.parent().into_iter().flat_map(Path::components);
    (name, folders.map(|folder| folder.as_os_str().to_string_lossy().into_owned()).collect())
}

/// Moves or removes an original that is still the file that was read.
fn dispose(engine: &Engine, path: &Path, fingerprint: Fingerprint, tags: &[String], name: &str) {
    let (world, options) = (&engine.world, &engine.options);
    if options.originals == Originals::Keep || world.look(path) != Found::File(fingerprint) {
        return;
    }
    let done = match options.originals {
        Originals::Keep => Ok(()),
        Originals::Delete => world.remove(path),
        Originals::Move => {
            let folder = tags.iter().fold(options.taken_dir.clone(), |folder, tag| folder.join(tag));
            world.make_folder(&folder).and_then(|()| world.rename(path, &free_name(world, &folder, name)))
        }
    };
    if let Err(error) = done {
        tracing::warn!(file = %path.display(), %error, "taken, but the original stays where it is");
    }
}

/// Another document of the same name must not be overwritten.
fn free_name(world: &World, folder: &Path, name: &str) -> PathBuf {
    let mut target = folder.join(name);
    let mut number = 1_u32;
    while world.look(&target) != Found::Missing {
        number = number.saturating_add(1);
        target = folder.join(format!("{number}-{name}"));
    }
    target
}

/// The list of files taken, and the event that was the log's last when it was written: a list of
/// another log, or of a later state than the log's, is worth nothing.
#[derive(serde::Serialize, serde::Deserialize)]
struct Memory {
    position: Position,
    digest: Digest,
    files: Vec<(PathBuf, Fingerprint)>,
}

/// Returns what an earlier run remembers of files taken. Lost, it costs reading them again: the log
/// alone says what is known.
pub(super) fn remembered(engine: &Arc<Engine>) -> Vec<(PathBuf, Fingerprint)> {
    let Ok(bytes) = engine.world.read(&path_of_memory(engine)) else { return Vec::new() };
    let Ok(memory) = serde_json::from_slice::<Memory>(&bytes) else { return Vec::new() };
    if mark(engine, Some(memory.position)) == Some((memory.position, memory.digest)) {
        memory.files
    } else {
        Vec::new()
    }
}

/// Writes down which files were taken, beside and then over the earlier list.
pub(super) fn remember(engine: &Arc<Engine>, tracker: &mut Tracker) {
    if !tracker.take_news() {
        return;
    }
    let Some((position, digest)) = mark(engine, None) else { return };
    let files = tracker.known().map(|(path, fingerprint)| (path.to_path_buf(), *fingerprint)).collect();
    let path = path_of_memory(engine);
    let beside = path.with_extension("new");
    let written = serde_json::to_vec(&Memory { position, digest, files })
        .map_err(std::io::Error::from)
        .and_then(|bytes| engine.world.write(&beside, &bytes))
        .and_then(|()| engine.world.rename(&beside, &path));
    if let Err(error) = written {
        tracing::debug!(%error, "the list of files taken was not written; they are read again at the next start");
    }
}

/// Returns a position, the head where none is asked for, and the link that the log has there.
fn mark(engine: &Arc<Engine>, position: Option<Position>) -> Option<(Position, Digest)> {
    let read = engine.read(move |log| {
        let position = match position {
            Some(position) => position,
            None => log.head()?,
        };
        let event = log.after(Position(position.0.saturating_sub(1)), 1)?.pop();
        Ok(event.map(|event| (event.position, event.digest)))
    });
    tokio::runtime::Handle::current().block_on(read).ok().flatten()
}

fn path_of_memory(engine: &Engine) -> PathBuf {
    engine.options.data_dir.join("inbox-seen.json")
}
