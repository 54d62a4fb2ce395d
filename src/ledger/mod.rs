//! The ledger: projections of the event log, one SQLite file a generation.
