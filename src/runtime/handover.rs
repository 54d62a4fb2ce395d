//! Hands files over to the daemon that holds the data directory, through a socket in that directory.
//!
//! A client sends, for each file, one line of JSON ([`Offer`]) and then exactly `size` bytes; the daemon
//! answers each with one line of JSON (an [`Outcome`] with the number of the offer) when its ledger
//! holds the file. The bytes are sent, not the path: what the client may read, the daemon need not.
//! What a person decided of a document in quarantine is one line of JSON without bytes
//! ([`Decided`]), answered alike.

use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio_util::sync::CancellationToken;

use crate::model::Digest;
use crate::runtime::engine::Engine;
use crate::runtime::ingest::{self, Source};
use crate::runtime::quarantine::{self, Decision};
use crate::runtime::supervisor::Shutdown;
use crate::runtime::world::World;
use crate::runtime::{FileResult, Options, Outcome, Summary};

/// Files offered and not answered yet.
const OFFERED: usize = 64;
/// The longest line of JSON, in bytes.
const LINE_BYTES: u64 = 64 << 10;
/// What is read at a time from a file too large to take.
const CHUNK: usize = 256 << 10;

/// What a client says of the bytes that follow.
#[derive(Debug, Serialize, Deserialize)]
struct Offer {
    number: usize,
    name: String,
    tags: Vec<String>,
    size: u64,
}

/// What a person decided of a document in quarantine.
#[derive(Debug, Serialize, Deserialize)]
struct Decided {
    number: usize,
    document: Digest,
    decision: Decision,
}

/// What a client may send.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Asked {
    Offer(Offer),
    Decided(Decided),
}

/// What the daemon answers.
#[derive(Debug, Serialize, Deserialize)]
struct Answer {
    number: usize,
    #[serde(flatten)]
    outcome: Outcome,
}

/// Returns where the socket lies.
pub fn socket_path(options: &Options) -> PathBuf {
    options.data_dir.join("socai.sock")
}

/// Listens until `drain`. A daemon that cannot listen still works; it says so.
pub(super) fn listen(engine: Arc<Engine>, drain: CancellationToken) {
    let path = socket_path(&engine.options);
    // The lock on the log is held: a socket that lies here belongs to nobody any more.
    let _may_not_be_there = engine.world.remove(&path);
    let listener = match UnixListener::bind(&path) {
        Ok(listener) => listener,
        Err(error) => {
            tracing::warn!(socket = %path.display(), %error, "`socai ingest` cannot hand files over to this daemon");
            return;
        }
    };
    tokio::spawn(async move {
        loop {
            let accepted = tokio::select! {
                () = drain.cancelled() => break,
                accepted = listener.accept() => accepted,
            };
            if let Ok((stream, _)) = accepted {
                let engine = engine.clone();
                let drain = drain.clone();
                tokio::spawn(async move {
                    let served = tokio::select! {
                        () = drain.cancelled() => Ok(()),
                        served = serve(&engine, stream) => served,
                    };
                    if let Err(error) = served {
                        tracing::warn!(%error, "a client that handed files over went away");
                    }
                });
            }
        }
        let _may_be_gone = engine.world.remove(&path);
    });
}

async fn serve(engine: &Arc<Engine>, stream: UnixStream) -> std::io::Result<()> {
    let (input, mut output) = stream.into_split();
    let mut input = BufReader::new(input);
    let (answers, mut answered) = tokio::sync::mpsc::channel::<Answer>(OFFERED);
    let writing = tokio::spawn(async move {
        while let Some(answer) = answered.recv().await {
            let mut line = serde_json::to_vec(&answer).unwrap_or_default();
            line.push(b'\n');
            if output.write_all(&line).await.is_err() {
                break;
            }
        }
    });
    loop {
        let mut line = Vec::new();
        (&mut input).take(LINE_BYTES).read_until(b'\n', &mut line).await?;
        if line.is_empty() {
            break;
        }
        let offer = match serde_json::from_slice(&line)? {
            Asked::Offer(offer) => offer,
            Asked::Decided(Decided { number, document, decision }) => {
                let (engine, answers) = (engine.clone(), answers.clone());
                tokio::spawn(async move {
                    let outcome = quarantine::perform(&engine, document, decision).await;
                    let _gone = answers.send(Answer { number, outcome }).await;
                });
                continue;
            }
        };
        let share = engine.share(offer.size).await.map_err(std::io::Error::other)?;
        let received = receive_bytes(engine, &mut input, offer.size).await?;
        let (engine, answers) = (engine.clone(), answers.clone());
        tokio::spawn(async move {
            let outcome = ingest::follow(&engine, &offer.name, &offer.tags, received, share).await;
            // A client gone has no use for the answer; the document is in all the same.
            let _gone = answers.send(Answer { number: offer.number, outcome }).await;
        });
    }
    drop(answers);
    writing.await.map_err(std::io::Error::other)
}

/// Reads `size` bytes; those over the limit are only digested, a piece at a time.
async fn receive_bytes(
    engine: &Arc<Engine>,
    input: &mut (impl tokio::io::AsyncRead + Unpin),
    size: u64,
) -> std::io::Result<crate::runtime::receive::Received> {
    use crate::runtime::receive::{self, Received, Refusal};
    let limit = engine.options.document_bytes;
    if size <= limit {
        let mut bytes = Vec::new();
        input.take(size).read_to_end(&mut bytes).await?;
        if bytes.len() as u64 != size {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        return receive::read(&mut bytes.as_slice(), limit);
    }
    let mut hasher = blake3::Hasher::new();
    let mut left = size;
    let mut chunk = vec![0; CHUNK];
    while left > 0 {
        let most = usize::try_from(left).unwrap_or(CHUNK).min(CHUNK);
        let read = input.read(&mut chunk[..most]).await?;
        if read == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        hasher.update(&chunk[..read]);
        left -= read as u64;
    }
    let document = Digest::from_bytes(*hasher.finalize().as_bytes());
    Ok(Received { document, size, verdict: Err(Refusal::too_large(size, limit)) })
}

/// Offers `sources` to the daemon and waits for its answers.
///
/// # Errors
/// When nobody listens, or the daemon goes away.
pub(super) async fn offer(
    options: &Options,
    sources: Vec<Source>,
    shutdown: &Shutdown,
    each: &mut impl FnMut(&FileResult),
) -> std::io::Result<Summary> {
    let stream = UnixStream::connect(socket_path(options)).await?;
    let (input, mut output) = stream.into_split();
    let mut lines = BufReader::new(input).lines();
    let mut summary = Summary::default();
    let mut tell = |result: FileResult| {
        summary.count(&result.outcome);
        each(&result);
    };
    let mut open = 0_usize;
    let mut next = 0_usize;
    while next < sources.len() || open > 0 {
        if next < sources.len() && open < OFFERED && !shutdown.drain.is_cancelled() {
            let source = &sources[next];
            let path = source.path.clone();
            let read =
                tokio::task::spawn_blocking(move || whole(&path)).await.map_err(std::io::Error::other)?;
            match read {
                Ok(bytes) => {
                    let (name, tags) = (source.name.clone(), source.tags.clone());
                    let offer = Offer { number: next, name, tags, size: bytes.len() as u64 };
                    let mut line = serde_json::to_vec(&offer)?;
                    line.push(b'\n');
                    output.write_all(&line).await?;
                    output.write_all(&bytes).await?;
                    open += 1;
                }
                Err(error) => {
                    let outcome = Outcome::Failed { message: error.to_string() };
                    tell(FileResult { path: source.path.clone(), outcome });
                }
            }
            next += 1;
            continue;
        }
        if open == 0 {
            break;
        }
        let line = tokio::select! {
            () = shutdown.now.cancelled() => break,
            line = lines.next_line() => line?.ok_or(std::io::ErrorKind::UnexpectedEof)?,
        };
        let answer: Answer = serde_json::from_str(&line)?;
        let path = sources.get(answer.number).map(|source| source.path.clone()).unwrap_or_default();
        tell(FileResult { path, outcome: answer.outcome });
        open -= 1;
    }
    Ok(summary)
}

/// Asks the daemon to do what a person decided of `documents`, and waits for its answers.
///
/// # Errors
/// When nobody listens, or the daemon goes away.
pub(super) async fn decide(
    options: &Options,
    documents: &[Digest],
    decision: Decision,
    each: &mut impl FnMut(Digest, &Outcome),
) -> std::io::Result<Summary> {
    let stream = UnixStream::connect(socket_path(options)).await?;
    let (input, mut output) = stream.into_split();
    let mut lines = BufReader::new(input).lines();
    let mut summary = Summary::default();
    for (number, document) in documents.iter().enumerate() {
        let mut line = serde_json::to_vec(&Decided { number, document: *document, decision })?;
        line.push(b'\n');
        output.write_all(&line).await?;
        let line = lines.next_line().await?.ok_or(std::io::ErrorKind::UnexpectedEof)?;
        let answer: Answer = serde_json::from_str(&line)?;
        summary.count(&answer.outcome);
        each(*document, &answer.outcome);
    }
    Ok(summary)
}

fn whole(path: &std::path::Path) -> std::io::Result<Vec<u8>> {
    if path == std::path::Path::new("-") {
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut std::io::stdin().lock(), &mut bytes)?;
        return Ok(bytes);
    }
    World::real().read(path)
}
