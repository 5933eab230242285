//! `guestsync serve` and `guestsync sandbox`.

use std::net::TcpListener;

use serde_json::{Value, json};

use crate::run::{Folder, Server, run};

#[tokio::test]
async fn the_gateway_with_the_sandbox_inside_needs_nothing_else_and_ends_when_told() {
    for signal in ["-TERM", "-INT"] {
        let folder = Folder::new();
        let server = Server::start(&["serve", "--sandbox", "--port", "0", "--state-dir", folder.text()]);
        let asked = json!({"sessionId": "canary-session", "consentGiven": true, "consentType": "explicit"});
        let http = client();
        let answer = http.post(format!("{}/api/webchat/init", server.base)).json(&asked).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        let guest = answer.json::<Value>().await.unwrap()["guestId"].as_str().unwrap().to_owned();
        drop(http);
        let (code, log) = server.stop(signal);
        assert_eq!(code, 0, "{log}");
        let line = log.lines().find(|line| line.contains("/api/webchat/init")).unwrap();
        let line: Value = serde_json::from_str(line).unwrap();
        assert_eq!((&line["fields"]["status"], &line["span"]["method"]), (&json!(200), &json!("POST")));
        assert!(!log.contains("canary") && !log.contains(&guest), "{log}");
    }
}

#[tokio::test]
async fn the_gateway_and_the_sandbox_work_apart() {
    let folder = Folder::new();
    let sandbox = Server::start(&["sandbox", "--port", "0"]);
    let words: Vec<&str> = sandbox.lines()[0].split(' ').collect();
    let file =
        format!("[genesys]\nbase_url = \"{}\"\nclient_id = \"{}\"\nclient_secret = \"{}\"", sandbox.base, words[1], words[4]);
    std::fs::write(folder.path().join("guestsync.toml"), file).unwrap();
    let gateway = Server::start(&[
        "serve",
        "--config",
        &folder.join("guestsync.toml"),
        "--port",
        "0",
        "--state-dir",
        &folder.join("state"),
    ]);
    let asked = json!({"sessionId": "abc", "consentGiven": true, "consentType": "explicit"});
    let answer = client().post(format!("{}/api/webchat/init", gateway.base)).json(&asked).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(client().get(format!("{}/_sandbox/guests", gateway.base)).send().await.unwrap().status(), 404);
    let guests: Value = client().get(format!("{}/_sandbox/guests", sandbox.base)).send().await.unwrap().json().await.unwrap();
    assert_eq!(guests["guests"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_fault_plan_is_in_force_from_the_start() {
    let folder = Folder::new();
    std::fs::write(folder.path().join("plan.toml"), "[[rules]]\ncalls = [\"O1\"]\neffect = { kind = \"status\", status = 503 }")
        .unwrap();
    let sandbox = Server::start(&["sandbox", "--port", "0", "--faults", &folder.join("plan.toml"), "--client-secret", "x"]);
    assert_eq!(client().post(format!("{}/oauth/token", sandbox.base)).send().await.unwrap().status(), 503);
    std::fs::write(folder.path().join("plan.toml"), "[[rules]]\ncalls = [\"X9\"]").unwrap();
    let ran = run(&["sandbox", "--port", "0", "--faults", &folder.join("plan.toml")], "");
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("plan.toml is not a fault plan"), "{}", ran.stderr);
}

#[test]
fn a_taken_port_is_one_sentence() {
    let folder = Folder::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    for arguments in [&["serve", "--sandbox", "--state-dir", folder.text(), "--port", &port][..], &["sandbox", "--port", &port]] {
        let ran = run(arguments, "");
        let sentence = format!(
            "guestsync: 127.0.0.1:{port} is already in use: stop what listens there, or choose another port with --port or PORT\n"
        );
        assert_eq!((ran.code, ran.stderr, ran.stdout), (1, sentence, String::new()));
    }
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let folder = Folder::new();
    std::fs::write(folder.path().join("guestsync.toml"), "surprise = 1\n[cors]\norigins = [\"canary\"]").unwrap();
    let ran = run(&["serve", "--config", &folder.join("guestsync.toml"), "--state-dir", &folder.join("state")], "");
    assert_eq!(ran.code, 2);
    for setting in ["surprise", "cors.origins", "GENESYS_ENVIRONMENT", "GENESYS_CLIENT_ID", "GENESYS_CLIENT_SECRET"] {
        assert!(ran.stderr.contains(setting), "{}", ran.stderr);
    }
    assert!(!ran.stderr.contains("canary") && !folder.path().join("state").exists());
    let ran = run(&["serve", "--config", &folder.join("nothing.toml")], "");
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("nothing.toml cannot be read"), "{}", ran.stderr);
}

#[test]
fn a_configuration_is_checked_without_a_start() {
    let folder = Folder::new();
    let (file, state) = (folder.join("guestsync.toml"), folder.join("state"));
    let check = |text: &str| {
        std::fs::write(&file, text).unwrap();
        run(&["serve", "--check", "--config", &file, "--state-dir", &state], "")
    };
    let good = "[genesys]\nenvironment = \"mypurecloud.ie\"\nclient_id = \"id\"\nclient_secret = \"secret\"";
    let ran = check(good);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "the configuration is good\n"), "{}", ran.stderr);
    let ran = check(&good.replace("mypurecloud", "canary"));
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert!(ran.stderr.contains("genesys.environment") && !ran.stderr.contains("canary"), "{}", ran.stderr);
    assert!(!folder.path().join("state").exists());
}

#[test]
fn a_key_that_others_can_read_stops_the_start() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    drop(Server::start(&["serve", "--sandbox", "--port", "0", "--state-dir", folder.text()]));
    let key = folder.path().join("sandbox/sealing.jwks.json");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let ran = run(&["serve", "--sandbox", "--port", "0", "--state-dir", folder.text()], "");
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("can be read by others (mode 0644)"), "{}", ran.stderr);
}

#[test]
fn a_state_directory_that_others_can_write_into_stops_the_start() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
    let file = folder.join("guestsync.toml");
    let text = "[genesys]\nbase_url = \"http://127.0.0.1:1\"\nclient_id = \"id\"\nclient_secret = \"secret\"";
    std::fs::write(&file, text).unwrap();
    let ran = run(&["serve", "--config", &file, "--port", "0", "--state-dir", folder.text()], "");
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("can be written by others (mode 0777)"), "{}", ran.stderr);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn the_most_talkative_log_names_no_guest() {
    let folder = Folder::new();
    let arguments = ["serve", "--sandbox", "--port", "0", "--state-dir", folder.text()];
    let server = Server::of(crate::run::guestsync(&arguments).env("RUST_LOG", "debug"));
    let asked = json!({"sessionId": "canary-session", "consentGiven": true, "consentType": "explicit"});
    let http = client();
    let answer = http.post(format!("{}/api/webchat/init", server.base)).json(&asked).send().await.unwrap();
    let guest = answer.json::<Value>().await.unwrap()["guestId"].as_str().unwrap().to_owned();
    drop(http);
    let (code, log) = server.stop("-TERM");
    assert_eq!(code, 0);
    // G2 has the guest's id in its path.
    assert!(log.contains("/api/v2/webchat/v1/guests"), "{log}");
    assert!(!log.contains("canary") && !log.contains(&guest), "{log}");
}

pub(crate) fn client() -> reqwest::Client {
    // The gateway installs it in its own process; this one has to do it too.
    _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::new()
}
