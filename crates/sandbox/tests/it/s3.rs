//! S3: writing records in batches.

use guestsync_sandbox::{Options, Sample};
use serde_json::{Value, json};

use crate::common::{World, json_of, refused};

const PATH: &str = "/api/v2/customattributes/batch";

async fn write(world: &World, entities: Value, partial: bool) -> Vec<Value> {
    let answer = world.post(PATH, &json!({"entities": entities, "partialUpdate": partial})).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    json_of(answer).await["results"].as_array().unwrap().clone()
}

fn statuses(results: &[Value]) -> Vec<u64> {
    results.iter().map(|result| result["status"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn each_entity_stands_or_falls_alone() {
    let world = World::new().await;
    let results = write(
        &world,
        json!([
            {"id": "T-1", "crm_ticket_id": "T-1", "crm_ticket_priority": "high"},
            {"id": "T-2", "crm_ticket_priority": "urgent", "nonsense": 1},
            {"crm_ticket_id": "T-3"},
            {"id": 4},
            {"id": "T-1", "crm_channel_source": "web"},
        ]),
        true,
    )
    .await;
    assert_eq!(statuses(&results), [201, 400, 400, 400, 200]);
    let shapes: Vec<_> = results.iter().map(|result| (result["index"].as_u64().unwrap(), result["id"].clone())).collect();
    assert_eq!(shapes, [(0, json!("T-1")), (1, json!("T-2")), (2, json!(null)), (3, json!(4)), (4, json!("T-1"))]);
    assert!(results[0].get("error").is_none());
    let error = &results[1]["error"];
    assert_eq!(error["code"], "constraint.validation");
    assert_eq!(
        error["details"],
        json!([
            {"errorCode": "attribute.value.regex", "fieldName": "crm_ticket_priority"},
            {"errorCode": "attribute.unknown", "fieldName": "nonsense"},
        ])
    );
    assert!(!error.to_string().contains("urgent"), "{error}");
    assert_eq!(results[2]["error"]["details"], json!([{"errorCode": "field.missing", "fieldName": "id"}]));
    let stored = world.control("records").await;
    assert_eq!(
        stored,
        json!({"count": 1, "writes": 2, "changes": 2, "records": [{"id": "T-1", "writes": 2, "changes": 2,
            "attributes": {"crm_ticket_id": "T-1", "crm_ticket_priority": "high", "crm_channel_source": "web"}}]})
    );
}

#[tokio::test]
async fn without_partial_update_a_record_is_replaced() {
    let world = World::new().await;
    write(&world, json!([{"id": "a", "crm_ticket_id": "1", "crm_channel_source": "web"}]), false).await;
    write(&world, json!([{"id": "a", "crm_ticket_id": "2"}]), false).await;
    assert_eq!(world.control("records").await["records"][0]["attributes"], json!({"crm_ticket_id": "2"}));
    let left_out = world.post(PATH, &json!({"entities": [{"id": "a", "crm_channel_source": "web"}]})).send().await.unwrap();
    assert_eq!(left_out.status(), 200);
    assert_eq!(world.control("records").await["records"][0]["attributes"], json!({"crm_channel_source": "web"}));
}

#[tokio::test]
async fn the_same_write_again_changes_nothing() {
    let world = World::new().await;
    for _ in 0..3 {
        assert_eq!(write(&world, json!([{"id": "a", "crm_ticket_id": "1", "crm_ticket_priority": null}]), true).await.len(), 1);
    }
    let stored = world.control("records").await;
    assert_eq!((&stored["writes"], &stored["changes"]), (&json!(3), &json!(1)));
}

#[tokio::test]
async fn required_attributes_and_defaults_are_looked_for_in_the_record_that_results() {
    let world = World::with(Options { sample: Sample::NONE, ..Options::default() }).await;
    for definition in [
        json!({"name": "must", "type": "boolean", "required": true}),
        json!({"name": "may", "type": "number", "defaultValue": 7}),
        json!({"name": "both", "type": "string", "required": true, "defaultValue": "x"}),
    ] {
        assert_eq!(world.post("/api/v2/customattributes", &definition).send().await.unwrap().status(), 201);
    }
    let results = write(&world, json!([{"id": "a"}, {"id": "b", "must": true}, {"id": "b", "may": 1}]), true).await;
    assert_eq!(statuses(&results), [400, 201, 200]);
    assert_eq!(results[0]["error"]["details"], json!([{"errorCode": "attribute.required", "fieldName": "must"}]));
    let stored = world.control("records").await;
    assert_eq!(stored["records"][0]["attributes"], json!({"must": true, "may": 1, "both": "x"}));
    assert_eq!(statuses(&write(&world, json!([{"id": "b", "may": 2}]), false).await), [400]);
}

#[tokio::test]
async fn a_batch_has_from_one_to_a_thousand_entities() {
    let world = World::new().await;
    let batch = |count: usize| -> Value { (0..count).map(|n| json!({"id": n.to_string()})).collect() };
    assert_eq!(write(&world, batch(1_000), true).await.len(), 1_000);
    let entities = |entities: Value| world.post(PATH, &json!({"entities": entities, "partialUpdate": true}));
    assert_eq!(refused(entities(batch(1_001)), 400, "constraint.validation").await, ["entities.too.many entities"]);
    assert_eq!(refused(entities(json!([])), 400, "constraint.validation").await, ["field.value entities"]);
    assert_eq!(refused(entities(json!([{"id": "a"}, 1])), 400, "constraint.validation").await, ["field.type entities[1]"]);
    assert_eq!(refused(entities(json!({})), 400, "constraint.validation").await, ["field.type entities"]);
    let partial = world.post(PATH, &json!({"entities": [{"id": "a"}], "partialUpdate": "yes"}));
    assert_eq!(refused(partial, 400, "constraint.validation").await, ["field.type partialUpdate"]);
}

#[tokio::test]
async fn records_are_read_page_by_page() {
    let world = World::new().await;
    write(&world, json!([{"id": "c"}, {"id": "a"}, {"id": "b"}]), true).await;
    let ids = |page: &Value| -> Vec<String> {
        page["records"].as_array().unwrap().iter().map(|record| record["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids(&world.control("records?limit=2").await), ["a", "b"]);
    assert_eq!(ids(&world.control("records?limit=2&after=b").await), ["c"]);
}

#[tokio::test]
async fn a_fault_refuses_a_share_of_the_entities_and_applies_the_others() {
    let effect = "effect = { kind = 'entities', share = 0.25, status = 503 }";
    let world = World::with_faults(&format!("seed = 5\n[[rules]]\ncalls = ['S3']\nfirst = 2\n{effect}")).await;
    let batch: Value = (0..400).map(|n| json!({"id": format!("{n:03}")})).collect();
    let first = statuses(&write(&world, batch.clone(), true).await);
    let second = statuses(&write(&world, batch.clone(), true).await);
    let refused = first.iter().filter(|status| **status == 503).count();
    assert!((60..140).contains(&refused), "{refused}");
    assert!(first.iter().all(|status| [201, 503].contains(status)));
    assert_ne!(first.iter().position(|status| *status == 503), None);
    assert!(first.iter().zip(&second).any(|(one, other)| (*one == 503) != (*other == 503)), "each batch is drawn anew");
    assert!(statuses(&write(&world, batch, true).await).iter().all(|status| *status < 300), "only the first two");
    assert_eq!(world.control("records").await["count"], 400);
}

#[tokio::test]
async fn entities_refused_by_a_fault_say_so() {
    let world =
        World::with_faults("[[rules]]\neffect = { kind = 'entities', share = 1.0, status = 409, code = 'odd.one' }").await;
    let results = write(&world, json!([{"id": "a"}]), true).await;
    assert_eq!((&results[0]["status"], &results[0]["error"]["code"]), (&json!(409), &json!("odd.one")));
    assert_eq!(world.control("records").await["count"], 0);
    let log = world.control("requests").await;
    assert_eq!(log["requests"].as_array().unwrap().last().unwrap()["applied"], false);
}
