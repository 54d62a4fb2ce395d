//! Listening on the loopback interface, the routes, and leading each request to its view.

use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tokio::net::TcpListener;

use crate::event_log::LogError;
use crate::ledger::LedgerError;
use crate::web::ask::{Ask, ENDINGS, Form};
use crate::web::lang::Lang;
use crate::web::reply::{Reply, ViewError};
use crate::web::site::Site;
use crate::web::{guard, live, page, records, shell};

/// Why the page cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum WebError {
    /// The port is taken or may not be used.
    #[error(
        "cannot serve the page at http://{address}: {source}; choose another port with web.port or --port"
    )]
    Listen {
        /// Where.
        address: SocketAddr,
        /// The system's answer.
        source: std::io::Error,
    },
    /// It stopped.
    #[error("the page stopped: {0}")]
    Stopped(std::io::Error),
}

/// Takes the loopback port; 0 takes a free one.
///
/// # Errors
/// [`WebError::Listen`]
pub async fn bind(port: u16) -> Result<TcpListener, WebError> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    TcpListener::bind(address).await.map_err(|source| WebError::Listen { address, source })
}

/// Answers requests until `until` comes to pass.
///
/// # Errors
/// [`WebError::Stopped`]
pub async fn serve(
    listener: TcpListener,
    site: Arc<Site>,
    until: impl Future<Output = ()> + Send + 'static,
) -> Result<(), WebError> {
    // The first person to come need not wait for it.
    let warming = site.clone();
    tokio::task::spawn_blocking(move || {
        warming.ledger().and_then(|ledger| warming.catalogue(&ledger)).map(drop)
    });
    let closing = site.closing.clone();
    let ended = async move {
        until.await;
        closing.cancel();
    };
    axum::serve(listener, router(site)).with_graceful_shutdown(ended).await.map_err(WebError::Stopped)
}

/// A view: a function from what is asked to what is answered, which may wait for files.
pub(super) type View = fn(&Arc<Site>, &Ask) -> Result<Reply, ViewError>;

/// The views of lists and overviews, which are to be had in every form under their path with its ending.
const LISTS: [(&str, View); 7] = [
    ("/tai-lieu", page::documents::view),
    ("/so-lieu", page::figures::view),
    ("/doi-chieu", page::findings::view),
    ("/su-kien", page::events::view),
    ("/the-he", page::generations::view),
    ("/danh-muc", page::codes::view),
    (OVERVIEW, page::overview::view),
];
/// The overview's path with an ending; as a page it is `/`.
const OVERVIEW: &str = "/tong-quan";

/// The views of one thing, named by the last segment, which carries the ending of a form.
const ONES: [(&str, View); 5] = [
    ("/tai-lieu/{id}", page::document::view),
    ("/so-lieu/{id}", page::figure::view),
    ("/doi-chieu/{id}", page::finding::view),
    ("/su-kien/{position}", page::events::one),
    ("/bieu-do/{slug}", page::chart::view),
];

/// Returns the routes.
pub fn router(site: Arc<Site>) -> Router {
    let by = |view: View| get(move |State(site), ask| answer(site, ask, view));
    let mut router =
        Router::new().route("/", by(page::overview::view)).route("/bieu-do", by(page::chart::first));
    router = router.route(records::PACKAGE, by(records::package));
    for (path, view) in LISTS {
        router = router.route(path, by(view));
        for (ending, _) in ENDINGS {
            router = router.route(&format!("{path}{ending}"), by(view));
        }
    }
    for (path, view) in ONES {
        router = router.route(path, by(view));
    }
    let live = || get(|State(site), ask| live_page(site, ask));
    for ending in ["", ".json", ".csv", ".vi.csv", ".xlsx"] {
        router = router.route(&format!("/xu-ly{ending}"), live());
    }
    router
        .route("/xu-ly/dong", get(live::stream))
        .route("/xu-ly/thu-lai", post(page::live::retry))
        .route(
            "/tep/style.css",
            get(|| async { asset("text/css; charset=utf-8", include_str!("asset/style.css")) }),
        )
        .route(
            "/tep/script.js",
            get(|| async { asset("text/javascript; charset=utf-8", include_str!("asset/script.js")) }),
        )
        .route("/tep/icon.svg", get(|| async { asset("image/svg+xml", shell::ICON) }))
        .fallback(|ask: Ask| async move {
            let none = ask.lang.t("không có trang này", "no such page");
            let missing = ViewError::Missing(format!("{}: {none}", ask.path));
            refuse(&ask, &missing)
        })
        .layer(axum::middleware::from_fn(guard::guard))
        .with_state(site)
}

fn asset(media_type: &'static str, text: &'static str) -> Response {
    let headers = [(header::CONTENT_TYPE, media_type), (header::CACHE_CONTROL, "no-cache")];
    (headers, text).into_response()
}

async fn answer(site: Arc<Site>, ask: Ask, view: View) -> Response {
    let began = Instant::now();
    let kept = ask.clone();
    let made = tokio::task::spawn_blocking(move || view(&site, &kept)).await;
    let made = made.unwrap_or_else(|error| Err(ViewError::Write(error.to_string())));
    finish(&ask, made, began)
}

async fn live_page(site: Arc<Site>, ask: Ask) -> Response {
    let began = Instant::now();
    let made = page::live::view(&site, &ask).await;
    finish(&ask, made, began)
}

/// Writes an answer out, with the time that it took and the language to be remembered.
fn finish(ask: &Ask, made: Result<Reply, ViewError>, began: Instant) -> Response {
    let mut response = made.map_or_else(|error| refuse(ask, &error), IntoResponse::into_response);
    let took = format!("app;dur={:.1}", began.elapsed().as_secs_f64() * 1e3);
    if let Ok(took) = HeaderValue::from_str(&took) {
        response.headers_mut().insert(HeaderName::from_static("server-timing"), took);
    }
    if ask.switched {
        let cookie = match ask.lang {
            Lang::Vi => "lang=vi; Path=/; Max-Age=31536000; SameSite=Strict",
            Lang::En => "lang=en; Path=/; Max-Age=31536000; SameSite=Strict",
        };
        response.headers_mut().insert(header::SET_COOKIE, HeaderValue::from_static(cookie));
    }
    response
}

fn refuse(ask: &Ask, error: &ViewError) -> Response {
    let status = error.status();
    if status == StatusCode::INTERNAL_SERVER_ERROR {
        tracing::error!(path = ask.path, %error, "a page failed");
    }
    let lang = ask.lang;
    let mut response = match ask.form {
        Form::Html => {
            let (title, next) = match status {
                StatusCode::NOT_FOUND => (
                    lang.t("Không có trang này", "Nothing here"),
                    lang.t(
                        "Xem <a href=\"/tai-lieu\">danh sách tài liệu</a>.",
                        "See the <a href=\"/tai-lieu\">documents</a>.",
                    ),
                ),
                StatusCode::SERVICE_UNAVAILABLE => (
                    lang.t("Sổ cái chưa có gì", "The ledger is empty"),
                    lang.t(
                        "Chạy <code>socai run</code>, thả báo cáo vào hộp thư đến, rồi tải lại trang này.",
                        "Start <code>socai run</code>, drop reports into the inbox, and reload this page.",
                    ),
                ),
                _ => (
                    lang.t("Trang này gặp lỗi", "This page failed"),
                    lang.t(
                        "Xem <code>socai tail</code>; <code>socai verify</code> kiểm tra nhật ký.",
                        "See <code>socai tail</code>; <code>socai verify</code> checks the log.",
                    ),
                ),
            };
            shell::sorry(ask, title, &said(lang, error), next).into_response()
        }
        _ => Reply::Json(serde_json::json!({ "error": said(lang, error) })).into_response(),
    };
    *response.status_mut() = status;
    response
}

/// Says in a language what is wrong; what only a developer can mend stays as the program said it.
fn said(lang: Lang, error: &ViewError) -> String {
    match error {
        ViewError::Form => lang
            .t("Trang này không lấy được ở dạng ấy.", "This view is not to be had in this form.")
            .to_owned(),
        ViewError::Ledger(LedgerError::Missing { path }) | ViewError::Log(LogError::Missing { path }) => {
            format!("{} {}", lang.t("Chưa có", "There is not yet"), path.display())
        }
        other => other.to_string(),
    }
}
