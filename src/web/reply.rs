//! What a view answers, and how it is written out.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use maud::Markup;

use crate::event_log::LogError;
use crate::ledger::LedgerError;
use crate::web::stream::{self, Writing};

/// An answer.
pub enum Reply {
    /// A page.
    Page(Markup),
    /// A JSON value.
    Json(serde_json::Value),
    /// A file to keep: its media type, its name, its bytes.
    File(&'static str, String, Vec<u8>),
    /// Written while it is sent: its media type, its name where it is a file to keep, and who writes it.
    Stream {
        /// The media type.
        media_type: &'static str,
        /// The name of a file to keep, of ASCII letters; `None` for what is shown.
        name: Option<String>,
        /// Who writes it.
        writing: Writing,
    },
    /// A picture.
    Svg(Markup),
    /// Another address.
    See(String),
}

/// Why a view cannot be answered.
#[derive(Debug, thiserror::Error)]
pub enum ViewError {
    /// There is nothing under this address.
    #[error("{0}")]
    Missing(String),
    /// The view has no such form.
    #[error("this view is not to be had in this form")]
    Form,
    /// The ledger cannot be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The log cannot be read.
    #[error(transparent)]
    Log(#[from] LogError),
    /// A record cannot be written.
    #[error("cannot write the records: {0}")]
    Write(String),
}

impl ViewError {
    /// Returns the status that says it.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Missing(_) | Self::Form => StatusCode::NOT_FOUND,
            Self::Ledger(LedgerError::Missing { .. }) | Self::Log(LogError::Missing { .. }) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl From<std::io::Error> for ViewError {
    fn from(error: std::io::Error) -> Self {
        Self::Write(error.to_string())
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let body = |media_type: &'static str, bytes: Vec<u8>| {
            ([(header::CONTENT_TYPE, HeaderValue::from_static(media_type))], Body::from(bytes))
                .into_response()
        };
        match self {
            Self::Page(page) => body("text/html; charset=utf-8", page.into_string().into_bytes()),
            Self::Svg(picture) => body("image/svg+xml", picture.into_string().into_bytes()),
            Self::Json(value) => body("application/json", value.to_string().into_bytes()),
            Self::See(address) => {
                let to = HeaderValue::from_str(&address).unwrap_or(HeaderValue::from_static("/"));
                (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response()
            }
            Self::File(media_type, name, bytes) => to_keep(body(media_type, bytes), &name),
            Self::Stream { media_type, name, writing } => {
                let media_type = [(header::CONTENT_TYPE, HeaderValue::from_static(media_type))];
                let response = (media_type, stream::body(writing)).into_response();
                match name {
                    Some(name) => to_keep(response, &name),
                    None => response,
                }
            }
        }
    }
}

/// Makes a browser keep an answer as a file. Names are made here, of ASCII letters.
fn to_keep(mut response: Response, name: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    response
}
