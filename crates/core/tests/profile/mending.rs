//! What a queue makes of early timers, half answers, pages that ask often, and workers that share its journal.

use guestsync_core::Now;
use guestsync_core::clock::Ticker;
use guestsync_core::consent::Ledger;
use guestsync_core::profile::{Input, Output, Settings};

use crate::kept::{Kept, machine};
use crate::world::{WALL, asked, one_answer, one_patch, replies, says, settings};

const FORM: [(&str, &str); 3] = [("guestId", "g-1"), ("email", "ada@example.org"), ("name", "Ada")];
const OTHER: [(&str, &str); 2] = [("guestId", "g-1"), ("phone", "+1 555 0100")];

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
    answer.pause = Some(100_000);
    assert_eq!(asked(&kept.tell(Input::TokenFailed { guest: "g-1".into(), answer })), [""; 0]);
    assert_eq!(one_answer(&kept.keys()), (202, "queued".into()));
    assert_eq!(asked(&kept.wait(99_000)), [""; 0]);
    assert_eq!(asked(&kept.wait(2_000)), ["token"]);
}

/// Answers every patch with 503 until then, while a page asks every 2.5 s; gives how many were sent.
fn refused_until(kept: &mut Kept, until: u64) -> usize {
    let mut sent = 0;
    while kept.mono < until {
        let mut outputs = kept.wait(2_500);
        outputs.extend(kept.tell(Input::Wake { page: true }));
        while let Some(output) = outputs.pop() {
            if let Output::Send(patch) = output {
                sent += 1;
                outputs.extend(kept.respond(&patch, 503));
            }
        }
    }
    sent
}

#[test]
fn a_page_that_asks_often_does_not_make_a_long_outage_be_met_more_often() {
    let mut kept = Kept::warm(settings());
    let sent = kept.submit(&FORM);
    kept.respond(one_patch(&sent), 503);
    assert!(refused_until(&mut kept, 30_000) >= 4, "at first it is met often");
    refused_until(&mut kept, 120_000);
    let sent = refused_until(&mut kept, 280_000);
    assert!((5..=10).contains(&sent), "{sent} in 160 s");
}

#[test]
fn letters_are_retried_and_discarded_by_a_worker_that_has_just_started() {
    let mut kept = Kept::warm(settings());
    let sent = kept.submit(&FORM);
    kept.respond(one_patch(&sent), 422);
    let [key] = &kept.entries()[..] else { panic!("a letter") };
    let key = key.clone();

    kept.restart(settings());
    kept.is_slow = true;
    let asks = kept.tell(Input::Retry { key: key.clone() });
    let [Output::Load { load }] = asks[..] else { panic!("{asks:?}") };
    assert!(kept.profile.is_busy(Now::new(WALL, 0)), "the worker stays until it is done");
    kept.is_slow = false;
    let rows = kept.rows();
    assert_eq!(asked(&kept.tell(Input::Loaded { load, rows })), ["token"]);
    let sent = kept.token("g-1", "t2");
    kept.respond(one_patch(&sent), 422);

    kept.restart(settings());
    let [key] = &kept.entries()[..] else { panic!("a letter") };
    let key = key.clone();
    kept.tell(Input::Discard { key });
    assert_eq!(kept.entries(), [""; 0]);
}

fn with_purpose() -> Settings {
    let mut settings = settings();
    settings.fields[0].purpose = Some("marketing".into());
    settings
}

#[test]
fn what_is_withdrawn_while_a_form_is_being_sealed_is_left_out() {
    let (mut ledger, mut clock) = (Ledger::default(), Ticker::new(1));
    for (form, expected) in [(&FORM[..], true), (&FORM[..2], false)] {
        let mut kept = Kept::new(with_purpose());
        kept.decide(ledger.grant(&"marketing".into(), clock.tick(WALL)));
        assert_eq!(asked(&kept.submit(form)), ["keys", "token"]);
        kept.decide(ledger.withdraw(&"marketing".into(), clock.tick(WALL + 1)));
        let mut outputs = kept.tell(Input::ConsentChanged);
        outputs.extend(kept.keys());
        outputs.extend(kept.token("g-1", "t1"));
        if expected {
            let patch = one_patch(&outputs);
            assert!(!patch.body.contains("/email") && patch.body.contains("/name"));
            outputs = kept.respond(patch, 200);
        }
        let replies = replies(&outputs);
        assert_eq!(replies[0].2, r#"{"status":"synced","guestId":"g-1","held":["email"]}"#);
    }
}

#[test]
fn what_is_withdrawn_while_a_form_is_on_its_way_is_held() {
    let (mut ledger, mut clock) = (Ledger::default(), Ticker::new(1));
    for (form, is_all) in [(&FORM[..2], true), (&FORM[..], false)] {
        let mut kept = Kept::new(with_purpose());
        kept.decide(ledger.grant(&"marketing".into(), clock.tick(WALL)));
        kept.submit(form);
        kept.keys();
        assert!(one_patch(&kept.token("g-1", "t1")).body.contains("/email"));
        kept.decide(ledger.withdraw(&"marketing".into(), clock.tick(WALL + 1)));
        let mut outputs = kept.tell(Input::ConsentChanged);
        if !is_all {
            let sent: Vec<Output> = outputs.extract_if(.., |output| matches!(output, Output::Send(_))).collect();
            assert!(!one_patch(&sent).body.contains("/email"));
            outputs.extend(kept.respond(one_patch(&sent), 200));
        }
        assert_eq!(replies(&outputs)[0].2, r#"{"status":"synced","guestId":"g-1","held":["email"]}"#);
    }
}

#[test]
fn of_two_forms_in_one_entry_that_is_held_whose_field_was_withdrawn() {
    let (mut ledger, mut clock) = (Ledger::default(), Ticker::new(1));
    let mut kept = Kept::new(with_purpose());
    kept.decide(ledger.grant(&"marketing".into(), clock.tick(WALL)));
    kept.submit(&FORM[..2]);
    kept.keys();
    kept.submit(&[("guestId", "g-1"), ("name", "Ada")]);
    let sent = kept.token("g-1", "t1");
    assert!(one_patch(&sent).body.contains("/email") && one_patch(&sent).body.contains("/name"), "made one");
    kept.decide(ledger.withdraw(&"marketing".into(), clock.tick(WALL + 1)));
    let sent = kept.tell(Input::ConsentChanged);
    let outputs = kept.respond(one_patch(&sent), 200);
    let told: Vec<bool> = replies(&outputs).iter().map(|(.., body)| body.contains("held")).collect();
    assert_eq!(told, [true, false]);
}

#[test]
fn what_another_worker_has_made_of_an_entry_is_what_is_sent() {
    let mut kept = Kept::warm(settings());
    let mut other = machine(settings(), 7);
    let sent = kept.submit(&FORM);
    kept.submit(&OTHER);
    assert_eq!(kept.entries().len(), 2);
    core::mem::swap(&mut kept.profile, &mut other);
    kept.is_locked = true;
    kept.tell(Input::Status { ask: 1 });
    core::mem::swap(&mut kept.profile, &mut other);
    kept.respond(one_patch(&sent), 503);
    assert_eq!(kept.entries().len(), 1, "made one");
    core::mem::swap(&mut kept.profile, &mut other);
    kept.tell(Input::LockGranted);
    let sent = kept.token("g-1", "t1");
    let body = &one_patch(&sent).body;
    assert!(body.contains("/email") && body.contains("/phone"), "{body}");
}

#[test]
fn after_a_logout_nothing_leaves_under_what_was_asked_for_before() {
    let mut kept = Kept::warm(settings());
    kept.submit(&FORM);
    let outputs = kept.tell(Input::Logout { guest: "g-1".into() });
    assert!(outputs.iter().any(|output| matches!(output, Output::Abort { .. })));
    assert_eq!(one_answer(&outputs), (202, "queued".into()));
    for _ in 0..10 {
        assert_eq!(asked(&kept.wait(2_500)), [""; 0]);
        assert_eq!(asked(&kept.tell(Input::Wake { page: true })), [""; 0]);
    }

    let mut kept = Kept::new(settings());
    kept.submit(&FORM);
    kept.keys();
    kept.mono = 10;
    kept.tell(Input::Logout { guest: "g-1".into() });
    assert_eq!(asked(&kept.submit(&OTHER)), ["token"]);
    assert_eq!(asked(&kept.token_asked_at(0, "g-1", "old")), [""; 0]);
    let sent = kept.token("g-1", "new");
    assert_eq!(one_patch(&sent).token.expose(), "new");
}

#[test]
fn a_logout_that_does_not_say_whose_is_that_of_every_session_that_was_used() {
    let mut kept = Kept::warm(settings());
    kept.submit(&FORM);
    let outputs = kept.tell(Input::Logout { guest: String::new() });
    assert!(outputs.iter().any(|output| matches!(output, Output::Abort { .. })));
    assert_eq!(one_answer(&outputs), (202, "queued".into()));
    for _ in 0..10 {
        assert_eq!(asked(&kept.wait(2_500)), [""; 0]);
    }
}
