//! Scores the PII scanner on a file of labelled texts.
//!
//! ```text
//! cargo run -p guestsync-core --example pii_score -- ROWS [PREDICTIONS] [--region US] [--split NAME] [--scored FILE]
//! ```
//! ROWS is JSON Lines: `{"id", "text"}`, and for the score `kinds` (what is in the text) and `judged` (what was looked for). A row's
//! own `region` counts before `--region`. PREDICTIONS is written as JSON Lines: `{"id", "kinds"}`. `--scored` scores such a
//! file that another detector wrote.

mod row;
mod score;

use std::fs;
use std::io::{self, Write};

use guestsync_core::pii::{Kinds, Region, scan};
use row::Row;
use score::Score;

/// What the command was asked for.
#[derive(Default)]
struct Request {
    rows: String,
    predictions: Option<String>,
    region: Option<Region>,
    split: Option<String>,
    scored: Option<String>,
}

fn main() -> io::Result<()> {
    let request = request(std::env::args().skip(1))?;
    let mut score = Score::default();
    let mut predictions = String::new();
    let others = request.scored.as_deref().map(row::predictions).transpose()?;
    for line in fs::read_to_string(&request.rows)?.lines() {
        let row = Row::read(line)?;
        let found = match &others {
            Some(predicted) => predicted.get(&row.id.to_string()).copied().unwrap_or(Kinds::NONE),
            None => scan(&row.text, row.region.or(request.region)).kinds(),
        };
        let names: Vec<&str> = found.iter().map(|kind| kind.name()).collect();
        predictions += &serde_json::json!({ "id": row.id, "kinds": names }).to_string();
        predictions.push('\n');
        if request.split.as_ref().is_none_or(|split| row.split.as_ref() == Some(split)) {
            score.count(&row, found);
        }
    }
    if let Some(path) = request.predictions {
        fs::write(path, predictions)?;
    }
    io::stdout().lock().write_all(score.table().as_bytes())
}

fn request(mut arguments: impl Iterator<Item = String>) -> io::Result<Request> {
    let mut request = Request::default();
    let mut files = Vec::new();
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| refused("an option lacks its value"));
        match argument.as_str() {
            "--region" => request.region = Some(Region::named(&value()?).ok_or_else(|| refused("no such region"))?),
            "--split" => request.split = Some(value()?),
            "--scored" => request.scored = Some(value()?),
            _ => files.push(argument),
        }
    }
    let mut files = files.into_iter();
    request.rows = files
        .next()
        .ok_or_else(|| refused("usage: pii_score ROWS [PREDICTIONS] [--region US] [--split NAME] [--scored FILE]"))?;
    request.predictions = files.next();
    Ok(request)
}

/// An error that says what is wrong with the input.
fn refused(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, why)
}
