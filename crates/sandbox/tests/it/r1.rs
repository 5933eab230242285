//! R1: past conversations.

use std::collections::BTreeMap;

use guestsync_sandbox::{Options, RateLimit, Sample};
use serde_json::{Value, json};

use crate::common::{World, json_of, refused};

const PATH: &str = "/api/v2/analytics/conversations/details/query";

fn query(from: &str, to: &str, size: u32, cursor: Option<&str>) -> Value {
    json!({"dateFrom": from, "dateTo": to, "view": "conversation", "metrics": [{"name": "conversationCount"}],
        "dimensions": ["customAttributes"], "entity": {"id": "interactions"}, "pageSize": size, "cursor": cursor})
}

/// All pages of an interval: every conversation seen, with repeats.
async fn read_all(world: &World, from: &str, to: &str, size: u32) -> Vec<Value> {
    let mut seen = Vec::new();
    let mut cursor = None::<String>;
    loop {
        let answer = world.post(PATH, &query(from, to, size, cursor.as_deref())).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        let page = json_of(answer).await;
        let conversations = page["page"].as_array().unwrap();
        assert!(conversations.len() <= size as usize);
        seen.extend(conversations.iter().cloned());
        match page["nextPageToken"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => return seen,
        }
    }
}

fn by_id(seen: &[Value]) -> BTreeMap<&str, &Value> {
    seen.iter()
        .map(|conversation| (conversation["conversationId"].as_str().unwrap(), &conversation["customAttributes"]))
        .collect()
}

const MONTH: (&str, &str) = ("2026-10-21T10:00:00Z", "2026-11-20T10:00:00Z");

#[tokio::test]
async fn a_hundred_thousand_conversations_come_by_pages_that_shift() {
    let world = World::new().await;
    let seen = read_all(&world, MONTH.0, MONTH.1, 1_000).await;
    let unique = by_id(&seen);
    assert_eq!(unique.len(), 100_000);
    assert_eq!(seen.len(), 100_000 + 3 * 100, "three come again on each further page");
    let having = |name: &str| unique.values().filter(|attributes| attributes.get(name).is_some()).count();
    let counts = ["crm_ticket_id", "crm_ticket_priority", "crm_channel_source"].map(having);
    assert_eq!(counts, [80_000, 60_000, 35_000]);
    let told = world.control(&format!("conversations?from={}&to={}", MONTH.0, MONTH.1)).await;
    let expected = json!({"crm_ticket_id": counts[0], "crm_ticket_priority": counts[1], "crm_channel_source": counts[2]});
    assert_eq!(told, json!({"conversations": 100_000, "attributes": expected}));
}

async fn small(shift: usize) -> World {
    let sample = Sample { conversations: 24, days: 1, shift, schemas: 0 };
    World::with(Options { sample, rate: RateLimit::NONE, ..Options::default() }).await
}

#[tokio::test]
async fn intervals_that_touch_share_the_conversation_between_them() {
    let world = small(0).await;
    let first = read_all(&world, "2026-11-20T04:00:00Z", "2026-11-20T10:00:00Z", 5).await;
    let second = read_all(&world, "2026-11-19T10:00:00Z", "2026-11-20T04:00:00Z", 5).await;
    assert_eq!((first.len(), second.len()), (7, 18));
    assert_eq!(first.last(), second.first());
    let both: Vec<_> = first.into_iter().chain(second).collect();
    assert_eq!(by_id(&both).len(), 24);
}

#[tokio::test]
async fn pages_end_even_where_a_whole_page_would_come_again() {
    for size in [1, 2, 5] {
        assert_eq!(by_id(&read_all(&small(5).await, MONTH.0, MONTH.1, size).await).len(), 24);
    }
}

#[tokio::test]
async fn an_empty_interval_has_one_empty_page() {
    let world = small(0).await;
    let answer = world.post(PATH, &query("2020-01-01T00:00:00Z", "2020-01-02T00:00:00Z", 10, None)).send().await.unwrap();
    assert_eq!(json_of(answer).await, json!({"page": [], "nextPageToken": null}));
}

#[tokio::test]
async fn a_cursor_belongs_to_its_interval() {
    let world = small(0).await;
    let page = json_of(world.post(PATH, &query(MONTH.0, MONTH.1, 5, None)).send().await.unwrap()).await;
    let cursor = page["nextPageToken"].as_str().unwrap();
    refused(world.post(PATH, &query("2026-10-22T10:00:00Z", MONTH.1, 5, Some(cursor))), 400, "bad.request").await;
    for cursor in ["nonsense", "", "LTEgLTEgLTE"] {
        refused(world.post(PATH, &query(MONTH.0, MONTH.1, 5, Some(cursor))), 400, "bad.request").await;
    }
}

#[tokio::test]
async fn the_query_is_checked() {
    let world = small(0).await;
    let ask = |changes: Value| {
        let mut body = query(MONTH.0, MONTH.1, 5, None);
        body.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        world.post(PATH, &body)
    };
    for (changes, problem) in [
        (json!({"dateFrom": "yesterday"}), "field.value dateFrom"),
        (json!({"dateTo": null}), "field.type dateTo"),
        (json!({"dateTo": "2026-10-20T10:00:00Z"}), "interval.reversed dateTo"),
        (json!({"dateFrom": "2026-10-20T09:59:59Z"}), "interval.too.long dateTo"),
        (json!({"view": "queue"}), "field.value view"),
        (json!({"metrics": ["conversationCount"]}), "field.type metrics"),
        (json!({"dimensions": [1]}), "field.type dimensions"),
        (json!({"entity": "interactions"}), "field.type entity"),
        (json!({"pageSize": 1001}), "field.type pageSize"),
        (json!({"pageSize": 0}), "field.type pageSize"),
        (json!({"cursor": 1}), "field.type cursor"),
        (json!({"interval": "a/b"}), "field.unknown interval"),
    ] {
        assert_eq!(refused(ask(changes), 400, "constraint.validation").await, [problem]);
    }
}
