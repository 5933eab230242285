//! `guestsync audit` and `guestsync hooks`, over the state of a gateway that ran.

use serde_json::json;

use crate::run::{Folder, Server, run};

#[tokio::test]
async fn the_audit_of_a_gateway_verifies_against_its_head_and_a_changed_one_does_not() {
    let folder = Folder::new();
    let server = Server::start(&["serve", "--sandbox", "--port", "0", "--state-dir", folder.text()]);
    let asked = json!({"sessionId": "abc", "consentGiven": true, "consentType": "explicit"});
    let address = format!("{}/api/webchat/init", server.base);
    let http = crate::serve::client();
    for _ in 0..3 {
        assert_eq!(http.post(&address).json(&asked).send().await.unwrap().status(), 200);
    }
    drop(http);
    assert_eq!(server.stop("-TERM").0, 0);

    let heads = run(&["audit", "head", "--sandbox", "--state-dir", folder.text()], "");
    let head = heads.stdout.trim().split_once("  ").unwrap().1.to_owned();
    let file = folder.join("sandbox/audit.jsonl");
    let whole = run(&["audit", "verify", &file, "--head", &head], "");
    assert_eq!((whole.code, whole.stdout.lines().next()), (0, Some("records 1 to 4 are whole")));

    let text = std::fs::read_to_string(&file).unwrap();
    let changed = folder.join("changed.jsonl");
    for (name, content) in [
        ("record.edited", text.replacen("done", "none", 1)),
        ("record.gap", text.split_once('\n').unwrap().1.to_owned()),
        ("chain.truncated", text.trim_end().rsplit_once('\n').unwrap().0.to_owned()),
        ("record.invalid", format!("{text}canary\n")),
    ] {
        std::fs::write(&changed, content).unwrap();
        let ran = run(&["audit", "verify", &changed, "--head", &head], "");
        assert!(ran.code == 1 && ran.stderr.contains(name) && !ran.stderr.contains("canary"), "{ran:?}");
    }
    assert_eq!(run(&["audit", "verify", &file, "--head", "4"], "").code, 2);
    let hooks = run(&["hooks", "list", "--sandbox", "--state-dir", folder.text()], "");
    assert_eq!((hooks.code, hooks.stdout.as_str()), (0, ""));
    assert_eq!(run(&["hooks", "replay", "msg_0", "--sandbox", "--state-dir", folder.text()], "").code, 1);
}

#[test]
fn an_audit_file_without_a_record_says_so() {
    let folder = Folder::new();
    let file = folder.join("audit.jsonl");
    std::fs::write(&file, "").unwrap();
    let ran = run(&["audit", "verify", &file], "");
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "there is no record in it (its end was not checked: give --head)\n"));
    let head = format!("7:{}", "0".repeat(64));
    let ran = run(&["audit", "verify", &file, "--after", &head, "--head", &head], "");
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "there is no record in it\n"));
}

#[test]
fn what_reads_a_database_makes_none() {
    let folder = Folder::new();
    let commands = [&["hooks", "list"][..], &["forms"], &["jobs"], &["audit", "head"]];
    for command in commands {
        let ran = run(&[command, &["--state-dir", folder.text()]].concat(), "");
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{command:?}");
        let path = folder.join("state.sqlite");
        assert!(ran.stderr.contains(&format!("there is no database at {path}")), "{}", ran.stderr);
        assert!(!ran.stderr.contains("--sandbox"), "{}", ran.stderr);
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    let server = Server::start(&["serve", "--sandbox", "--port", "0", "--state-dir", folder.text()]);
    assert_eq!(server.stop("-TERM").0, 0);
    let ran = run(&["forms", "--state-dir", folder.text()], "");
    assert!(ran.code == 2 && ran.stderr.contains("--sandbox reads that of"), "{}", ran.stderr);
    assert!(!folder.path().join("state.sqlite").exists());
    assert_eq!(run(&["forms", "--sandbox", "--state-dir", folder.text()], "").code, 0);
}

#[test]
fn a_file_that_is_no_database_is_told_at_once() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let path = folder.join("state.sqlite");
    std::fs::write(&path, "canary".repeat(1_000)).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    let begun = std::time::Instant::now();
    let ran = run(&["forms", "--state-dir", folder.text()], "");
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
    assert!(ran.stderr.contains(&format!("{path} cannot be opened as a database")), "{}", ran.stderr);
    assert!(ran.stderr.contains("file is not a database") && !ran.stderr.contains("canary"), "{}", ran.stderr);
    assert!(begun.elapsed() < std::time::Duration::from_secs(8), "{:?}", begun.elapsed());
}
