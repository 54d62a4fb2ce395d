//! Integration tests: one binary, one module a subject.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests say what they expect by failing"
)]

mod across;
mod bad_input;
mod browser;
mod catalogue;
mod cli;
mod context_cases;
mod crash;
mod daemon;
mod event_log;
mod exports;
mod extract_cases;
mod extreme;
mod figure_cases;
mod gold;
mod golden;
mod inbox;
mod memory;
mod mentions;
mod mutation;
mod office;
mod quarantine;
mod reach;
mod reconcile;
mod replay;
mod replay_across;
mod replay_crash;
mod replay_diff;
mod replay_history;
mod replay_ledger;
mod replay_upkeep;
mod report_cases;
mod rules;
mod web;
mod whole_cases;
