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
