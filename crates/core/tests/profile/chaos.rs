//! Whatever the outside does, in whatever order: no panic, every form is answered once, and only sealed values leave.

use std::collections::BTreeSet;

use guestsync_core::profile::{Input, Mode, Output, Settings};
use guestsync_core::seal::{Binding, SharedKey};
use proptest::prelude::*;

use crate::world::{World, says, settings};

/// What happens next: an index into what is asked for and not yet done, and how it ends.
#[derive(Debug, Clone)]
enum Step {
    Submit(u8),
    Perform(prop::sample::Index, u16),
    Wait(u64),
    Stray(u8),
}

fn step() -> impl Strategy<Value = Step> {
    let status = prop::sample::select(vec![200, 200, 200, 0, 401, 403, 404, 409, 429, 503]);
    prop_oneof![
        2 => (0u8..4).prop_map(Step::Submit),
        6 => (any::<prop::sample::Index>(), status).prop_map(|(which, status)| Step::Perform(which, status)),
        1 => prop::sample::select(vec![1u64, 500, 10_000, 400_000]).prop_map(Step::Wait),
        1 => (0u8..7).prop_map(Step::Stray),
    ]
}

struct Chaos {
    world: World,
    todo: Vec<Output>,
    submitted: u32,
    answered: BTreeSet<u32>,
    last: Option<(u32, u16)>,
}

impl Chaos {
    fn new(mode: Mode) -> Self {
        let world = World::new(Settings { mode, ..settings() });
        Self { world, todo: Vec::new(), submitted: 0, answered: BTreeSet::new(), last: None }
    }

    fn note(&mut self, outputs: Vec<Output>) -> Result<(), TestCaseError> {
        for output in outputs {
            match output {
                Output::Respond { form, reply } => {
                    prop_assert!(self.answered.insert(form), "answered twice");
                    prop_assert!(form < self.submitted);
                    self.last = Some((form, reply.status));
                    prop_assert!(!reply.body.contains("canary"));
                }
                Output::Abort { send } => {
                    self.todo.retain(|output| !matches!(output, Output::Send(patch) if patch.send == send));
                }
                Output::Send(patch) => {
                    prop_assert!(!patch.body.contains("canary"));
                    self.todo.push(Output::Send(patch));
                }
                other => self.todo.push(other),
            }
        }
        Ok(())
    }

    fn step(&mut self, step: &Step) -> Result<(), TestCaseError> {
        let outputs = match step {
            Step::Submit(guest) => {
                self.submitted += 1;
                let guest = format!("g-{guest}");
                self.world.submit(&[("guestId", &guest), ("email", "canary@example.org"), ("name", "canary")])
            }
            Step::Perform(..) if self.todo.is_empty() => return Ok(()),
            Step::Perform(which, status) => {
                let output = self.todo.remove(which.index(self.todo.len()));
                self.perform(output, *status)
            }
            Step::Wait(time) => {
                self.world.mono += time;
                self.world.tell(Input::Deadline)
            }
            Step::Stray(kind) => self.stray(*kind),
        };
        self.note(outputs)
    }

    fn perform(&mut self, output: Output, status: u16) -> Vec<Output> {
        let good = status == 200;
        match output {
            Output::GetKeys if good => self.world.keys(&["k1"]),
            Output::GetKeys => self.world.tell(Input::KeysFailed { online: false }),
            Output::Agree { .. } if good => self.world.agree(),
            Output::Agree { key_id } => self.world.tell(Input::AgreeFailed { key_id }),
            Output::GetToken { guest } if good => self.world.token(&guest, "t"),
            Output::GetToken { guest } => self.world.token_failed(&guest, says(status, "")),
            Output::GetFieldKey { guest, .. } if good => {
                self.world.tell(Input::FieldKey { guest, key: SharedKey::new(&mut [1; 32]), fresh_for: None })
            }
            Output::GetFieldKey { guest, .. } => self.world.tell(Input::FieldKeyFailed { guest, answer: says(status, "") }),
            Output::Send(patch) if status == 0 => self.world.tell(Input::SendFailed { send: patch.send, unsent: false }),
            Output::Send(patch) => self.world.respond(patch.send, says(status, "")),
            _ => Vec::new(),
        }
    }

    /// Something that was never asked for.
    fn stray(&mut self, kind: u8) -> Vec<Output> {
        match kind {
            0 => self.world.keys(&["k1"]),
            1 => self.world.agree(),
            2 => self.world.token("g-0", "stray"),
            3 => self.world.respond(999, says(200, "")),
            4 => self.world.tell(Input::SendFailed { send: 999, unsent: false }),
            5 => self.world.tell(Input::AgreeFailed { key_id: "other".into() }),
            _ => self.world.tell(Input::FieldKeyFailed { guest: "g-9".into(), answer: says(401, "") }),
        }
    }
}

fn play(mode: Mode, steps: &[Step]) -> Result<(), TestCaseError> {
    let mut chaos = Chaos::new(mode);
    for step in steps {
        chaos.step(step)?;
    }
    // Nothing more comes back: the deadline answers whoever still waits.
    chaos.world.mono += 10_000;
    let outputs = chaos.world.tell(Input::Deadline);
    chaos.note(outputs)?;
    prop_assert_eq!(chaos.answered.len(), chaos.submitted as usize);
    // What is still under way ends well, and then a form goes through.
    chaos.step(&Step::Submit(0))?;
    while !chaos.todo.is_empty() {
        let output = chaos.todo.remove(0);
        let outputs = chaos.perform(output, 200);
        chaos.note(outputs)?;
    }
    prop_assert_eq!(chaos.last, Some((chaos.submitted - 1, 200)));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn every_form_is_answered_once_in_the_sealed_mode(steps in prop::collection::vec(step(), 1..80)) {
        play(Mode::Sealed, &steps)?;
    }

    #[test]
    fn every_form_is_answered_once_in_the_shared_mode(steps in prop::collection::vec(step(), 1..80)) {
        play(Mode::Shared(Binding::Field), &steps)?;
    }
}
