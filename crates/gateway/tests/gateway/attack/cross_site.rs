//! Who may send what: every combination of `Origin`, `Sec-Fetch-Site` and content type on the routes that use the cookie.

use reqwest::StatusCode;
use reqwest::header::COOKIE;

use crate::world::{Directory, Upstream, World};

const LISTED: &str = "https://www.shop.example";

#[tokio::test]
async fn only_our_own_pages_listed_origins_and_what_is_no_browser_pass() {
    let upstream = Upstream::start().await;
    let file = format!("[cors]\norigins = [\"{LISTED}\"]");
    let world = World::with(&upstream, &file, Directory::new()).await;
    let session = world.session("abc").await;
    let own = world.base.clone();
    let origins =
        [None, Some(own.as_str()), Some(LISTED), Some("https://evil.example"), Some("null"), Some("http://127.0.0.1:1")];
    let sites = [None, Some("same-origin"), Some("same-site"), Some("cross-site"), Some("none"), Some("x")];
    let medias = ["application/json", "application/json; charset=utf-8", "text/plain", "application/x-www-form-urlencoded"];
    let mut passed = Vec::new();
    for origin in origins {
        for site in sites {
            for media in medias {
                let mut request = world.call(reqwest::Method::POST, "/api/token").header(COOKIE, &session.cookie);
                request = request.header("content-type", media).body("{}");
                if let Some(origin) = origin {
                    request = request.header("origin", origin);
                }
                if let Some(site) = site {
                    request = request.header("sec-fetch-site", site);
                }
                let status = request.send().await.unwrap().status();
                match status {
                    StatusCode::OK if media.starts_with("application/json") => passed.push((origin, site)),
                    StatusCode::FORBIDDEN => {}
                    StatusCode::UNSUPPORTED_MEDIA_TYPE if !media.starts_with("application/json") => {}
                    status => panic!("{status} for {origin:?} {site:?} {media}"),
                }
            }
        }
    }
    passed.dedup();
    let own = Some(own.as_str());
    assert_eq!(
        passed,
        [
            (None, None),
            (None, Some("same-origin")),
            (own, None),
            (own, Some("same-origin")),
            (Some(LISTED), None),
            (Some(LISTED), Some("same-site")),
            (Some(LISTED), Some("cross-site")),
            (Some("null"), Some("same-origin")),
        ]
    );
}

#[tokio::test]
async fn the_name_by_which_http_2_calls_us_is_our_own() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let http = reqwest::Client::builder().http2_prior_knowledge().build().unwrap();
    for (origin, status) in [(world.base.as_str(), 200), ("https://evil.example", 403)] {
        let asked = http.post(format!("{}/api/webchat/init", world.base)).json(&crate::world::wanted("abc"));
        let answer = asked.header("origin", origin).header("sec-fetch-site", "same-origin").send().await.unwrap();
        assert_eq!((answer.version(), answer.status().as_u16()), (reqwest::Version::HTTP_2, status), "{origin}");
    }
}

#[tokio::test]
async fn behind_a_proxy_the_configured_address_is_our_own_and_no_other() {
    let upstream = Upstream::start().await;
    let world = World::with(&upstream, "public_url = \"https://shop.example\"", Directory::new()).await;
    let own = world.base.clone();
    for (origin, passes) in [
        ("https://shop.example", true),
        ("http://shop.example", false),
        (&own, false),
        ("https://shop.example.evil.example", false),
    ] {
        let answer = world.post("/api/webchat/init", &crate::world::wanted("abc")).header("origin", origin).send().await.unwrap();
        assert_eq!(answer.status() == StatusCode::OK, passes, "{origin}");
    }
}
