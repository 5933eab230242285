//! `routingConfiguration`.

use super::super::problem::Rule;
use super::fields::Fields;

/// The groups of a UUID (RFC 9562 §4).
const UUID: [usize; 5] = [8, 4, 4, 4, 12];
/// The groups of the design document's example, `12345-67890-abcde-fghij`.
const EXAMPLE: [usize; 4] = [5, 5, 5, 5];

pub(super) fn check(mut fields: Fields<'_, '_>) -> Option<String> {
    let text = fields.any_text("queueId")?;
    if grouped(text, &UUID, |byte| byte.is_ascii_hexdigit()) {
        return Some(text.to_owned());
    }
    if grouped(text, &EXAMPLE, |byte| byte.is_ascii_digit() || byte.is_ascii_lowercase()) {
        fields.problem("queueId", Rule::QueueExample);
        return Some(text.to_owned());
    }
    fields.problem("queueId", if text.is_empty() { Rule::TextEmpty } else { Rule::QueueId });
    None
}

fn grouped(text: &str, lengths: &[usize], allowed: impl Fn(u8) -> bool) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq(lengths.iter().copied()) && groups.iter().all(|group| group.bytes().all(&allowed))
}
