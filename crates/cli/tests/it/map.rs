//! `guestsync map`, as a process that is killed, fed and misled.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::time::Duration;

use guestsync_sandbox::{Client, Options};
use serde_json::{Value, json};

use crate::genesys::{Genesys, ORG};
use crate::run::Ran;

const PRIORITIES: [&str; 4] = ["low", "medium", "high", "critical"];

/// `GUESTSYNC_RECORDS` makes it longer.
fn many() -> u64 {
    std::env::var("GUESTSYNC_RECORDS").ok().and_then(|many| many.parse().ok()).unwrap_or(20_000)
}

/// One record of fifty breaks a rule.
fn breaks(number: u64) -> Option<&'static str> {
    (number % 50 == 17).then(|| ["attribute.value.regex", "attribute.value.type", "field.missing"][(number / 50 % 3) as usize])
}

fn record(number: u64) -> Value {
    let mut record =
        json!({"ticketId": format!("T-{number:07}"), "priority": PRIORITIES[(number % 4) as usize], "sourceChannel": "web"});
    match breaks(number) {
        Some("attribute.value.regex") => record["priority"] = json!("canary-value"),
        Some("attribute.value.type") => record["sourceChannel"] = json!(7),
        Some(_) => record["ticketId"] = Value::Null,
        None => {}
    }
    record
}

fn lines(count: u64) -> String {
    let mut text = String::new();
    (1..=count).for_each(|number| writeln!(text, "{}", record(number)).unwrap());
    text
}

fn said(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{ran:?}"))
}

fn rejects(file: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(file).unwrap();
    assert!(!text.contains("canary-value"));
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_three_times_under_faults_every_record_is_applied_once_or_refused_once() {
    let genesys = Genesys::start().await;
    genesys
        .faults(
            "
        seed = 11
        [[rules]]
        calls = ['S3']
        skip = 3
        first = 6
        effect = { kind = 'status', status = 429, retryAfter = 0 }
        [[rules]]
        calls = ['S3']
        probability = 0.1
        effect = { kind = 'lost' }
        [[rules]]
        calls = ['S3']
        probability = 0.1
        effect = { kind = 'entities', share = 0.3, status = 503 }
        [[rules]]
        calls = ['S3']
        effect = { kind = 'delay', ms = 40 }",
        )
        .await;
    let count = many();
    let file = genesys.write("tickets.ndjson", &lines(count));
    // Small and few at once, so that no run is over before it is killed.
    let arguments = ["map", &file, "--org", ORG, "--json", "--batch", "250", "--parallel", "4"];
    // Anywhere, and never the same.
    let mut moments: Vec<u64> = (0..3).map(|_| 1 + uuid::Uuid::new_v4().as_u64_pair().0 % (count * 8 / 10)).collect();
    moments.sort_unstable();
    eprintln!("killed at {moments:?}");
    for moment in moments {
        let mut child = genesys.command(&arguments).spawn().unwrap();
        while genesys.count().await < moment {
            assert!(child.try_wait().unwrap().is_none(), "it ended by itself");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let ran = genesys.run(&arguments).await;
    assert_eq!(ran.code, 3, "{ran:?}");
    let invalid = (1..=count).filter(|number| breaks(*number).is_some()).count() as u64;
    let told = said(&ran);
    assert_eq!(
        (&told["records"], &told["applied"], &told["rejected"]),
        (&json!(count), &json!(count - invalid), &json!(invalid))
    );
    assert_eq!((&told["invalid"], &told["refused"], &told["wentOn"]), (&json!(invalid), &json!(0), &json!(true)));

    let mut after = String::new();
    let mut number = 0;
    loop {
        let page = genesys.look(&format!("records?after={after}&limit=1000")).await;
        assert_eq!(page["writes"], count - invalid, "none was written twice");
        let records = page["records"].as_array().unwrap();
        let Some(last) = records.last() else { break };
        after = last["id"].as_str().unwrap().to_owned();
        for stored in records {
            number += 1;
            number += u64::from(breaks(number).is_some());
            let sent = record(number);
            assert_eq!((&stored["id"], &stored["attributes"]["crm_ticket_priority"]), (&sent["ticketId"], &sent["priority"]));
        }
    }
    assert_eq!(number, (1..=count).rfind(|number| breaks(*number).is_none()).unwrap());

    let listed: Vec<(u64, String)> = rejects(told["rejects"].as_str().unwrap())
        .iter()
        .map(|reject| (reject["record"].as_u64().unwrap(), reject["problems"][0]["code"].as_str().unwrap().to_owned()))
        .collect();
    let expected: BTreeSet<_> = (1..=count).filter_map(|number| Some((number, breaks(number)?.to_owned()))).collect();
    assert_eq!((listed.len(), listed.into_iter().collect::<BTreeSet<_>>()), (expected.len(), expected));
    // Nothing is left to go on with.
    let again = genesys.run(&["map", &file, "--org", ORG, "--json"]).await;
    assert_eq!((again.code, &said(&again)["wentOn"], &said(&again)["updated"]), (3, &json!(false), &json!(count - invalid)));
}

#[tokio::test(flavor = "multi_thread")]
async fn csv_json_and_standard_input_come_to_the_same_as_lines() {
    let genesys = Genesys::start().await;
    let csv = "ticketId,priority,sourceChannel\nC-1,high,\"web, chat\"\nC-2,,phone\nC-3,urgent,web\n";
    let file = genesys.write("tickets.csv", csv);
    let ran = genesys.run(&["map", &file, "--org", ORG]).await;
    assert_eq!(ran.code, 3, "{ran:?}");
    let (begin, rejects) = ran.stdout.trim_end().rsplit_once(' ').unwrap();
    assert_eq!(begin, "3 records: 2 new, 0 updated, 1 rejected\nrejects (1 refused here, 0 by Genesys):");
    assert!(rejects.starts_with(&format!("{file}.")) && rejects.ends_with(".rejects.ndjson"), "{rejects}");
    // Another run of the same file leaves that list alone.
    let listed = std::fs::read_to_string(rejects).unwrap();
    let other = genesys.run(&["map", &file, "--org", "acme-emea-dach", "--json"]).await;
    assert_ne!(said(&other)["rejects"], rejects);
    assert_eq!(std::fs::read_to_string(rejects).unwrap(), listed);
    let json = genesys.write("tickets.json", &json!([{"ticketId": "J-1", "priority": "low", "colour": "red"}]).to_string());
    let ran = genesys.run(&["map", &json, "--org", ORG]).await;
    let expected = "1 record: 1 new, 0 updated, 0 rejected\nleft out: colour (not in the map), once\n";
    assert_eq!((ran.code, ran.stdout.as_str()), (0, expected), "{ran:?}");
    // An organisation without the channel: that attribute is left out and told.
    let ran =
        genesys.fed(&["map", "-", "--org", "acme-emea-dach"], "{\"ticketId\": \"S-1\", \"sourceChannel\": \"web\"}\n").await;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.ends_with("left out: crm_channel_source (not in this organisation), once\n"), "{ran:?}");
    let stored = genesys.look("records").await;
    let stored: Vec<_> =
        stored["records"].as_array().unwrap().iter().map(|record| (&record["id"], &record["attributes"])).collect();
    let expected = [
        ("C-1", json!({"crm_ticket_id": "C-1", "crm_ticket_priority": "high", "crm_channel_source": "web, chat"})),
        ("C-2", json!({"crm_ticket_id": "C-2", "crm_channel_source": "phone"})),
        ("J-1", json!({"crm_ticket_id": "J-1", "crm_ticket_priority": "low"})),
        ("S-1", json!({"crm_ticket_id": "S-1"})),
    ];
    let expected: Vec<_> = expected.iter().map(|(id, attributes)| (json!(id), attributes.clone())).collect();
    assert_eq!(stored, expected.iter().map(|(id, attributes)| (id, attributes)).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_map_names_other_fields_and_changes_their_values() {
    let genesys = Genesys::start().await;
    let map = genesys.write(
        "map.yaml",
        "id: [case]\nfields:\n  - {from: case, to: crm_ticket_id, transforms: [{hash: {key_env: PEPPER}}]}\n  \
         - {from: /ticket/priority, to: crm_ticket_priority, transforms: [trim, lower, {values: {urgent: critical}}, {default: low}]}\n",
    );
    let input = "{\"case\": 7, \"ticket\": {\"priority\": \" Urgent \"}}\n{\"case\": 8}\n";
    let file = genesys.write("cases.ndjson", input);
    let child = genesys.command(&["map", &file, "--org", ORG, "--map", &map]).env("PEPPER", "pepper").spawn().unwrap();
    let ran = crate::genesys::ended(child, "").await;
    assert_eq!(ran.code, 0, "{ran:?}");
    let stored = genesys.look("records").await;
    // HMAC-SHA256 of "7" with the key "pepper", as `openssl dgst -hmac` has it.
    let hash = "86693d50efdc246c3c8d898667e7714b2d45096dd20a088aa7fd609d263cdcbd";
    assert_eq!(stored["records"][0]["attributes"], json!({"crm_ticket_id": hash, "crm_ticket_priority": "critical"}));
    assert_eq!(stored["records"][1]["attributes"]["crm_ticket_priority"], "low");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_goes_on_with_the_same_input_only() {
    let genesys = Genesys::start().await;
    genesys.faults("[[rules]]\ncalls = ['S3']\neffect = { kind = 'delay', ms = 200 }").await;
    let text = lines(5_000);
    let file = genesys.write("tickets.ndjson", &text);
    let arguments = ["map", &file, "--org", ORG, "--parallel", "1"];
    let mut child = genesys.command(&arguments).spawn().unwrap();
    while genesys.count().await == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    // Another process may not work on it meanwhile.
    let other = genesys.run(&arguments).await;
    assert_eq!((other.code, other.stderr.contains("another process works on this run")), (1, true), "{other:?}");
    let anew = genesys.run(&[&arguments[..], &["--restart"]].concat()).await;
    assert_eq!((anew.code, anew.stderr.contains("another process works on this run")), (1, true), "{anew:?}");
    let swallowed = genesys.run(&[&arguments[..], &["--rejects", &file]].concat()).await;
    assert_eq!((swallowed.code, std::fs::read_to_string(&file).unwrap() == text), (2, true), "{swallowed:?}");
    child.kill().unwrap();
    child.wait().unwrap();
    genesys.faults("").await;

    genesys.write("tickets.ndjson", &lines(5_001));
    let elsewhere = genesys.run(&[&arguments[..], &["--rejects", "elsewhere.ndjson"]].concat()).await;
    assert_eq!((elsewhere.code, elsewhere.stderr.contains("with another --rejects")), (2, true), "{elsewhere:?}");
    let changed = genesys.run(&arguments).await;
    assert_eq!(changed.code, 1);
    assert!(changed.stderr.contains("the input has changed since the run was begun"), "{changed:?}");
    let anew = genesys.run(&[&arguments[..], &["--restart"]].concat()).await;
    assert!(anew.code == 3 && anew.stdout.starts_with("5001 records: "), "{anew:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_named_run_goes_on_when_it_is_given_the_same_standard_input_again() {
    let genesys = Genesys::start().await;
    genesys.faults("[[rules]]\ncalls = ['S3']\neffect = { kind = 'delay', ms = 100 }").await;
    let text = lines(5_000);
    let arguments = ["map", "-", "--org", ORG, "--run", "nightly", "--json", "--parallel", "1"];
    let mut child = genesys.command(&arguments).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let fed = text.clone();
    let feeder = std::thread::spawn(move || std::io::Write::write_all(&mut input, fed.as_bytes()));
    while genesys.count().await == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    child.kill().unwrap();
    child.wait().unwrap();
    // Whatever it did not read breaks the pipe.
    _ = feeder.join().unwrap();
    genesys.faults("").await;
    let ran = genesys.fed(&arguments, &text).await;
    let told = said(&ran);
    assert_eq!((&told["records"], &told["applied"], &told["wentOn"]), (&json!(5_000), &json!(4_900), &json!(true)), "{ran:?}");
    assert_eq!(genesys.look("records?limit=0").await["writes"], 4_900);
    assert_eq!(rejects(&genesys.folder.join("nightly.rejects.ndjson")).len(), 100);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_without_a_name_leaves_nothing_to_go_on_with() {
    let genesys = Genesys::start().await;
    genesys.faults("[[rules]]\ncalls = ['S3']\nskip = 1\neffect = { kind = 'status', status = 415 }").await;
    let arguments = ["map", "-", "--org", ORG, "--parallel", "1", "--batch", "500"];
    let mut child = genesys.command(&arguments).spawn().unwrap();
    // What feeds it is not done yet, and is silent.
    let mut input = child.stdin.take().unwrap();
    std::io::Write::write_all(&mut input, lines(1_200).as_bytes()).unwrap();
    let ran = tokio::task::spawn_blocking(move || child.wait_with_output().unwrap()).await.unwrap();
    let said = String::from_utf8(ran.stderr).unwrap();
    assert_eq!((ran.status.code(), said.as_str()), (Some(1), "guestsync: Genesys refused the call (status 415).\n"));
    drop(input);
    assert_eq!(std::fs::read_dir(genesys.folder.path().join("state/runs")).unwrap().count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn permissions_are_asked_for_before_writing_and_kept_for_a_while() {
    let genesys = Genesys::start().await;
    let asked = async || genesys.calls().await.iter().filter(|call| call.contains("effectivepermissions")).count();
    for expected in [1, 1] {
        assert_eq!(genesys.fed(&["map", "-", "--org", ORG], "{\"ticketId\": \"T-1\"}\n").await.code, 0);
        assert_eq!(asked().await, expected);
    }
    let calls = genesys.calls().await;
    let first = |part: &str| calls.iter().position(|call| call.contains(part)).unwrap();
    assert!(first("effectivepermissions") < first("/batch"), "{calls:?}");
    let folder = genesys.folder.path().join("state/metadata");
    let kept = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let kept = kept.filter(|path| path.to_str().unwrap().contains("permissions")).collect::<Vec<_>>().remove(0);
    let mut entry: Value = serde_json::from_slice(&std::fs::read(&kept).unwrap()).unwrap();
    entry["expires_at"] = json!(1);
    std::fs::write(kept, entry.to_string()).unwrap();
    assert_eq!(genesys.fed(&["map", "-", "--org", ORG], "{\"ticketId\": \"T-1\"}\n").await.code, 0);
    assert_eq!(asked().await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_client_may_not_do_is_told_before_anything_is_written() {
    let record = "{\"ticketId\": \"T-1\"}\n";
    let all = || Client::with_all_scopes("sandbox", "secret");
    let without = |scope: &str| {
        let scopes = ["customattributes:write", "customattributes:read", "groups:read", "accesscontrol:read"];
        Client::with_scopes("sandbox", "secret", scopes.into_iter().filter(|one| *one != scope))
    };
    let lacks_scope = |scope: &str| {
        format!(
            "The OAuth client's token lacks the scope {scope}: add it to the client (Genesys Cloud Admin, Integrations, OAuth, the \
             client's Scope tab) and, where GENESYS_SCOPE is set, to that, then run this again."
        )
    };
    for (client, organisation, sentence) in [
        (
            all().without_permission("customattributes:write"),
            ORG,
            "The OAuth client lacks the permission customattributes:write: give it a role that has it (Genesys Cloud Admin, \
             Integrations, OAuth, the client's Roles tab), then run this again."
                .to_owned(),
        ),
        (without("customattributes:write"), ORG, lacks_scope("customattributes:write")),
        (without("customattributes:read"), ORG, lacks_scope("customattributes:read")),
        (without("accesscontrol:read"), ORG, lacks_scope("accesscontrol:read")),
        (
            all(),
            "dead",
            "There is no organisation or group with the id dead: compare it with the id in Genesys Cloud Admin, then run this again."
                .to_owned(),
        ),
        (
            all(),
            "acme-confidential",
            "The organisation or group acme-confidential may not be read by this OAuth client: give the client access to it, then \
             run this again."
                .to_owned(),
        ),
        (
            all(),
            "acme-ring-a",
            "The organisation acme-ring-a has none of the attributes that records are mapped to: define them with `guestsync schema \
             apply`, or choose others with a map."
                .to_owned(),
        ),
    ] {
        let genesys = Genesys::with(Options { clients: vec![client], ..Options::default() }).await;
        let ran = genesys.fed(&["map", "-", "--org", organisation], record).await;
        assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr), (1, "", format!("guestsync: {sentence}\n")));
        assert_eq!(genesys.count().await, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn options_and_files_that_are_wrong_end_with_2_and_a_list_that_cannot_be_made_before_anything_is_applied() {
    let genesys = Genesys::start().await;
    let good = genesys.write("good.ndjson", &lines(20));
    let broken = genesys.write("broken.json", "{\"not\": \"an array\"");
    for arguments in [&["map", &good, "--org", ""][..], &["map", &broken, "--org", ORG]] {
        let ran = genesys.run(arguments).await;
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{ran:?}");
    }
    let list = format!("{good}.nowhere/rejects");
    let ran = genesys.run(&["map", &good, "--org", ORG, "--rejects", &list]).await;
    assert!(ran.code == 1 && ran.stderr.contains(&list), "{ran:?}");
    assert_eq!(genesys.count().await, 0);
    // Nothing was begun with that list.
    assert_eq!(genesys.run(&["map", &good, "--org", ORG]).await.code, 3);
}
