//! C2: making channels.

use serde_json::{Map, Value, json};

use crate::common::{World, json_of, refused};

pub(crate) const PATH: &str = "/api/v2/webmessaging/channels";

pub(crate) fn channel(name: &str) -> Value {
    json!({
        "name": name,
        "description": "Primary web messaging channel",
        "webMessagingWidgetConfiguration":
            {"widgetId": "widget-1", "theme": "default", "customAttributes": {"department": "support", "region": "na"}},
        "securityPolicy": {"enabled": true, "allowedOrigins": ["https://support.example.com", "http://localhost:3000"],
            "requireConsent": true},
        "routingConfiguration": {"queueId": "12345-67890-abcde-fghij"},
    })
}

#[tokio::test]
async fn a_channel_is_made_with_an_id() {
    let world = World::new().await;
    let answer = world.post(PATH, &channel("Shop")).send().await.unwrap();
    assert_eq!(answer.status(), 201);
    let made = json_of(answer).await;
    assert_eq!(world.control("channels").await, json!({"channels": [made]}));
    let Value::Object(mut members) = made else { panic!("an object") };
    let id = members.remove("id").unwrap();
    assert_eq!(members.remove("selfUri"), Some(json!(format!("{PATH}/{}", id.as_str().unwrap()))));
    assert_eq!(members.remove("dateCreated"), Some(json!("2026-11-20T10:00:00.000Z")));
    assert_eq!(Value::Object(members), channel("Shop"));
}

#[tokio::test]
async fn a_name_exists_once_by_its_exact_text() {
    let world = World::new().await;
    for name in ["Shop", "shop", "Shop "] {
        assert_eq!(world.post(PATH, &channel(name)).send().await.unwrap().status(), 201);
    }
    refused(world.post(PATH, &channel("Shop")), 409, "request.conflict").await;
}

#[tokio::test]
async fn every_member_must_be_there_and_be_known() {
    let world = World::new().await;
    let good = channel("Shop");
    for (pointer, names) in [
        ("", vec!["name", "description", "webMessagingWidgetConfiguration", "securityPolicy", "routingConfiguration"]),
        ("/webMessagingWidgetConfiguration", vec!["widgetId", "theme", "customAttributes"]),
        ("/securityPolicy", vec!["enabled", "allowedOrigins", "requireConsent"]),
        ("/routingConfiguration", vec!["queueId"]),
    ] {
        let path = |name: &str| format!("{pointer}/{name}").trim_start_matches('/').replace('/', ".");
        let changed = |change: &dyn Fn(&mut Map<String, Value>)| {
            let mut body = good.clone();
            change(body.pointer_mut(pointer).unwrap().as_object_mut().unwrap());
            world.post(PATH, &body)
        };
        for name in names {
            let without = changed(&|members| drop(members.remove(name)));
            assert_eq!(refused(without, 400, "constraint.validation").await, [format!("field.missing {}", path(name))]);
            let wrong = changed(&|members| drop(members.insert(name.to_owned(), json!(1))));
            assert_eq!(refused(wrong, 400, "constraint.validation").await, [format!("field.type {}", path(name))]);
        }
        let unknown = changed(&|members| drop(members.insert("colour".to_owned(), json!("red"))));
        assert_eq!(refused(unknown, 400, "constraint.validation").await, [format!("field.unknown {}", path("colour"))]);
    }
    assert_eq!(world.control("channels").await, json!({"channels": []}));
}

#[tokio::test]
async fn values_keep_their_rules() {
    let world = World::new().await;
    let many: Map<_, _> = (0..21).map(|n| (format!("k{n}"), json!("v"))).collect();
    for (pointer, value, problem) in [
        ("/name", json!(""), "field.value name"),
        ("/name", json!("x".repeat(101)), "field.value name"),
        ("/webMessagingWidgetConfiguration/widgetId", json!(""), "field.value webMessagingWidgetConfiguration.widgetId"),
        ("/webMessagingWidgetConfiguration/theme", json!("dark"), "field.value webMessagingWidgetConfiguration.theme"),
        (
            "/webMessagingWidgetConfiguration/customAttributes",
            json!({"a": 1}),
            "field.type webMessagingWidgetConfiguration.customAttributes.a",
        ),
        (
            "/webMessagingWidgetConfiguration/customAttributes",
            many.into(),
            "attributes.too.many webMessagingWidgetConfiguration.customAttributes",
        ),
        ("/securityPolicy/requireConsent", json!(false), "consent.required securityPolicy.requireConsent"),
        ("/securityPolicy/allowedOrigins", json!(["https://a.b", "a.b"]), "field.value securityPolicy.allowedOrigins[1]"),
        ("/securityPolicy/allowedOrigins", json!(["https://a.b/path"]), "field.value securityPolicy.allowedOrigins[0]"),
        ("/securityPolicy/allowedOrigins", json!(["https://*"]), "field.value securityPolicy.allowedOrigins[0]"),
        ("/securityPolicy/allowedOrigins", json!(["ftp://a.b"]), "field.value securityPolicy.allowedOrigins[0]"),
        ("/routingConfiguration/queueId", json!(""), "field.value routingConfiguration.queueId"),
    ] {
        let mut body = channel("Shop");
        *body.pointer_mut(pointer).unwrap() = value;
        assert_eq!(refused(world.post(PATH, &body), 400, "constraint.validation").await, [problem]);
    }
}

#[tokio::test]
async fn a_policy_that_is_off_needs_no_consent() {
    let world = World::new().await;
    let mut body = channel("Shop");
    body["securityPolicy"] = json!({"enabled": false, "allowedOrigins": [], "requireConsent": false});
    assert_eq!(world.post(PATH, &body).send().await.unwrap().status(), 201);
}

#[tokio::test]
async fn a_lost_answer_leaves_a_channel_behind() {
    let world = World::with_faults("[[rules]]\ncalls = ['C2']\nfirst = 1\neffect = { kind = 'lost' }").await;
    assert!(world.post(PATH, &channel("Shop")).send().await.is_err());
    refused(world.post(PATH, &channel("Shop")), 409, "request.conflict").await;
}
