//! The loop: inputs into the machine, outputs out of it.

use alloc::string::String;
use alloc::vec::Vec;

use guestsync_core::Now;
use guestsync_core::flat::Flat;
use guestsync_core::messages::Messages;
use guestsync_core::profile::{Body, Input, KeySet, MAX_FIELDS, MAX_FORM, PATIENCE, Profile, Unreadable};
use guestsync_core::text::decimal;

use crate::code::{Ask, Tell};
use crate::{asked, options, told};

/// The machine of one worker.
pub(crate) struct Shell {
    profile: Profile,
    busy: bool,
}

/// Takes a message of the face's; the result is what it is asked.
pub(crate) fn hear(machine: &mut Option<Shell>, text: &str, secret: &[u8], now: Now) -> String {
    let mut messages = Messages::default();
    let mut flat = Flat::new(text);
    match flat.text().and_then(decimal).and_then(Tell::of) {
        Some(Tell::Open) => *machine = open(&mut flat, &mut messages),
        Some(name) => {
            if let Some(shell) = machine {
                shell.hear(name, &mut flat, secret, now, &mut messages);
            }
        }
        None => {}
    }
    messages.finish()
}

fn open(flat: &mut Flat<'_>, messages: &mut Messages) -> Option<Shell> {
    let seed = flat.number() << 32 | flat.number();
    match options::read(flat) {
        Ok(rules) => {
            asked::begin(messages, Ask::Opened);
            messages.number(PATIENCE);
            messages.number(MAX_FORM as u64);
            messages.number(MAX_FIELDS as u64);
            messages.texts(&rules.wanted());
            Some(Shell { profile: Profile::with_queue(rules, seed), busy: false })
        }
        Err((at, rule)) => {
            asked::begin(messages, Ask::Wrong);
            messages.text(&at);
            messages.text(rule);
            None
        }
    }
}

impl Shell {
    fn hear(&mut self, name: Tell, flat: &mut Flat<'_>, secret: &[u8], now: Now, messages: &mut Messages) {
        let input = match name {
            Tell::Arrived => arrived(flat, messages),
            Tell::Keys => keys(flat, messages),
            _ => told::input(name, flat, secret),
        };
        if let Some(input) = input {
            self.profile.handle(now, input);
        }
        while let Some(output) = self.profile.poll() {
            asked::output(messages, output, now);
        }
        let busy = self.profile.is_busy(now);
        if busy != self.busy {
            self.busy = busy;
            asked::begin(messages, Ask::Busy);
            messages.flag(busy);
        }
    }
}

/// A form is about to be read: how, by its content type.
fn arrived(flat: &mut Flat<'_>, messages: &mut Messages) -> Option<Input> {
    let (form, navigation) = told::form(flat);
    let Some(body) = flat.text().and_then(Body::of) else {
        return Some(Input::Unreadable { form, navigation, why: Unreadable::Type });
    };
    asked::begin(messages, Ask::Read);
    messages.number(form.into());
    messages.flag(body == Body::Json);
    Some(Input::Arriving)
}

/// A key set, which replaces nothing where no key of it can be sealed to.
fn keys(flat: &mut Flat<'_>, messages: &mut Messages) -> Option<Input> {
    let mut set = KeySet { cache_control: flat.owned(), stored: flat.text().is_some(), keys: Vec::new() };
    asked::begin(messages, Ask::Usable);
    let mut at = 0;
    while !flat.is_at_end() {
        let key = told::listed(flat);
        // Of two keys with one id, the first.
        if key.is_usable() && !set.keys.iter().any(|other| other.id == key.id) {
            messages.number(at);
            set.keys.push(key);
        }
        at += 1;
    }
    (!set.keys.is_empty()).then_some(Input::Keys(set))
}
