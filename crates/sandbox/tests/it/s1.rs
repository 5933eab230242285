//! S1: defining attributes.

use guestsync_sandbox::{Options, Sample};
use serde_json::{Value, json};

use crate::common::{World, json_of, refused};

const PATH: &str = "/api/v2/customattributes";

async fn world() -> World {
    World::with(Options { sample: Sample::NONE, ..Options::default() }).await
}

#[tokio::test]
async fn a_definition_comes_back_with_id_and_uri() {
    let world = world().await;
    let body = json!({"name": "crm_ticket_priority", "type": "string", "description": "Priority", "required": false,
        "defaultValue": null, "validationRules": [{"type": "regex", "value": "^(low|high)$"}]});
    let answer = world.post(PATH, &body).send().await.unwrap();
    assert_eq!(answer.status(), 201);
    let mut made = json_of(answer).await;
    let members = made.as_object_mut().unwrap();
    let id = members.remove("id").unwrap();
    assert_eq!(members.remove("selfUri"), Some(json!(format!("{PATH}/{}", id.as_str().unwrap()))));
    assert_eq!(made, body);
}

#[tokio::test]
async fn what_is_left_out_has_its_default() {
    let world = world().await;
    let made = json_of(world.post(PATH, &json!({"name": "a", "type": "number"})).send().await.unwrap()).await;
    assert_eq!((&made["description"], &made["required"]), (&json!(""), &json!(false)));
    assert_eq!((&made["defaultValue"], &made["validationRules"]), (&json!(null), &json!([])));
}

#[tokio::test]
async fn a_name_exists_once() {
    let world = world().await;
    let body = json!({"name": "a", "type": "number"});
    assert_eq!(world.post(PATH, &body).send().await.unwrap().status(), 201);
    refused(world.post(PATH, &body), 409, "request.conflict").await;
    refused(world.post(PATH, &json!({"name": "a", "type": "string"})), 409, "request.conflict").await;
    let sampled = World::new().await;
    refused(sampled.post(PATH, &json!({"name": "crm_channel_source", "type": "string"})), 409, "request.conflict").await;
}

#[tokio::test]
async fn every_member_is_checked() {
    let world = world().await;
    let define = |changes: Value| {
        let mut body = json!({"name": "a", "type": "string"});
        body.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        world.post(PATH, &body)
    };
    for (changes, problem) in [
        (json!({"name": ""}), "field.value name"),
        (json!({"name": "x".repeat(101)}), "field.value name"),
        (json!({"name": " a"}), "field.value name"),
        (json!({"type": "text"}), "field.value type"),
        (json!({"description": 1}), "field.type description"),
        (json!({"required": "yes"}), "field.type required"),
        (json!({"defaultValue": 1}), "field.value defaultValue"),
        (json!({"validationRules": {}}), "field.type validationRules"),
        (
            json!({"validationRules": [{"type": "string", "max": 3}, {"type": "regex", "value": "("}]}),
            "rule.regex validationRules[1]",
        ),
        (json!({"validationRules": [{"type": "range", "max": 3}]}), "rule.kind validationRules[0]"),
        (json!({"validationRules": [{"type": "string", "max": 1}], "defaultValue": "ab"}), "field.value defaultValue"),
        (json!({"orgId": "acme"}), "field.unknown orgId"),
    ] {
        assert_eq!(refused(define(changes), 400, "constraint.validation").await, [problem]);
    }
    let both = refused(world.post(PATH, &json!({})), 400, "constraint.validation").await;
    assert_eq!(both, ["field.missing name", "field.missing type"]);
}
