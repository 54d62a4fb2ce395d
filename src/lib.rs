//! socai turns Vietnamese reports on industrial promotion (*khuyến công*) into a ledger of figures.
//!
//! ```text
//! inbox/ ─▶ receive ─▶ clean ─▶ segment ─▶ extract ─▶ reconcile      pure stages, bounded pools
//!              │         │         │          │           │
//!              ▼          ▼         ▼          ▼           ▼          facts, appended, never changed
//!   ═════════════ the event log (SQLite: events + blobs) ═════════════
//!                                   │
//!                                   ▼                                 folds, thrown away and rebuilt
//!                     the ledger (one SQLite file a generation)
//!                                   │
//!               ┌───────────┬───────┴──────┬─────────────┐
//!             query       export        web page        tail
//! ```
//!
//! Invariants, each asserted where it is made and checked where it is read:
//! 1. A stage is a function: the same input and the same identity give the same bytes.
//! 2. An event acknowledged is never lost, changed or reordered; positions have no gaps.
//! 3. Everything but the log may be deleted and is rebuilt the same, byte for byte in every export.
//! 4. The order in which documents arrive does not matter, nor the number of workers, nor crashes.
//! 5. A figure's quote is exactly the source text at its span.
//!
//! | module | what it is for |
//! | --- | --- |
//! | [`model`] | the nouns: spans, decimals, periods, figures, findings |
//! | [`event`] | the closed set of events, their envelope and codec |
//! | [`stage`] | clean, segment, extract, reconcile, and the rule pack |
//! | [`event_log`] | the log: append, read, verify |
//! | [`ledger`] | the ledger: build, swap, query |
//! | [`runtime`] | inbox, queues, workers, writer, projector, supervisor |
//! | [`config`], [`error`] | settings in layers; the one error at the edge |
//! | [`export`] | what leaves the ledger: tables in every format |
//! | [`report`] | figures, contradictions and sources to send on |
//! | [`wording`] | how codes, numbers and periods read to people, in both languages |
//! | [`web`] | the pages: routes, views, style |
//! | [`cli`] | the commands |
//!
//! Imports point down this list's order of layers: `model` ← `event` ← `stage` are the core, which
//! touches no clock, file, channel or database; the rest is the shell.

pub mod cli;
pub mod config;
pub mod error;
pub mod event;
pub mod event_log;
pub mod export;
pub mod ledger;
pub mod model;
pub mod report;
pub mod runtime;
pub mod stage;
pub mod web;
pub mod wording;
