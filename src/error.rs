//! The one error type at the edge: what went wrong, where, what to do next, and the exit code.

use std::fmt;
use std::io;
use std::path::Path;

use miette::{Diagnostic, LabeledSpan, NamedSource, SourceSpan};

use crate::runtime::RuntimeError;
use crate::runtime::engine::EngineError;
use crate::runtime::replay::ReplayError;

/// How a program ends, as `sysexits.h` numbers the rarer cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 0: done.
    Ok,
    /// 1: ran, and found problems.
    Found,
    /// 2: the command line makes no sense.
    Usage,
    /// 69: something needed is not there, or another program holds it.
    Unavailable,
    /// 70: a fault of socai's own, or a damaged file of its own.
    Internal,
    /// 78: the configuration or a rule file is wrong; nothing was started.
    Config,
}

impl Exit {
    /// Returns the number.
    pub const fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Found => 1,
            Self::Usage => 2,
            Self::Unavailable => 69,
            Self::Internal => 70,
            Self::Config => 78,
        }
    }
}

/// A place in a text: the text with its name, and the bytes that are wrong.
#[derive(Debug, Clone)]
pub struct Place {
    /// The file's name, or what stands for one (`environment variable SOCAI__INBOX__PATH`).
    pub name: String,
    /// The whole text.
    pub text: String,
    /// Offset and length in bytes.
    pub span: std::ops::Range<usize>,
    /// What is wrong just there, in a few words.
    pub label: String,
}

/// Why a command could not do what was asked.
#[derive(Debug)]
pub struct Failure {
    exit: Exit,
    what: String,
    next: Option<String>,
    place: Option<Box<(NamedSource<String>, LabeledSpan)>>,
    others: Vec<Failure>,
    silent: bool,
}

impl Failure {
    /// Makes a failure that ends with `exit` and says `what`.
    pub fn new(exit: Exit, what: impl Into<String>) -> Self {
        Self { exit, what: what.into(), next: None, place: None, others: Vec::new(), silent: false }
    }

    /// The command line makes no sense.
    pub fn usage(what: impl Into<String>) -> Self {
        Self::new(Exit::Usage, what)
    }

    /// Something needed is not there.
    pub fn unavailable(what: impl Into<String>) -> Self {
        Self::new(Exit::Unavailable, what)
    }

    /// A fault of socai's own.
    pub fn internal(what: impl Into<String>) -> Self {
        Self::new(Exit::Internal, what)
    }

    /// The command ran and found problems that it has already printed.
    pub fn found() -> Self {
        Self { silent: true, ..Self::new(Exit::Found, "problems were found") }
    }

    /// A file of the user's, or one of socai's own, could not be `doing` (`read`, `write`).
    pub fn file(doing: &str, path: &Path, error: &io::Error) -> Self {
        Self::unavailable(format!("cannot {doing} {}: {error}", path.display()))
    }

    /// Adds what to do next.
    #[must_use]
    pub fn next(mut self, next: impl Into<String>) -> Self {
        self.next = Some(next.into());
        self
    }

    /// Adds the place.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        let span: SourceSpan = (place.span.start, place.span.len()).into();
        let label = LabeledSpan::new_with_span(Some(place.label), span);
        self.place = Some(Box::new((NamedSource::new(place.name, place.text), label)));
        self
    }

    /// Joins several failures into one that ends as the first does; `None` for none.
    pub fn join(mut failures: Vec<Failure>) -> Option<Failure> {
        if failures.is_empty() {
            return None;
        }
        let mut first = failures.remove(0);
        first.others.extend(failures);
        Some(first)
    }

    /// Returns how the program ends.
    pub const fn exit(&self) -> Exit {
        self.exit
    }

    /// Tells whether there is nothing left to say: what was found is printed, or nobody reads on.
    pub const fn is_silent(&self) -> bool {
        self.silent
    }

    /// Renders it for a person, with colours where `color` says so.
    pub fn render(&self, color: bool) -> String {
        let theme =
            if color { miette::GraphicalTheme::unicode() } else { miette::GraphicalTheme::unicode_nocolor() };
        let handler = miette::GraphicalReportHandler::new_themed(theme).with_links(false);
        let mut text = String::new();
        for failure in std::iter::once(self).chain(&self.others) {
            if handler.render_report(&mut text, failure).is_err() {
                text.push_str(&failure.what);
            }
        }
        text
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.what)
    }
}

impl std::error::Error for Failure {}

impl Diagnostic for Failure {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.next.as_ref().map(|next| Box::new(next) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn miette::SourceCode> {
        self.place.as_ref().map(|place| &place.0 as &dyn miette::SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let label = self.place.as_ref()?.1.clone();
        Some(Box::new(std::iter::once(label)))
    }
}

impl From<io::Error> for Failure {
    /// For writing to stdout: a reader that has gone away (`| head`) ends the command quietly.
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self { silent: true, ..Self::new(Exit::Ok, "the reader has gone away") };
        }
        Self::unavailable(format!("cannot write the output: {error}"))
    }
}

impl From<serde_json::Error> for Failure {
    /// For writing JSON to stdout; see the conversion from [`io::Error`].
    fn from(error: serde_json::Error) -> Self {
        match error.io_error_kind() {
            Some(kind) => io::Error::from(kind).into(),
            None => Self::internal(format!("cannot write a record as JSON: {error}")),
        }
    }
}

impl From<csv::Error> for Failure {
    /// For writing CSV to stdout; see the conversion from [`io::Error`].
    fn from(error: csv::Error) -> Self {
        match error.into_kind() {
            csv::ErrorKind::Io(error) => error.into(),
            other => Self::internal(format!("cannot write a record as CSV: {other:?}")),
        }
    }
}

impl From<ReplayError> for Failure {
    fn from(error: ReplayError) -> Self {
        let what = error.to_string();
        match error {
            ReplayError::Runtime(error) => error.into(),
            ReplayError::Ledger(error) => error.into(),
            ReplayError::NoSuch(_) | ReplayError::LetGo(_) => Self::usage(what),
            ReplayError::Rules(_) => Self::new(Exit::Config, what),
            ReplayError::Engine(EngineError::Stopped) => {
                Self::unavailable("stopped before it was done").next("ask again: it goes on where it was")
            }
            ReplayError::OtherBuild | ReplayError::Daemon(_) => Self::unavailable(what),
            ReplayError::Engine(_) | ReplayError::Judged(_) => Self::internal(what),
        }
    }
}

impl From<RuntimeError> for Failure {
    fn from(error: RuntimeError) -> Self {
        let what = error.to_string();
        match error {
            RuntimeError::InUse(_) | RuntimeError::Io { .. } => Self::unavailable(what),
            RuntimeError::Store(_) => {
                Self::internal(what).next("run `socai verify`: it names the first damaged position")
            }
            RuntimeError::Pattern { .. } => Self::new(Exit::Config, what),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_shows_its_place_and_what_to_do() {
        let text = "[inbox]\nsetle_ms = 5\n";
        let failure = Failure::new(Exit::Config, "unknown key `setle_ms`")
            .next("did you mean `settle_ms`?")
            .at(Place { name: "p.toml".into(), text: text.into(), span: 8..16, label: "here".into() });
        let shown = failure.render(false);
        assert!(shown.contains("p.toml:2:1"), "{shown}");
        assert!(shown.contains("did you mean `settle_ms`?"), "{shown}");
        assert!(!shown.contains('\u{1b}'), "{shown}");
    }

    #[test]
    fn a_reader_that_goes_away_is_no_failure() {
        let failure = Failure::from(io::Error::from(io::ErrorKind::BrokenPipe));
        assert!(failure.is_silent());
        assert_eq!(failure.exit(), Exit::Ok);
    }
}
