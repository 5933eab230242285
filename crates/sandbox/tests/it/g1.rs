//! G1: making guests.

use reqwest::Method;
use serde_json::{Map, Value, json};

use crate::common::{GUESTS, World, jane, json_of, refused};

fn jane_with(member: &str, value: Option<Value>) -> Value {
    let mut body = jane();
    let members = body.as_object_mut().unwrap();
    match value {
        Some(value) => members.insert(member.to_owned(), value),
        None => members.remove(member),
    };
    body
}

#[tokio::test]
async fn a_guest_is_made_with_an_id_and_a_date() {
    let world = World::new().await;
    let answer = world.post(GUESTS, &jane()).send().await.unwrap();
    assert_eq!(answer.status(), 201);
    let mut guest = json_of(answer).await;
    let members = guest.as_object_mut().unwrap();
    let id = members.remove("id").unwrap();
    assert!(uuid::Uuid::parse_str(id.as_str().unwrap()).is_ok());
    assert_eq!(members.remove("createdDate"), Some(json!("2026-11-20T10:00:00.000Z")));
    assert_eq!(guest, jane());
}

#[tokio::test]
async fn consent_must_have_been_given() {
    let world = World::new().await;
    for (value, problem) in [
        (None, "field.missing consentGiven"),
        (Some(json!(false)), "consent.required consentGiven"),
        (Some(json!("true")), "field.type consentGiven"),
        (Some(json!(null)), "field.type consentGiven"),
    ] {
        let details = refused(world.post(GUESTS, &jane_with("consentGiven", value)), 400, "constraint.validation").await;
        assert_eq!(details, [problem]);
    }
    assert_eq!(world.control("guests").await, json!({"guests": []}));
}

#[tokio::test]
async fn every_member_is_checked() {
    let world = World::new().await;
    for (member, value, problem) in [
        ("consentType", Some(json!("tacit")), "field.value consentType"),
        ("consentType", None, "field.missing consentType"),
        ("email", Some(json!("jane")), "field.value email"),
        ("email", Some(json!(1)), "field.type email"),
        ("email", None, "field.missing email"),
        ("name", Some(json!(" ")), "field.value name"),
        ("name", None, "field.missing name"),
        ("attributes", Some(json!({"a": []})), "attribute.value.type attributes.a"),
        ("attributes", Some(json!({"a": "x".repeat(257)})), "attribute.value.bytes attributes.a"),
        ("attributes", Some(json!([])), "field.type attributes"),
        ("phone", Some(json!("1")), "field.unknown phone"),
    ] {
        let details = refused(world.post(GUESTS, &jane_with(member, value)), 400, "constraint.validation").await;
        assert_eq!(details, [problem]);
    }
    let many: Map<_, _> = (0..101).map(|n| (n.to_string(), json!(n))).collect();
    let details = refused(world.post(GUESTS, &jane_with("attributes", Some(many.into()))), 400, "constraint.validation").await;
    assert_eq!(details, ["attributes.keys.per.update attributes"]);
}

#[tokio::test]
async fn all_problems_come_at_once() {
    let world = World::new().await;
    let details = refused(world.post(GUESTS, &json!({"email": "x", "consentType": 1})), 400, "constraint.validation").await;
    assert_eq!(details, ["field.missing name", "field.value email", "field.missing consentGiven", "field.type consentType"]);
}

#[tokio::test]
async fn attributes_may_be_left_out() {
    let world = World::new().await;
    let answer = world.post(GUESTS, &jane_with("attributes", None)).send().await.unwrap();
    assert_eq!(json_of(answer).await["attributes"], json!({}));
}

#[tokio::test]
async fn the_body_must_be_json() {
    let world = World::new().await;
    refused(world.request(Method::POST, GUESTS).body("name=Jane"), 415, "unsupported.media.type").await;
    let broken = world.request(Method::POST, GUESTS).header("content-type", "application/json").body("{");
    refused(broken, 400, "bad.request").await;
}
