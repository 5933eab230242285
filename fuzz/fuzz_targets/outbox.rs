//! A page's outbox among stored rows, hints and answers that may say anything. Its accounts add up after each step, it never spins, and
//! once all that it asks for works, everything that waits is delivered or has ended, and what is set then arrives.
#![no_main]

use std::collections::BTreeMap;

use guestsync_core::attribute::{Given, Update, Value};
use guestsync_core::clock::Clock;
use guestsync_core::journal::{Row, Table};
use guestsync_core::outbox::{Action, Answer, Durability, Guest, Hint, Input, Options, Outbox, Output, Ungranted};
use guestsync_core::shared_str::SharedStr;
use guestsync_core::{Now, Sensitive};
use libfuzzer_sys::arbitrary::{Result, Unstructured};
use libfuzzer_sys::fuzz_target;

/// A machine that asks for more without an end would be one that spins.
const MOST: usize = 5_000;
const HOUR: u64 = 60 * 60 * 1_000;
/// Longer than any wait that a server may ask for.
const DAY: u64 = 24 * HOUR;
/// The last millisecond that a moment can be in.
const LAST: u64 = (1 << 46) - 1;
const KEYS: [&str; 5] = ["tier", "city", "email", "a/b", "\u{1f600}"];
const PURPOSES: [&str; 3] = ["service", "marketing", ""];
const NAMES: [&str; 6] = ["ended", "session", "version", "pause", "guest", "hook/"];
const OWNERS: [&str; 3] = ["*", "g-1", "g-2"];
const STATUSES: [u16; 16] = [0, 200, 201, 204, 301, 400, 401, 403, 404, 409, 412, 413, 422, 429, 500, 503];

struct World<'a> {
    said: Unstructured<'a>,
    outbox: Outbox,
    rows: BTreeMap<(Table, SharedStr), SharedStr>,
    asked: Vec<Output>,
    wake: Option<u64>,
    now: Now,
    calls: u32,
    sent: Vec<SharedStr>,
}

impl<'a> World<'a> {
    fn new(mut said: Unstructured<'a>) -> Result<Self> {
        let now = Now { wall: 1_700_000_000_000, mono: 1_000 };
        let mut rows = BTreeMap::new();
        for _ in 0..said.int_in_range(0..=6)? {
            let row = row(&mut said)?;
            rows.insert((row.table, row.key), row.value);
        }
        let guest = if said.arbitrary()? { Guest::Known("g-1".into()) } else { Guest::Session("s-1".into()) };
        let mut options = Options::new(guest);
        options.purposes.name("email".into(), "marketing".into());
        for purpose in PURPOSES {
            if said.arbitrary()? {
                options.stated.push((purpose.into(), said.arbitrary()?));
            }
        }
        options.signals = said.arbitrary()?;
        if options.signals {
            options.signalled.push("marketing".into());
        }
        if said.arbitrary()? {
            options.ungranted = Ungranted::Drop;
        }
        options.resolves = said.arbitrary()?;
        options.hooks = said.arbitrary()?;
        let mirrored = said.arbitrary()?;
        let outbox = Outbox::new(options, said.arbitrary()?, now, if mirrored { listed(&rows) } else { Vec::new() });
        let mut world = Self { said, outbox, rows, asked: Vec::new(), wake: None, now, calls: 0, sent: Vec::new() };
        world.tell(Input::Tick);
        Ok(world)
    }

    fn tell(&mut self, input: Input) {
        self.outbox.handle(self.now, input);
        for polled in 0.. {
            assert!(polled < MOST, "it spins");
            let Some(output) = self.outbox.poll() else { break };
            match output {
                Output::Defer => self.outbox.handle(self.now, Input::BurstEnded),
                Output::WakeAt(at) => self.wake = at,
                Output::Unlock => self.asked.retain(|asked| !matches!(asked, Output::Lock | Output::Steal)),
                Output::Settle { .. } | Output::Event(_) | Output::Notify(_) | Output::Lease { .. } | Output::Prune { .. } => {}
                asked => self.asked.push(asked),
            }
        }
        let accounts = self.outbox.accounts();
        let there = (self.outbox.pending() + self.outbox.held()) as u64;
        assert_eq!(accounts.opened(), accounts.closed() + there, "{accounts:?}");
    }

    fn call(&mut self) -> u32 {
        self.calls += 1;
        self.calls
    }

    fn chosen(&mut self, from: &[&str]) -> Result<SharedStr> {
        self.said.choose(from).map(|text| (*text).into())
    }

    /// One thing that may happen.
    fn step(&mut self) -> Result<()> {
        let input = match self.said.int_in_range(0..=15_u8)? {
            0 | 1 => {
                let mut updates = Vec::new();
                for _ in 0..self.said.int_in_range(0..=3)? {
                    updates.push(Update { key: self.chosen(&KEYS)?, given: Given::Value(value(&mut self.said)?) });
                }
                Input::Set { call: self.call(), updates }
            }
            2 => Input::Grant { call: self.call(), purpose: self.chosen(&PURPOSES)?, repeated: self.said.arbitrary()? },
            3 => Input::Withdraw { call: self.call(), purpose: self.chosen(&PURPOSES)? },
            4 => Input::Flush { call: self.call(), timeout: self.said.int_in_range(0..=60_000)? },
            5 => Input::Logout { call: self.call(), fresh: text(&mut self.said)? },
            6 => match self.said.int_in_range(0..=6)? {
                0 => Input::Online,
                1 => Input::Offline,
                2 => Input::Hidden,
                3 => Input::Visible,
                4 => Input::Resumed,
                5 => Input::LockLost,
                _ => Input::Leaving(listed(&self.rows)),
            },
            7 => Input::Changed(hint(&mut self.said)?),
            8 => {
                // Clocks are set, also back.
                self.now.wall = self.said.int_in_range(0..=1 << 45)?;
                Input::Tick
            }
            9 => {
                let by = self.said.int_in_range(0..=DAY)?;
                self.wait(by);
                Input::Tick
            }
            10 => {
                let Row { table, key, value } = row(&mut self.said)?;
                self.rows.insert((table, key), value);
                return Ok(());
            }
            _ => {
                if self.asked.is_empty() {
                    return Ok(());
                }
                let at = self.said.choose_index(self.asked.len())?;
                let asked = self.asked.remove(at);
                let works = self.said.ratio(2, 3)?;
                if works { self.done(asked) } else { self.failed(asked)? }
            }
        };
        self.tell(input);
        Ok(())
    }

    fn wait(&mut self, by: u64) {
        self.now.mono += by;
        self.now.wall += by;
    }

    /// What was asked for works.
    fn done(&mut self, asked: Output) -> Input {
        match asked {
            Output::Load { load, .. } => Input::Loaded { load, rows: listed(&self.rows) },
            Output::Store { store, writes } => {
                for write in writes {
                    let there = (write.table, write.key);
                    let grows = write.table == Table::Consent || there.1.ends_with("/ended") || there.1.ends_with("/session");
                    match write.value {
                        // As the face keeps it: what is no moment yields to what is one.
                        Some(new) if grows && self.rows.get(&there).is_some_and(|old| **old < *"4" && *old > new) => {}
                        Some(new) => _ = self.rows.insert(there, new),
                        None => _ = self.rows.remove(&there),
                    }
                }
                Input::Stored { store, durability: Durability::Disk }
            }
            Output::Lock | Output::Steal => Input::LockGranted,
            Output::Peek => Input::Peeked { until: None },
            Output::GetToken { guest } => {
                Input::Token { guest, asked_at: self.now.mono, value: Sensitive::new("t".into()), expires_in: Some(300.0) }
            }
            Output::Start { session } => Input::Started { session, guest: "g-1".into() },
            Output::Send(request) => {
                if let Action::Write { body, .. } = request.action {
                    self.sent.push(body);
                }
                let etag = Some(format!("\"{}\"", self.sent.len()).as_str().into());
                Input::Response { send: request.send, answer: Box::new(Answer { status: 200, etag, ..Answer::default() }) }
            }
            Output::Resolve { send, .. } => Input::Resolved { send, values: Vec::new() },
            _ => Input::Tick,
        }
    }

    /// What was asked for does not work, or not as it should.
    fn failed(&mut self, asked: Output) -> Result<Input> {
        let said = &mut self.said;
        Ok(match asked {
            Output::Load { load, .. } if said.arbitrary()? => Input::LoadFailed { load },
            Output::Load { load, .. } => {
                let mut rows = Vec::new();
                for _ in 0..said.int_in_range(0..=6)? {
                    rows.push(row(said)?);
                }
                Input::Loaded { load, rows }
            }
            Output::Store { store, .. } if said.arbitrary()? => Input::StoreFailed { store, reason: "quota" },
            Output::Store { store, .. } => {
                Input::Stored { store, durability: *said.choose(&[Durability::Memory, Durability::Beside, Durability::Tab])? }
            }
            Output::Lock | Output::Steal => Input::LockLost,
            Output::Peek => Input::Peeked { until: Some(said.arbitrary()?) },
            Output::GetToken { guest } if said.arbitrary()? => Input::TokenFailed { guest, answer: answer(said)? },
            Output::GetToken { guest } => Input::Token {
                guest,
                asked_at: said.arbitrary()?,
                value: Sensitive::new("t".into()),
                expires_in: Some(said.arbitrary()?),
            },
            Output::Start { session } if said.arbitrary()? => {
                Input::StartFailed { session, answer: answer(said)?, fresh: text(said)? }
            }
            Output::Start { session } => Input::Started { session, guest: text(said)? },
            Output::Send(request) if said.arbitrary()? => Input::SendFailed { send: request.send },
            Output::Send(request) => Input::Response { send: request.send, answer: answer(said)? },
            Output::Resolve { send, .. } => {
                let mut values = Vec::new();
                for _ in 0..said.int_in_range(0..=3)? {
                    values.push((self.chosen(&KEYS)?, if self.said.arbitrary()? { Some(value(&mut self.said)?) } else { None }));
                }
                Input::Resolved { send, values }
            }
            _ => Input::Tick,
        })
    }

    /// From now on everything works; nothing is left waiting after two days.
    fn recover(&mut self) {
        self.now.wall = self.now.wall.max(1_700_000_000_000);
        for input in [Input::Online, Input::Visible, Input::Resumed] {
            self.tell(input);
        }
        let end = self.now.mono + 2 * DAY;
        for steps in 0.. {
            assert!(steps < MOST, "it is never done");
            let input = if let Some(asked) = (!self.asked.is_empty()).then(|| self.asked.remove(0)) {
                self.wait(1);
                self.done(asked)
            } else {
                match self.wake.take().filter(|at| *at <= end) {
                    Some(at) => self.wait(at.saturating_sub(self.now.mono)),
                    None => break,
                }
                Input::Tick
            };
            self.tell(input);
        }
        assert_eq!(self.outbox.pending(), 0, "{:?}", self.outbox);
    }
}

fn listed(rows: &BTreeMap<(Table, SharedStr), SharedStr>) -> Vec<Row> {
    rows.iter().map(|((table, key), value)| Row { table: *table, key: key.clone(), value: value.clone() }).collect()
}

fn text(said: &mut Unstructured<'_>) -> Result<SharedStr> {
    said.arbitrary::<&str>().map(Into::into)
}

fn value(said: &mut Unstructured<'_>) -> Result<Value> {
    let text: &str = said.arbitrary()?;
    Ok(Value::from_typed(text).unwrap_or_else(|| Value::text(text)))
}

/// A moment near the clock, one far ahead, or none. Not one of the last day that there is: nothing later can be told after it.
fn moment(said: &mut Unstructured<'_>) -> Result<SharedStr> {
    let moment = match said.int_in_range(0..=3)? {
        0 => text(said)?,
        1 => Clock::from_sequence(said.arbitrary()?).to_text(),
        2 => Clock::start_of(said.int_in_range(0..=LAST)?).to_text(),
        _ => Clock::start_of(1_700_000_000_000 + said.int_in_range(0..=HOUR)?).to_text(),
    };
    Ok(if Clock::from_text(&moment).is_some_and(|at| at.wall() > LAST - DAY) { "".into() } else { moment })
}

fn hint(said: &mut Unstructured<'_>) -> Result<Hint> {
    Ok(match said.int_in_range(0..=2)? {
        0 => Hint::Consent,
        1 => Hint::State,
        _ => Hint::Records(Clock::from_text(&moment(said)?).unwrap_or_default()),
    })
}

fn answer(said: &mut Unstructured<'_>) -> Result<Box<Answer>> {
    let mut answer =
        Box::new(Answer { status: *said.choose(&STATUSES)?, pause: said.int_in_range(0..=6 * HOUR)?, ..Answer::default() });
    for of in [&mut answer.code, &mut answer.message, &mut answer.etag] {
        if said.arbitrary()? {
            *of = Some(text(said)?);
        }
    }
    for _ in 0..said.int_in_range(0..=3)? {
        answer.fields.push((*said.choose(&KEYS)?).into());
    }
    for _ in 0..said.int_in_range(0..=3)? {
        answer.attributes.push(((*said.choose(&KEYS)?).into(), value(said)?));
    }
    Ok(answer)
}

/// A record, its fields netstrings, or nearly.
fn record(said: &mut Unstructured<'_>) -> Result<SharedStr> {
    let mut fields = vec!["1".into(), (*said.choose(&PURPOSES)?).into(), moment(said)?];
    for _ in 0..said.int_in_range(1..=3)? {
        fields.extend([(*said.choose(&KEYS)?).into(), value(said)?.typed().into(), moment(said)?]);
    }
    if said.ratio(1, 8)? {
        let at = said.choose_index(fields.len())?;
        fields[at] = text(said)?;
    }
    Ok(fields.iter().map(|field| format!("{}:{field}", field.len())).collect::<String>().as_str().into())
}

/// A stored row: one as they are, or nearly.
fn row(said: &mut Unstructured<'_>) -> Result<Row> {
    let table = *said.choose(&[Table::Records, Table::Beside, Table::Delivered, Table::Consent, Table::State])?;
    let owner = *said.choose(&OWNERS)?;
    let name: SharedStr = match table {
        Table::Records | Table::Beside => moment(said)?,
        Table::Delivered => (*said.choose(&KEYS)?).into(),
        Table::State => (*said.choose(&NAMES)?).into(),
        Table::Consent | Table::Forms => (*said.choose(&PURPOSES)?).into(),
    };
    let before = if table == Table::Consent { *said.choose(&["s", "n", "p", "g", "w"])? } else { owner };
    let key = format!("{before}/{name}").as_str().into();
    let value = match said.int_in_range(0..=3)? {
        0 => text(said)?,
        1 => moment(said)?,
        2 => record(said)?,
        _ => format!("{} {}", moment(said)?, text(said)?).as_str().into(),
    };
    Ok(Row { table, key, value })
}

fuzz_target!(|said: &[u8]| {
    let Ok(mut world) = World::new(Unstructured::new(said)) else { return };
    while !world.said.is_empty() && world.step().is_ok() {}
    world.recover();
    let call = world.call();
    world.tell(Input::Grant { call, purpose: "service".into(), repeated: false });
    world.recover();
    let call = world.call();
    world.tell(Input::Set { call, updates: vec![Update { key: "last".into(), given: Given::Value(Value::text("arrives")) }] });
    world.recover();
    assert!(world.sent.iter().any(|body| body.contains("arrives")), "{:?}", world.outbox);
});
