//! The extract stage.

pub mod mention;
