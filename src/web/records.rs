//! The records behind a view as files: streamed from the ledger row by row, in every format that `socai
//! export` has, and as the JSON of a list.

use std::sync::Arc;

use serde::Serialize;

use crate::event_log::LogReader;
use crate::export::{self, Rows, Source, Table, Texts};
use crate::ledger::LedgerReader;
use crate::web::ask::{Ask, Form};
use crate::web::reply::{Reply, ViewError};
use crate::web::site::Site;

/// Where the whole ledger is to be had as a Data Package.
pub(super) const PACKAGE: &str = "/goi-du-lieu.zip";

/// Answers with the records of these ids, in this order, in the form asked for; with all, in order of
/// file name and place, where `ids` is `None`.
///
/// # Errors
/// [`ViewError::Form`] for a form that is no file of records.
pub(super) fn reply(
    site: &Arc<Site>,
    ask: &Ask,
    table: Table,
    ids: Option<Vec<String>>,
) -> Result<Reply, ViewError> {
    let Form::File(format) = ask.form else { return Err(ViewError::Form) };
    if !format.has(table) {
        return Err(ViewError::Form);
    }
    let (site, lang) = (site.clone(), ask.lang);
    Ok(Reply::Stream {
        media_type: format.media_type(),
        name: Some(format!("{}.{}", table.name(), format.ending())),
        writing: Box::new(move |out| {
            let (log, ledger) = open(&site)?;
            let source = Source { ledger: &ledger, texts: Texts::new(&log), names: &site.names, lang };
            let rows = ids.as_deref().map_or(Rows::All, Rows::Ids);
            export::write(&source, table, rows, format, out).map_err(|error| error.to_string())
        }),
    })
}

/// Answers with the whole ledger as a Data Package in one archive.
pub(super) fn package(site: &Arc<Site>, ask: &Ask) -> Result<Reply, ViewError> {
    let (site, lang) = (site.clone(), ask.lang);
    site.ledger()?;
    Ok(Reply::Stream {
        media_type: "application/zip",
        name: Some("socai.zip".to_owned()),
        writing: Box::new(move |out| {
            let (log, ledger) = open(&site)?;
            let source = Source { ledger: &ledger, texts: Texts::new(&log), names: &site.names, lang };
            export::package::archive(&source, out).map_err(|error| error.to_string())
        }),
    })
}

/// Answers with a JSON object: the members of `head`, then the array `name` of what `read` makes of each
/// id; ids of which it makes nothing are passed over.
pub(super) fn json<T: Serialize>(
    site: &Arc<Site>,
    head: serde_json::Map<String, serde_json::Value>,
    name: &'static str,
    ids: Vec<String>,
    read: impl Fn(&LedgerReader, &str) -> Result<Option<T>, ViewError> + Send + 'static,
) -> Reply {
    let site = site.clone();
    Reply::Stream {
        media_type: "application/json",
        name: None,
        writing: Box::new(move |out| {
            let (_, ledger) = open(&site)?;
            let said = |error: std::io::Error| error.to_string();
            let head = serde_json::Value::Object(head).to_string();
            let open = head.strip_suffix('}').unwrap_or(&head);
            let comma = if open.len() > 1 { "," } else { "" };
            write!(out, "{open}{comma}\"{name}\":[").map_err(said)?;
            let mut first = true;
            for id in &ids {
                let Some(record) = read(&ledger, id).map_err(|error| error.to_string())? else { continue };
                if !std::mem::take(&mut first) {
                    out.write_all(b",").map_err(said)?;
                }
                serde_json::to_writer(&mut *out, &record).map_err(|error| error.to_string())?;
            }
            out.write_all(b"]}").map_err(said)
        }),
    }
}

fn open(site: &Site) -> Result<(LogReader, LedgerReader), String> {
    let said = |error: ViewError| error.to_string();
    Ok((site.log().map_err(said)?, site.ledger().map_err(said)?))
}
