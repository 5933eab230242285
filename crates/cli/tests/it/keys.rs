//! `guestsync keys`.

use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use crate::run::{Folder, run};

#[test]
fn a_new_key_is_private_and_its_public_half_is_printed() {
    let folder = Folder::new();
    let file = folder.join("key.json");
    let ran = run(&["keys", "new", "--out", &file], "");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let printed: Value = serde_json::from_str(&ran.stdout).unwrap();
    let kept: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!(printed["keys"][0]["x"], kept["keys"][0]["x"]);
    assert!(printed["keys"][0].get("d").is_none());
    let private = kept["keys"][0]["d"].as_str().unwrap();
    assert!(!ran.stdout.contains(private) && !ran.stderr.contains(private));
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);

    let listed = run(&["keys", "list", "--key", &file], "");
    assert_eq!(listed.stdout, format!("{}  {file}\n", printed["keys"][0]["kid"].as_str().unwrap()));
    let again = run(&["keys", "new", "--out", &file], "");
    assert_eq!(again.code, 1, "a key is never overwritten");
    assert_eq!(serde_json::from_str::<Value>(&std::fs::read_to_string(&file).unwrap()).unwrap(), kept);
}

#[test]
fn the_keys_of_the_state_directory_are_listed_and_none_is_an_error() {
    let folder = Folder::new();
    let none = run(&["keys", "list", "--state-dir", folder.text()], "");
    assert_eq!((none.code, none.stdout.as_str()), (2, ""));
    let made = run(&["keys", "new", "--state-dir", &folder.join("state")], "");
    assert_eq!(made.code, 0, "{}", made.stderr);
    let listed = run(&["keys", "list", "--state-dir", &folder.join("state")], "");
    assert!(listed.stdout.trim_end().ends_with("sealing.jwks.json"), "{listed:?}");
}

#[test]
fn a_rotated_key_comes_first_and_the_one_before_stays() {
    let folder = Folder::new();
    let state = folder.join("state");
    assert_eq!(run(&["keys", "rotate", "--state-dir", &state], "").code, 1, "there is nothing to rotate");
    let first: Value = serde_json::from_str(&run(&["keys", "new", "--state-dir", &state], "").stdout).unwrap();
    let ran = run(&["keys", "rotate", "--state-dir", &state], "");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let keys: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(keys["keys"].as_array().unwrap().len(), 2);
    assert_ne!(keys["keys"][0]["kid"], first["keys"][0]["kid"]);
    assert_eq!(keys["keys"][1], first["keys"][0]);
    let listed = run(&["keys", "list", "--state-dir", &state], "");
    assert!(listed.stdout.starts_with(keys["keys"][0]["kid"].as_str().unwrap()), "{}", listed.stdout);
    for file in ["sealing.jwks.json", "capability.jwks.json"] {
        let mode = std::fs::metadata(folder.path().join("state").join(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
}
