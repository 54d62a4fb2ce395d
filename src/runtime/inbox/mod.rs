//! The inbox: hints from the watcher, walks of the folder, and the tracker that decides.

pub mod tracker;
