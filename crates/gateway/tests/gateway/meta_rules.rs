//! The same definitions and records are accepted and refused here as by the sandbox, which shares no code with the rules.

use std::collections::BTreeSet;

use guestsync_core::Sensitive;
use guestsync_gateway::meta::schema::{Definition, Rules, Update};
use guestsync_genesys::Settings;
use guestsync_sandbox::{Options, RateLimit, Sample};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value, json};

use crate::world::{SECRET, Upstream};

/// `GUESTSYNC_CASES` makes it longer.
fn cases() -> u32 {
    std::env::var("GUESTSYNC_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(96)
}

fn number() -> impl Strategy<Value = Value> {
    prop_oneof![
        (-3i64..8).prop_map(|n| json!(n)),
        (-3i64..8).prop_map(|n| json!(n as f64 / 2.0)),
        prop_oneof![Just(json!(0.1)), Just(json!(-0.0)), Just(json!(u64::MAX)), Just(json!(i64::MIN)), Just(json!(1e300))],
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let dates = [
        "2026-11-20",
        "2026-02-29",
        "2024-02-29",
        "20.11.2026",
        "2026-11-20T10:00:00Z",
        "2026-11-20T10:00:00.5+01:00",
        "2026-11-20t10:00:00z",
        "2026-11-20 10:00:00Z",
        "2026-11-20T25:00:00Z",
        "2026-W47-5",
        "20261120",
        "+2026-11-20",
        "2026-324",
    ];
    prop_oneof![
        4 => "[ab\u{e9}\u{1f600} \n]{0,5}".prop_map(Value::String),
        2 => "[a-z]{2}-[0-9]{3}".prop_map(Value::String),
        4 => number(),
        1 => any::<bool>().prop_map(Value::Bool),
        1 => Just(Value::Null),
        3 => prop::sample::select(dates.to_vec()).prop_map(|date| json!(date)),
        1 => Just(json!([1])),
        1 => Just(json!({"a": 1})),
    ]
}

fn rule() -> impl Strategy<Value = Value> {
    let patterns = [
        "^(a|b)$",
        "a",
        "^.{2}$",
        "^a.*b$",
        "(?s)^a.b",
        r"^\p{L}+$",
        r"^[a-z]{2}-\d{3}$",
        "(?i)^A",
        "(",
        "(?=a)",
        "^$",
        r"\bab\b",
    ];
    let kind = prop::sample::select(vec!["string", "number", "range", "regex", "length"]);
    let value = prop_oneof![
        3 => Just(None),
        2 => prop::sample::select(patterns.to_vec()).prop_map(|pattern| Some(json!(pattern))),
        2 => number().prop_map(Some),
        1 => Just(Some(Value::Null)),
    ];
    let bound =
        || prop_oneof![3 => Just(None), 3 => number().prop_map(Some), 1 => Just(Some(json!("1"))), 1 => Just(Some(Value::Null))];
    (kind, value, bound(), bound(), prop::bool::weighted(0.03)).prop_map(|(kind, value, min, max, extra)| {
        let mut rule = json!({ "type": kind });
        for (name, value) in [("value", value), ("min", min), ("max", max)] {
            if let Some(value) = value {
                rule[name] = value;
            }
        }
        if extra {
            rule["step"] = json!(1);
        }
        rule
    })
}

fn definition() -> impl Strategy<Value = Value> {
    let kind = prop::sample::select(vec!["string", "string", "number", "number", "boolean", "date", "text"]);
    let rules = prop::collection::vec(rule(), 0..3);
    let default = prop_oneof![4 => Just(Value::Null), 1 => value()];
    (kind, rules, prop::bool::weighted(0.3), default).prop_map(|(kind, rules, required, default)| {
        json!({"type": kind, "required": required, "defaultValue": default, "validationRules": rules})
    })
}

/// Attributes by number; a number above those defined is an unknown attribute.
fn record() -> impl Strategy<Value = (String, Vec<(usize, Value)>)> {
    let id = prop_oneof![9 => "[a-c]{1,2}", 1 => Just(String::new()), 1 => Just("é".repeat(128))];
    (id, prop::collection::vec((0usize..9, value()), 0..4))
}

struct Server {
    base: String,
    http: reqwest::Client,
    token: String,
}

impl Server {
    async fn start() -> Self {
        let upstream = Upstream::with(Options { rate: RateLimit::NONE, sample: Sample::NONE, ..Options::default() }).await;
        // A client of ours installs the TLS provider that any client needs.
        let base = url::Url::parse(&upstream.base).unwrap();
        let settings = Settings::new(base.clone(), base, "gateway".into(), Sensitive::new(SECRET.into()));
        guestsync_genesys::Client::new(settings, None).unwrap();
        let http = reqwest::Client::new();
        let form = [("grant_type", "client_credentials"), ("client_id", "gateway"), ("client_secret", SECRET)];
        let answer = http.post(format!("{}/oauth/token", upstream.base)).form(&form).send().await.unwrap();
        let token = answer.json::<Value>().await.unwrap()["access_token"].as_str().unwrap().to_owned();
        Self { base: upstream.base, http, token }
    }

    async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let sent = self.http.post(format!("{}{path}", self.base)).bearer_auth(&self.token).json(body).send().await.unwrap();
        (sent.status().as_u16(), sent.json().await.unwrap())
    }
}

async fn agree(definitions: Vec<Value>, records: Vec<(String, Vec<(usize, Value)>)>) {
    let server = Server::start().await;
    let mut rules = Vec::new();
    for (number, mut definition) in definitions.into_iter().enumerate() {
        definition["name"] = json!(format!("a{number}"));
        let (status, answer) = server.post("/api/v2/customattributes", &definition).await;
        let read = Definition::read(&definition);
        assert_eq!(read.is_ok(), status == 201, "{definition} {answer}");
        match read {
            Ok(read) => rules.push(read),
            Err(issues) => {
                // Where two things are wrong with one rule, either may be told.
                let ours: BTreeSet<_> = issues.into_iter().map(|issue| issue.at).collect();
                let theirs: BTreeSet<_> = details(&answer).into_iter().map(|(_, at)| at).collect();
                assert_eq!(ours, theirs, "{definition}");
            }
        }
    }
    let rules = Rules::new(rules);
    let records: Vec<(String, Map<String, Value>)> = records
        .into_iter()
        .map(|(id, values)| (id, values.into_iter().map(|(number, value)| (format!("a{number}"), value)).collect()))
        .collect();
    for (update, partial) in [(Update::Replace, false), (Update::Merge, true)] {
        let entities = records.iter().map(|(id, attributes)| {
            let mut entity = attributes.clone();
            entity.insert("id".into(), json!(id));
            Value::Object(entity)
        });
        let body = json!({"entities": entities.collect::<Vec<_>>(), "partialUpdate": partial});
        let (status, answer) = server.post("/api/v2/customattributes/batch", &body).await;
        assert_eq!(status, 200, "{answer}");
        for ((id, attributes), result) in records.iter().zip(answer["results"].as_array().unwrap()) {
            let ours = rules.problems(id, attributes, update);
            let ours: Vec<_> = ours.into_iter().map(|problem| (problem.code, problem.field.unwrap_or_default())).collect();
            let mut theirs = details(&result["error"]);
            if partial {
                // What is stored may have it: only the server knows.
                theirs.retain(|(code, _)| code != "attribute.required");
            }
            // A bad id is all that the sandbox tells.
            let (ours, bad_id) = if id.is_empty() || id.len() > 255 {
                (ours.into_iter().filter(|(_, field)| field == "id").collect(), true)
            } else {
                (ours, false)
            };
            assert_eq!(sorted(ours), sorted(theirs), "{id} {attributes:?}");
            assert!(!bad_id || result["status"] == 400);
        }
    }
}

fn details(error: &Value) -> Vec<(String, String)> {
    let details = error["details"].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    details.iter().map(|detail| (text(&detail["errorCode"]), text(&detail["fieldName"]))).collect()
}

fn sorted(mut list: Vec<(String, String)>) -> Vec<(String, String)> {
    list.sort();
    list
}

#[test]
fn what_the_server_refuses_is_refused_here_for_the_same_reasons_and_nothing_else_is() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let mut runner = TestRunner::new(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() });
    let inputs = (prop::collection::vec(definition(), 1..8), prop::collection::vec(record(), 1..60));
    let outcome = runner.run(&inputs, |(definitions, records)| {
        runtime.block_on(agree(definitions, records));
        Ok(())
    });
    outcome.unwrap();
}
