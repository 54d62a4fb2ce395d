//! The rule pack: TOML files, compiled in, replaceable by a folder.
