//! `guestsync report`: how many conversations have an attribute.

use std::process::ExitCode;

use clap::Args;
use guestsync_gateway::meta::report::{Form, MOST_DAYS, Span, USUAL_DAYS, Wanted, render};

use super::upstream::Genesys;
use crate::failure::Failure;
use crate::output;

#[derive(Debug, Args)]
pub(crate) struct Report {
    /// The attributes, separated by commas; `*` counts every one there is.
    #[arg(long, value_name = "NAMES", default_value = "crm_ticket_priority,crm_channel_source")]
    attrs: String,
    /// How many days back, up to the last full second.
    #[arg(long, default_value_t = USUAL_DAYS, value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_DAYS)))]
    days: u32,
    /// `table`, `csv`, `json` or `html` (a page with bars).
    #[arg(long, value_name = "FORM", default_value = "table")]
    format: String,
    /// The same as --format json.
    #[arg(long, conflicts_with = "format")]
    json: bool,
    #[command(flatten)]
    genesys: Genesys,
}

pub(crate) async fn run(report: Report) -> Result<ExitCode, Failure> {
    let form = if report.json { Some(Form::Json) } else { Form::parse(&report.format) };
    let form = form.ok_or(Failure::Usage("--format must be table, csv, json or html"))?;
    let asked = report.genesys.open().await?;
    let counted = asked.metadata.report(&Wanted::parse(&report.attrs), Span::last_days(report.days), |_| ()).await;
    asked.close().await;
    let counted = counted?;
    output::line(render(&counted, form).trim_end())?;
    Ok(ExitCode::SUCCESS)
}
