//! Commands beside a running gateway, on its state directory: one token, one budget.

use std::fmt::Write;
use std::time::Duration;

use guestsync_sandbox::{Options, RateLimit};
use serde_json::json;
use tokio::task::JoinSet;

use crate::genesys::{Genesys, ORG};
use crate::run::Server;
use crate::serve::client;

fn serve(genesys: &Genesys) -> Server {
    let mut command = genesys.command(&["serve", "--port", "0"]);
    tokio::task::block_in_place(|| Server::of(command.env("RUST_LOG", "warn")))
}

async fn begin(base: String, session: usize) -> u16 {
    let asked = json!({"sessionId": format!("session-{session}"), "consentGiven": true, "consentType": "explicit"});
    client().post(format!("{base}/api/webchat/init")).json(&asked).send().await.unwrap().status().as_u16()
}

/// Requests of the sandbox's log that fit.
async fn count(genesys: &Genesys, name: &str, value: serde_json::Value) -> usize {
    let log = genesys.look("requests").await;
    log["requests"].as_array().unwrap().iter().filter(|request| request[name] == value).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_has_the_gateways_token_and_the_gateway_a_commands() {
    let genesys = Genesys::start().await;
    let tokens = async || count(&genesys, "path", json!("/oauth/token")).await;
    let list = ["schema", "list", "--org", ORG, "--refresh"];
    assert_eq!(genesys.run(&list).await.code, 0);
    assert_eq!(tokens().await, 1, "there is nothing to share yet");
    let gateway = serve(&genesys);
    assert_eq!(begin(gateway.base.clone(), 0).await, 200);
    assert_eq!(tokens().await, 2);
    assert_eq!(genesys.run(&list).await.code, 0);
    assert_eq!(tokens().await, 2);
    assert_eq!(gateway.stop("-TERM").0, 0);
    assert_eq!(genesys.run(&list).await.code, 0);
    assert_eq!(tokens().await, 2, "it is in the database");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_and_a_gateway_share_the_rate_limit() {
    let rate = RateLimit { requests: 60, window: Duration::from_secs(1) };
    let genesys = Genesys::limited(Options::default(), rate).await;
    let gateway = serve(&genesys);
    let mut lines = String::new();
    (0..150).for_each(|n| writeln!(lines, "{}", json!({"ticketId": format!("T-{n}"), "priority": "low"})).unwrap());
    let file = genesys.write("tickets.ndjson", &lines);
    let arguments = ["map", &file, "--org", ORG, "--batch", "1", "--parallel", "4"];
    let sessions = async {
        let mut asked = JoinSet::new();
        let mut statuses = Vec::new();
        for session in 0..75 {
            asked.spawn(begin(gateway.base.clone(), session));
            if asked.len() == 8 {
                statuses.extend(asked.join_next().await.map(Result::unwrap));
            }
        }
        statuses.extend(asked.join_all().await);
        statuses
    };
    let (map, statuses) = tokio::join!(genesys.run(&arguments), sessions);
    assert_eq!(map.code, 0, "{map:?}");
    assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
    let refused = count(&genesys, "status", json!(429)).await;
    assert!(refused <= 15, "{refused} of 300 were refused: they do not know of each other");
}
