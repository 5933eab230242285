//! One worker's life: the machine, what it has asked for, and what is known of the forms that were posted to it.

use guestsync_core::patch::Pointer;
use guestsync_core::profile::{Entry, Field, Given, Input, Mode, Output, Profile, Report, Rules, Settings, Unknown};
use guestsync_core::seal::{Binding, Entropy, Place, SharedKey};
use guestsync_core::{Now, Sensitive};

pub const FIELDS: [&str; 3] = ["email", "name", "phone"];

pub fn key() -> SharedKey {
    SharedKey::new(&mut [7; 32])
}

pub fn place(guest: &str, pointer: &str) -> Place {
    Place::new(guest, Pointer::parse(pointer).expect("a pointer")).expect("a place")
}

pub fn rules() -> Rules {
    let field = |name: &&str| Field::new(name, Pointer::to_member(name).expect("a pointer"));
    let settings = Settings {
        fields: FIELDS.iter().map(field).collect(),
        required: vec![],
        unknown: Unknown::Ignore,
        consent: vec![],
        mode: Mode::Shared(Binding::Field),
        redirect: None,
    };
    Rules::new(settings).expect("good settings")
}

pub struct Life {
    pub profile: Profile,
    /// What it has asked for and what is not done yet.
    pub todo: Vec<Output>,
    /// Since when it lives (monotonic).
    pub since: u64,
    pub wake: Option<u64>,
}

impl Life {
    pub fn new(seed: u64, now: Now) -> Self {
        Self { profile: Profile::with_queue(rules(), seed), todo: Vec::new(), since: now.mono, wake: None }
    }

    pub fn tell(&mut self, now: Now, input: Input) -> Vec<Output> {
        // Each life has a monotonic clock of its own.
        self.profile.handle(Now::new(now.wall, now.mono - self.since), input);
        std::iter::from_fn(|| self.profile.poll()).collect()
    }

    pub fn submit(&mut self, now: Now, form: u32, guest: &str, fields: &[(&str, u64)], seed: u64) -> Vec<Output> {
        let text = |text: String| Given::Text(Sensitive::new(text));
        let mut entries = vec![Entry { name: "guestId".into(), given: text(guest.to_owned()) }];
        entries.extend(fields.iter().map(|(name, value)| Entry { name: (*name).to_owned(), given: text(value.to_string()) }));
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_be_bytes());
        let entropy = Entropy::from_seed(&mut bytes);
        self.tell(now, Input::Submitted { form, navigation: false, entries, entropy })
    }
}

/// A report that a page would get.
pub fn kind(report: &Report) -> &'static str {
    report.kind.as_str()
}
