//! What a queue makes of early timers, half answers, pages that ask often, and workers that share its journal.

use guestsync_core::profile::Input;

use crate::kept::Kept;
use crate::world::{asked, one_answer, one_patch, says, settings};

const FORM: [(&str, &str); 3] = [("guestId", "g-1"), ("email", "ada@example.org"), ("name", "Ada")];

#[test]
fn a_timer_that_fires_a_moment_early_is_set_again() {
    let mut kept = Kept::warm(settings());
    assert_eq!(asked(&kept.submit(&FORM)), ["send"]);
    let at = kept.wakes.last().copied().flatten().expect("a form waits for its attempt");
    let set = kept.wakes.len();
    kept.mono = at - 1;
    kept.tell(Input::Deadline);
    assert_eq!(kept.wakes[set..], [Some(at)]);
}

#[test]
fn a_capability_whose_answer_is_half_lost_is_asked_for_again_and_the_form_is_kept() {
    let mut kept = Kept::new(settings());
    kept.submit(&FORM);
    kept.keys();
    let outputs = kept.tell(Input::TokenFailed { guest: "g-1".into(), answer: says(200, "") });
    assert_eq!(one_answer(&outputs), (202, "queued".into()));
    assert_eq!(kept.entries().len(), 1);
    assert_eq!(asked(&kept.wait(20_000))[0], "token");
}

#[test]
fn a_pause_asked_for_with_a_capability_holds_before_the_form_is_sealed() {
    let mut kept = Kept::new(settings());
    kept.submit(&FORM);
    let mut answer = says(429, "");
    answer.retry_after = Some("100".into());
    assert_eq!(asked(&kept.tell(Input::TokenFailed { guest: "g-1".into(), answer })), [""; 0]);
    assert_eq!(one_answer(&kept.keys()), (202, "queued".into()));
    assert_eq!(asked(&kept.wait(99_000)), [""; 0]);
    assert_eq!(asked(&kept.wait(2_000)), ["token"]);
}
