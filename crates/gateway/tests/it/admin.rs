//! The administration address: a listener of its own behind a token of its own.

use guestsync_gateway::config::{self, Flags};
use reqwest::Method;

use crate::world::{ADMIN, Upstream, World, refusal};

#[tokio::test]
async fn nobody_passes_without_the_token() {
    let world = World::start(&Upstream::start().await).await;
    let nowhere = format!("{}/nowhere", world.admin);
    let wrong = [None, Some("Bearer"), Some("Bearer nobody"), Some("Basic canary-admin-token"), Some("canary-admin-token")];
    for value in wrong {
        let mut request = world.http.get(&nowhere);
        if let Some(value) = value {
            request = request.header("authorization", value);
        }
        assert_eq!(refusal(request.send().await.unwrap()).await, (401, "bad.credentials".into()), "{value:?}");
    }
    let known = world.administer(Method::GET, "/nowhere").send().await.unwrap();
    assert_eq!(known.headers()["cache-control"], "no-store");
    assert_eq!(refusal(known).await, (404, "not.found".into()));
}

#[test]
fn it_is_off_without_a_token_and_never_leaves_this_machine() {
    let load = |token: Option<&'static str>, address: Option<&'static str>| {
        let env = move |name: &str| match name {
            "GUESTSYNC_ADMIN_TOKEN" => token.map(str::to_owned),
            "GUESTSYNC_ADMIN_ADDRESS" => address.map(str::to_owned),
            _ => None,
        };
        config::load(&Flags { sandbox: true, ..Flags::default() }, &env, None)
    };
    assert!(load(None, None).unwrap().admin.is_none());
    let usual = load(Some(ADMIN), None).unwrap().admin.unwrap();
    assert_eq!(usual.address.to_string(), "127.0.0.1:8789");
    assert!(!format!("{usual:?}").contains(ADMIN));
    for address in ["0.0.0.0:8789", "192.0.2.1:1", "127.0.0.1", "localhost:1"] {
        let problems = load(Some(ADMIN), Some(address)).unwrap_err();
        assert_eq!(problems.0[0].setting, "GUESTSYNC_ADMIN_ADDRESS", "{address}");
    }
    assert_eq!(load(Some("short"), None).unwrap_err().0[0].setting, "GUESTSYNC_ADMIN_TOKEN");
}
