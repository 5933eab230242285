//! The same of a gateway, over HTTP.

use std::time::Duration;

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::world::{ADMIN, Hold, World, channel};
use crate::run::Server;
use crate::serve::client;

fn ask(gateway: &Server, method: Method, path: &str) -> RequestBuilder {
    let address = gateway.lines().iter().find_map(|line| line.strip_prefix("administration on ")).unwrap();
    client().request(method, format!("{address}{path}")).bearer_auth(ADMIN)
}

/// The id of the first job that a file makes.
async fn submitted(gateway: &Server, path: &str, file: &Value) -> String {
    let answer = ask(gateway, Method::POST, path).json(file).send().await.unwrap();
    assert_eq!(answer.status(), 202);
    answer.json::<Value>().await.unwrap()["jobId"].as_str().unwrap().to_owned()
}

/// The job when it has ended.
async fn ended(gateway: &Server, id: &str) -> Value {
    let asked = async {
        loop {
            let answer = ask(gateway, Method::GET, &format!("/jobs/{id}")).send().await.unwrap();
            let job: Value = answer.json().await.unwrap();
            if job["open"] == false {
                return job;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), asked).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_killed_between_submission_and_answer_makes_the_channel_once_after_its_restart() {
    for (hold, how) in [(Hold::BeforeAnswer, "settled"), (Hold::BeforeEffect, "created")] {
        let world = World::start("", hold).await;
        let gateway = world.gateway();
        let id = submitted(&gateway, "/channels", &channel("Shop")).await;
        world.held.notified().await;
        // SIGKILL.
        drop(gateway);
        let gateway = world.gateway();
        let job = ended(&gateway, &id).await;
        assert_eq!((&job["state"], &job["output"]["how"]), (&json!("success"), &json!(how)), "{job}");
        let made = world.read("channels").await;
        assert_eq!((made.len(), &made[0]["id"]), (1, &job["output"]["channelId"]));
        assert_eq!(gateway.stop("-TERM").0, 0);
        let of_channels: Vec<_> = world.audit().into_iter().filter(|record| record["what"] == "channel.provision").collect();
        assert_eq!((of_channels.len(), &of_channels[0]["jobId"]), (1, &json!(id)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_another_channel_has_fails_the_job_or_gets_a_suffix() {
    let world = World::start("", Hold::Never).await;
    let gateway = world.gateway();
    let mut theirs = channel("Shop");
    theirs["description"] = json!("another one");
    let id = submitted(&gateway, "/channels", &theirs).await;
    assert_eq!(ended(&gateway, &id).await["state"], "success");
    let id = submitted(&gateway, "/channels", &channel("Shop")).await;
    let job = ended(&gateway, &id).await;
    assert_eq!((&job["state"], &job["output"]["code"]), (&json!("failed"), &json!("name.taken")), "{job}");
    let id = submitted(&gateway, "/channels?onConflict=suffix", &channel("Shop")).await;
    let job = ended(&gateway, &id).await;
    assert_eq!((&job["state"], &job["output"]["suffixed"]), (&json!("success"), &json!(true)), "{job}");
    assert!(job["output"]["name"].as_str().unwrap().starts_with("Shop-"));
    assert_eq!(gateway.stop("-TERM").0, 0);
    let rates: Vec<_> = world.audit().iter().filter_map(|record| record["successRate"].as_f64()).collect();
    assert_eq!(rates, [100.0, 50.0, 66.67]);
    assert_eq!(world.receiver.told().len(), 2);
}
