//! A gateway under load that is killed at random moments: what it answered is neither lost nor doubled, its database and its audit are
//! whole, and every event reaches a receiver that refuses at random.
//!
//! `GUESTSYNC_STORM_KILLS` and `GUESTSYNC_STORM_WRITES` make it longer, `GUESTSYNC_SEED` repeats one.

mod load;
pub(crate) mod receiver;
pub(crate) mod state;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::run::{Folder, Server};
use crate::serve::client;
use load::Load;
use receiver::Receiver;

pub(crate) const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

/// SplitMix64: small, and good enough for moments.
pub(crate) struct Random(u64);

impl Random {
    fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, most: u64) -> u64 {
        self.draw() % most.max(1)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_is_killed_again_and_again_loses_and_doubles_nothing_that_it_answered() {
    let kills = number("GUESTSYNC_STORM_KILLS").unwrap_or(5);
    let writes = number("GUESTSYNC_STORM_WRITES").unwrap_or(400) as usize;
    let seed = number("GUESTSYNC_SEED").unwrap_or_else(|| u64::from(std::process::id()));
    println!("GUESTSYNC_SEED={seed} GUESTSYNC_STORM_KILLS={kills} GUESTSYNC_STORM_WRITES={writes}");
    let mut random = Random(seed);
    let folder = Folder::new();
    let sandbox = Server::quiet(&["sandbox", "--port", "0", "--rate", "0", "--client-secret", "secret"]);
    let receiver = Receiver::start(seed).await;
    let file = format!(
        "[genesys]\nbase_url = \"{}\"\nclient_id = \"sandbox\"\nclient_secret = \"secret\"\n\
         [webhook]\nurl = \"{}/hook\"\nsecret = \"{SECRET}\"\nallow_private = true\ntimeout_ms = 1000\n[limits]\nper_guest = 0\n",
        sandbox.base, receiver.base
    );
    std::fs::write(folder.path().join("guestsync.toml"), file).unwrap();
    let (config, directory) = (folder.join("guestsync.toml"), folder.path().join("state"));
    let directory_text = directory.to_str().unwrap();
    let start = || Server::quiet(&["serve", "--config", &config, "--port", "0", "--state-dir", directory_text]);

    let mut load = Load::new(writes);
    for kill in 0..kills {
        let gateway = start();
        state::audit_is_whole(&directory);
        load.is_answered_as_before(&gateway.base, &mut random).await;
        let left = load.left() as u64;
        // The rest is spread over the rounds that are left; some rounds end while sessions begin.
        let share = if kill % 5 == 1 { 0 } else { 1 + random.below(2 * left / (kills - kill + 1)) };
        let moment = Duration::from_micros(random.below(20_000));
        load.run(&gateway.base, share as usize, moment).await;
        gateway.kill();
        load.gave_up().await;
        state::database_is_whole(&directory).await;
    }
    let gateway = start();
    state::audit_is_whole(&directory);
    load.is_answered_as_before(&gateway.base, &mut random).await;
    load.run(&gateway.base, usize::MAX, Duration::ZERO).await;
    let began = Instant::now();
    while outbox(&gateway.base).await > 0 {
        assert!(began.elapsed() < Duration::from_secs(120), "{} events wait", outbox(&gateway.base).await);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(gateway.stop("-TERM").0, 0);

    let delivered = receiver.delivered();
    let told: Vec<usize> = delivered.values().map(load::of_event).collect();
    let distinct: BTreeSet<usize> = told.iter().copied().collect();
    assert_eq!((told.len(), distinct), (writes, (0..writes).collect()), "each write is told under one id");
    assert_eq!(receiver.elsewhere(), 0, "redirects are not followed");
    let (refused, repeats) = receiver.counts();
    println!("{writes} events, {refused} deliveries refused, {repeats} repeated");
    assert!(refused > 0);
    once_upstream(&sandbox.base, &load, writes).await;
    state::audit_tells_of(&directory, &load.keys());
    state::audit_ends_at_its_head(&directory);
}

/// Each session has one guest, and each write was made once.
async fn once_upstream(base: &str, load: &Load, writes: usize) {
    let look = async |what: &str| -> Value {
        client().get(format!("{base}/_sandbox/{what}")).send().await.unwrap().json().await.unwrap()
    };
    let guests = look("guests").await;
    let made = guests["guests"].as_array().unwrap().iter().map(|guest| guest["id"].as_str().unwrap().to_owned());
    assert_eq!(made.collect::<BTreeSet<String>>(), load.guests().await);
    let effects = look("effects").await;
    let written = effects["effects"].as_array().unwrap().iter().filter(|effect| effect["call"] == "A1");
    let mut keys: Vec<&Value> = written.map(|effect| &effect["keys"][0]).collect();
    keys.sort_by_key(|key| key.as_str());
    let distinct: BTreeSet<&str> = keys.iter().map(|key| key.as_str().unwrap()).collect();
    assert_eq!((keys.len(), distinct.len()), (writes, writes), "each write had its effect once");
}

/// Events that wait or are given up.
async fn outbox(base: &str) -> u64 {
    let metrics = client().get(format!("{base}/metrics")).send().await.unwrap().text().await.unwrap();
    let waiting = metrics.lines().filter(|line| line.starts_with("guestsync_webhooks{"));
    waiting.map(|line| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap()).sum()
}

/// What begins a session.
fn wanted(session: usize) -> Value {
    json!({"sessionId": format!("session-{session}"), "consentGiven": true, "consentType": "explicit"})
}
