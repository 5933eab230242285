//! The machine against a model of Genesys that loses answers, refuses, forgets and is late, and against processes that are killed.

use std::collections::BTreeMap;

use guestsync_genesys::Error;
use guestsync_genesys::call::ChannelOutcome;
use proptest::prelude::*;

use super::*;
use crate::provision::existing::Found;
use crate::provision::{Syntax, read};

fn channel(description: &str) -> Channel {
    let text = format!(
        r#"{{"name": "Shop", "description": "{description}",
            "webMessagingWidgetConfiguration": {{"widgetId": "w", "theme": "default", "customAttributes": {{}}}},
            "securityPolicy": {{"enabled": false, "allowedOrigins": [], "requireConsent": false}},
            "routingConfiguration": {{"queueId": "8f3a2b1c-4d5e-6f7a-8b9c-0d1e2f3a4b5c"}}}}"#
    );
    read(&text, Syntax::Json).unwrap().channels.remove(0).1
}

fn task(on_conflict: OnConflict, free_at: Option<Millis>) -> Task {
    Task { channel: channel("ours"), on_conflict, free_at }
}

/// What happens to one request, or around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Well,
    /// 429.
    NotNow,
    /// No effect, no answer.
    Reset,
    /// The effect, but no answer.
    Lost,
    /// No answer; the effect comes with the next request.
    Late,
    /// The effect, then the process is killed.
    Killed,
    /// The process is killed before the request leaves.
    KilledBefore,
}

/// Names and definitions; each name once, as Genesys has it.
#[derive(Default)]
struct Genesys {
    channels: BTreeMap<String, (String, Channel)>,
    late: Vec<Channel>,
    made_by_us: u32,
}

impl Genesys {
    fn arrive(&mut self) {
        for channel in std::mem::take(&mut self.late) {
            _ = self.create(&channel);
        }
    }

    fn create(&mut self, channel: &Channel) -> ChannelOutcome {
        if self.channels.contains_key(&channel.name) {
            return ChannelOutcome::Conflict;
        }
        self.made_by_us += 1;
        let id = format!("c-{}", self.channels.len());
        self.channels.insert(channel.name.clone(), (id.clone(), channel.clone()));
        ChannelOutcome::Created { id }
    }

    fn find(&self, wanted: &Channel) -> Found {
        match self.channels.get(&wanted.name) {
            None => Found::Nothing,
            Some((id, channel)) if channel == wanted => Found::Same(id.clone()),
            Some(_) => Found::Different,
        }
    }
}

const UNKNOWN: ChannelOutcome = ChannelOutcome::Unknown { retry_after: None, code: "upstream.unreachable" };

/// Runs a job to its end; what is written down is all that a new process has.
fn play(task: &Task, genesys: &mut Genesys, mut fates: impl Iterator<Item = Fate>) -> Progress {
    let mut disk: Option<String> = None;
    'process: loop {
        let written = disk.as_ref().map(|text| serde_json::from_str(text).unwrap());
        let mut machine = Machine::new(task.clone(), written);
        let mut next = machine.resume(1_000);
        loop {
            disk = Some(serde_json::to_string(&machine.progress).unwrap());
            let fate = fates.next().unwrap_or(Fate::Well);
            next = match next {
                Next::End => return machine.progress,
                Next::Wait(_) => machine.resume(1_000),
                _ if fate == Fate::KilledBefore => continue 'process,
                Next::LookUp => {
                    genesys.arrive();
                    match fate {
                        Fate::Well | Fate::Late => machine.found(genesys.find(&machine.channel()), 0),
                        Fate::Killed => continue 'process,
                        _ => machine.lookup_failed(&Error::Timeout, 0),
                    }
                }
                Next::Submit => {
                    machine.sending();
                    disk = Some(serde_json::to_string(&machine.progress).unwrap());
                    let sent = machine.channel();
                    genesys.arrive();
                    let outcome = match fate {
                        Fate::Well => genesys.create(&sent),
                        Fate::NotNow => ChannelOutcome::NotNow { retry_after: Some(5), code: "upstream.busy" },
                        Fate::Reset | Fate::KilledBefore => UNKNOWN,
                        Fate::Lost | Fate::Killed => {
                            _ = genesys.create(&sent);
                            UNKNOWN
                        }
                        Fate::Late => {
                            genesys.late.push(sent);
                            UNKNOWN
                        }
                    };
                    if fate == Fate::Killed {
                        continue 'process;
                    }
                    machine.answered(outcome, 0)
                }
            };
        }
    }
}

fn fate() -> impl Strategy<Value = Fate> {
    use Fate::{Killed, KilledBefore, Late, Lost, NotNow, Reset, Well};
    prop::sample::select(vec![Well, Well, NotNow, Reset, Lost, Late, Killed, KilledBefore])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    #[test]
    fn a_channel_is_made_once_whatever_is_lost_late_or_killed(
        fates in prop::collection::vec(fate(), 0..25),
        suffix in any::<bool>(),
        taken in any::<bool>(),
        fresh in any::<bool>(),
    ) {
        let on_conflict = if suffix { OnConflict::Suffix } else { OnConflict::Fail };
        let task = task(on_conflict, fresh.then_some(900));
        let mut genesys = Genesys::default();
        if taken {
            genesys.channels.insert("Shop".into(), ("c-other".into(), channel("theirs")));
        }
        let progress = play(&task, &mut genesys, fates.into_iter());
        let after = play(&task, &mut genesys, std::iter::empty());
        if taken && !suffix {
            prop_assert_eq!(progress.state, State::Failed(Reason::of("name.taken")));
            prop_assert_eq!(genesys.made_by_us, 0);
        } else {
            let State::Success { channel_id, .. } = &progress.state else { panic!("{progress:?}") };
            prop_assert_eq!(genesys.made_by_us, 1);
            prop_assert_eq!(&genesys.channels[&progress.name].0, channel_id);
            prop_assert_eq!(progress.suffixed, taken);
            // Asked for again, it is there already, under the same name.
            prop_assert_eq!(after.name, progress.name);
            prop_assert_eq!(after.state, State::Success { channel_id: channel_id.clone(), how: How::Present });
        }
    }
}

#[test]
fn a_name_that_is_known_to_be_free_is_not_looked_up_and_one_long_ago_is() {
    assert_eq!(Machine::new(task(OnConflict::Fail, Some(1_000)), None).resume(1_000 + FRESH - 1), Next::Submit);
    assert_eq!(Machine::new(task(OnConflict::Fail, Some(1_000)), None).resume(1_000 + FRESH), Next::LookUp);
    assert_eq!(Machine::new(task(OnConflict::Fail, None), None).resume(1_000), Next::LookUp);
}

#[test]
fn an_answer_that_stays_lost_needs_attention_and_one_that_says_no_fails() {
    let lost = std::iter::repeat_n(Fate::Reset, 10_000);
    let mut genesys = Genesys::default();
    // The lookups fail as well: nobody knows.
    let progress = play(&task(OnConflict::Fail, Some(900)), &mut genesys, lost);
    assert_eq!(progress.state, State::NeedsAttention(Reason::of("upstream.timeout")));
    let busy = std::iter::repeat_n(Fate::NotNow, 10_000);
    let progress = play(&task(OnConflict::Fail, Some(900)), &mut genesys, busy);
    assert_eq!((progress.tries, &progress.state), (MOST_TRIES, &State::Failed(Reason::of("upstream.busy"))));
    let unseen = std::iter::repeat_n(Fate::Reset, 10_000);
    let progress = play(&task(OnConflict::Fail, None), &mut genesys, unseen);
    assert_eq!((progress.tries, &progress.state), (0, &State::Failed(Reason::of("upstream.timeout"))));
}

#[test]
fn every_submission_lost_but_every_lookup_answered_ends_after_the_last_try() {
    let mut machine = Machine::new(task(OnConflict::Fail, Some(0)), None);
    let mut next = machine.resume(0);
    while next != Next::End {
        next = match next {
            Next::Submit => {
                machine.sending();
                machine.answered(UNKNOWN, u64::MAX)
            }
            Next::Wait(wait) => {
                assert!(wait <= Policy::SERVER.cap);
                machine.resume(0)
            }
            _ => machine.found(Found::Nothing, 0),
        };
    }
    let unsettled = State::NeedsAttention(Reason::of("submission.unsettled"));
    assert_eq!((machine.progress.tries, machine.progress.state), (MOST_TRIES, unsettled));
}

#[test]
fn waiting_for_the_rate_budget_is_no_try() {
    let mut machine = Machine::new(task(OnConflict::Fail, None), None);
    assert_eq!(machine.resume(0), Next::LookUp);
    for _ in 0..1_000 {
        assert_eq!(machine.lookup_failed(&Error::Busy { retry_after: 9 }, 0), Next::Wait(9));
    }
    assert_eq!(machine.found(Found::Nothing, 0), Next::Submit);
    for _ in 0..1_000 {
        machine.sending();
        assert_eq!(machine.answered(ChannelOutcome::Held { retry_after: 9 }, 0), Next::Wait(9));
        assert_eq!(machine.resume(0), Next::Submit);
    }
    assert_eq!(machine.progress.tries, 0);
}

#[test]
fn what_the_server_asks_for_is_waited_for() {
    let mut machine = Machine::new(task(OnConflict::Fail, Some(0)), None);
    machine.resume(0);
    for (asked, wait) in [(Some(7_000), 7_000), (Some(0), Policy::SERVER.base)] {
        machine.sending();
        assert_eq!(machine.answered(ChannelOutcome::NotNow { retry_after: asked, code: "upstream.busy" }, 0), Next::Wait(wait));
        assert_eq!(machine.resume(0), Next::Submit);
    }
}

#[test]
fn whose_channel_has_the_name_is_told_by_whether_an_answer_was_lost() {
    let busy = ChannelOutcome::NotNow { retry_after: Some(5), code: "upstream.busy" };
    for (before, how) in [(busy, How::Present), (UNKNOWN, How::Settled)] {
        let mut machine = Machine::new(task(OnConflict::Fail, Some(0)), None);
        machine.resume(0);
        machine.sending();
        let lost = before == UNKNOWN;
        machine.answered(before, 0);
        let next = machine.resume(0);
        if lost {
            assert_eq!(next, Next::LookUp);
            assert_eq!(machine.found(Found::Nothing, 0), Next::Submit);
        }
        machine.sending();
        assert_eq!(machine.answered(ChannelOutcome::Conflict, 0), Next::LookUp);
        assert_eq!(machine.found(Found::Same("c-1".into()), 0), Next::End);
        assert_eq!(machine.progress.state, State::Success { channel_id: "c-1".into(), how });
    }
}
