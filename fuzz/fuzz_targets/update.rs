//! What the page hands over: keys and typed values as one string.
#![no_main]

use guestsync_core::attribute::{Given, Limits, Update, Value, check};
use guestsync_core::flat::Flat;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let mut flat = Flat::new(text);
    let mut updates = Vec::new();
    while !flat.is_at_end() {
        let key = flat.owned().unwrap_or_default();
        let given = flat.text().map_or(Given::OtherType, Given::from_typed);
        if let Given::Value(value) = &given {
            assert_eq!(Value::from_typed(value.typed()).as_ref(), Some(value));
        }
        updates.push(Update { key: key.into(), given });
    }
    let given = updates.len();
    match check(updates, &Limits::default(), 0, &|_| false) {
        Ok(values) => assert_eq!(values.len(), given),
        Err(issues) => assert!(!issues.is_empty()),
    }
});
