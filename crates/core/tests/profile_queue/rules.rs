//! What the queue promises, one rule a test.

use guestsync_core::patch::Pointer;
use guestsync_core::profile::{Consent, Field, Input, Mode, Rules, Settings, Unknown};
use guestsync_core::seal::Binding;

use crate::browser::{FIELDS, rules};
use crate::desk::{Desk, members, withdrawal};

const DAY: u64 = 24 * 60 * 60 * 1_000;

#[test]
fn a_form_is_on_disk_before_it_is_answered_and_leaves_when_the_server_has_it() {
    let mut desk = Desk::new(rules());
    desk.status = 0;
    assert_eq!(desk.post("g", &[("email", 1)]), 202);
    assert_eq!((desk.entries(), desk.told("queued")), (1, vec!["g"]));
    desk.status = 200;
    desk.wait(60_000);
    desk.tell(Input::Wake { page: true });
    assert_eq!((desk.entries(), desk.told("synced")), (0, vec!["g"]));
    let [first, last] =
        [desk.sent.first(), desk.sent.last()].map(|patch| patch.map(|patch| (&patch.idempotency_key, &patch.body)));
    assert_eq!(first, last, "the same bytes under the same key");
}

#[test]
fn a_full_queue_gives_up_the_oldest_and_says_so() {
    let mut desk = Desk::new(rules());
    desk.status = 0;
    for at in 0..502 {
        assert_eq!(desk.post(&format!("g-{at}"), &[("email", at)]), 202);
    }
    assert_eq!((desk.entries(), desk.told("evicted")), (500, vec!["g-0", "g-1"]));
}

#[test]
fn a_full_disk_lets_go_of_what_was_delivered() {
    let mut desk = Desk::new(rules());
    desk.status = 0;
    desk.post("g", &[("email", 1)]);
    desk.full = true;
    desk.status = 200;
    for _ in 0..2 {
        desk.wait(60_000);
        desk.tell(Input::Wake { page: true });
    }
    assert_eq!((desk.entries(), desk.told("synced")), (0, vec!["g"]));
}

#[test]
fn what_has_waited_for_a_week_expires_and_is_told() {
    let mut desk = Desk::new(rules());
    desk.status = 0;
    desk.post("g", &[("email", 1)]);
    desk.wait(7 * DAY - 10_000);
    desk.restart();
    desk.tell(Input::Wake { page: false });
    assert_eq!(desk.entries(), 1);
    desk.wait(20_000);
    desk.tell(Input::Wake { page: false });
    assert_eq!((desk.entries(), desk.told("expired")), (0, vec!["g"]));
}

#[test]
fn what_has_no_session_waits_for_it_is_told_once_and_holds_up_nobody() {
    let mut desk = Desk::new(rules());
    desk.status = 0;
    desk.post("gone", &[("email", 1)]);
    desk.status = 200;
    desk.gone.insert("gone".into());
    desk.restart();
    for _ in 0..3 {
        desk.tell(Input::Wake { page: true });
        desk.wait(60_000);
    }
    assert_eq!(desk.told("stranded"), ["gone"]);
    assert!(desk.letters().iter().all(|letter| letter.stranded && letter.status == 0));
    assert_eq!(desk.post("other", &[("email", 2)]), 200);
    assert_eq!(desk.entries(), 1);
    desk.gone.clear();
    desk.tell(Input::Wake { page: true });
    assert_eq!((desk.entries(), desk.told("synced")), (0, vec!["other", "gone"]));
}

#[test]
fn what_is_refused_for_good_is_a_letter_to_be_tried_as_another_write_or_given_up() {
    let mut desk = Desk::new(rules());
    desk.status = 422;
    assert_eq!(desk.post("g", &[("email", 1)]), 422);
    let key = desk.letters()[0].key.clone();
    assert_eq!((desk.letters()[0].status, &*desk.letters()[0].fields), (422, &["/email".to_owned()][..]));
    desk.wait(60_000);
    desk.tell(Input::Wake { page: true });
    assert_eq!(desk.sent.len(), 1, "it is not tried by itself");

    desk.restart();
    desk.letters();
    desk.tell(Input::Retry { key });
    let [refused, again] = &desk.sent[..] else { unreachable!("two patches") };
    assert!(again.sequence > refused.sequence && again.idempotency_key != refused.idempotency_key);
    let key = desk.letters()[0].key.clone();
    desk.tell(Input::Discard { key });
    assert_eq!((desk.letters().len(), desk.entries()), (0, 0));
}

#[test]
fn what_has_not_changed_is_not_sent_again_until_ten_minutes_or_another_life() {
    let mut desk = Desk::new(rules());
    assert_eq!(desk.post("g", &[("email", 1), ("name", 2)]), 200);
    assert_eq!(desk.post("g", &[("email", 1), ("name", 3)]), 200);
    assert_eq!(desk.post("g", &[("email", 1), ("name", 3)]), 200);
    assert_eq!(desk.sent.iter().map(members).collect::<Vec<_>>(), [vec!["/email", "/name"], vec!["/name"]]);
    desk.restart();
    assert_eq!(desk.post("g", &[("email", 1)]), 200);
    desk.wait(600_000);
    assert_eq!(desk.post("g", &[("email", 1)]), 200);
    assert_eq!(desk.sent.len(), 4);
}

#[test]
fn what_is_withdrawn_is_taken_out_of_what_waits() {
    let mut fields: Vec<Field> = FIELDS.iter().map(|name| Field::new(name, Pointer::to_member(name).unwrap())).collect();
    fields[1].purpose = Some("marketing".into());
    let consent = vec![Consent { purpose: "marketing".into(), field: "phone".into() }];
    fields.pop();
    let (required, unknown, mode) = (vec![], Unknown::Ignore, Mode::Shared(Binding::Field));
    let mut desk = Desk::new(Rules::new(Settings { fields, required, unknown, consent, mode, redirect: None }).unwrap());
    desk.status = 0;
    // The consent field says yes by 1.
    assert_eq!(desk.post("g", &[("email", 5), ("name", 6), ("phone", 1)]), 202);
    assert_eq!(desk.letters()[0].fields, ["/email", "/name"]);
    desk.consent.push(withdrawal("marketing"));
    desk.tell(Input::ConsentChanged);
    assert_eq!(desk.letters()[0].fields, ["/email"]);
    assert_eq!(desk.told("withdrawn"), ["g"]);
    desk.status = 200;
    desk.wait(60_000);
    desk.tell(Input::Wake { page: true });
    assert_eq!((desk.sent.last().map(members), desk.entries()), (Some(vec!["/email".to_owned()]), 0));
}

#[test]
fn one_guest_that_is_refused_holds_up_no_other_and_a_later_form_still_goes() {
    let mut desk = Desk::new(rules());
    desk.status = 422;
    assert_eq!(desk.post("g", &[("email", 1)]), 422);
    desk.status = 200;
    assert_eq!(desk.post("g", &[("name", 2)]), 200);
    assert_eq!(desk.post("h", &[("name", 3)]), 200);
    assert_eq!(desk.letters().len(), 1);
    assert_eq!(desk.post("g", &[("email", 4)]), 200);
    assert_eq!(desk.letters().len(), 0, "what was refused is settled by what came later");
}
