//! One labelled text.

use std::collections::BTreeMap;
use std::{fs, io};

use guestsync_core::pii::{Kind, Kinds, Region};
use serde_json::Value;

/// A text and what is known about it.
pub(crate) struct Row {
    pub(crate) id: Value,
    pub(crate) text: String,
    pub(crate) region: Option<Region>,
    pub(crate) split: Option<String>,
    /// What is in the text.
    pub(crate) kinds: Kinds,
    /// What somebody looked for: of other kinds nothing is known.
    pub(crate) judged: Kinds,
    /// What is in the text, more closely: `phone/international`.
    pub(crate) groups: Vec<String>,
}

impl Row {
    /// Reads a line.
    pub(crate) fn read(line: &str) -> io::Result<Self> {
        let row: Value = serde_json::from_str(&paired(line))?;
        let text = row["text"].as_str().ok_or_else(|| super::refused("a row has no text"))?.to_owned();
        // Rows that try a library's settings, or a validator's notion of what is well-formed, say nothing about finding.
        let counted = row["task"] != "classify" && row["detect_use"] != false && row.get("leniency").is_none();
        let mut kinds = known(&row["kinds"]);
        let mut judged = if counted { known(&row["judged"]) } else { Kinds::NONE };
        let set_up = row.get("options").is_some_and(|options| options.as_array().is_none_or(|options| !options.is_empty()));
        let contradicted = known(&row["conflict"]);
        for kind in Kind::ALL {
            let left_out = set_up && kinds.contains(kind) && matches!(kind, Kind::Email | Kind::Card);
            if contradicted.contains(kind) || left_out {
                kinds = without(kinds, kind);
                judged = without(judged, kind);
            }
        }
        Ok(Self {
            id: row["id"].clone(),
            region: row["region"].as_str().and_then(Region::named),
            split: row["split"].as_str().map(str::to_owned),
            groups: strings(&row["groups"]).map(str::to_owned).collect(),
            text,
            kinds,
            judged,
        })
    }
}

/// What another detector found, by the row's id.
pub(crate) fn predictions(path: &str) -> io::Result<BTreeMap<String, Kinds>> {
    let read = |line: &str| {
        let prediction: Value = serde_json::from_str(line)?;
        Ok((prediction["id"].to_string(), known(&prediction["kinds"])))
    };
    fs::read_to_string(path)?.lines().map(read).collect()
}

fn strings(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str)
}

fn known(list: &Value) -> Kinds {
    strings(list).filter_map(Kind::named).collect()
}

fn without(kinds: Kinds, gone: Kind) -> Kinds {
    kinds.iter().filter(|kind| *kind != gone).collect()
}

/// The JSON text with each `\uD800`–`\uDFFF` that lacks its partner made U+FFFD: such text cannot be a Rust string.
fn paired(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        out += before;
        let length = match (unit(escape), escape.get(6..).and_then(unit)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => 12,
            (Some(0xD800..=0xDFFF), _) => {
                out += "\\ufffd";
                rest = &escape[6..];
                continue;
            }
            (Some(_), _) => 6,
            (None, _) => 2.min(escape.len()),
        };
        let (kept, after) = escape.split_at_checked(length).unwrap_or((escape, ""));
        out += kept;
        rest = after;
    }
    out + rest
}

/// The UTF-16 unit of an escape at the front of `text`.
fn unit(text: &str) -> Option<u16> {
    u16::from_str_radix(text.strip_prefix("\\u")?.get(..4)?, 16).ok()
}
