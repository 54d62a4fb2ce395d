//! SQL on the ledger: one statement that reads, stopped when its time is up.
//!
//! Three locks, any of which would do: the connection is `query_only`, the authorizer admits nothing but
//! reading, and the statement itself must be read only by SQLite's own judgement.

use std::io::Write;
use std::time::Instant;

use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::types::ValueRef;
use rusqlite::{Error, ErrorCode};
use serde_json::{Map, Value};

use super::context::{Context, finish, json_line};
use super::query::{harmless, table};
use crate::error::Failure;
use crate::export::cell::safe;
use crate::ledger::LedgerReader;

/// Steps of SQLite's machine between two looks at the time: well under a millisecond.
const STEPS: i32 = 10_000;

/// How the rows are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Table,
    Json,
    Csv,
}

/// Functions of SQLite that reach outside of the database.
const REACHING_OUT: [&str; 4] = ["load_extension", "readfile", "writefile", "edit"];

fn admitted(action: AuthContext<'_>) -> Authorization {
    match action.action {
        AuthAction::Select | AuthAction::Read { .. } | AuthAction::Recursive => Authorization::Allow,
        AuthAction::Function { function_name } if !REACHING_OUT.contains(&function_name) => {
            Authorization::Allow
        }
        _ => Authorization::Deny,
    }
}

/// Runs one statement and prints its rows, `limit` at most.
pub(super) fn run(
    ledger: &mut LedgerReader,
    sql: &str,
    until: Instant,
    limit: usize,
    form: Form,
    context: &Context,
) -> Result<(), Failure> {
    let connection = ledger.connection_mut();
    let failed = |error: Error| explain(sql, &error);
    connection.authorizer(Some(admitted)).map_err(failed)?;
    connection.progress_handler(STEPS, Some(move || Instant::now() >= until)).map_err(failed)?;
    let mut statement = connection.prepare(sql).map_err(failed)?;
    if !statement.readonly() {
        return Err(refused());
    }
    let names: Vec<String> = statement.column_names().map(ToOwned::to_owned).collect();
    if names.is_empty() {
        return Err(Failure::usage("the query has no columns").next("it begins with SELECT or WITH"));
    }
    let heads: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut shown = table(&heads);
    let mut out = context.out();
    let mut csv = (form == Form::Csv).then(|| csv::Writer::from_writer(Vec::new()));
    if let Some(csv) = &mut csv {
        csv.write_record(&names)?;
    }
    let (mut count, mut more) = (0, false);
    let mut rows = statement.query([]).map_err(failed)?;
    while let Some(row) = rows.next().map_err(failed)? {
        if count == limit {
            more = true;
            break;
        }
        count += 1;
        let values: Vec<Value> = (0..names.len())
            .map(|at| row.get_ref(at).map(value))
            .collect::<Result<_, _>>()
            .map_err(failed)?;
        match &mut csv {
            Some(csv) => {
                csv.write_record(values.iter().map(|value| safe(&plain(value)).into_owned()))?;
                let bytes = csv.get_ref();
                if bytes.len() > 1 << 16 {
                    let written = std::mem::replace(csv, csv::Writer::from_writer(Vec::new()));
                    out.write_all(
                        &written.into_inner().map_err(|error| Failure::internal(error.to_string()))?,
                    )?;
                }
            }
            None if form == Form::Json => {
                let object: Map<String, Value> = names.iter().cloned().zip(values).collect();
                json_line(&mut out, &object)?;
            }
            None => {
                shown.add_row(values.iter().map(|value| harmless(&plain(value))));
            }
        }
    }
    match csv {
        Some(csv) => {
            out.write_all(&csv.into_inner().map_err(|error| Failure::internal(error.to_string()))?)?
        }
        None if form == Form::Table => writeln!(out, "{shown}")?,
        None => {}
    }
    finish(out)?;
    if form == Form::Table {
        let more = if more { "; there are more, --limit 0 prints all" } else { "" };
        context.say(&format!("{count} row{}{more}", if count == 1 { "" } else { "s" }));
    }
    Ok(())
}

fn value(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => number.into(),
        ValueRef::Real(number) => number.into(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into(),
        ValueRef::Blob(bytes) => bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into(),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn refused() -> Failure {
    Failure::usage("only reading is admitted: the ledger is made by folding the log, never by hand")
        .next("write one SELECT; `socai query --help` names the views")
}

fn explain(sql: &str, error: &Error) -> Failure {
    match error {
        Error::SqliteFailure(failure, _) if failure.code == ErrorCode::AuthorizationForStatementDenied => {
            refused()
        }
        Error::SqliteFailure(failure, _) if failure.code == ErrorCode::OperationInterrupted => {
            Failure::unavailable("the query took too long and was stopped")
                .next("ask for less, or give it more time: --timeout 60")
        }
        Error::MultipleStatement => Failure::usage("more than one statement").next("write one SELECT"),
        Error::SqlInputError { msg, offset, .. } => {
            let start = usize::try_from(*offset).unwrap_or(0).min(sql.len());
            let failure = Failure::usage("the query is no SQL that the ledger understands");
            failure.at(crate::error::Place {
                name: "--sql".to_owned(),
                text: sql.to_owned(),
                span: start..(start + 1).min(sql.len()),
                label: msg.clone(),
            })
        }
        Error::SqliteFailure(_, Some(message)) if message.contains("prohibited") => refused(),
        other => Failure::usage(format!("the query cannot be answered: {other}"))
            .next("`socai query --sql \"SELECT name, sql FROM sqlite_schema\"` shows the tables and views"),
    }
}
