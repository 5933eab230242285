//! Attributes that are defined from the start.
//!
//! Of the three that the CRM map writes, `crm_ticket_id` belongs to the organisation, `crm_ticket_priority` to
//! `acme-emea-dach` and `crm_channel_source` to `acme-emea-dach-support-tier1`, so that only the lowest group inherits all
//! three. Each other group of a chain has one attribute of its own. The organisation's list is filled up to the number
//! asked for with `attribute_0001`, `attribute_0002`, … of every type.

use serde_json::{Value, json};

use super::groups::ORGANISATION;
use crate::schema::Definition;
use crate::store::Schemas;

/// Defines everything; `count` attributes belong to the organisation. Nothing is defined where it is 0.
pub(crate) fn fill(schemas: &mut Schemas, count: usize) {
    if count == 0 {
        return;
    }
    for (group, definition) in named() {
        add(schemas, group, definition);
    }
    for number in 1..count {
        add(schemas, ORGANISATION, numbered(number));
    }
}

fn add(schemas: &mut Schemas, group: &str, definition: Value) {
    let definition = Definition::read(definition).expect("invariant: the sample's definitions are good");
    schemas.add(group, definition).expect("invariant: the sample's names differ");
}

fn named() -> [(&'static str, Value); 9] {
    let text = |name: &str| json!({ "name": name, "type": "string", "validationRules": [{ "type": "string", "max": 64 }] });
    let priority = json!({
        "name": "crm_ticket_priority",
        "type": "string",
        "description": "Priority level from external CRM",
        "validationRules": [{ "type": "regex", "value": "^(low|medium|high|critical)$" }],
    });
    [
        (ORGANISATION, text("crm_ticket_id")),
        ("acme-emea", text("emea_desk")),
        ("acme-emea-dach", priority),
        ("acme-emea-dach-support", text("support_queue")),
        ("acme-emea-dach-support-tier1", text("crm_channel_source")),
        ("acme-ring-a", text("ring_a")),
        ("acme-ring-b", text("ring_b")),
        ("acme-lost", text("lost")),
        ("acme-confidential-team", text("team")),
    ]
}

fn numbered(number: usize) -> Value {
    let (kind, rules) = match number % 5 {
        0 => ("string", json!([{ "type": "string", "min": 1, "max": 40 }])),
        1 => ("number", json!([{ "type": "range", "min": 0, "max": 1000 }])),
        2 => ("boolean", json!([])),
        3 => ("date", json!([])),
        _ => ("string", json!([{ "type": "regex", "value": "^[a-z]{2}-[0-9]{3}$" }])),
    };
    json!({ "name": format!("attribute_{number:04}"), "type": kind, "validationRules": rules })
}
