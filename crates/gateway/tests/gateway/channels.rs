//! POST `/channels` and GET `/jobs/{id}` at the administration address, and what is told of a channel that was made.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::provision_example::example;
use crate::webhooks::Receiver;
use crate::world::{Directory, Upstream, World, json_of, refusal};

/// Asks for a job until it has ended.
async fn ended(world: &World, id: &Value) -> Value {
    let path = format!("/jobs/{}", id.as_str().unwrap());
    let asked = tokio::time::timeout(Duration::from_secs(60), async {
        loop {
            let job = json_of(world.administer(Method::GET, &path).send().await.unwrap()).await;
            if job["open"] == false {
                return job;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    asked.await.unwrap()
}

#[tokio::test]
async fn channels_are_taken_on_as_jobs_and_the_receiver_hears_of_each_once() {
    let receiver = Receiver::start(|_, _| 204).await;
    let upstream = Upstream::start().await;
    let world = World::with(&upstream, &receiver.file(), Directory::new()).await;
    upstream.faults("[[rules]]\ncalls = ['C2']\nfirst = 1\neffect = { kind = 'lost' }").await;
    let mut other = example();
    other["name"] = json!("Other");
    let asked = world.administer(Method::POST, "/channels").json(&json!([example(), other])).send().await.unwrap();
    assert_eq!(asked.status(), 202);
    let asked = json_of(asked).await;
    let jobs = asked["jobs"].as_array().unwrap();
    assert_eq!((jobs.len(), &asked["jobId"], &jobs[1]["name"]), (2, &jobs[0]["jobId"], &json!("Other")));
    assert_eq!(asked["warnings"][0]["path"], "[0].routingConfiguration.queueId");
    let mut made = Vec::new();
    for job in jobs {
        let job = ended(&world, &job["jobId"]).await;
        assert_eq!(job["state"], "success", "{job}");
        made.push(job["output"]["channelId"].clone());
    }
    let told = receiver.wait_for(2).await;
    for event in &told {
        assert_eq!((&event.body["event"], &event.body["source"]), (&json!("channel.provisioned"), &json!("guestsync-provision")));
        assert!(made.contains(&event.body["channelId"]) && event.body["timestamp"].is_string());
    }
    assert_ne!(told[0].body["channelId"], told[1].body["channelId"]);
    // The same once more is there already: nothing is told.
    let again = json_of(world.administer(Method::POST, "/channels").json(&example()).send().await.unwrap()).await;
    let job = ended(&world, &again["jobId"]).await;
    assert_eq!((&job["output"]["how"], &job["output"]["channelId"]), (&json!("present"), &made[0]));
    let directory = world.stop().await;
    assert_eq!(receiver.received.lock().unwrap().len(), 2);
    let audit = std::fs::read_to_string(directory.path().join("audit.jsonl")).unwrap();
    let records: Vec<Value> = audit.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let channels: Vec<_> = records.iter().filter(|record| record["what"] == "channel.provision").collect();
    assert_eq!(channels.len(), 3);
    assert_eq!(channels.iter().filter(|record| record["webhookTriggered"] == true).count(), 2);
    assert!(channels.iter().all(|record| record["latencyMs"].is_u64() && record["successRate"] == 100.0));
}

#[tokio::test]
async fn what_is_wrong_is_told_by_path_and_nothing_is_begun() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let post = || world.administer(Method::POST, "/channels");
    let mut broken = example();
    broken["routingConfiguration"] = json!({});
    broken["name"] = json!("");
    let answer = post().json(&broken).send().await.unwrap();
    assert_eq!(answer.status(), 400);
    let error = json_of(answer).await["error"].take();
    let problems: Vec<_> = error["problems"].as_array().unwrap().iter().map(|p| (p["path"].clone(), p["code"].clone())).collect();
    assert_eq!(error["code"], "channels.invalid");
    assert_eq!(problems, [(json!("name"), json!("text.empty")), (json!("routingConfiguration.queueId"), json!("field.missing"))]);
    let refused = post().body("x").header("content-type", "text/plain").send().await.unwrap();
    assert_eq!(refusal(refused).await, (415, "content.type".into()));
    let refused = world.administer(Method::POST, "/channels?onConflict=canary").json(&example()).send().await.unwrap();
    assert_eq!(refusal(refused).await, (400, "field.invalid".into()));
    let missing = world.administer(Method::GET, "/jobs/job_0").send().await.unwrap();
    assert_eq!(refusal(missing).await, (404, "not.found".into()));
    assert!(upstream.requests().await.is_empty());
    let yaml = serde_json::to_string(&example()).unwrap();
    let taken = post().body(yaml).header("content-type", "application/yaml").send().await.unwrap();
    assert_eq!(taken.status(), 202);
    // A gateway that is killed leaves its jobs to the next one.
    let id = json_of(taken).await["jobId"].take();
    let directory = world.kill().await;
    let world = World::with(&upstream, "", directory).await;
    assert_eq!(ended(&world, &id).await["state"], "success");
    assert_eq!(upstream.requests().await.iter().filter(|request| request["status"] == 201).count(), 1);
}
