//! `guestsync provision` and `guestsync jobs`, as processes of their own against a sandbox that the test can hold up.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::process::{Child, Command};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use guestsync_sandbox::{Client, FaultPlan, Options, RateLimit, Sandbox};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::run::{Folder, Ran, finish, guestsync, run};

/// A channel as the design document has it, under another name.
fn channel(name: &str) -> Value {
    json!({
        "name": name,
        "description": "Primary web messaging channel for customer support",
        "webMessagingWidgetConfiguration": {
            "widgetId": "widget-prod-001",
            "theme": "default",
            "customAttributes": {"department": "support", "priority": "high", "region": "na"},
        },
        "securityPolicy": {
            "enabled": true,
            "allowedOrigins": ["https://support.example.com", "https://portal.example.com"],
            "requireConsent": true,
        },
        "routingConfiguration": {"queueId": "12345-67890-abcde-fghij"},
    })
}

/// Where the first submission stops for good.
#[derive(Clone, Copy, PartialEq)]
enum Hold {
    Never,
    /// It has arrived and has no effect.
    BeforeEffect,
    /// It has had its effect; the answer never comes.
    BeforeAnswer,
}

/// A sandbox, a state directory and a file.
struct World {
    base: String,
    folder: Folder,
    held: Arc<Notify>,
}

impl World {
    async fn start(faults: &str, hold: Hold) -> Self {
        Self::limited(faults, hold, RateLimit::NONE).await
    }

    async fn limited(faults: &str, hold: Hold, rate: RateLimit) -> Self {
        let options = Options {
            clients: vec![Client::with_all_scopes("sandbox", "secret")],
            rate,
            faults: FaultPlan::from_toml(faults).unwrap(),
            ..Options::default()
        };
        let held = Arc::new(Notify::new());
        let (notify, first) = (Arc::clone(&held), Arc::new(AtomicBool::new(hold != Hold::Never)));
        let layer = from_fn(move |request: Request, next: Next| {
            let (notify, first) = (Arc::clone(&notify), Arc::clone(&first));
            async move {
                let is_submission = request.method() == "POST" && request.uri().path().ends_with("/channels");
                if !is_submission || !first.swap(false, Ordering::SeqCst) {
                    return next.run(request).await;
                }
                if hold == Hold::BeforeAnswer {
                    next.run(request).await;
                }
                notify.notify_one();
                std::future::pending().await
            }
        });
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let router = Sandbox::new(options).router().layer(layer);
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { base, folder: Folder::new(), held }
    }

    fn write(&self, content: &Value) -> String {
        let path = self.folder.join("channels.json");
        std::fs::write(&path, content.to_string()).unwrap();
        path
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let state = self.folder.join("state");
        let mut command = guestsync(&[&["provision", "--state-dir", &state], arguments].concat());
        command.envs([
            ("GENESYS_BASE_URL", self.base.as_str()),
            ("GENESYS_CLIENT_ID", "sandbox"),
            ("GENESYS_CLIENT_SECRET", "secret"),
        ]);
        command
    }

    fn spawn(&self, arguments: &[&str]) -> Child {
        self.command(arguments).spawn().unwrap()
    }

    async fn provision(&self, arguments: &[&str]) -> Ran {
        ended(self.spawn(arguments)).await
    }

    async fn report(&self, arguments: &[&str]) -> Value {
        let ran = self.provision(&[arguments, &["--json"]].concat()).await;
        serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{ran:?}"))
    }

    async fn read(&self, what: &str) -> Vec<Value> {
        _ = rustls::crypto::ring::default_provider().install_default();
        let mut body: Value = reqwest::get(format!("{}/_sandbox/{what}", self.base)).await.unwrap().json().await.unwrap();
        serde_json::from_value(body[what].take()).unwrap()
    }

    /// Methods and statuses of what was asked of channels.
    async fn calls(&self) -> Vec<(String, u64)> {
        let requests = self.read("requests").await.into_iter();
        let of_channels = requests.filter(|request| request["path"].as_str().unwrap().contains("/channels"));
        of_channels.map(|r| (r["method"].as_str().unwrap().to_owned(), r["status"].as_u64().unwrap_or_default())).collect()
    }

    fn audit(&self) -> Vec<Value> {
        let state = self.folder.join("state");
        let heads = run(&["audit", "head", "--state-dir", &state], "").stdout;
        let head = heads.trim().split_once("  ").unwrap().1;
        let file = self.folder.join("state/audit.jsonl");
        let verified = run(&["audit", "verify", &file, "--head", head], "");
        assert_eq!(verified.code, 0, "{verified:?}");
        let text = std::fs::read_to_string(file).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

/// Waits for a process without holding up the sandbox.
async fn ended(child: Child) -> Ran {
    tokio::task::spawn_blocking(move || finish(child, "")).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_with_one_file_make_each_of_200_channels_once_whatever_fails() {
    let faults = "
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
    let world = World::start(faults, Hold::Never).await;
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
    // Once more: nothing is left to do.
    assert_eq!(world.report(&[&file]).await["counts"]["present"], 200);
    assert_eq!(world.read("channels").await.len(), 200);
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
        let jobs = run(&["jobs", "--open", "--json", "--state-dir", &world.folder.join("state")], "");
        let jobs: Value = serde_json::from_str(&jobs.stdout).unwrap();
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
        let job = run(&["jobs", id, "--state-dir", &world.folder.join("state")], "");
        let job: Value = serde_json::from_str(&job.stdout).unwrap();
        assert_eq!(
            (&job["state"], &job["open"], &job["output"]["how"]),
            (&json!("success"), &json!(false), &json!(how)),
            "{job}"
        );
        let audit = world.audit();
        assert_eq!((audit.len(), &audit[0]["jobId"], &audit[0]["outcome"]), (1, &json!(id), &json!("success")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_documents_example_is_provisioned_with_a_warning_and_once() {
    let world = World::start("", Hold::Never).await;
    let file = world.write(&channel("Enterprise Support Portal Widget"));
    let dry = world.provision(&[&file, "--dry-run"]).await;
    assert_eq!((dry.code, dry.stdout.as_str()), (0, "create Enterprise Support Portal Widget\n"));
    assert!(world.calls().await.iter().all(|(method, _)| method == "GET"));
    let ran = world.provision(&[&file]).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.starts_with("created\tEnterprise Support Portal Widget\t"), "{ran:?}");
    assert!(ran.stderr.contains("warning: routingConfiguration.queueId has the form of an example"), "{ran:?}");
    assert!(ran.stderr.ends_with("1 channel: 1 created, 0 present\n"), "{ran:?}");
    let again = world.provision(&[&file]).await;
    assert!(again.code == 0 && again.stdout.starts_with("present\t"), "{again:?}");
    assert_eq!(world.read("channels").await.len(), 1);
    let listed = run(&["jobs", "--state-dir", &world.folder.join("state")], "").stdout;
    assert_eq!(listed.lines().count(), 1);
    assert!(listed.contains("\tchannel.provision\tsuccess\t") && listed.ends_with("\tEnterprise Support Portal Widget\n"));
    assert_eq!(run(&["jobs", "job_0", "--state-dir", &world.folder.join("state")], "").code, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_with_problems_sends_nothing_and_tells_them_all() {
    let world = World::start("", Hold::Never).await;
    let mut broken = channel("canary name");
    broken["securityPolicy"]["allowedOrigins"][1] = json!("https://*.example.com");
    broken["webMessagingWidgetConfiguration"]["theem"] = json!("canary");
    let file = world.write(&json!([channel("canary name"), broken]));
    let ran = world.provision(&[&file]).await;
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    for line in [
        "[1].webMessagingWidgetConfiguration.theem is no field here; the nearest name is `theme` (field.unknown)\n",
        "[1].securityPolicy.allowedOrigins[1] must name one origin: wildcards are refused (origin.wildcard)\n",
        "[1].name is also the name of [0] (name.duplicate)\n",
        "guestsync: the file has problems; nothing was sent\n",
    ] {
        assert!(ran.stderr.contains(line), "{}", ran.stderr);
    }
    assert!(!ran.stderr.contains("canary"));
    let problems = world.report(&[&file]).await;
    assert_eq!(problems["problems"][0]["code"], "field.unknown");
    assert!(world.calls().await.is_empty() && !world.folder.path().join("state").exists());
    assert_eq!(world.provision(&[&world.folder.join("nothing.yaml")]).await.code, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_another_channel_has_is_refused_or_gets_a_suffix_and_the_same_one_again() {
    let world = World::start("", Hold::Never).await;
    let mut theirs = channel("Shop");
    theirs["description"] = json!("another one");
    assert_eq!(world.provision(&[&world.write(&theirs)]).await.code, 0);
    let file = world.write(&json!({"channels": [channel("Other"), channel("Shop")]}));
    let refused = world.provision(&[&file]).await;
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("channels[1].name is the name of another channel"), "{refused:?}");
    assert_eq!(world.read("channels").await.len(), 1);
    let ran = world.provision(&[&file, "--on-conflict", "suffix"]).await;
    assert!(ran.code == 0 && ran.stdout.contains("the name was taken: a suffix was appended"), "{ran:?}");
    let again = world.report(&[&file, "--on-conflict", "suffix"]).await;
    assert_eq!((&again["counts"]["present"], &again["channels"][1]["suffixed"]), (&json!(2), &json!(true)));
    assert_eq!(world.read("channels").await.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_genesys_refuses_fails_and_what_it_never_answers_for_ends_in_its_exit_code() {
    let world = World::start("[[rules]]\ncalls = ['C2']\neffect = { kind = 'status', status = 400 }", Hold::Never).await;
    let ran = world.provision(&[&world.write(&channel("Shop"))]).await;
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stdout.starts_with("failed\tShop\tGenesys refused it (upstream.refused status 400"), "{ran:?}");
    assert_eq!(world.calls().await.iter().filter(|(method, _)| method == "POST").count(), 1);
    let audit = world.audit();
    assert_eq!((&audit[0]["outcome"], &audit[0]["successRate"]), (&json!("failed"), &json!(0.0)));

    let world = World::start("", Hold::Never).await;
    let file = world.write(&channel("Shop"));
    let mut command = world.command(&[&file]);
    let ran = ended(command.env("GENESYS_CLIENT_SECRET", "canary").spawn().unwrap()).await;
    assert!(ran.code == 1 && ran.stderr.contains("refused the OAuth client") && !ran.stderr.contains("canary"), "{ran:?}");
}

#[test]
fn the_schema_is_printed_for_editors() {
    let ran = run(&["provision", "--schema"], "");
    let schema: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(schema["title"], "Messaging channels for guestsync provision");
}
