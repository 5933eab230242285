//! The CRM lookup of `init`, by each connector.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use guestsync_gateway::config::{Flags, load};
use reqwest::header::RETRY_AFTER;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::world::{Directory, Upstream, World, json_of, refusal, wanted};

/// SHA-256 of `abc` (FIPS 180-2 B.1).
const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
const ALL: &str = "[visitor]\npublic = [\"firstName\", \"email\", \"tier\", \"previousTickets\"]\n";

fn ada() -> Value {
    json!({"firstName": "Ada", "email": "ada@example.org", "tier": "gold", "previousTickets": 7})
}

fn nobody() -> Value {
    json!({"firstName": "Guest", "email": "visitor_ba7816bf@guest.invalid", "tier": "Unknown", "previousTickets": 0})
}

/// What `init` tells of the visitor of session `abc`.
async fn told(world: &World) -> Value {
    let answer = world.post("/api/webchat/init", &wanted("abc")).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    json_of(answer).await["crmAttributes"].take()
}

/// A CRM service: its address, what it knows, what it was asked.
#[derive(Clone, Default)]
struct Service {
    known: Arc<Mutex<BTreeMap<String, Value>>>,
    broken: Arc<Mutex<Option<u16>>>,
    asked: Arc<Mutex<Vec<(String, HeaderMap)>>>,
}

impl Service {
    async fn start() -> (Self, String) {
        let service = Self::default();
        service.known.lock().unwrap().insert(
            ABC.into(),
            json!({"who": {"first": "Ada", "mail": "ada@example.org"}, "level": "gold", "tickets": 7, "card": "canary"}),
        );
        let router = Router::new().route("/visitors/{hash}", get(Self::answer)).with_state(service.clone());
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (service, base)
    }

    async fn answer(State(service): State<Self>, Path(hash): Path<String>, headers: HeaderMap) -> Response {
        service.asked.lock().unwrap().push((hash.clone(), headers));
        let broken = *service.broken.lock().unwrap();
        match broken {
            Some(0) => std::future::pending().await,
            Some(status) => StatusCode::from_u16(status).unwrap().into_response(),
            None => match service.known.lock().unwrap().get(&hash) {
                Some(record) => axum::Json(record.clone()).into_response(),
                None => StatusCode::NOT_FOUND.into_response(),
            },
        }
    }

    fn breaks(&self, how: Option<u16>) {
        *self.broken.lock().unwrap() = how;
    }

    fn asked(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

fn by_http(base: &str, more: &str) -> String {
    format!(
        "{ALL}[crm]\nkind = \"http\"\nurl = \"{base}/visitors/{{hash}}\"\n{more}\n\
         [crm.map]\nfirstName = \"/who/first\"\nemail = \"/who/mail\"\ntier = \"/level\"\npreviousTickets = \"/tickets\"\n"
    )
}

#[tokio::test]
async fn a_service_is_asked_by_hash_and_its_record_becomes_the_guest() {
    let (upstream, (service, base)) = (Upstream::start().await, Service::start().await);
    let more = "headers = { x-crm-key = \"GENESYS_CLIENT_ID\" }";
    let world = World::with(&upstream, &by_http(&base, more), Directory::new()).await;
    assert_eq!(told(&world).await, ada());
    let (hash, headers) = service.asked.lock().unwrap()[0].clone();
    assert_eq!((hash.as_str(), headers["x-crm-key"].to_str().unwrap()), (ABC, "gateway"));
    let guest = upstream.guests().await.swap_remove(0);
    assert_eq!((&guest["profile"]["name"], &guest["profile"]["email"]), (&json!("Ada"), &json!("ada@example.org")));
    assert_eq!(
        (&guest["record"]["attributes"]["crmTier"], &guest["record"]["attributes"]["historicalTickets"]),
        (&json!("gold"), &json!(7))
    );
    assert!(!format!("{:?}", upstream.requests().await).contains("canary"), "only mapped members go on");
}

#[tokio::test]
async fn an_answer_is_kept_for_a_while_and_one_of_many_asks() {
    let (upstream, (service, base)) = (Upstream::start().await, Service::start().await);
    let world = World::with(&upstream, &by_http(&base, ""), Directory::new()).await;
    let (a, b, c) = tokio::join!(told(&world), told(&world), told(&world));
    assert!([a, b, c].iter().all(|told| *told == ada()));
    assert_eq!(told(&world).await, ada());
    assert_eq!(service.asked(), 1);

    let world = World::with(&upstream, &by_http(&base, "cache_seconds = 0"), Directory::new()).await;
    told(&world).await;
    told(&world).await;
    assert_eq!(service.asked(), 3);
}

#[tokio::test]
async fn whoever_is_unknown_is_the_default_guest() {
    let (upstream, (service, base)) = (Upstream::start().await, Service::start().await);
    service.known.lock().unwrap().clear();
    let world = World::with(&upstream, &by_http(&base, "on_failure = \"refuse\""), Directory::new()).await;
    assert_eq!(told(&world).await, nobody());
}

#[tokio::test]
async fn a_crm_that_fails_gives_the_default_guest_or_a_refusal_as_configured() {
    let (service, base) = Service::start().await;
    // A status, no answer in time, a redirect.
    for how in [500, 0, 302] {
        service.breaks(Some(how));
        let upstream = Upstream::start().await;
        let world = World::with(&upstream, &by_http(&base, "timeout_ms = 100"), Directory::new()).await;
        assert_eq!(told(&world).await, nobody(), "{how}");

        let upstream = Upstream::start().await;
        let refusing = by_http(&base, "timeout_ms = 100\non_failure = \"refuse\"");
        let world = World::with(&upstream, &refusing, Directory::new()).await;
        let answer = world.post("/api/webchat/init", &wanted("abc")).send().await.unwrap();
        assert_eq!(answer.headers()[RETRY_AFTER], "1");
        assert_eq!(refusal(answer).await, (503, "crm.unavailable".into()));
        assert!(upstream.guests().await.is_empty(), "nobody was made");
        service.breaks(None);
        assert_eq!(told(&world).await, ada(), "a failure is not kept");
    }
}

#[tokio::test]
async fn a_crm_that_fails_again_and_again_is_left_alone() {
    let (upstream, (service, base)) = (Upstream::start().await, Service::start().await);
    service.breaks(Some(503));
    let world = World::with(&upstream, &by_http(&base, "on_failure = \"refuse\""), Directory::new()).await;
    for _ in 0..8 {
        let answer = world.post("/api/webchat/init", &wanted("abc")).send().await.unwrap();
        assert_eq!(answer.status(), 503);
    }
    assert_eq!(service.asked(), 5);
    let answer = world.post("/api/webchat/init", &wanted("abc")).send().await.unwrap();
    let wait: u64 = answer.headers()[RETRY_AFTER].to_str().unwrap().parse().unwrap();
    assert!((2..=10).contains(&wait), "{wait}");
}

#[tokio::test]
async fn a_repeat_after_a_lost_answer_is_the_same_guest_whatever_the_crm_says_now() {
    let (upstream, (service, base)) = (Upstream::start().await, Service::start().await);
    let file = by_http(&base, "cache_seconds = 0");
    let world = World::with(&upstream, &file, Directory::new()).await;
    upstream.faults("[[rules]]\ncalls = [\"G1\"]\neffect = { kind = \"lost\" }").await;
    let asked = world.post("/api/webchat/init", &wanted("abc")).timeout(Duration::from_millis(500)).send().await;
    assert!(asked.is_err() && upstream.guests().await.len() == 1, "the guest is there, its id is not known");
    let directory = world.kill().await;
    upstream.faults("").await;
    service.known.lock().unwrap().insert(ABC.into(), json!({"who": {"first": "Eve"}}));
    let world = World::with(&upstream, &file, directory).await;
    assert_eq!(told(&world).await, ada());
    assert_eq!(upstream.guests().await.len(), 1);
}

#[tokio::test]
async fn a_row_of_a_table_is_a_record() {
    let upstream = Upstream::start().await;
    let directory = Directory::new();
    std::fs::create_dir_all(directory.path()).unwrap();
    let database = format!("sqlite://{}/crm.sqlite", directory.path().display());
    sqlx::any::install_default_drivers();
    let pool = sqlx::AnyPool::connect(&format!("{database}?mode=rwc")).await.unwrap();
    sqlx::raw_sql("CREATE TABLE visitors (session_hash TEXT, name TEXT, mail TEXT, level TEXT, tickets BIGINT)")
        .execute(&pool)
        .await
        .unwrap();
    let insert = "INSERT INTO visitors VALUES ($1, 'Ada', 'ada@example.org', 'gold', 7)";
    sqlx::query(insert).bind(ABC).execute(&pool).await.unwrap();
    let file = format!(
        "{ALL}[crm]\nkind = \"sql\"\ndatabase_url = \"{database}\"\ntable = \"visitors\"\nkey = \"session_hash\"\ncache_seconds = 0\n\
         [crm.map]\nfirstName = \"name\"\nemail = \"mail\"\ntier = \"level\"\npreviousTickets = \"tickets\"\n"
    );
    let world = World::with(&upstream, &file, directory.again()).await;
    assert_eq!(told(&world).await, ada());
    sqlx::raw_sql("UPDATE visitors SET name = NULL, tickets = NULL").execute(&pool).await.unwrap();
    let told_now = told(&world).await;
    assert_eq!(
        (&told_now["firstName"], &told_now["previousTickets"], &told_now["tier"]),
        (&json!("Guest"), &json!(0), &json!("gold"))
    );
    sqlx::raw_sql("DELETE FROM visitors").execute(&pool).await.unwrap();
    assert_eq!(told(&world).await, nobody());
    sqlx::raw_sql("DROP TABLE visitors").execute(&pool).await.unwrap();
    assert_eq!(told(&world).await, nobody(), "a failed query");
}

#[tokio::test]
async fn a_line_of_a_file_is_a_record_and_a_changed_file_is_read_again() {
    let upstream = Upstream::start().await;
    let directory = Directory::new();
    std::fs::create_dir_all(directory.path()).unwrap();
    let path = directory.path().join("crm.ndjson");
    let put = |text: &str| {
        std::fs::write(path.with_extension("new"), text).unwrap();
        std::fs::rename(path.with_extension("new"), &path).unwrap();
    };
    let mut line = ada();
    line["sessionHash"] = json!(ABC);
    put(&format!("{{\"sessionHash\": \"other\", \"tier\": \"silver\"}}\n\n{line}\n"));
    let file =
        format!("{ALL}[crm]\nkind = \"file\"\npath = \"{}\"\ncache_seconds = 0\non_failure = \"refuse\"\n", path.display());
    let world = World::with(&upstream, &file, directory.again()).await;
    assert_eq!(told(&world).await, ada());
    line["tier"] = json!("platinum");
    put(&line.to_string());
    assert_eq!(told(&world).await["tier"], "platinum");
    for broken in ["{\"tier\": \"no key\"}", "canary"] {
        put(broken);
        let answer = world.post("/api/webchat/init", &wanted("abc")).send().await.unwrap();
        assert_eq!(refusal(answer).await, (503, "crm.unavailable".into()));
    }
    put("");
    assert_eq!(told(&world).await, nobody());
}

#[tokio::test]
async fn reading_a_large_file_is_no_part_of_a_lookup() {
    let upstream = Upstream::start().await;
    let directory = Directory::new();
    std::fs::create_dir_all(directory.path()).unwrap();
    let path = directory.path().join("crm.ndjson");
    let mut line = ada();
    line["sessionHash"] = json!(ABC);
    let mut text = "{\"sessionHash\": \"other\", \"tier\": \"silver\"}\n".repeat(100_000);
    text += &line.to_string();
    std::fs::write(&path, text).unwrap();
    let file = format!("{ALL}[crm]\nkind = \"file\"\npath = \"{}\"\ntimeout_ms = 50\non_failure = \"refuse\"\n", path.display());
    let world = World::with(&upstream, &file, directory.again()).await;
    assert_eq!(told(&world).await, ada());
}

#[test]
fn a_wrong_crm_table_is_told_setting_by_setting_and_no_value_is_repeated() {
    let problems = |text: &str| {
        let flags = Flags { sandbox: true, ..Flags::default() };
        let error = load(&flags, &|_| None, Some(text)).err();
        let problems = error.map_or_else(Vec::new, |error| error.0);
        assert!(!format!("{problems:?}").contains("canary"), "{problems:?}");
        problems.into_iter().map(|problem| problem.setting).collect::<Vec<_>>()
    };
    assert_eq!(problems("[crm]\nkind = \"canary\""), ["crm.kind"]);
    assert_eq!(
        problems("[crm]\nkind = \"http\"\non_failure = \"canary\"\ntimeout_ms = 1"),
        ["crm.on_failure", "crm.timeout_ms", "crm.url"]
    );
    for url in [
        "canary",
        "http://canary.example/{hash}",
        "https://{hash}.canary.example/",
        "https://crm.example/canary",
        "https://a:canary@crm.example/{hash}",
    ] {
        assert_eq!(problems(&format!("[crm]\nkind = \"http\"\nurl = \"{url}\"")), ["crm.url"], "{url}");
    }
    let headers = "[crm]\nkind = \"http\"\nurl = \"https://crm.example/{hash}\"\nheaders = { authorization = \"CANARY\" }";
    assert_eq!(problems(headers), ["crm.headers.authorization"]);
    assert_eq!(problems("[crm]\nkind = \"sql\""), ["crm.database_url", "crm.table", "crm.key"]);
    let injection = "[crm]\nkind = \"sql\"\ndatabase_url = \"sqlite://x\"\ntable = \"a; DROP TABLE canary\"\nkey = \"a = canary\"\nmap = { tier = \"canary --\" }";
    assert_eq!(problems(injection), ["crm.table", "crm.key", "crm.map"]);
    assert_eq!(problems("[crm]\nkind = \"file\"\nmap = { canary = \"/tier\" }"), ["crm.path", "crm.map"]);
}
