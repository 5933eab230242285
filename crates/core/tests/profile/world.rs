//! A shell made of values: it performs what a test tells it to, with p256 for the key agreement.

use std::collections::BTreeMap;

use guestsync_core::patch::Pointer;
use guestsync_core::profile::{
    Entry, Field, FormId, Given, Input, KeySet, Listed, Mode, Output, Patch, Profile, Rules, Settings, Unknown, Upstream,
};
use guestsync_core::seal::open;
use guestsync_core::{Now, Sensitive};
use serde_json::Value;

use crate::keys::{Holder, entropy, place};

pub(crate) const WALL: u64 = 1_795_182_907_042;

pub(crate) fn settings() -> Settings {
    let field = |name: &str| Field::new(name, Pointer::to_member(name).expect("a pointer"));
    Settings {
        fields: vec![field("email"), field("phone"), field("name")],
        required: vec!["guestId".into()],
        unknown: Unknown::Ignore,
        consent: vec![],
        mode: Mode::Sealed,
        redirect: None,
    }
}

pub(crate) fn rules() -> Rules {
    Rules::new(settings()).expect("good settings")
}

pub(crate) fn entries(fields: &[(&str, &str)]) -> Vec<Entry> {
    let entry = |(name, value): &(&str, &str)| Entry { name: (*name).into(), given: text(value) };
    fields.iter().map(entry).collect()
}

pub(crate) fn text(value: &str) -> Given {
    Given::Text(Sensitive::new(value.into()))
}

fn listed(id: &str) -> Listed {
    let text = |text: &str| Some(text.to_owned());
    Listed { id: text(id), kind: text("EC"), curve: text("P-256"), ..Listed::default() }
}

/// An answer of the server's.
pub(crate) fn says(status: u16, code: &str) -> Upstream {
    Upstream { status, code: Some(code.to_owned()).filter(|code| !code.is_empty()), ..Upstream::default() }
}

/// A machine, its clock and its key holder.
pub(crate) struct World {
    pub(crate) profile: Profile,
    pub(crate) holder: Holder,
    pub(crate) mono: u64,
    forms: FormId,
    agreements: u64,
}

impl World {
    pub(crate) fn new(settings: Settings) -> Self {
        let profile = Profile::new(Rules::new(settings).expect("good settings"));
        Self { profile, holder: Holder::new("k1"), mono: 0, forms: 0, agreements: 0 }
    }

    /// Tells the machine something and gives what it asks for and says.
    pub(crate) fn tell(&mut self, input: Input) -> Vec<Output> {
        self.profile.handle(Now::new(WALL + self.mono, self.mono), input);
        let outputs = std::iter::from_fn(|| self.profile.poll());
        outputs.filter(|output| !matches!(output, Output::WakeAt(_))).collect()
    }

    pub(crate) fn submit(&mut self, fields: &[(&str, &str)]) -> Vec<Output> {
        self.submit_entries(false, entries(fields))
    }

    pub(crate) fn submit_entries(&mut self, navigation: bool, entries: Vec<Entry>) -> Vec<Output> {
        let form = self.forms;
        self.forms += 1;
        self.tell(Input::Submitted { form, navigation, entries, entropy: entropy(u64::from(form)) })
    }

    pub(crate) fn keys(&mut self, ids: &[&str]) -> Vec<Output> {
        let keys = ids.iter().map(|id| listed(id)).collect();
        self.tell(Input::Keys(KeySet { keys, ..KeySet::default() }))
    }

    pub(crate) fn keys_with(&mut self, id: &str, cache_control: &str) -> Vec<Output> {
        let cache_control = Some(cache_control.to_owned());
        self.tell(Input::Keys(KeySet { keys: vec![listed(id)], cache_control, stored: false }))
    }

    /// Makes one agreement with the holder's key.
    pub(crate) fn agree(&mut self) -> Vec<Output> {
        self.agreements += 1;
        let agreement = self.holder.agreement(self.agreements);
        self.tell(Input::Agreed(agreement))
    }

    pub(crate) fn token(&mut self, guest: &str, value: &str) -> Vec<Output> {
        let (asked_at, value) = (self.mono, Sensitive::new(value.to_owned()));
        self.tell(Input::Token { guest: guest.into(), asked_at, value, expires_in: Some(600.0) })
    }

    pub(crate) fn token_failed(&mut self, guest: &str, answer: Upstream) -> Vec<Output> {
        self.tell(Input::TokenFailed { guest: guest.into(), answer })
    }

    pub(crate) fn respond(&mut self, send: u32, answer: Upstream) -> Vec<Output> {
        self.tell(Input::Response { send, answer })
    }

    /// A world whose next form is sealed and sent at once: set, agreement and capability are there.
    pub(crate) fn warm() -> Self {
        let mut world = Self::new(settings());
        world.submit(&[("guestId", "g-1"), ("name", "warm")]);
        world.keys(&["k1"]);
        world.agree();
        let sent = world.token("g-1", "t1");
        let done = world.respond(one_patch(&sent).send, says(200, ""));
        assert_eq!(asked(&done), ["respond", "agree"], "one to spare, when nobody waits");
        world.agree();
        world
    }

    /// What the holder reads in a patch, by pointer.
    pub(crate) fn opened(&self, patch: &Patch) -> BTreeMap<String, String> {
        let operations: Vec<Value> = serde_json::from_str(&patch.body).expect("a JSON Patch");
        let values = operations.iter().filter(|operation| operation["path"] != "/lastUpdated").map(|operation| {
            let path = operation["path"].as_str().expect("a path");
            let sealed = operation["value"].as_str().expect("a sealed value");
            let plain = open(sealed, &place(&patch.guest, path), &self.holder).expect("it opens");
            (path.to_owned(), plain.expose().clone())
        });
        values.collect()
    }
}

/// The one patch among outputs.
pub(crate) fn one_patch(outputs: &[Output]) -> &Patch {
    let mut patches = outputs.iter().filter_map(|output| match output {
        Output::Send(patch) => Some(patch),
        _ => None,
    });
    let patch = patches.next().expect("a patch");
    assert!(patches.next().is_none(), "one patch");
    patch
}

/// The answers among outputs: form, status, body.
pub(crate) fn replies(outputs: &[Output]) -> Vec<(FormId, u16, String)> {
    let reply = |output: &Output| match output {
        Output::Respond { form, reply } => Some((*form, reply.status, reply.body.clone())),
        _ => None,
    };
    outputs.iter().filter_map(reply).collect()
}

/// The one answer among outputs as status and code.
pub(crate) fn one_answer(outputs: &[Output]) -> (u16, String) {
    let replies = replies(outputs);
    assert_eq!(replies.len(), 1, "one answer");
    let body: Value = serde_json::from_str(&replies[0].2).expect("JSON");
    let code = body["error"]["code"].as_str().or(body["status"].as_str()).expect("a code or a status");
    (replies[0].1, code.to_owned())
}

/// What was asked of the outside, by name.
pub(crate) fn asked(outputs: &[Output]) -> Vec<&'static str> {
    let name = |output: &Output| match output {
        Output::GetKeys => "keys",
        Output::Agree { .. } => "agree",
        Output::GetToken { .. } => "token",
        Output::GetFieldKey { .. } => "field key",
        Output::Send(_) => "send",
        Output::Abort { .. } => "abort",
        Output::Respond { .. } => "respond",
        Output::Forward { .. } => "forward",
        Output::Lock => "lock",
        Output::Unlock => "unlock",
        Output::Load { .. } => "load",
        Output::Store { .. } => "store",
        Output::Sync => "sync",
        Output::Report(_) => "report",
        Output::Status { .. } => "status",
        Output::WakeAt(_) => "wake",
    };
    outputs.iter().map(name).collect()
}
