//! A webhook's receiver is on the internet, unless the operator says otherwise. Addresses in other spellings and names that lead
//! inside are tested beside the rule, in `webhook/guard.rs`.

use guestsync_gateway::config::{Flags, load};

const GOOD: [(&str, &str); 4] = [
    ("GENESYS_ENVIRONMENT", "mypurecloud.ie"),
    ("GENESYS_CLIENT_ID", "id"),
    ("GENESYS_CLIENT_SECRET", "secret"),
    ("GUESTSYNC_WEBHOOK_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
];

fn starts(url: &str, file: &str) -> bool {
    let env = |name: &str| match name {
        "WEBHOOK_URL" => Some(url.to_owned()),
        name => GOOD.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()),
    };
    match load(&Flags::default(), &env, Some(file)) {
        Ok(_) => true,
        Err(problems) => {
            assert!(problems.to_string().contains("WEBHOOK_URL") && !problems.to_string().contains("canary"), "{problems}");
            false
        }
    }
}

#[test]
fn a_gateway_does_not_start_with_a_receiver_inside_the_network() {
    for url in [
        "https://127.0.0.1/canary",
        "https://localhost/canary",
        "https://2130706433/canary",
        "https://0x7f.1/canary",
        "https://[::1]/canary",
        "https://[::ffff:10.0.0.1]/canary",
        "https://10.0.0.1/canary",
        "https://172.16.0.1/canary",
        "https://192.168.1.1/canary",
        "https://169.254.169.254/latest/meta-data/canary",
        "https://metadata.google.internal/canary",
        "https://user:canary@hooks.example.com/",
        "http://hooks.example.com/canary",
        "file:///etc/canary",
        "gopher://hooks.example.com/canary",
    ] {
        assert!(!starts(url, ""), "{url}");
    }
    assert!(starts("https://hooks.example.com/guestsync", ""));
    assert!(starts("http://127.0.0.1:9/guestsync", "[webhook]\nallow_private = true"), "the operator may say otherwise");
}

#[test]
fn a_gateway_does_not_start_with_a_receiver_that_its_lists_do_not_name() {
    let good = "https://hooks.example.com/canary";
    for (url, file) in [
        ("https://hooks.example.com:22/canary", ""),
        ("https://hooks.example.com:8443/canary", ""),
        (good, "[webhook]\nports = [8443]"),
        (good, "[webhook]\nhosts = [\"other.example.com\"]"),
        ("https://hooks.example.com.evil.example/canary", "[webhook]\nhosts = [\"hooks.example.com\"]"),
        ("http://127.0.0.1:9/canary", "[webhook]\nallow_private = true\nports = [10]"),
    ] {
        assert!(!starts(url, file), "{url} {file}");
    }
    assert!(starts("https://hooks.example.com:8443/", "[webhook]\nports = [443, 8443]\nhosts = [\"hooks.example.com\"]"));
    for file in ["[webhook]\nports = [0]", "[webhook]\nports = [\"https\"]", "[webhook]\nhosts = [\"*.example.com\"]"] {
        let env = |name: &str| match name {
            "WEBHOOK_URL" => Some(good.to_owned()),
            name => GOOD.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()),
        };
        let problems = load(&Flags::default(), &env, Some(file)).unwrap_err().to_string();
        assert!(problems.contains("webhook.ports: must be") || problems.contains("webhook.hosts: must be"), "{problems}");
    }
}
