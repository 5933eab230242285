//! What the face calls.

use alloc::string::String;
use alloc::vec::Vec;

use guestsync_core::flat::Flat;
use guestsync_core::messages::Messages;
use guestsync_core::pii::{Kind, Policies, Policy, Region, Screen};
use wasm_bindgen::prelude::*;

/// Looks values through. `message` is texts in one string (`guestsync_core::flat`): the most bytes of a value, the region of phone
/// numbers, the policy of each kind, how many keys are meant to carry such values, these; then keys and values in turn. The result is
/// JSON text, empty where nothing is found: of each value in which something is, its place among them, whether the update is to be
/// refused, what takes the value's place (null: it stays), then kinds and their policies in turn.
#[wasm_bindgen]
#[must_use]
pub fn judge(message: &str) -> String {
    let mut flat = Flat::new(message);
    let screen = screen(&mut flat);
    let mut messages = Messages::default();
    let mut at = 0;
    while !flat.is_at_end() {
        let (key, text) = (flat.text().unwrap_or_default(), flat.text().unwrap_or_default());
        if let Some(judgement) = screen.judge(key, text) {
            messages.begin(at);
            messages.flag(judgement.blocked);
            messages.maybe(judgement.masked.as_deref());
            for kind in judgement.kinds.iter() {
                messages.text(kind.name());
                messages.text(screen.policies.get(kind).name());
            }
        }
        at += 1;
    }
    messages.finish()
}

fn screen(flat: &mut Flat<'_>) -> Screen {
    let value_bytes = flat.number() as usize;
    let region = flat.text().and_then(Region::named);
    let mut policies = Policies::default();
    for kind in Kind::ALL {
        if let Some(policy) = flat.text().and_then(Policy::named) {
            policies.set(kind, policy);
        }
    }
    let mut allow = Vec::new();
    for _ in 0..flat.number() {
        if let Some(key) = flat.owned() {
            allow.push(key);
        }
    }
    Screen { policies, allow, region, value_bytes }
}

#[cfg(test)]
mod tests {
    use super::judge;

    /// What the TypeScript face does.
    fn pack(texts: &[Option<&str>]) -> String {
        let lengths: Vec<String> =
            texts.iter().map(|text| text.map_or(String::new(), |text| text.encode_utf16().count().to_string())).collect();
        format!("{}\n{}", lengths.join(","), texts.iter().flatten().copied().collect::<String>())
    }

    fn judged(policies: [Option<&str>; 6], allow: &[&str], values: &[&str]) -> String {
        let count = allow.len().to_string();
        let mut texts = vec![Some("256"), None];
        texts.extend(policies);
        texts.push(Some(&count));
        texts.extend(allow.iter().chain(values).map(|text| Some(*text)));
        judge(&pack(&texts))
    }

    #[test]
    fn each_value_in_which_something_is_found_is_told_with_what_becomes_of_it() {
        let policies = [Some("mask"), None, Some("block"), None, None, None];
        let values = ["note", "ask ada@example.org", "tier", "gold", "card", "4111 1111 1111 1111", "from", "192.0.2.7"];
        assert_eq!(
            judged(policies, &[], &values),
            r#"[[0,false,"ask [email]","email","mask"],[2,true,null,"card","block"],[3,false,null,"ip","flag"]]"#
        );
    }

    #[test]
    fn keys_that_are_meant_to_carry_such_values_are_left_alone_and_where_nothing_is_found_nothing_is_told() {
        assert_eq!(judged([Some("block"); 6], &["email"], &["email", "ada@example.org", "tier", "gold"]), "");
    }

    #[test]
    fn what_the_face_has_garbled_is_read_to_an_end() {
        for text in ["", "\n", "3,9\nabc", "1,,,,,,,,9\n2"] {
            assert_eq!(judge(text), "");
        }
    }
}
