//! Keys at rest.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use guestsync_gateway::Gateway;

use crate::stored;
use crate::world::{Directory, Upstream, World, configuration};

const FILES: [&str; 4] = ["capability.jwks.json", "sealing.jwks.json", "state.key", "state.sqlite"];

#[tokio::test]
async fn what_a_first_start_writes_is_for_its_owner_alone() {
    let upstream = Upstream::start().await;
    let world = World::in_files(&upstream).await;
    world.session("abc").await;
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let directory = world.directory.path();
    let entries = stored::entries(directory);
    for path in &entries {
        assert_eq!(mode(path), if path.is_dir() { 0o700 } else { 0o600 }, "{}", path.display());
    }
    assert!(FILES.iter().all(|file| entries.contains(&directory.join(file))), "{entries:?}");
    assert_eq!(mode(directory), 0o700);
}

#[tokio::test]
async fn a_gateway_does_not_start_with_a_file_that_others_can_read() {
    let upstream = Upstream::start().await;
    let directory = World::in_files(&upstream).await.stop().await;
    for file in FILES {
        let path = directory.path().join(file);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        let error = Gateway::open(configuration(Some(&upstream), "", &directory)).await.err().unwrap().to_string();
        assert!(error.contains(file) && error.contains("chmod 600"), "{error}");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    Gateway::open(configuration(Some(&upstream), "", &directory)).await.unwrap();
}

#[tokio::test]
async fn a_file_that_holds_something_else_is_named_and_not_shown() {
    let upstream = Upstream::start().await;
    for file in &FILES[..3] {
        let directory: Directory = World::in_files(&upstream).await.stop().await;
        std::fs::write(directory.path().join(file), "canary").unwrap();
        let error = Gateway::open(configuration(Some(&upstream), "", &directory)).await.err().unwrap().to_string();
        assert!(error.contains(file) && !error.contains("canary"), "{error}");
    }
}

#[tokio::test]
async fn a_database_of_another_state_key_is_refused() {
    let upstream = Upstream::start().await;
    let directory = World::in_files(&upstream).await.stop().await;
    std::fs::remove_file(directory.path().join("state.key")).unwrap();
    let error = Gateway::open(configuration(Some(&upstream), "", &directory)).await.err().unwrap().to_string();
    assert_eq!(error, "the database was written under another state key");
}
