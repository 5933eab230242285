//! What the command says: a line for each channel, for people or in a pipe.

use guestsync_gateway::provision::{Action, How, Outcome, Planned, Reason, Report};
use serde_json::{Value, json};

use super::is_watched;
use crate::output;

/// A plan's entry in JSON.
pub(super) fn planned(planned: &Planned) -> Value {
    let mut entry = json!({"path": planned.path, "name": planned.channel.name});
    let Value::Object(action) = json!(planned.action) else { return entry };
    for (name, value) in action {
        match name.as_str() {
            // The name that it gets stands beside the one that it was to have.
            "name" if value != entry["name"] => entry["as"] = value,
            "name" => {}
            _ => entry[name] = value,
        }
    }
    entry
}

/// A plan's line.
pub(super) fn plan_line(planned: &Planned) -> String {
    let name = shown(&planned.channel.name);
    let what = match &planned.action {
        Action::Create => "create ".to_owned(),
        Action::Suffix { name } => format!("create as {}: the name is taken:", shown(name)),
        Action::Present { channel_id, .. } => format!("present as {channel_id}"),
        Action::Taken => "taken  ".to_owned(),
    };
    format!("{} {name}", what.trim_end())
}

/// On a terminal: what the first seconds go to.
pub(super) fn looking(quiet: bool) {
    if is_watched() && !quiet {
        output::transient("looking up what is there …");
    }
}

/// It is known.
pub(super) fn looked(quiet: bool) {
    if is_watched() && !quiet {
        output::transient("");
    }
}

/// A line for each channel as it ends; on a terminal also how many are left, in place.
pub(super) struct Progress {
    all: usize,
    ended: usize,
    quiet: bool,
    watched: bool,
}

impl Progress {
    pub(super) fn new(all: usize, quiet: bool) -> Self {
        let progress = Self { all, ended: 0, quiet, watched: is_watched() && !quiet };
        progress.left();
        progress
    }

    pub(super) fn ended(&mut self, outcome: &Outcome) {
        self.ended += 1;
        if self.quiet {
            return;
        }
        if self.watched {
            output::transient("");
        }
        // Whoever reads may be gone: the channels are made all the same.
        _ = output::line(&line(outcome));
        self.left();
    }

    pub(super) fn finish(&self, report: &Report) {
        if self.quiet {
            return;
        }
        if self.watched {
            output::transient("");
        }
        for open in report.channels.iter().filter(|outcome| !ENDS.contains(&outcome.status)) {
            _ = output::line(&line(open));
        }
        let counts = report.counts;
        let others = [(counts.failed, "failed"), (counts.needs_attention, "need attention"), (counts.open, "not ended")];
        let others: String = others.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!(", {n} {what}")).collect();
        let noun = if self.all == 1 { "channel" } else { "channels" };
        output::notice(&format!("{} {noun}: {} created, {} present{others}", self.all, counts.created, counts.present));
        match report.events_waiting {
            0 => {}
            1 => output::notice("1 event waits for its receiver: `guestsync hooks list`"),
            many => output::notice(&format!("{many} events wait for their receiver: `guestsync hooks list`")),
        }
    }

    fn left(&self) {
        if self.watched && self.ended < self.all {
            output::transient(&format!("{} of {} …", self.ended, self.all));
        }
    }
}

const ENDS: [&str; 3] = ["success", "failed", "needs-attention"];

fn line(outcome: &Outcome) -> String {
    let what = match (outcome.how, outcome.status) {
        (Some(How::Created), _) => "created",
        (Some(How::Settled), _) => "created (found by its name: an answer was lost)",
        (Some(How::Present), _) => "present",
        (None, status) => status,
    };
    let mut line = format!("{what}\t{}", shown(&outcome.name));
    if outcome.suffixed {
        line += "\tthe name was taken: a suffix was appended";
    }
    if let Some(id) = &outcome.channel_id {
        line += &format!("\t{}", shown(id));
    }
    if let Some(reason) = &outcome.reason {
        line += &format!("\t{}", why(reason));
    }
    line
}

fn why(reason: &Reason) -> String {
    let sentence = match reason.code.as_str() {
        "name.taken" => "another channel has the name",
        "name.several" => "several channels have the name: look at them in Genesys",
        "name.hidden" => "Genesys says that the name is taken, but does not list its channel",
        "submission.unsettled" => "no submission was answered: run this again",
        "upstream.refused" => "Genesys refused it",
        "upstream.credentials" | "upstream.unauthorized" => "Genesys refused the OAuth client",
        _ => "Genesys could not be asked: run this again",
    };
    let status = reason.status.map(|status| format!(" status {status}")).unwrap_or_default();
    let code = if reason.upstream.is_empty() { String::new() } else { format!(" {}", reason.upstream) };
    let fields: String = reason.fields.iter().map(|(field, code)| format!(" {field}: {code};")).collect();
    format!("{sentence} ({}{status}{code}){fields}", reason.code)
}

/// A text on one line, whatever is in it.
fn shown(text: &str) -> String {
    text.chars().flat_map(|c| if c.is_control() { c.escape_default().collect::<Vec<_>>() } else { vec![c] }).collect()
}
