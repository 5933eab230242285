//! `guestsync report` over a hundred thousand conversations whose pages shift while they are read.

use guestsync_sandbox::{Client, Options};
use serde_json::{Value, json};

use crate::genesys::Genesys;

#[tokio::test(flavor = "multi_thread")]
async fn every_form_has_the_exact_counts_of_a_hundred_thousand_conversations() {
    let genesys = Genesys::start().await;
    let attributes = "crm_ticket_id,crm_ticket_priority,crm_channel_source,never_set";
    let ran = genesys.run(&["report", "--attrs", attributes, "--days", "40", "--json"]).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    let told = |name: &str| report[name].as_str().unwrap().replace(':', "%3A");
    let expected = genesys.look(&format!("conversations?from={}&to={}", told("from"), told("to"))).await;
    // The newest is younger than the last full second, or not.
    assert!(expected["conversations"].as_u64().unwrap() >= 99_999, "{expected}");
    assert_eq!(report["conversations"], expected["conversations"]);
    let all = expected["conversations"].as_f64().unwrap();
    for usage in report["attributes"].as_array().unwrap() {
        let count = expected["attributes"].get(usage["name"].as_str().unwrap()).cloned().unwrap_or(json!(0));
        assert_eq!(usage["count"], count, "{usage}");
        assert!((usage["fillRate"].as_f64().unwrap() - count.as_f64().unwrap() / all).abs() < 1e-9, "{usage}");
    }
    // More were read than there are: pages shift.
    let pages = genesys.calls().await.len();
    assert!(pages > 100 + 40 / 7, "{pages}");

    for (form, expected) in [
        ("table", "crm_ticket_priority"),
        ("csv", "attribute,count,conversations,fill_rate,from,to\n"),
        ("html", "<meter min=\"0\" max=\"100\" value=\"60."),
    ] {
        let ran = genesys.run(&["report", "--days", "1", "--format", form]).await;
        assert!(ran.code == 0 && ran.stdout.contains(expected), "{form} {ran:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_scope_and_a_form_that_is_none_are_told() {
    let client = Client::with_scopes("sandbox", "secret", ["customattributes:read"]);
    let genesys = Genesys::with(Options { clients: vec![client], ..Options::default() }).await;
    let ran = genesys.run(&["report"]).await;
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
    assert!(ran.stderr.starts_with("guestsync: The OAuth client's token lacks the scope analytics:read: add it"), "{ran:?}");
    let ran = genesys.run(&["report", "--format", "pdf"]).await;
    assert_eq!((ran.code, ran.stderr.as_str()), (2, "guestsync: --format must be table, csv, json or html\n"));
}
