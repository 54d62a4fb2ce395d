//! Upcasters: each brings one kind's payload from one schema to the next.
//!
//! Stored payloads are never rewritten; they are upcast each time they are read.

use serde_json::{Value, json};

/// Brings `payload` of `kind` from `schema` to the newest one, a step at a time.
pub(super) fn to_current(kind: &str, schema: u32, payload: Value) -> Value {
    match (kind, schema) {
        // Schema 1 came before subfolders were recorded: a file lay in the inbox itself.
        ("document-received" | "document-seen-again", 1) => with_default(payload, "tags", json!([])),
        // Schema 1 came before the second output of a stage that is not deterministic was kept.
        ("stage-parked", 1) => with_default(payload, "output", json!(null)),
        // Schema 1 came before the rule pack was kept: which rules they were is known by digest alone.
        ("generation-started", 1) => {
            let payload = with_default(with_default(payload, "versions", json!([])), "files", json!([]));
            to_current(kind, 2, payload)
        }
        // Schema 2 came before a generation went on from another.
        ("generation-started", 2) => {
            with_default(with_default(payload, "follows", json!(null)), "untouched", json!([]))
        }
        // Schema 1 came before a document could be taken into account again.
        ("corpus-reconciled", 1) => {
            let payload = in_each(payload, "joined", &[("basis", json!(null)), ("cells", json!([]))]);
            to_current(kind, 2, in_each(payload, "components", &[("places", json!([]))]))
        }
        // Schema 2 came before levels were derived from several documents.
        ("corpus-reconciled", 2) => {
            let payload = in_each(payload, "components", &[("withdrawn", json!([])), ("derived", json!([]))]);
            to_current(kind, 3, payload)
        }
        // Schema 3 came before cells in which a document states the same as before were left alone.
        ("corpus-reconciled", 3) => in_each(payload, "joined", &[("stated", json!([]))]),
        _ => payload,
    }
}

/// Gives every object of a list defaults.
fn in_each(mut payload: Value, list: &str, defaults: &[(&str, Value)]) -> Value {
    let items = payload.get_mut(list).and_then(Value::as_array_mut);
    for item in items.into_iter().flatten() {
        for (field, default) in defaults {
            *item = with_default(item.take(), field, default.clone());
        }
    }
    payload
}

fn with_default(mut payload: Value, field: &str, default: Value) -> Value {
    if let Some(object) = payload.as_object_mut() {
        object.entry(field).or_insert(default);
    }
    payload
}
