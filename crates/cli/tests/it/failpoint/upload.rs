//! `POST /map` of a gateway, and its job.

use std::time::Duration;

use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};

use super::{MOST, POINT};
use crate::genesys::{Genesys, ORG};
use crate::run::Server;
use crate::serve::client;

const TOKEN: &str = "administrator-of-a-test";

/// Five records for each walk, one of them refused; by what stands behind them it is a job that is answered with its id.
fn records(point: u64) -> String {
    let record = |n: u64| {
        let channel = if n == 3 { json!(7) } else { json!("web") };
        json!({"ticketId": format!("U{point}-{n}"), "priority": "low", "sourceChannel": channel}).to_string()
    };
    let records: String = (1..=5).map(|n| record(n) + "\n").collect();
    records + &"\n".repeat(512_000)
}

/// A gateway with its administration address.
struct Gateway {
    server: Server,
    administration: String,
}

impl Gateway {
    fn start(genesys: &Genesys, point: Option<u64>) -> Self {
        let mut command = genesys.command(&["serve", "--port", "0"]);
        command.env("RUST_LOG", "error").envs(point.map(|point| (POINT, point.to_string())));
        command.envs([("GUESTSYNC_ADMIN_ADDRESS", "127.0.0.1:0"), ("GUESTSYNC_ADMIN_TOKEN", TOKEN)]);
        let server = tokio::task::block_in_place(|| Server::of(&mut command));
        let administration = server.lines().iter().find_map(|line| line.strip_prefix("administration on ")).unwrap().to_owned();
        Self { server, administration }
    }

    /// An answer to its end; `None` where the gateway ended first.
    async fn ask(&self, method: Method, path: &str, body: String) -> Option<Value> {
        let asked = client().request(method, format!("{}{path}", self.administration)).bearer_auth(TOKEN);
        let answer = asked.header(CONTENT_TYPE, "application/x-ndjson").body(body).send().await.ok()?;
        let (status, text) = (answer.status(), answer.text().await.ok()?);
        assert!(status.is_success(), "{status}: {text}");
        Some(serde_json::from_str(&text).unwrap())
    }

    /// Sends the records: the job's id.
    async fn upload(&self, point: u64) -> Option<String> {
        let taken = self.ask(Method::POST, &format!("/map?orgId={ORG}"), records(point)).await?;
        Some(taken["jobId"].as_str().unwrap().to_owned())
    }

    /// What became of a job, once it has ended.
    async fn outcome(&self, job: &str) -> Option<Value> {
        loop {
            let view = self.ask(Method::GET, &format!("/jobs/{job}"), String::new()).await?;
            if view["open"] == false {
                return Some(view);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Whether every job has ended.
    async fn rests(&self) -> bool {
        let metrics = client().get(format!("{}/metrics", self.server.base)).send().await.unwrap().text().await.unwrap();
        metrics.lines().any(|line| line == "guestsync_jobs_open 0")
    }

    fn stop(self) -> i32 {
        tokio::task::block_in_place(|| self.server.stop("-TERM").0)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn records_of_an_upload_are_applied_once_or_refused_once_wherever_the_gateway_ends() {
    let genesys = Genesys::start().await;
    // It makes keys, asks for the token, and for the attributes that there are.
    let gateway = Gateway::start(&genesys, None);
    let job = gateway.upload(0).await.unwrap();
    assert_eq!(gateway.outcome(&job).await.unwrap()["state"], "done");
    assert_eq!(gateway.stop(), 0);
    let mut ended_at = 0;
    loop {
        let point = ended_at + 1;
        assert!(point < MOST);
        let gateway = Gateway::start(&genesys, Some(point));
        let taken = gateway.upload(point).await;
        let outcome = match &taken {
            Some(job) => gateway.outcome(job).await,
            None => None,
        };
        let code = gateway.stop();
        assert!(outcome.is_some() || code == -1, "at {point}: it lived and its job did not end: {code}");

        let gateway = Gateway::start(&genesys, None);
        while !gateway.rests().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        // What was not answered may have been taken on, whole, or not at all.
        let stored = genesys.look("records?limit=0").await;
        let job = match taken {
            None if stored["count"] == 4 * point => gateway.upload(point).await,
            taken => taken,
        };
        if let Some(job) = job {
            let view = gateway.outcome(&job).await.unwrap();
            let output = &view["output"];
            let told = (&view["state"], &output["processed"], &output["applied"], &output["rejected"]);
            assert_eq!(told, (&json!("done"), &json!(5), &json!(4), &json!(1)), "at {point}");
            let rejects = gateway.ask(Method::GET, &format!("/jobs/{job}/rejects"), String::new()).await.unwrap();
            assert_eq!(rejects["rejects"].as_array().unwrap().len(), 1, "at {point}: {rejects}");
        }
        let stored = genesys.look("records?limit=0").await;
        let all = json!(4 * (point + 1));
        assert_eq!((&stored["count"], &stored["writes"]), (&all, &all), "at {point}");
        assert_eq!(gateway.stop(), 0);
        if code == 0 {
            break;
        }
        ended_at = point;
    }
    println!("ended at each of {ended_at} points");
    // The records on disk, the job, its claim, the run, its progress, a batch planned, sent and done, the run's end, the job's.
    assert!(ended_at >= 10, "{ended_at}");
}
