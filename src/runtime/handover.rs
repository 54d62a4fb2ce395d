//! Hands files over to the daemon that holds the data directory, through a socket in that directory.
//!
//! A client sends, for each file, one line of JSON ([`Offer`]) and then exactly `size` bytes; the daemon
//! answers each with one line of JSON (an [`Outcome`] with the number of the offer) when its ledger
//! holds the file. The bytes are sent, not the path: what the client may read, the daemon need not.
//! What a person decided of a document in quarantine is one line of JSON without bytes
//! ([`Decided`]), answered alike. A replay is asked for with its rules, and an activation by number; both
//! are answered by lines of [`Told`], the steps on the way and then what came of it. The question
//! what is at work is answered by one line ([`Load`]).

use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio_util::sync::CancellationToken;

use crate::model::Digest;
use crate::runtime::engine::{Engine, EngineError};
use crate::runtime::ingest::{self, Source};
use crate::runtime::quarantine::{self, Decision};
use crate::runtime::replay::{self, Activated, Built, ReplayError, Step};
use crate::runtime::supervisor::Shutdown;
use crate::runtime::watch::{Load, ToLoad};
use crate::runtime::world::World;
use crate::runtime::{FileResult, Options, Outcome, RuntimeError, Summary, activation};

/// Files offered and not answered yet.
const OFFERED: usize = 64;
/// The longest line of JSON, in bytes.
const LINE_BYTES: u64 = 64 << 10;
/// The largest request for a replay: a rule pack, many times over.
const REPLAY_BYTES: u64 = 64 << 20;
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

/// A replay asked for: so many bytes of JSON follow ([`replay::Asked`]).
#[derive(Debug, Serialize, Deserialize)]
struct ReplayOffer {
    replay_bytes: u64,
}

/// A generation to be activated.
#[derive(Debug, Serialize, Deserialize)]
struct ToActivate {
    activate: u64,
}

/// What a client may send.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Asked {
    Offer(Offer),
    Decided(Decided),
    Replay(ReplayOffer),
    Activate(ToActivate),
    Load(ToLoad),
}

/// What the daemon tells of a replay or an activation.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Told {
    Step(Step),
    Built(Built),
    Activated(Activated),
    Failed(String),
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
    let (answers, mut answered) = tokio::sync::mpsc::channel::<Vec<u8>>(OFFERED);
    let writing = tokio::spawn(async move {
        while let Some(line) = answered.recv().await {
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
                    let _gone = answers.send(line_of(&Answer { number, outcome })).await;
                });
                continue;
            }
            Asked::Replay(ReplayOffer { replay_bytes }) => {
                if replay_bytes > REPLAY_BYTES {
                    return Err(std::io::Error::other("the rules are too large"));
                }
                let mut bytes = Vec::new();
                (&mut input).take(replay_bytes).read_to_end(&mut bytes).await?;
                let asked = serde_json::from_slice(&bytes)?;
                tokio::spawn(build(engine.clone(), asked, answers.clone()));
                continue;
            }
            Asked::Activate(ToActivate { activate }) => {
                tokio::spawn(show(engine.clone(), activate, answers.clone()));
                continue;
            }
            Asked::Load(ToLoad { load }) => {
                debug_assert!(load, "the one thing that can be asked");
                let _gone = answers.send(line_of(&Load::of(engine))).await;
                continue;
            }
        };
        let share = engine.share(offer.size).await.map_err(std::io::Error::other)?;
        let received = receive_bytes(engine, &mut input, offer.size).await?;
        let (engine, answers) = (engine.clone(), answers.clone());
        tokio::spawn(async move {
            let outcome = ingest::follow(&engine, &offer.name, &offer.tags, received, share).await;
            // A client gone has no use for the answer; the document is in all the same.
            let _gone = answers.send(line_of(&Answer { number: offer.number, outcome })).await;
        });
    }
    drop(answers);
    writing.await.map_err(std::io::Error::other)
}

fn line_of(value: &impl Serialize) -> Vec<u8> {
    let mut line = serde_json::to_vec(value).unwrap_or_default();
    line.push(b'\n');
    line
}

type Lines = tokio::sync::mpsc::Sender<Vec<u8>>;

/// Tells steps to a client. One that has gone away stops the work, which is gone on with when it is
/// asked for again; a step that finds no room is passed over, another follows.
fn telling<'a>(lines: &'a Lines, stop: &'a CancellationToken) -> impl Fn(Step) + Sync + 'a {
    move |step| {
        use tokio::sync::mpsc::error::TrySendError;
        if let Err(TrySendError::Closed(_)) = lines.try_send(line_of(&Told::Step(step))) {
            stop.cancel();
        }
    }
}

async fn build(engine: Arc<Engine>, asked: replay::Asked, lines: Lines) {
    let stop = engine.now.child_token();
    let built = async {
        let program = replay::program_of(&asked, &engine)?;
        replay::build(&engine, &program, &asked, &stop, &telling(&lines, &stop)).await
    };
    let built = built.await;
    // It may never be activated.
    replay::forget(&engine);
    let told = built.map_or_else(|error| Told::Failed(error.to_string()), Told::Built);
    let _gone = lines.send(line_of(&told)).await;
}

async fn show(engine: Arc<Engine>, number: u64, lines: Lines) {
    let stop = engine.now.child_token();
    let shown = activation::activate(&engine, number, true, &stop, &telling(&lines, &stop)).await;
    // What was read of every document is kept no longer, whether it was activated or not.
    replay::forget(&engine);
    let told = shown.map_or_else(|error| Told::Failed(error.to_string()), Told::Activated);
    let _gone = lines.send(line_of(&told)).await;
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

/// Asks the daemon for a replay, has `judge` judge what it made, and asks for its activation. Where no
/// daemon listens the answer is `held`.
///
/// # Errors
/// What the daemon says.
pub(super) async fn replay(
    options: &Options,
    asked: &replay::Asked,
    shutdown: &Shutdown,
    held: RuntimeError,
    tell: &(impl Fn(Step) + Sync),
    judge: &mut impl FnMut(&Built) -> Result<bool, ReplayError>,
) -> Result<(Built, Option<Activated>), ReplayError> {
    let Ok(stream) = UnixStream::connect(socket_path(options)).await else { return Err(held.into()) };
    let gone = |error: std::io::Error| ReplayError::Daemon(error.to_string());
    let (input, mut output) = stream.into_split();
    let mut lines = BufReader::new(input).lines();
    let bytes = serde_json::to_vec(asked).map_err(|error| gone(error.into()))?;
    output.write_all(&line_of(&ReplayOffer { replay_bytes: bytes.len() as u64 })).await.map_err(gone)?;
    output.write_all(&bytes).await.map_err(gone)?;
    let built = loop {
        match hear(&mut lines, shutdown).await? {
            Told::Step(step) => tell(step),
            Told::Built(built) => break built,
            Told::Failed(what) => return Err(ReplayError::Daemon(what)),
            Told::Activated(_) => return Err(ReplayError::Daemon("it answered what was not asked".into())),
        }
    };
    if built.unchanged || !judge(&built)? {
        return Ok((built, None));
    }
    let activated = ask(&mut output, &mut lines, built.generation, shutdown, tell).await?;
    Ok((built, Some(activated)))
}

/// Asks the daemon to activate a generation. Where no daemon listens the answer is `held`.
///
/// # Errors
/// What the daemon says.
pub(super) async fn activate(
    options: &Options,
    number: u64,
    shutdown: &Shutdown,
    held: RuntimeError,
    tell: &(impl Fn(Step) + Sync),
) -> Result<Activated, ReplayError> {
    let Ok(stream) = UnixStream::connect(socket_path(options)).await else { return Err(held.into()) };
    let (input, mut output) = stream.into_split();
    let mut lines = BufReader::new(input).lines();
    ask(&mut output, &mut lines, number, shutdown, tell).await
}

async fn ask(
    output: &mut tokio::net::unix::OwnedWriteHalf,
    lines: &mut Heard,
    number: u64,
    shutdown: &Shutdown,
    tell: &(impl Fn(Step) + Sync),
) -> Result<Activated, ReplayError> {
    let sent = output.write_all(&line_of(&ToActivate { activate: number })).await;
    sent.map_err(|error| ReplayError::Daemon(error.to_string()))?;
    loop {
        match hear(lines, shutdown).await? {
            Told::Step(step) => tell(step),
            Told::Activated(activated) => return Ok(activated),
            Told::Failed(what) => return Err(ReplayError::Daemon(what)),
            Told::Built(_) => return Err(ReplayError::Daemon("it answered what was not asked".into())),
        }
    }
}

type Heard = tokio::io::Lines<BufReader<tokio::net::unix::OwnedReadHalf>>;

async fn hear(lines: &mut Heard, shutdown: &Shutdown) -> Result<Told, ReplayError> {
    let gone = |error: std::io::Error| ReplayError::Daemon(error.to_string());
    let line = tokio::select! {
        () = shutdown.drain.cancelled() => return Err(EngineError::Stopped.into()),
        line = lines.next_line() => line.map_err(gone)?,
    };
    let line = line.ok_or_else(|| ReplayError::Daemon("it went away".into()))?;
    serde_json::from_str(&line).map_err(|error| gone(error.into()))
}

fn whole(path: &std::path::Path) -> std::io::Result<Vec<u8>> {
    if path == std::path::Path::new("-") {
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut std::io::stdin().lock(), &mut bytes)?;
        return Ok(bytes);
    }
    World::real().read(path)
}
