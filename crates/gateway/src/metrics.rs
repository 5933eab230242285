//! What an operator watches, as Prometheus reads it. No label holds anything of a guest: routes are templates, calls have names.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use guestsync_genesys::{Client, Watch};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use crate::clock;
use crate::db::Db;
use crate::failpoint;

/// Upper bounds in seconds, from a memory's answer to the longest that a request may take.
const BOUNDS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Request {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Call {
    call: &'static str,
    /// 0: no answer.
    status: u16,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct State {
    state: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfCall {
    call: &'static str,
    state: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct HeldFor {
    held_for: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Became {
    became: &'static str,
}

/// Everything that is counted.
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<Request, Histogram>,
    calls: Family<Call, Histogram>,
    tokens: Counter,
    webhooks: Family<State, Gauge>,
    jobs: Gauge,
    forms: Family<State, Gauge>,
    forms_oldest: Gauge,
    form_ends: Family<Became, Counter>,
    budget: Family<State, Gauge<i64, AtomicI64>>,
    call_budget: Family<OfCall, Gauge<i64, AtomicI64>>,
    held_starts: Family<HeldFor, Counter>,
    key_looks: Counter,
    log_dropped: Counter,
    log: OnceLock<Box<Dropped>>,
}

/// How many lines of the log were dropped so far.
type Dropped = dyn Fn() -> u64 + Send + Sync;

fn histogram() -> Histogram {
    Histogram::new(BOUNDS)
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut registry = Registry::with_prefix("guestsync");
        let requests = Family::new_with_constructor(histogram as fn() -> Histogram);
        let calls = Family::new_with_constructor(histogram as fn() -> Histogram);
        let (tokens, webhooks, jobs, budget) = (Counter::default(), Family::default(), Gauge::default(), Family::default());
        let (log_dropped, key_looks, call_budget) = (Counter::default(), Counter::default(), Family::default());
        let held_starts = Family::<HeldFor, Counter>::default();
        let (forms, forms_oldest, form_ends) = (Family::default(), Gauge::default(), Family::default());
        registry.register_with_unit("request_duration", "Answers of the gateway", Unit::Seconds, requests.clone());
        registry.register_with_unit("upstream_duration", "Calls to Genesys; status 0: no answer", Unit::Seconds, calls.clone());
        registry.register("upstream_tokens", "Requests for the organisation's token", tokens.clone());
        registry.register("webhooks", "Events in the outbox", webhooks.clone());
        registry.register("jobs_open", "Jobs that are not over", jobs.clone());
        registry.register("forms", "Sealed forms that no worker caught", forms.clone());
        let help = "How long the oldest of them has been waiting";
        registry.register_with_unit("forms_oldest", help, Unit::Seconds, forms_oldest.clone());
        registry.register("forms_became", "What became of those that waited or were taken", form_ends.clone());
        registry.register("upstream_budget", "Requests that the rate limit allows in its window, and those used", budget.clone());
        let help = "Requests of a call that wait for the rate limit, and where it has a limit of its own, those allowed and used";
        registry.register("upstream_call_budget", help, call_budget.clone());
        let help = "Calls of sessions' starts that waited or were refused for what is kept for guests, or for what their address had had";
        registry.register("starts_held", help, held_starts.clone());
        let help = "Looks for capability keys that another gateway may have made";
        registry.register("capability_key_looks", help, key_looks.clone());
        registry.register("log_lines_dropped", "Lines of the log that nobody read in time", log_dropped.clone());
        Self {
            registry,
            requests,
            calls,
            tokens,
            webhooks,
            jobs,
            forms,
            forms_oldest,
            form_ends,
            budget,
            call_budget,
            held_starts,
            key_looks,
            log_dropped,
            log: OnceLock::new(),
        }
    }

    /// Tells of the log too, whose writer is asked.
    pub(crate) fn watch_log(&self, dropped: Box<Dropped>) {
        // One log is enough.
        _ = self.log.set(dropped);
    }

    /// A request was answered; `route` is its template.
    pub(crate) fn answered(&self, method: &'static str, route: &str, status: u16, elapsed: Duration) {
        let labels = Request { method, route: route.to_owned(), status };
        self.requests.get_or_create(&labels).observe(elapsed.as_secs_f64());
    }

    /// The database is asked for keys that are not known.
    pub(crate) fn keys_looked_up(&self) {
        self.key_looks.inc();
    }

    /// A form came to this.
    pub(crate) fn form(&self, became: &'static str) {
        self.form_ends.get_or_create(&Became { became }).inc();
    }

    /// All of it as text; what the database knows is asked for now.
    pub(crate) async fn text(&self, db: &Db, genesys: &Client) -> sqlx::Result<String> {
        let (waiting, dead) = db.count_webhooks().await?;
        self.webhooks.get_or_create(&State { state: "waiting" }).set(waiting);
        self.webhooks.get_or_create(&State { state: "dead" }).set(dead);
        self.jobs.set(db.count_open_jobs().await?);
        let forms = db.count_forms().await?;
        self.forms.get_or_create(&State { state: "waiting" }).set(forms.waiting);
        self.forms.get_or_create(&State { state: "dead" }).set(forms.dead);
        let now = i64::try_from(clock::now()).unwrap_or(i64::MAX);
        self.forms_oldest.set(forms.oldest.map_or(0, |oldest| now.saturating_sub(oldest).max(0) / 1_000));
        let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        let of_call = |call, state, count| {
            self.call_budget.get_or_create(&OfCall { call, state }).set(number(count));
        };
        for (call, used, allowed) in genesys.budget_by_call() {
            of_call(call, "used", used);
            of_call(call, "allowed", allowed);
        }
        genesys.waiting().into_iter().for_each(|(call, waiting)| of_call(call, "waiting", waiting));
        if let Some((used, allowed)) = genesys.budget() {
            self.budget.get_or_create(&State { state: "used" }).set(number(used));
            self.budget.get_or_create(&State { state: "allowed" }).set(number(allowed));
        }
        for (held_for, held) in genesys.held_starts() {
            self.held_starts.get_or_create(&HeldFor { held_for }).inner().store(held, Ordering::Relaxed);
        }
        if let Some(dropped) = self.log.get() {
            self.log_dropped.inner().store(dropped(), Ordering::Relaxed);
        }
        let mut text = String::new();
        // Writing to a text cannot fail.
        _ = encode(&mut text, &self.registry);
        Ok(text)
    }
}

impl Watch for Metrics {
    fn called(&self, call: &'static str, status: Option<u16>, elapsed: Duration) {
        failpoint::pass();
        self.calls.get_or_create(&Call { call, status: status.unwrap_or(0) }).observe(elapsed.as_secs_f64());
    }

    fn token_asked(&self) {
        self.tokens.inc();
    }
}
