//! `guestsync map`, and its journal.

use serde_json::json;

use super::{MOST, POINT};
use crate::genesys::{Genesys, ORG, ended};

/// Five records for each walk, one of them refused.
fn records(point: u64) -> String {
    let record = |n: u64| {
        let channel = if n == 3 { json!(7) } else { json!("web") };
        json!({"ticketId": format!("P{point}-{n}"), "priority": "low", "sourceChannel": channel}).to_string()
    };
    (1..=5).map(|n| record(n) + "\n").collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn records_are_applied_once_or_refused_once_wherever_the_command_ends() {
    let genesys = Genesys::start().await;
    let mut ended_at = 0;
    loop {
        let point = ended_at + 1;
        assert!(point < MOST);
        let file = genesys.write(&format!("{point}.ndjson"), &records(point));
        let arguments = ["map", &file, "--org", ORG, "--json", "--refresh", "--batch", "2", "--parallel", "1"];
        let first = ended(genesys.command(&arguments).env(POINT, point.to_string()).spawn().unwrap(), "").await;
        let last = if first.code == -1 { genesys.run(&arguments).await } else { first.clone() };
        assert_eq!(last.code, 3, "at {point}: {last:?}");
        let told: serde_json::Value = serde_json::from_str(&last.stdout).unwrap();
        assert_eq!((&told["records"], &told["applied"], &told["rejected"]), (&json!(5), &json!(4), &json!(1)), "at {point}");
        let rejects = std::fs::read_to_string(told["rejects"].as_str().unwrap()).unwrap();
        assert_eq!(rejects.lines().count(), 1, "at {point}: {rejects}");
        let stored = genesys.look("records?limit=0").await;
        assert_eq!((&stored["count"], &stored["writes"]), (&json!(4 * point), &json!(4 * point)), "at {point}");
        if first.code != -1 {
            break;
        }
        ended_at = point;
    }
    println!("ended at each of {ended_at} points");
    // The run; two batches written down, sent and done; what was refused; the end.
    assert!(ended_at >= 9, "{ended_at}");
}
