//! Each channel is made once, whatever fails, whoever is killed, and however many are at it.

use std::collections::BTreeSet;
use std::time::Duration;

use guestsync_sandbox::RateLimit;
use serde_json::json;

use super::world::{Hold, World, channel, ended, parsed};

/// One in three requests of channels fails, some of those after their effect.
const FAULTS: &str = "
    seed = 7
    [[rules]]
    path = '**/channels'
    probability = 0.08
    effect = { kind = 'status', status = 429, retryAfter = 0 }
    [[rules]]
    path = '**/channels'
    probability = 0.08
    effect = { kind = 'status', status = 503 }
    [[rules]]
    path = '**/channels'
    probability = 0.05
    effect = { kind = 'reset' }
    [[rules]]
    path = '**/channels'
    probability = 0.12
    effect = { kind = 'lost' }";

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_with_one_file_make_each_of_200_channels_once_whatever_fails() {
    let world = World::start(FAULTS, Hold::Never).await;
    let names: BTreeSet<_> = (0..200).map(|n| format!("Channel {n:03}")).collect();
    let file = world.write(&json!({"channels": names.iter().map(|name| channel(name)).collect::<Vec<_>>()}));
    let (first, second) = ([file.as_str()], [file.as_str(), "--concurrency", "3"]);
    let (one, other) = tokio::join!(world.report(&first), world.report(&second));

    let made = world.read("channels").await;
    assert_eq!(made.len(), 200);
    assert_eq!(made.iter().map(|channel| channel["name"].as_str().unwrap().to_owned()).collect::<BTreeSet<_>>(), names);
    let ids: BTreeSet<_> = made.iter().map(|channel| (channel["name"].as_str(), channel["id"].as_str())).collect();
    for report in [&one, &other] {
        let channels = report["channels"].as_array().unwrap();
        assert_eq!(channels.iter().map(|c| (c["name"].as_str(), c["channelId"].as_str())).collect::<BTreeSet<_>>(), ids);
        assert!(channels.iter().all(|channel| channel["status"] == "success"));
        let counts = &report["counts"];
        assert_eq!(counts["created"].as_u64().unwrap() + counts["present"].as_u64().unwrap(), 200, "{counts}");
    }
    let audit = world.audit();
    let jobs: BTreeSet<_> = audit.iter().map(|record| record["jobId"].as_str().unwrap()).collect();
    assert_eq!((audit.len(), jobs.len()), (200, 200));
    assert!(audit.iter().all(|record| record["status"] == "success" && record["successRate"] == 100.0));
    // The receiver hears of each channel once, whoever made it.
    let told = world.receiver.told();
    assert_eq!(told.len(), 200);
    assert!(told.iter().all(|event| event["event"] == "channel.provisioned"));
    let told: BTreeSet<_> = told.iter().map(|event| event["channelId"].as_str()).collect();
    assert_eq!(told, ids.iter().map(|(_, id)| *id).collect());
    // Once more: nothing is left to do.
    assert_eq!(world.report(&[&file]).await["counts"]["present"], 200);
    assert_eq!(world.read("channels").await.len(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_that_share_nothing_but_genesys_make_each_channel_once() {
    let world = World::start(FAULTS, Hold::Never).await;
    let file = world.write(&json!((0..40).map(|n| channel(&format!("Channel {n:02}"))).collect::<Vec<_>>()));
    let states = [world.folder.join("one"), world.folder.join("other")];
    let [one, other] = states.each_ref().map(|state| {
        // Neither takes the other's channel, or its own whose answer was lost, for one that is in the way.
        ended(world.command_in(state, &[&file, "--json", "--on-conflict", "suffix"]).spawn().unwrap())
    });
    let (one, other) = tokio::join!(one, other);

    let made = world.read("channels").await;
    assert_eq!((made.len(), made.iter().map(|channel| channel["name"].as_str()).collect::<BTreeSet<_>>().len()), (40, 40));
    assert!(made.iter().all(|channel| channel["name"].as_str().unwrap().len() == "Channel 00".len()));
    let ids: BTreeSet<_> = made.iter().map(|channel| (channel["name"].as_str(), channel["id"].as_str())).collect();
    let reports = [parsed(&one), parsed(&other)];
    for report in &reports {
        let channels = report["channels"].as_array().unwrap().iter();
        assert_eq!(
            channels.map(|channel| (channel["name"].as_str(), channel["channelId"].as_str())).collect::<BTreeSet<_>>(),
            ids
        );
    }
    let created = reports.iter().flat_map(|report| report["channels"].as_array().unwrap());
    let created: Vec<_> = created.filter(|channel| channel["how"] == "created").map(|channel| &channel["name"]).collect();
    assert_eq!(created.len(), created.iter().map(|name| name.as_str()).collect::<BTreeSet<_>>().len(), "{created:?}");
    for state in &states {
        assert!(World::audit_in(state).iter().all(|record| record["status"] == "success"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_lost_answer_the_name_is_looked_up_before_anything_is_sent_again() {
    let world = World::start("[[rules]]\ncalls = ['C2']\nfirst = 1\neffect = { kind = 'lost' }", Hold::Never).await;
    let report = world.report(&[&world.write(&channel("Shop"))]).await;
    assert_eq!((&report["channels"][0]["how"], &report["counts"]["created"]), (&json!("settled"), &json!(1)), "{report}");
    let methods: Vec<_> = world.calls().await.into_iter().map(|(method, _)| method).collect();
    assert_eq!(methods, ["GET", "POST", "GET"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rate_limit_is_waited_for_and_never_met() {
    let limit = RateLimit { requests: 25, window: Duration::from_secs(1) };
    let world = World::limited("", Hold::Never, limit).await;
    let file = world.write(&json!((0..60).map(|n| channel(&format!("Channel {n}"))).collect::<Vec<_>>()));
    let report = world.report(&[&file, "--concurrency", "32"]).await;
    assert_eq!(report["counts"]["created"], 60, "{report}");
    let calls = world.calls().await;
    assert!(calls.len() == 61 && calls.iter().all(|(_, status)| *status < 300), "{calls:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_between_submission_and_answer_the_next_run_makes_it_once() {
    for (hold, how, submissions) in [(Hold::BeforeAnswer, "settled", 1), (Hold::BeforeEffect, "created", 2)] {
        let world = World::start("", hold).await;
        let file = world.write(&channel("Shop"));
        let mut child = world.spawn(&[&file]);
        world.held.notified().await;
        child.kill().unwrap();
        child.wait().unwrap();
        let jobs = world.jobs(&["--open", "--json"]);
        let jobs = parsed(&jobs);
        assert_eq!((jobs.as_array().unwrap().len(), &jobs[0]["state"]), (1, &json!("submitting")), "{jobs}");

        let report = world.report(&[&file]).await;
        // What the plan found there already was the killed process's own: its job ends all the same.
        let outcome = &report["channels"][0];
        assert_eq!(outcome["status"], "success", "{report}");
        if hold == Hold::BeforeEffect {
            assert_eq!(outcome["how"], how, "{report}");
        }
        let made = world.read("channels").await;
        assert_eq!((made.len(), &made[0]["id"]), (1, &outcome["channelId"]));
        let sent = world.calls().await.into_iter().filter(|(method, _)| method == "POST").count();
        assert!(sent < submissions + 1, "{sent}");
        let id = jobs[0]["jobId"].as_str().unwrap();
        let job = world.jobs(&[id]);
        let job = parsed(&job);
        assert_eq!(
            (&job["state"], &job["open"], &job["output"]["how"]),
            (&json!("success"), &json!(false), &json!(how)),
            "{job}"
        );
        let audit = world.audit();
        assert_eq!((audit.len(), &audit[0]["jobId"], &audit[0]["outcome"]), (1, &json!(id), &json!("success")));
        let told = world.receiver.told();
        assert_eq!((told.len(), &told[0]["channelId"]), (1, &made[0]["id"]));
    }
}
