//! Bulk work where Genesys refuses a batch as a whole, or lets no more calls through for a while.

use std::net::Ipv4Addr;
use std::time::Duration;

use axum::Json;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use guestsync_gateway::meta::report::{Span, Wanted};
use guestsync_sandbox::{RateLimit, Sandbox};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::meta_world::{Tickets, metadata};
use crate::world::{Directory, SECRET, Upstream};

/// A batch with such a record is refused as a whole, with the status that the record's id names.
async fn refuse_some(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    if parts.uri.path() == "/api/v2/customattributes/batch" {
        for (mark, status) in [("T-400", 400), ("T-413", 413), ("T-422", 422)] {
            if body.windows(mark.len()).any(|part| part == mark.as_bytes()) {
                let refused = json!({"status": status, "code": "not.this.one", "message": "No"});
                return (StatusCode::from_u16(status).unwrap(), Json(refused)).into_response();
            }
        }
    }
    next.run(Request::from_parts(parts, Body::from(body))).await
}

/// Tickets of these ids before a Genesys behind whatever refuses some.
async fn troubled(ids: impl Iterator<Item = String>) -> Tickets {
    let client = guestsync_sandbox::Client::with_all_scopes("gateway", SECRET);
    let options = guestsync_sandbox::Options { clients: vec![client], rate: RateLimit::NONE, ..Default::default() };
    let router = Sandbox::new(options).router().layer(from_fn(refuse_some));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    Tickets::of(&base, &ids.map(|id| format!("{{\"ticketId\": \"{id}\"}}\n")).collect::<String>()).await
}

#[tokio::test]
async fn a_record_that_makes_genesys_refuse_its_batch_is_listed_and_the_others_are_written() {
    let ids = (1..=20).map(|n| match n {
        4 => "T-400".to_owned(),
        5 => "T-413".to_owned(),
        20 => "T-422".to_owned(),
        n => format!("ticket-{n}"),
    });
    let troubled = troubled(ids).await;
    let counts = troubled.run().await.unwrap().counts;
    assert_eq!((counts.records, counts.created, counts.refused), (20, 17, 3));
    let listed = std::fs::read_to_string(&troubled.task.rejects).unwrap();
    let mut told: Vec<_> = listed
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .map(|reject| {
            (reject["record"].as_u64().unwrap(), reject["status"].as_u64().unwrap(), reject["problems"][0]["code"].clone())
        })
        .collect();
    told.sort_by_key(|(record, ..)| *record);
    assert_eq!(told, [(4, 400), (5, 413), (20, 422)].map(|(record, status)| (record, status, json!("not.this.one"))));
}

#[tokio::test]
async fn a_run_ends_where_genesys_refuses_everything_and_not_where_it_refuses_many() {
    let all = troubled((1..=400).map(|n| format!("T-400-{n}"))).await;
    let error = all.run().await.unwrap_err();
    assert_eq!(error.code(), "upstream.refuses.all");
    let said = error.to_string();
    assert!(said.contains("status 400 (not.this.one)") && !said.contains("T-400"), "{said}");
    assert!(!all.task.rejects.exists(), "nothing of it is listed: the run goes on");
    // Forty in a row are no sign of it.
    let many = troubled((1..=400).map(|n| if n <= 40 { format!("T-400-{n}") } else { format!("ticket-{n}") })).await;
    let counts = many.run().await.unwrap().counts;
    assert_eq!((counts.created, counts.refused), (360, 40));
}

#[tokio::test]
async fn a_report_with_more_pages_than_the_rate_budget_has_calls_waits_and_counts_all() {
    let rate = RateLimit { requests: 3, window: Duration::from_secs(3) };
    let limited = Upstream::with(guestsync_sandbox::Options { rate, ..Default::default() }).await;
    let directory = Directory::new();
    // A call gives up long before the budget opens again.
    let metadata = metadata(&limited.base, &directory, Duration::from_millis(1_500));
    let mut pages = 0;
    let report = metadata.report(&Wanted::All, Span::last_days(2), |_| pages += 1).await.unwrap();
    assert!(pages > 3 && report.conversations > 0, "{pages} pages");
}
