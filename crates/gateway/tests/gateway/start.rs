//! What a configuration may say, and what is said where it is wrong.

use guestsync_gateway::config::{Flags, Upstream, load};

fn problems(env: &[(&str, &str)], file: &str) -> Vec<String> {
    let lookup = |name: &str| env.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
    let problems = load(&Flags::default(), &lookup, Some(file)).err().map_or_else(Vec::new, |problems| problems.0);
    problems.into_iter().map(|problem| problem.setting).collect()
}

const GOOD: [(&str, &str); 3] =
    [("GENESYS_ENVIRONMENT", "mypurecloud.ie"), ("GENESYS_CLIENT_ID", "id"), ("GENESYS_CLIENT_SECRET", "secret")];

#[test]
fn everything_that_is_wrong_is_told_at_once_and_no_value_is_repeated() {
    let file = r#"
        port = "canary"
        public_url = "canary/path"
        surprise = "canary"
        [genesys]
        environment = "canary"
        limits = ["all=canary/60"]
        [worker]
        mode = "canary"
        redirect = "//canary.example"
        token_cache = "canary"
        attributes = "canary"
        fields = { email = "canary" }
        [proxy]
        pointers = ["canary"]
        [cors]
        origins = ["https://*.canary.example"]
        [session]
        secret = "canary"
    "#;
    let error = load(&Flags::default(), &|_| None, Some(file)).unwrap_err();
    let text = error.to_string();
    for setting in [
        "port",
        "public_url",
        "surprise",
        "genesys.environment",
        "genesys.limits",
        "worker.mode",
        "worker.token_cache",
        "worker.attributes",
        "worker",
        "worker.fields.email",
        "proxy.pointers",
        "cors.origins",
        "session.secret",
        "GENESYS_CLIENT_ID",
        "GENESYS_CLIENT_SECRET",
    ] {
        assert!(error.0.iter().any(|problem| problem.setting.starts_with(setting)), "{setting} is missing in\n{text}");
    }
    assert!(!text.contains("canary"), "{text}");
}

#[test]
fn limits_of_the_operators_name_all_calls_or_one_and_how_many_in_how_long() {
    let limits = |text: &str| problems(&[&GOOD[..], &[("GENESYS_LIMITS", text)]].concat(), "");
    assert!(limits("all=250/60, G1=60/60,A1=100/1").is_empty());
    for wrong in ["G1", "G1=60", "G1=0/60", "G1=60/0", "G1=60/3601", "G9=60/60", "G1=60/60,G1=50/60", "all=1000001/60", "=1/1"] {
        assert_eq!(limits(wrong), ["GENESYS_LIMITS"], "{wrong}");
    }
}

#[test]
fn what_new_sessions_leave_to_guests_is_a_share_that_leaves_some_to_them() {
    let share = |text: &str| problems(&[&GOOD[..], &[("GENESYS_GUESTS_SHARE", text)]].concat(), "");
    assert!(["0", "25", "90"].iter().all(|text| share(text).is_empty()));
    for wrong in ["91", "-1", "25%", "a quarter"] {
        assert_eq!(share(wrong), ["GENESYS_GUESTS_SHARE"], "{wrong}");
    }
}

#[test]
fn a_region_or_an_address_and_credentials_are_enough() {
    assert!(problems(&GOOD, "").is_empty());
    let address = [("GENESYS_BASE_URL", "http://127.0.0.1:9"), ("GENESYS_CLIENT_ID", "id"), ("GENESYS_CLIENT_SECRET", "secret")];
    assert!(problems(&address, "").is_empty());
    assert_eq!(problems(&[], ""), ["GENESYS_ENVIRONMENT", "GENESYS_CLIENT_ID", "GENESYS_CLIENT_SECRET"]);
}

#[test]
fn a_region_has_its_hosts_and_an_address_its_token_endpoint_beside_it() {
    let upstream = |env: &[(&str, &str)]| {
        let lookup =
            |name: &str| env.iter().chain(&GOOD[1..]).find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        match load(&Flags::default(), &lookup, None).unwrap().upstream {
            Upstream::Genesys(settings) => (settings.api_base.to_string(), settings.token_url.to_string()),
            Upstream::Sandbox => panic!("not asked for"),
        }
    };
    let ireland = ("https://api.mypurecloud.ie/".into(), "https://login.mypurecloud.ie/oauth/token".into());
    assert_eq!(upstream(&[("GENESYS_ENVIRONMENT", "eu-west-1")]), ireland);
    let beside = ("https://api.example/".into(), "https://api.example/oauth/token".into());
    assert_eq!(upstream(&[("GENESYS_BASE_URL", "https://api.example")]), beside);
}

#[test]
fn credentials_do_not_leave_the_machine_in_the_clear() {
    for address in
        ["http://api.example", "http://127.0.0.1.evil.example", "ftp://127.0.0.1", "https://a:b@api.example", "api.example"]
    {
        let env = [("GENESYS_BASE_URL", address), GOOD[1], GOOD[2]];
        assert_eq!(problems(&env, ""), ["GENESYS_BASE_URL"], "{address}");
    }
}

#[test]
fn a_public_address_is_reached_over_tls_or_on_this_machine() {
    let wrong = |origin: &str| !problems(&GOOD, &format!("public_url = \"{origin}\"")).is_empty();
    assert!(wrong("http://shop.example") && wrong("https://shop.example/shop") && wrong("shop.example"));
    assert!(!wrong("https://shop.example") && !wrong("http://localhost:8787"));
}

#[test]
fn flags_win_over_the_environment_and_this_over_the_file() {
    let file = "port = 1\nhost = \"127.0.0.3\"\nstate_dir = \"file\"";
    let env = |name: &str| match name {
        "PORT" => Some("2".to_owned()),
        "GUESTSYNC_HOST" => Some("127.0.0.2".to_owned()),
        _ => None,
    };
    let flags = Flags { port: Some(3), sandbox: true, ..Flags::default() };
    let config = load(&flags, &env, Some(file)).unwrap();
    assert_eq!((config.port, config.host.to_string(), config.state_dir.to_str()), (3, "127.0.0.2".into(), Some("file")));
}

#[test]
fn the_example_file_is_a_good_configuration() {
    let file = include_str!("../../../../guestsync.example.toml");
    assert!(problems(&GOOD, file).is_empty(), "{:?}", problems(&GOOD, file));
}

#[tokio::test]
async fn a_key_that_signs_stands_for_the_secret_and_genesys_takes_its_assertions() {
    use crate::world::{Directory, Upstream, World};
    use p256::pkcs8::{EncodePrivateKey, EncodePublicKey, LineEnding};
    let private = p256::SecretKey::from_slice(&[7; 32]).unwrap();
    let mut client = guestsync_sandbox::Client::with_all_scopes("signer", "unused");
    client.assertion_key = Some(private.public_key().to_public_key_pem(LineEnding::LF).unwrap());
    let upstream = Upstream::with(guestsync_sandbox::Options { clients: vec![client], ..Default::default() }).await;
    let pem = private.to_pkcs8_pem(LineEnding::LF).unwrap().to_string();
    let env = |name: &str| match name {
        "GENESYS_BASE_URL" => Some(upstream.base.clone()),
        "OAUTH_CLIENT_ID" => Some("signer".to_owned()),
        "OAUTH_PRIVATE_KEY" => Some(pem.clone()),
        "OAUTH_SUBJECT" => Some("organisation".to_owned()),
        _ => None,
    };
    let directory = Directory::new();
    let flags = Flags { state_dir: Some(directory.path().to_owned()), ..Flags::default() };
    let config = load(&flags, &env, None).unwrap();
    let world = World::of(config, directory).await;
    world.session("abc").await;
    assert_eq!(upstream.token_requests(), 1);
    let without = |name: &str| if name == "OAUTH_SUBJECT" { None } else { env(name) };
    assert!(load(&flags, &without, None).unwrap_err().to_string().contains("OAUTH_SUBJECT"));
    let wrong = |name: &str| if name == "OAUTH_PRIVATE_KEY" { Some("canary".to_owned()) } else { env(name) };
    let error = load(&flags, &wrong, None).unwrap_err().to_string();
    assert!(error.contains("OAUTH_PRIVATE_KEY") && !error.contains("canary") && !error.contains("SECRET"), "{error}");
}

#[test]
fn a_shared_database_needs_a_state_key_that_all_gateways_have() {
    let database = ("DATABASE_URL", "postgres://canary@localhost/guestsync");
    let of = |more: &[(&str, &str)]| problems(&[&GOOD[..], &[database], more].concat(), "");
    assert_eq!(of(&[]), ["GUESTSYNC_STATE_KEY"]);
    assert_eq!(of(&[("GUESTSYNC_STATE_KEY", "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE")]), [""; 0]);
    assert_eq!(of(&[("GUESTSYNC_STATE_KEY", "short")]), ["GUESTSYNC_STATE_KEY"], "it is told once");
    assert_eq!(problems(&GOOD, ""), [""; 0], "a file needs none");
}

#[test]
fn a_state_key_that_is_none_is_told_without_a_start() {
    for (setting, key) in [("GUESTSYNC_STATE_KEY", "!".repeat(49)), ("GUESTSYNC_STATE_KEY", "A".repeat(44))] {
        assert_eq!(problems(&[&GOOD[..], &[(setting, &key)]].concat(), ""), [setting], "{key}");
    }
    assert_eq!(problems(&GOOD, &format!("state_key = \"{}\"", "!".repeat(49))), ["state_key"]);
}

#[tokio::test]
async fn forms_are_posted_to_a_path_that_nothing_else_answers() {
    use crate::world::{Upstream, World, json_of};
    let of = |path: &str| problems(&GOOD, &format!("[worker]\npath = \"{path}\""));
    for path in ["/api/profile-sync", "/contact", "/a/b;c=%20", "/genesys-form", "/api/tokens"] {
        assert_eq!(of(path), [""; 0], "{path}");
    }
    let taken = ["/", "/a?b", "/a#b", "/a/../b", "/genesys", "/genesys/x", "/guestsync/page.js", "/_sandbox/guests"];
    for path in taken {
        assert_eq!(of(path), ["worker.path"], "{path}");
    }
    let document = json_of(World::start(&Upstream::start().await).await.get("/openapi.json").await).await;
    let routes: Vec<&String> = document["paths"].as_object().unwrap().keys().collect();
    assert!(routes.len() > 10);
    for path in routes.into_iter().filter(|path| *path != "/api/profile-sync") {
        assert_eq!(of(&path.replace("{id}", "g-1")), ["worker.path"], "{path}");
    }
    let own = "[worker]\nendpoint = \"/one\"\ntoken = \"/two\"\nkeys = \"/three\"\nfield_key = \"/four\"";
    for path in ["/one/api", "/two", "/three", "/four"] {
        assert_eq!(problems(&GOOD, &format!("{own}\npath = \"{path}\"")), ["worker.path"], "{path}");
    }
}
