//! The `socai` program: parses its arguments, loads its configuration, hands over.

fn main() {}
