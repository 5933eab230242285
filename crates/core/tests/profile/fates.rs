//! Each form is told what became of its own fields.

use guestsync_core::journal::Table;
use guestsync_core::profile::{Input, Output};

use crate::kept::Kept;
use crate::world::{WALL, one_patch, replies, says, settings};

const HOUR: u64 = 60 * 60 * 1_000;

/// Status and first word of the body of each answer, by form.
fn told(outputs: &[Output]) -> Vec<(u32, u16)> {
    replies(outputs).into_iter().map(|(form, status, _)| (form, status)).collect()
}

/// Answers each patch, and those that follow, by what it sets.
fn answer(kept: &mut Kept, outputs: Vec<Output>, status: impl Fn(&str) -> u16) -> Vec<(u32, u16)> {
    let mut all = told(&outputs);
    let mut waiting = outputs;
    for _ in 0..600 {
        let mut next = Vec::new();
        for output in &waiting {
            if let Output::Send(patch) = output {
                next.extend(kept.respond(patch, status(&patch.body)));
            }
        }
        if next.is_empty() {
            next = kept.wait(500);
        }
        all.extend(told(&next));
        waiting = next;
    }
    all
}

#[test]
fn a_form_whose_entry_was_taken_apart_is_told_nothing_of_anothers_field() {
    for bad in ["/email", "/name"] {
        let mut kept = Kept::new(settings());
        kept.submit(&[("guestId", "g-1"), ("name", "Ada")]);
        kept.keys();
        let first = told(&kept.tell(Input::TokenFailed { guest: "g-1".into(), answer: says(503, "") }));
        assert_eq!(first.iter().map(|(_, status)| *status).collect::<Vec<_>>(), [202]);
        kept.submit(&[("guestId", "g-1"), ("email", "ada@example.org")]);
        let sent = kept.token("g-1", "t1");
        assert!(one_patch(&sent).body.contains("/name") && one_patch(&sent).body.contains("/email"), "one patch of both");
        let second = answer(&mut kept, sent, |body| if body.contains(bad) { 400 } else { 200 });
        assert_eq!(second.iter().map(|(_, status)| *status).collect::<Vec<_>>(), [202], "{bad}");
        assert_eq!(kept.entries().len(), 1, "the letter of the field that was refused");
    }
}

#[test]
fn a_form_that_says_what_is_on_its_way_already_shares_the_fate_of_what_carries_it() {
    let mut kept = Kept::warm(settings());
    let email = [("guestId", "g-1"), ("email", "bad")];
    let sent = kept.submit(&email);
    let send = one_patch(&sent).send;
    kept.tell(Input::SendFailed { send, unsent: false });
    let mut outputs = kept.submit(&[("guestId", "g-1"), ("name", "Ada")]);
    outputs.extend(kept.submit(&email));
    let status = |body: &str| if body.contains("/email") { 422 } else { 200 };
    let mut told = answer(&mut kept, outputs, status);
    told.sort_unstable();
    let statuses: Vec<u16> = told.iter().map(|(_, status)| *status).collect();
    assert_eq!(statuses, [200, 422], "the name was taken, the second e-mail address was not");
}

#[test]
fn a_pause_that_is_longer_than_any_server_may_ask_for_is_none() {
    for (span, is_sent) in [(6 * HOUR, false), (6 * HOUR + 1, true)] {
        let mut kept = Kept::new(settings());
        kept.put("~pause", &format!("{WALL} {}", WALL + span));
        kept.submit(&[("guestId", "g-1"), ("name", "Ada")]);
        kept.keys();
        let outputs = kept.token("g-1", "t1");
        assert_eq!(outputs.iter().any(|output| matches!(output, Output::Send(_))), is_sent, "{span}");
    }
}

#[test]
fn a_copy_of_an_entry_under_another_key_is_sent_by_nobody() {
    let mut kept = Kept::new(settings());
    kept.submit(&[("guestId", "g-1"), ("name", "Ada")]);
    kept.keys();
    kept.tell(Input::TokenFailed { guest: "g-1".into(), answer: says(503, "") });
    let row = kept.rows().into_iter().find(|row| row.table == Table::Forms && row.key.contains('/')).expect("a row");
    kept.put("x/copy", &row.value);
    kept.restart(settings());
    kept.tell(Input::Wake { page: true });
    assert_eq!(kept.entries(), [row.key.to_string()], "what is under a foreign key is removed");
}
