//! The pure core of socai, from its own sources: what the fuzz targets exercise.

#![allow(dead_code, unreachable_pub, missing_docs, reason = "a part of the program stands for the whole")]

#[path = "../../src/event/mod.rs"]
pub mod event;
#[path = "../../src/model/mod.rs"]
pub mod model;
#[path = "../../src/stage/mod.rs"]
pub mod stage;
