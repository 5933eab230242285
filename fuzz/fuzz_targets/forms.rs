//! What the forms' machine reads of others: stored rows, a key set, a server's answers. Of each line of the text it is given one; rows are
//! pairs of lines.
#![no_main]

use std::collections::BTreeMap;

use guestsync_core::journal::{Row, Table};
use guestsync_core::patch::Pointer;
use guestsync_core::profile::{
    Entry, Field, Given, Input, KeySet, Listed, Mode, Output, Profile, Rules, Settings, Unknown, Upstream,
};
use guestsync_core::seal::{Agreement, Entropy, PublicPoint};
use guestsync_core::shared_str::SharedStr;
use guestsync_core::{Now, Sensitive};
use libfuzzer_sys::fuzz_target;

/// In no input.
const PLAIN: &str = "plain \u{1}\u{2}\u{3}";
/// A machine that asks for more without an end would be one that spins.
const MOST: usize = 2_000;

fn form(value: &str) -> Vec<Entry> {
    [("guestId", "g-1"), ("email", value)]
        .map(|(name, value)| Entry { name: name.into(), given: Given::Text(Sensitive::new(value.into())) })
        .into()
}

fn machine() -> Profile {
    let field = |name: &str| Field::new(name, Pointer::to_member(name).expect("a pointer"));
    let fields = vec![field("email"), field("phone")];
    let settings =
        Settings { fields, required: vec![], unknown: Unknown::Ignore, consent: vec![], mode: Mode::Sealed, redirect: None };
    Profile::with_queue(Rules::new(settings).expect("good settings"), 7)
}

/// What the text says, line by line.
struct Said {
    keys: KeySet,
    answer: Upstream,
    rows: BTreeMap<(Table, SharedStr), SharedStr>,
}

fn read(text: &str) -> Said {
    let mut lines = text.split('\n');
    let mut next = || lines.next().map(str::to_owned);
    let keys = KeySet {
        cache_control: next(),
        keys: vec![Listed { id: next(), kind: next(), curve: next(), usage: None, algorithm: None }],
        stored: false,
    };
    let mut number = || next().and_then(|line| line.parse().ok());
    let (status, pause, date, sequence) = (number(), number(), number(), number());
    let answer = Upstream { status: status.unwrap_or(0) as u16, code: next(), pause, date, sequence };
    let mut rows = BTreeMap::new();
    while let (Some(key), Some(value)) = (next(), next()) {
        let (letter, key) = key.split_at_checked(1).unwrap_or(("f", &key));
        rows.insert((Table::of(letter).unwrap_or(Table::Forms), key.into()), value.into());
    }
    Said { keys, answer, rows }
}

fuzz_target!(|text: &str| {
    let Said { keys, answer, mut rows } = read(text);
    let mut machine = machine();
    let mut now = Now { wall: 1_700_000_000_000, mono: 1_000 };
    let entropy = Entropy::from_seed(&mut [9; 32]);
    machine.handle(now, Input::Wake { page: true });
    machine.handle(now, Input::Submitted { form: 1, navigation: false, entries: form(PLAIN), entropy });
    machine.handle(now, Input::Status { ask: 1 });
    let mut answered = 0;
    for _ in 0..MOST {
        let Some(output) = machine.poll() else { break };
        now.mono += 1;
        now.wall += 1;
        let input = match output {
            Output::GetKeys => Input::Keys(keys.clone()),
            Output::Agree { key_id } => {
                let point = PublicPoint::from_coordinates([1; 32], [2; 32]);
                Agreement::new(&key_id, point, &mut [3; 32]).map_or(Input::AgreeFailed { key_id }, Input::Agreed)
            }
            Output::GetToken { guest } => {
                Input::Token { guest, asked_at: now.mono, value: Sensitive::new("t".into()), expires_in: Some(300.0) }
            }
            Output::Send(patch) => {
                assert!(!patch.body.contains(PLAIN));
                Input::Response { send: patch.send, answer: answer.clone() }
            }
            Output::Lock => Input::LockGranted,
            Output::Load { load } => {
                let row = |((table, key), value): (&(Table, SharedStr), &SharedStr)| Row {
                    table: *table,
                    key: key.clone(),
                    value: value.clone(),
                };
                Input::Loaded { load, rows: rows.iter().map(row).collect() }
            }
            Output::Store { store, writes } => {
                for write in writes {
                    let key = (write.table, write.key);
                    match write.value {
                        Some(value) => {
                            assert!(!value.contains(PLAIN));
                            rows.insert(key, value);
                        }
                        None => drop(rows.remove(&key)),
                    }
                }
                Input::Stored { store }
            }
            Output::Respond { .. } | Output::Forward { .. } => {
                answered += 1;
                continue;
            }
            _ => continue,
        };
        machine.handle(now, input);
    }
    // Whatever was said, the form has its answer in the end.
    now.mono += 60_000;
    machine.handle(now, Input::Deadline);
    while let Some(output) = machine.poll() {
        answered += usize::from(matches!(output, Output::Respond { .. } | Output::Forward { .. }));
    }
    assert_eq!(answered, 1);
});
