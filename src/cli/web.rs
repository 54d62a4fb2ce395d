//! The page beside a command: on a thread and a runtime of its own, so that neither slows the other.

use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;

use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::error::Failure;
use crate::stage::rules::RulePack;
use crate::web::{self, Site, WebError};

impl From<WebError> for Failure {
    fn from(error: WebError) -> Self {
        Self::unavailable(error.to_string())
    }
}

/// Makes what the page reads from.
pub(super) fn site(config: &Config, rules: Arc<RulePack>) -> Site {
    Site::new(&config.data_dir, &config.event_log_path(), &config.inbox_path(), rules)
}

/// Serves `site` on `port` until `stop` is cancelled, or, where `signals` says so, SIGTERM or Ctrl-C;
/// `started` hears the address.
///
/// # Errors
/// The port is taken; the server stopped.
pub(super) fn serve(
    site: Arc<Site>,
    port: u16,
    stop: &CancellationToken,
    signals: bool,
    started: impl FnOnce(SocketAddr),
) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Failure::unavailable(format!("cannot start threads for the page: {error}")))?;
    let served = runtime.block_on(async {
        let listener = web::bind(port).await?;
        let address = listener.local_addr().map_err(WebError::Stopped)?;
        started(address);
        if signals {
            tokio::spawn(on_signal(stop.clone()));
        }
        web::serve(listener, site, stop.clone().cancelled_owned()).await
    });
    // A view that still waits for a file holds nothing up.
    runtime.shutdown_background();
    Ok(served?)
}

/// Starts [`serve`] on a thread of its own. A page that cannot be served stops no other work: what is
/// wrong is told to `failed`.
pub(super) fn beside(
    site: Arc<Site>,
    port: u16,
    stop: CancellationToken,
    started: impl FnOnce(SocketAddr) + Send + 'static,
    failed: impl FnOnce(Failure) + Send + 'static,
) -> std::io::Result<JoinHandle<()>> {
    std::thread::Builder::new().name("web".to_owned()).spawn(move || {
        if let Err(failure) = serve(site, port, &stop, false, started) {
            failed(failure);
        }
    })
}

async fn on_signal(stop: CancellationToken) {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    stop.cancel();
}
