//! Who is told: refuses one first delivery in four, in each of the ways there are, or none.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode, Uri};
use serde_json::Value;
use tokio::net::TcpListener;

use super::{Random, SECRET};

const REFUSALS: [u16; 8] = [301, 302, 307, 308, 404, 429, 500, 503];

#[derive(Default)]
struct Seen {
    /// By the event's id: its body to the byte, and whether it was taken.
    events: BTreeMap<String, (Bytes, bool)>,
    elsewhere: usize,
    refused: usize,
    repeats: usize,
}

#[derive(Clone)]
pub(crate) struct Receiver {
    pub(crate) base: String,
    seen: Arc<Mutex<Seen>>,
}

impl Receiver {
    pub(crate) async fn start(seed: u64) -> Self {
        Self::of(Some(Random(!seed))).await
    }

    /// One that refuses nothing.
    pub(crate) async fn taking() -> Self {
        Self::of(None).await
    }

    async fn of(random: Option<Random>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let this = Self { base, seen: Arc::default() };
        let (receiver, random) = (this.clone(), Arc::new(Mutex::new(random)));
        let handle = move |uri: Uri, headers: HeaderMap, body: Bytes| {
            let status = receiver.take(&uri, &headers, body, random.lock().unwrap().as_mut());
            async move { (StatusCode::from_u16(status).unwrap(), [("location", "/elsewhere")]) }
        };
        tokio::spawn(async move { axum::serve(listener, Router::new().fallback(handle)).await });
        this
    }

    /// The status of the answer.
    fn take(&self, uri: &Uri, headers: &HeaderMap, body: Bytes, random: Option<&mut Random>) -> u16 {
        let mut seen = self.seen.lock().unwrap();
        if uri.path() != "/hook" {
            seen.elsewhere += 1;
            return 404;
        }
        standardwebhooks::Webhook::new(SECRET).unwrap().verify(&body, headers).unwrap();
        let id = headers["webhook-id"].to_str().unwrap().to_owned();
        if let Some((first, taken)) = seen.events.get_mut(&id) {
            assert_eq!(*first, body, "a repeat has the same body");
            // A second refusal would be repeated after five minutes.
            *taken = true;
            seen.repeats += 1;
            return 204;
        }
        let refuses =
            |random: &mut Random| (random.below(4) == 0).then(|| REFUSALS[random.below(REFUSALS.len() as u64) as usize]);
        let refusal = random.and_then(refuses);
        seen.refused += usize::from(refusal.is_some());
        seen.events.insert(id, (body, refusal.is_none()));
        refusal.unwrap_or(204)
    }

    /// The events that were taken, by their ids.
    pub(crate) fn delivered(&self) -> BTreeMap<String, Value> {
        let seen = self.seen.lock().unwrap();
        let taken = seen.events.iter().filter(|(_, (_, taken))| *taken);
        taken.map(|(id, (body, _))| (id.clone(), serde_json::from_slice(body).unwrap())).collect()
    }

    pub(crate) fn elsewhere(&self) -> usize {
        self.seen.lock().unwrap().elsewhere
    }

    /// Deliveries that were refused, and events that came again.
    pub(crate) fn counts(&self) -> (usize, usize) {
        let seen = self.seen.lock().unwrap();
        (seen.refused, seen.repeats)
    }
}
