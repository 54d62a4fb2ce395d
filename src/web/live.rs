//! The live page's parts: what is at work at this moment, rendered when it changes and sent to every
//! page that looks on (server-sent events).

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};

use crate::ledger::{DocumentRow, StageProgress, TroubleRow};
use crate::runtime::watch::Load;
use crate::web::ask::Ask;
use crate::web::page::live::parts;
use crate::web::reply::ViewError;
use crate::web::site::Site;

/// How often what is at work is looked at.
const EVERY: Duration = Duration::from_millis(500);
/// The most pages that look on at once; each costs a task and a look at the ledger's cached moment.
const WATCHERS: usize = 32;
/// Newest documents and events that are shown.
const SOME: u32 = 10;

/// What is at work at one moment.
#[derive(Debug, Clone)]
pub(super) struct Moment {
    /// Last position of the log, and the last one that the ledger holds.
    pub(super) head: u64,
    pub(super) checkpoint: u64,
    /// What each stage has done and has to do.
    pub(super) stages: StageProgress,
    /// Newest first.
    pub(super) newest: Vec<DocumentRow>,
    /// Parked or being tried again.
    pub(super) troubles: Vec<(TroubleRow, String)>,
    /// What the daemon says; `None` where none runs.
    pub(super) load: Option<Load>,
}

/// The last moment looked at, so that many watchers cost one look.
#[derive(Debug, Default)]
pub(super) struct Held {
    moment: tokio::sync::Mutex<Option<(Instant, Arc<Moment>)>>,
    watchers: AtomicUsize,
}

/// Returns what is at work, no older than a look takes turns.
///
/// # Errors
/// What log and ledger say.
pub(super) async fn moment(site: &Arc<Site>) -> Result<Arc<Moment>, ViewError> {
    let mut held = site.live.moment.lock().await;
    if let Some((at, moment)) = &*held
        && at.elapsed() < EVERY
    {
        return Ok(moment.clone());
    }
    let load = crate::runtime::watch::load(&site.options()).await.ok();
    let looking = site.clone();
    let looked = tokio::task::spawn_blocking(move || look(&looking, load)).await;
    let moment = Arc::new(looked.map_err(|error| ViewError::Write(error.to_string()))??);
    *held = Some((Instant::now(), moment.clone()));
    Ok(moment)
}

fn look(site: &Site, load: Option<Load>) -> Result<Moment, ViewError> {
    let head = site.log()?.head()?.0;
    let ledger = site.ledger()?;
    let mut troubles = Vec::new();
    for trouble in ledger.troubles()? {
        let source = ledger.document(trouble.document)?.map(|row| row.source);
        troubles.push((trouble, source.unwrap_or_default()));
    }
    Ok(Moment {
        head,
        checkpoint: ledger.checkpoint()?.0,
        stages: ledger.progress()?,
        newest: ledger.newest(SOME)?,
        troubles,
        load,
    })
}

/// One of the pages that look on; gone when it is dropped.
struct Watcher(Arc<Site>);

impl Watcher {
    fn new(site: &Arc<Site>) -> Option<Self> {
        let before = site.live.watchers.fetch_add(1, Ordering::Relaxed);
        let watcher = Self(site.clone());
        (before < WATCHERS).then_some(watcher)
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.0.live.watchers.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Answers `/xu-ly/dong`: an event named `part` for every part of the page that changed, with its id
/// and its content, until the page goes away or the server ends.
pub(super) async fn stream(State(site): State<Arc<Site>>, ask: Ask) -> Response {
    let Some(watcher) = Watcher::new(&site) else {
        return (StatusCode::SERVICE_UNAVAILABLE, "too many pages look on\n").into_response();
    };
    let (sender, events) = async_channel::bounded::<Result<Event, Infallible>>(8);
    tokio::spawn(async move {
        let site = watcher.0.clone();
        let mut shown: Vec<(&'static str, String)> = Vec::new();
        loop {
            if let Ok(moment) = moment(&site).await {
                for (id, content) in parts(&site, ask.lang, &moment) {
                    let content = content.into_string();
                    let held = shown.iter_mut().find(|(other, _)| *other == id);
                    if held.as_ref().is_some_and(|(_, before)| *before == content) {
                        continue;
                    }
                    let data = serde_json::json!({ "id": id, "content": content }).to_string();
                    if sender.send(Ok(Event::default().event("part").data(data))).await.is_err() {
                        return;
                    }
                    match held {
                        Some(held) => held.1 = content,
                        None => shown.push((id, content)),
                    }
                }
            }
            tokio::select! {
                () = tokio::time::sleep(EVERY) => {}
                () = site.closing.cancelled() => return,
            }
            if sender.is_closed() {
                return;
            }
        }
    });
    Sse::new(events).keep_alive(KeepAlive::default()).into_response()
}
