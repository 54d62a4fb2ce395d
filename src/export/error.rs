//! What can go wrong while writing out.

use crate::event_log::LogError;
use crate::ledger::LedgerError;

/// Why an export cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The ledger cannot be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The log cannot be read.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The writer takes no more.
    #[error("cannot write the output: {0}")]
    Io(#[from] std::io::Error),
    /// The table has no such form.
    #[error("{0} are not to be had in this format")]
    NotSo(&'static str),
    /// The program was built without what writes it.
    #[error("this socai was built without the feature `{0}`")]
    NotBuilt(&'static str),
    /// A record does not fit its format.
    #[error("cannot write a record as {format}: {what}")]
    Format {
        /// The format.
        format: &'static str,
        /// What the format's writer said.
        what: String,
    },
}

impl From<csv::Error> for ExportError {
    fn from(error: csv::Error) -> Self {
        match error.into_kind() {
            csv::ErrorKind::Io(error) => Self::Io(error),
            other => Self::Format { format: "CSV", what: format!("{other:?}") },
        }
    }
}

impl From<serde_json::Error> for ExportError {
    fn from(error: serde_json::Error) -> Self {
        match error.io_error_kind() {
            Some(_) => Self::Io(error.into()),
            None => Self::Format { format: "JSON", what: error.to_string() },
        }
    }
}

impl From<rust_xlsxwriter::XlsxError> for ExportError {
    fn from(error: rust_xlsxwriter::XlsxError) -> Self {
        match error {
            rust_xlsxwriter::XlsxError::IoError(error) => Self::Io(error),
            other => Self::Format { format: "XLSX", what: other.to_string() },
        }
    }
}
