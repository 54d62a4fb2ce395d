//! The clean stage.
