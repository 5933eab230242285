//! POST `/map`, GET `/report` and their jobs, on the administration address.

use std::time::Duration;

use guestsync_sandbox::{Client, Options, RateLimit};
use reqwest::header::CONTENT_TYPE;
use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::world::{Directory, SECRET, Upstream, World, json_of};

const ORG: &str = "acme-emea-dach-support-tier1";

async fn stored(upstream: &Upstream) -> Value {
    reqwest::get(format!("{}/_sandbox/records", upstream.base)).await.unwrap().json().await.unwrap()
}

async fn map(world: &World, body: &Value) -> Response {
    world.administer(Method::POST, "/map").json(body).send().await.unwrap()
}

fn ticket(id: &str, priority: &str) -> Value {
    json!({"ticketId": id, "priority": priority, "sourceChannel": "web"})
}

#[tokio::test]
async fn a_small_upload_is_answered_as_the_document_has_it_with_an_error_per_record() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let records = [ticket("T-1", "high"), ticket("T-2", "canary-value"), json!({"priority": "low"}), json!([1])];
    let answer = map(&world, &json!({"orgId": ORG, "records": records})).await;
    assert_eq!(answer.status(), 200);
    let text = answer.text().await.unwrap();
    assert!(!text.contains("canary-value"));
    let answer: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&answer["success"], &answer["processed"], &answer["rejected"]), (&json!(true), &json!(4), &json!(3)));
    let allowed = answer["allowedAttributes"].as_array().unwrap();
    assert!(allowed.contains(&json!("crm_ticket_id")) && allowed.contains(&json!("crm_channel_source")));
    let codes: Vec<_> =
        answer["errors"].as_array().unwrap().iter().map(|error| (&error["record"], &error["problems"][0]["code"])).collect();
    let expected = [(2, "attribute.value.regex"), (3, "field.missing"), (4, "record.no.object")];
    assert_eq!(
        codes,
        expected.map(|(record, code)| (json!(record), json!(code))).iter().map(|(a, b)| (a, b)).collect::<Vec<_>>()
    );
    let stored = stored(&upstream).await;
    assert_eq!(stored["count"], 1);
    let attributes = json!({"crm_ticket_id": "T-1", "crm_ticket_priority": "high", "crm_channel_source": "web"});
    assert_eq!(stored["records"][0]["attributes"], attributes);
}

#[tokio::test]
async fn a_table_is_taken_as_well_and_its_header_is_no_record() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let table = "ticketId,priority,sourceChannel\nT-1,high,web\nT-2,,\nT-3,no,web\n";
    let sent = world.administer(Method::POST, &format!("/map?orgId={ORG}")).header(CONTENT_TYPE, "text/csv").body(table);
    let answer = sent.send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let answer = json_of(answer).await;
    assert_eq!((&answer["processed"], &answer["applied"], &answer["rejected"]), (&json!(3), &json!(2), &json!(1)));
    assert_eq!((&answer["errors"][0]["record"], &answer["errors"][0]["line"]), (&json!(3), &json!(4)));
    assert_eq!(stored(&upstream).await["records"][1]["attributes"], json!({"crm_ticket_id": "T-2"}));
    let table = "ticketId,ticketId\nT-1,T-1\n";
    let sent = world.administer(Method::POST, &format!("/map?orgId={ORG}")).header(CONTENT_TYPE, "text/csv").body(table);
    let answer = sent.send().await.unwrap();
    assert_eq!(answer.status(), 400);
    assert_eq!(json_of(answer).await["error"]["code"], "input.unreadable");
}

#[tokio::test]
async fn an_array_of_records_is_taken_with_the_organisation_in_the_address() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let send = async |path: &str, body: String| {
        world.administer(Method::POST, path).header(CONTENT_TYPE, "application/json").body(body).send().await.unwrap()
    };
    let path = format!("/map?orgId={ORG}");
    let body = format!(" \n{}", json!([ticket("T-1", "high"), ticket("T-2", "no")]));
    let answer = send(&path, body.clone()).await;
    assert_eq!(answer.status(), 200);
    let answer = json_of(answer).await;
    assert_eq!((&answer["applied"], &answer["errors"][0]["record"]), (&json!(1), &json!(2)));
    for (path, body, code) in [
        ("/map", body, "map.incomplete"),
        (path.as_str(), "[{}".to_owned(), "input.unreadable"),
        (path.as_str(), String::new(), "json.invalid"),
        (path.as_str(), "7".to_owned(), "json.invalid"),
    ] {
        let answer = send(path, body).await;
        assert_eq!(answer.status(), 400);
        assert_eq!(json_of(answer).await["error"]["code"], code);
    }
    let other = world.administer(Method::POST, &path).header(CONTENT_TYPE, "application/xml").body("<a/>").send().await.unwrap();
    assert_eq!(other.status(), 415);
    assert_eq!(json_of(other).await["error"]["code"], "content.type");
}

#[tokio::test]
async fn an_upload_may_bring_its_own_map() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let field = json!({"from": "/ticket/urgency", "to": "crm_ticket_priority", "transforms": ["lower"]});
    let body = |fields: Value| json!({"orgId": ORG, "records": [{"key": "A", "ticket": {"urgency": "HIGH"}}], "map": {"id": ["key"], "fields": fields}});
    let answer = map(&world, &body(json!([field]))).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(json_of(answer).await["applied"], 1);
    assert_eq!(stored(&upstream).await["records"][0]["attributes"], json!({"crm_ticket_priority": "high"}));
    let keyed = json!({"from": "key", "to": "crm_ticket_id", "transforms": [{"hash": {"key_env": "PATH"}}]});
    for fields in [json!([]), json!("canary"), json!([keyed])] {
        let answer = map(&world, &body(fields)).await;
        assert_eq!(answer.status(), 400);
        assert_eq!(json_of(answer).await["error"]["code"], "map.invalid");
    }
}

#[tokio::test]
async fn a_large_upload_is_a_job_that_outlives_a_killed_gateway() {
    let upstream = Upstream::start().await;
    let directory = Directory::new();
    let world = World::with(&upstream, "", directory.again()).await;
    upstream.faults("[[rules]]\ncalls = [\"S3\"]\neffect = { kind = \"delay\", ms = 100 }").await;
    let lines: String =
        (0..12_000).map(|n| format!("{}\n", ticket(&format!("T-{n}"), if n % 50 == 7 { "no" } else { "low" }))).collect();
    let sent =
        world.administer(Method::POST, &format!("/map?orgId={ORG}")).header(CONTENT_TYPE, "application/x-ndjson").body(lines);
    let answer = sent.send().await.unwrap();
    assert_eq!(answer.status(), 202);
    let id = json_of(answer).await["jobId"].as_str().unwrap().to_owned();
    // Killed as soon as something was written.
    while stored(&upstream).await["count"] == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    // What comes behind the last one that is listed now has a place already.
    let listed = json_of(world.administer(Method::GET, &format!("/jobs/{id}/rejects")).send().await.unwrap()).await;
    assert!(listed["next"].is_u64(), "{listed}");
    world.kill().await;
    let world = World::with(&upstream, "", directory).await;
    let view = loop {
        let view = json_of(world.administer(Method::GET, &format!("/jobs/{id}")).send().await.unwrap()).await;
        if view["open"] == false {
            break view;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert_eq!(
        (&view["state"], &view["output"]["processed"], &view["output"]["rejected"]),
        (&json!("done"), &json!(12_000), &json!(240))
    );
    let stored = stored(&upstream).await;
    assert_eq!((&stored["count"], &stored["writes"]), (&json!(11_760), &json!(11_760)), "each once");
    let rejects = json_of(world.administer(Method::GET, &format!("/jobs/{id}/rejects")).send().await.unwrap()).await;
    assert_eq!((rejects["rejects"].as_array().unwrap().len(), &rejects["next"]), (240, &Value::Null));
}

#[tokio::test]
async fn what_uploads_left_behind_is_removed_at_the_next_start_and_what_is_listed_stays() {
    let upstream = Upstream::start().await;
    let directory = Directory::new();
    let world = World::with(&upstream, "", directory.again()).await;
    let answer = json_of(map(&world, &json!({"orgId": ORG, "records": [{}]})).await).await;
    world.kill().await;
    let uploads = directory.path().join("uploads");
    let left = |name: &str, days: u64| {
        let file = std::fs::File::options().append(true).create(true).open(uploads.join(name)).unwrap();
        file.set_modified(std::time::SystemTime::now() - Duration::from_secs(days * 24 * 60 * 60)).unwrap();
    };
    let (killed, coming) = (format!("map_{}", "a".repeat(32)), format!("map_{}", "b".repeat(32)));
    let listed = format!("{}.rejects.ndjson", answer["jobId"].as_str().unwrap());
    left(&killed, 2);
    left(&format!("{killed}.rejects.ndjson"), 2);
    left(&coming, 0);
    left(&listed, 2);
    let world = World::with(&upstream, "", directory.again()).await;
    let names = || {
        let mut names: Vec<_> = std::fs::read_dir(&uploads).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    while names().len() > 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let mut expected = [coming, listed].map(std::ffi::OsString::from);
    expected.sort();
    assert_eq!(names(), expected);
    drop(world);
}

#[tokio::test]
async fn what_is_missing_or_not_allowed_is_said_in_a_sentence() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    for body in
        [json!({"orgId": ORG}), json!({"records": []}), json!({"orgId": "", "records": []}), json!({"orgId": ORG, "records": 1})]
    {
        let answer = map(&world, &body).await;
        assert_eq!(answer.status(), 400);
        assert_eq!(json_of(answer).await["error"]["message"], "Missing orgId or records array");
    }
    for (id, status, code) in [
        ("gone", 404, "organisation.unknown"),
        ("a b", 400, "organisation.invalid"),
        ("acme-confidential", 403, "organisation.forbidden"),
    ] {
        let answer = map(&world, &json!({"orgId": id, "records": [ticket("T-1", "low")]})).await;
        assert_eq!(answer.status().as_u16(), status, "{id}");
        assert_eq!(json_of(answer).await["error"]["code"], code);
    }
    let denied = Client::with_all_scopes("gateway", SECRET).without_permission("customattributes:write");
    let upstream = Upstream::with(Options { clients: vec![denied], rate: RateLimit::NONE, ..Options::default() }).await;
    let world = World::start(&upstream).await;
    let answer = map(&world, &json!({"orgId": ORG, "records": [ticket("T-1", "low")]})).await;
    assert_eq!(answer.status(), 403);
    let error = json_of(answer).await["error"].take();
    assert_eq!(error["code"], "permission.missing");
    assert!(error["message"].as_str().unwrap().contains("customattributes:write"));
    assert_eq!(stored(&upstream).await["count"], 0);
}

#[tokio::test]
async fn a_report_counts_each_conversation_once_though_pages_shift() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let answer = world.administer(Method::GET, "/report?attrs=crm_ticket_id,crm_ticket_priority,crm_channel_source,none&days=40");
    let report = json_of(answer.send().await.unwrap()).await;
    let told = |name: &str| report[name].as_str().unwrap().to_owned();
    let query = [("from", told("from")), ("to", told("to"))];
    let expected: Value = reqwest::Client::new()
        .get(format!("{}/_sandbox/conversations", upstream.base))
        .query(&query)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(report["conversations"], expected["conversations"]);
    assert!(report["conversations"].as_u64().unwrap() > 99_000);
    for name in ["crm_ticket_id", "crm_ticket_priority", "crm_channel_source"] {
        assert_eq!(report["counts"][name], expected["attributes"][name], "{name}");
    }
    assert_eq!(report["counts"]["none"], 0);
    let html = world.administer(Method::GET, "/report?days=1&format=html").send().await.unwrap();
    assert_eq!(html.headers()[CONTENT_TYPE], "text/html; charset=utf-8");
    for wrong in ["/report?days=0", "/report?days=x", "/report?format=pdf"] {
        assert_eq!(world.administer(Method::GET, wrong).send().await.unwrap().status(), 400, "{wrong}");
    }
}
