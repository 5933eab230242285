//! The log of this process, as `guestsync serve` writes it into a pipe.

use std::io::Write;
use std::sync::{Arc, Mutex, OnceLock};

use serde_json::Value;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Kept {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// All that the gateway can say; the sandbox of this process says what it was sent.
const FILTER: &str = "debug,guestsync_gateway=trace,guestsync_genesys=trace,guestsync_sandbox=off,hyper=off,h2=off";

/// Keeps the log from now on.
pub(crate) struct Log(Kept);

impl Log {
    pub(crate) fn keep() -> Self {
        static KEPT: OnceLock<Kept> = OnceLock::new();
        let kept = KEPT.get_or_init(|| {
            let kept = Kept::default();
            let log = tracing_subscriber::fmt().with_env_filter(EnvFilter::new(FILTER)).json();
            log.with_span_list(false).with_writer(kept.clone()).init();
            kept
        });
        Self(kept.clone())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.0.lock().unwrap().clone()).unwrap()
    }

    /// What was said of the answer with this `X-Request-Id`.
    pub(crate) fn answer(&self, id: &str) -> Value {
        let text = self.text();
        let mut lines = text.lines().filter(|line| line.contains(id)).map(|line| serde_json::from_str::<Value>(line).unwrap());
        lines
            .find(|line| line["span"]["id"] == id && line["fields"]["message"] == "answered")
            .expect("it is said of every answer")
    }
}
