//! S4: effective permissions.

use guestsync_sandbox::{Client, Options};
use serde_json::json;

use crate::common::{World, json_of, refused};

const PATH: &str = "/api/v2/accesscontrol/roles/effectivepermissions";

#[tokio::test]
async fn every_permission_is_listed_with_whether_the_clients_roles_give_it() {
    let clients = vec![
        Client::with_scopes("some", "s", ["accesscontrol:read", "customattributes:write", "customattributes:read"])
            .without_permission("customattributes:write"),
    ];
    let world = World::with(Options { clients, ..Options::default() }).await;
    let token = world.token_for("some", "s", None).await;
    let answer = world.http.get(world.at(PATH)).bearer_auth(&token).send().await.unwrap();
    let permissions = json_of(answer).await;
    for (permission, value) in [("customattributes:read", true), ("customattributes:write", false), ("analytics:read", true)] {
        let expected = json!({"permissionId": permission, "value": value});
        assert!(permissions.as_array().unwrap().contains(&expected), "{expected} in {permissions}");
    }
    let all = json_of(world.get(PATH).send().await.unwrap()).await;
    assert!(all.as_array().unwrap().iter().all(|permission| permission["value"] == true));
}

#[tokio::test]
async fn a_call_without_its_permission_is_refused_by_name() {
    let clients = vec![Client::with_all_scopes("some", "s").without_permission("customattributes:write")];
    let world = World::with(Options { clients, ..Options::default() }).await;
    let token = world.token_for("some", "s", None).await;
    let request = || {
        let request = world.http.post(world.at("/api/v2/customattributes/batch")).bearer_auth(&token);
        request.json(&json!({"entities": [{"id": "a"}], "partialUpdate": true}))
    };
    refused(request(), 403, "missing.permissions").await;
    let body = json_of(request().send().await.unwrap()).await;
    assert_eq!(body["cause"], "customattributes:write");
    assert!(body["message"].as_str().unwrap().contains("customattributes:write"));
}
