//! How far a run is: a bar on a terminal, a line now and then in a pipe.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use guestsync_gateway::meta::run::Progress;
use indicatif::{ProgressBar, ProgressStyle};

use crate::output;

const EVERY: Duration = Duration::from_secs(5);

/// What is shown.
pub(super) struct Shown {
    bar: Option<ProgressBar>,
    /// No lines either.
    quiet: bool,
    began: Instant,
    /// When a line was written last, and the records that an earlier process had done.
    line: Instant,
    before: Option<u64>,
}

impl Shown {
    pub(super) fn new(quiet: bool) -> Self {
        let bar = (std::io::stderr().is_terminal() && !quiet).then(ProgressBar::no_length);
        let now = Instant::now();
        Self { bar, quiet, began: now, line: now, before: None }
    }

    pub(super) fn told(&mut self, progress: &Progress) {
        let counts = &progress.counts;
        let before = *self.before.get_or_insert(counts.records);
        let rate = (counts.records - before) as f64 / self.began.elapsed().as_secs_f64().max(0.001);
        let text = format!("{} records, {rate:.0}/s, {} rejected", counts.records, counts.rejected());
        if let Some(bar) = &self.bar {
            if let Some(total) = progress.total_bytes {
                if bar.length().is_none() {
                    let style = ProgressStyle::with_template("{wide_bar} {percent:>3} %  {msg}  {eta} left");
                    bar.set_style(style.expect("the template is one"));
                    bar.set_length(total);
                    // What an earlier process did says nothing of how fast this one is.
                    bar.set_position(progress.bytes);
                    bar.reset_eta();
                }
                bar.set_position(progress.bytes);
            }
            bar.set_message(text);
        } else if !self.quiet && self.line.elapsed() >= EVERY {
            self.line = Instant::now();
            let left = progress.total_bytes.filter(|_| progress.bytes > 0).map(|total| {
                let share = progress.bytes as f64 / total.max(1) as f64;
                format!(", {:.0} %", share * 100.0)
            });
            output::notice(&format!("guestsync: {text}{}", left.unwrap_or_default()));
        }
    }

    pub(super) fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
