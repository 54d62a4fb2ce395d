//! What the daemon is doing at this moment, for those who look on; and a person's wish to try a document
//! again, from the page. Both go through the daemon's socket ([`super::handover`]).

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;

use crate::model::Digest;
use crate::runtime::engine::Engine;
use crate::runtime::quarantine::Decision;
use crate::runtime::{Options, Outcome, handover};

/// How long an answer about the present may take: later it is of the past.
const PATIENCE: Duration = Duration::from_secs(1);

/// What the daemon has at work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Load {
    /// Documents at work, those that wait for a pool among them.
    pub documents: usize,
    /// The most documents at work at once.
    pub documents_most: usize,
    /// Pieces of work that wait for each stage's pool, in the order of the stages.
    pub queued: [usize; 4],
}

/// The request for it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ToLoad {
    pub(super) load: bool,
}

impl Load {
    pub(super) fn of(engine: &Engine) -> Self {
        let documents_most = engine.options.in_flight_documents.max(1);
        let free = engine.documents.available_permits();
        Self {
            documents: documents_most.saturating_sub(free),
            documents_most,
            queued: [0, 1, 2, 3].map(|stage: usize| engine.pools[stage].queued()),
        }
    }
}

/// Asks the daemon that holds the data directory what it has at work.
///
/// # Errors
/// When nobody listens there, or no answer comes within a second.
pub async fn load(options: &Options) -> std::io::Result<Load> {
    let asked = async {
        let stream = UnixStream::connect(handover::socket_path(options)).await?;
        let (input, mut output) = stream.into_split();
        let mut line = serde_json::to_vec(&ToLoad { load: true })?;
        line.push(b'\n');
        output.write_all(&line).await?;
        let answer = BufReader::new(input).lines().next_line().await?;
        Ok(serde_json::from_str(&answer.ok_or(std::io::ErrorKind::UnexpectedEof)?)?)
    };
    tokio::time::timeout(PATIENCE, asked).await.map_err(|_| std::io::ErrorKind::TimedOut)?
}

/// Asks the daemon that holds the data directory to try a document again, and waits for what comes of it.
///
/// # Errors
/// When nobody listens there, or the daemon goes away.
pub async fn retry(options: &Options, document: Digest) -> std::io::Result<Outcome> {
    let mut told = None;
    handover::decide(options, &[document], Decision::Retry, &mut |_, outcome| told = Some(outcome.clone()))
        .await?;
    told.ok_or_else(|| std::io::ErrorKind::UnexpectedEof.into())
}
