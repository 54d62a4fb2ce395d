//! The event log: one SQLite file, appended by one writer, never changed.
