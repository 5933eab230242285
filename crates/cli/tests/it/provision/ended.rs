//! How a run ends that does not make all channels.

use std::process::Command;
use std::time::Duration;

use serde_json::json;

use super::world::{Hold, World, channel, ended, parsed};
use crate::run::run;

#[tokio::test(flavor = "multi_thread")]
async fn what_genesys_refuses_is_sent_once_and_fails() {
    let world = World::start("[[rules]]\ncalls = ['C2']\neffect = { kind = 'status', status = 400 }", Hold::Never).await;
    let ran = world.provision(&[&world.write(&channel("Shop"))]).await;
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stdout.starts_with("failed\tShop\tGenesys refused it (upstream.refused status 400"), "{ran:?}");
    assert_eq!(world.calls().await.iter().filter(|(method, _)| method == "POST").count(), 1);
    let audit = world.audit();
    assert_eq!((&audit[0]["outcome"], &audit[0]["successRate"]), (&json!("failed"), &json!(0.0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_genesys_does_not_know_is_told_without_its_secret() {
    let world = World::start("", Hold::Never).await;
    let file = world.write(&channel("Shop"));
    let mut command = world.command(&[&file]);
    let ran = ended(command.env("GENESYS_CLIENT_SECRET", "canary").spawn().unwrap()).await;
    assert!(ran.code == 1 && ran.stderr.contains("refused the OAuth client") && !ran.stderr.contains("canary"), "{ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_job_that_ended_has_a_line_and_a_record_with_the_success_rate_so_far() {
    let faults = "[[rules]]\ncalls = ['C2']\nevery = 2\neffect = { kind = 'status', status = 400 }";
    let world = World::start(faults, Hold::Never).await;
    let file = world.write(&json!((0..4).map(|n| channel(&format!("Channel {n}"))).collect::<Vec<_>>()));
    let ran = world.provision(&[&file, "--concurrency", "1"]).await;
    assert_eq!(ran.code, 1);
    let mut lines: Vec<_> = ran.stdout.lines().map(|line| line.split('\t').next().unwrap()).collect();
    lines.sort_unstable();
    assert_eq!(lines, ["created", "created", "failed", "failed"]);
    assert!(ran.stderr.ends_with("4 channels: 2 created, 0 present, 2 failed\n"), "{ran:?}");
    let audit = world.audit();
    let of = |member: &str| audit.iter().map(|record| record[member].clone()).collect::<Vec<_>>();
    assert_eq!(of("status"), [json!("success"), json!("failed"), json!("success"), json!("failed")]);
    assert_eq!(of("successRate"), [json!(100.0), json!(50.0), json!(66.67), json!(50.0)]);
    assert_eq!(of("webhookTriggered"), [json!(true), json!(false), json!(true), json!(false)]);
    assert!(of("latencyMs").iter().all(serde_json::Value::is_u64));
    let told: Vec<_> = world.receiver.told().into_iter().map(|event| event["channelId"].clone()).collect();
    let made: Vec<_> = of("channelId").into_iter().filter(|id| !id.is_null()).collect();
    assert!(told.len() == 2 && made.iter().all(|id| told.contains(id)), "{told:?} {made:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_stopped_says_what_has_not_ended() {
    let faults = "[[rules]]\ncalls = ['C2']\neffect = { kind = 'status', status = 429, retryAfter = 3600 }";
    let world = World::start(faults, Hold::Never).await;
    let child = world.spawn(&[&world.write(&channel("Shop")), "--json"]);
    let id = child.id().to_string();
    let running = ended(child);
    let refused = async {
        while !world.calls().await.contains(&("POST".to_owned(), 429)) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), refused).await.unwrap();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    let ran = running.await;
    assert_eq!(ran.code, 3, "{ran:?}");
    let report = parsed(&ran);
    assert_eq!((&report["counts"]["open"], &report["channels"][0]["status"]), (&json!(1), &json!("submitting")), "{report}");
    let open = parsed(&world.jobs(&["--open", "--json"]));
    assert_eq!((&open[0]["state"], &open[0]["jobId"]), (&json!("submitting"), &report["channels"][0]["jobId"]));
    assert_eq!(std::fs::read_to_string(world.folder.join("state/audit.jsonl")).unwrap(), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn events_that_the_receiver_does_not_take_wait_in_the_outbox_and_are_told() {
    let world = World::start("", Hold::Never).await;
    let file = world.write(&channel("Shop"));
    let nobody = world.receiver.address.replace("/hook", "/nobody");
    let ran = ended(world.command(&[&file]).env("WEBHOOK_URL", nobody).spawn().unwrap()).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    let told = "1 channel: 1 created, 0 present\n1 event waits for its receiver: `guestsync hooks list`\n";
    assert!(ran.stderr.ends_with(told) && !ran.stderr.contains("WARN"), "{ran:?}");
    let waiting = run(&["hooks", "list", "--state-dir", &world.folder.join("state")], "");
    assert!(waiting.stdout.contains("\tchannel.provisioned\twaiting\t1\t404\n"), "{waiting:?}");
    assert_eq!(world.report(&[&file]).await["eventsWaiting"], 0);
}
