//! `guestsync provision`: makes the messaging channels that a file describes.
//!
//! Exit codes: 0 all are there; 1 some are not; 2 the file or the configuration has problems, and nothing was sent; 3 of some it is not
//! known, or they have not ended.

mod say;

use std::io::{IsTerminal, Read};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, ValueEnum};
use guestsync_gateway::config::{self, Flags};
use guestsync_gateway::provision::{Document, LARGEST, OnConflict, Problem, Provisioner, Report, SCHEMA, Syntax, Wait, read};
use serde_json::json;

use crate::failure::Failure;
use crate::{listen, log, output};

use say::Progress;

/// Where Genesys is, and where the state lives, is told as to `guestsync serve`.
#[derive(Debug, Args)]
pub(crate) struct Provision {
    /// The file, YAML or JSON; `-` is standard input.
    #[arg(required_unless_present = "schema")]
    file: Option<PathBuf>,
    /// Only check, look up what is there, and print the plan.
    #[arg(long)]
    dry_run: bool,
    /// What happens where another channel has the name.
    #[arg(long, value_name = "WHAT", default_value = "fail")]
    on_conflict: Conflict,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
    /// Channels at once.
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u8).range(1..=64))]
    concurrency: u8,
    /// Stop waiting after this; what has not ended goes on with the next run, or in a running gateway.
    #[arg(long, value_name = "MINUTES", default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..))]
    wait: u16,
    /// Print the JSON Schema of such files, for editors.
    #[arg(long, exclusive = true)]
    schema: bool,
    /// The configuration file (TOML).
    #[arg(long, value_name = "FILE", env = "GUESTSYNC_CONFIG")]
    config: Option<PathBuf>,
    /// Where keys and state live [env: GUESTSYNC_STATE_DIR] [default: .guestsync].
    #[arg(long, value_name = "DIR")]
    state_dir: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Conflict {
    /// Nothing is sent, and the file is refused.
    Fail,
    /// The channel is made under its name with a short suffix.
    Suffix,
}

pub(crate) async fn run(provision: Provision) -> Result<ExitCode, Failure> {
    if provision.schema {
        output::line(SCHEMA.trim_end())?;
        return Ok(ExitCode::SUCCESS);
    }
    let (text, syntax) = input(provision.file.as_ref())?;
    let document = match read(&text, syntax) {
        Ok(document) => document,
        Err(problems) => return refuse(&problems.0, &[], provision.json),
    };
    if !provision.json {
        document.warnings.iter().for_each(|warning| output::notice(&format!("warning: {warning}")));
    }
    let flags = Flags { state_dir: provision.state_dir.clone(), ..Flags::default() };
    let file = provision
        .config
        .as_ref()
        .map(|path| std::fs::read_to_string(path).map_err(|error| Failure::Unreadable(path.display().to_string(), error)));
    let config = config::load(&flags, &|name| std::env::var(name).ok(), file.transpose()?.as_deref())?;
    log::of_command();
    let provisioner = Provisioner::open(config).await?;
    let outcome = execute(&provision, &provisioner, &document).await;
    provisioner.close().await;
    outcome
}

async fn execute(provision: &Provision, provisioner: &Provisioner, document: &Document) -> Result<ExitCode, Failure> {
    let on_conflict = match provision.on_conflict {
        Conflict::Fail => OnConflict::Fail,
        Conflict::Suffix => OnConflict::Suffix,
    };
    say::looking(provision.json);
    let plan = provisioner.plan(&document.channels, on_conflict).await;
    say::looked(provision.json);
    let plan = plan?;
    let problems = plan.problems();
    if !problems.is_empty() {
        return refuse(&problems, &document.warnings, provision.json);
    }
    if provision.dry_run {
        if provision.json {
            let channels: Vec<_> = plan.channels.iter().map(say::planned).collect();
            output::line(&json!({"dryRun": true, "channels": channels, "warnings": document.warnings}).to_string())?;
        } else {
            plan.channels.iter().try_for_each(|planned| output::line(&say::plan_line(planned)))?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    let stop = listen::stop_signal()?;
    let wait = Wait { at_once: usize::from(provision.concurrency), at_most: Duration::from_secs(60 * u64::from(provision.wait)) };
    let mut progress = Progress::new(plan.channels.len(), provision.json);
    let report = provisioner.provision(&plan, wait, stop, |outcome| progress.ended(outcome)).await?;
    progress.finish(&report);
    if provision.json {
        let mut answer = serde_json::to_value(&report).unwrap_or_default();
        answer["warnings"] = json!(document.warnings);
        output::line(&answer.to_string())?;
    }
    Ok(code(&report))
}

fn code(report: &Report) -> ExitCode {
    let counts = report.counts;
    ExitCode::from(match () {
        () if counts.needs_attention + counts.open > 0 => 3,
        () if counts.failed > 0 => 1,
        () => 0,
    })
}

/// Everything that is wrong with the file: nothing was sent.
fn refuse(problems: &[Problem], warnings: &[Problem], json: bool) -> Result<ExitCode, Failure> {
    if json {
        output::line(&json!({"problems": problems, "warnings": warnings}).to_string())?;
    } else {
        problems.iter().for_each(|problem| output::notice(&problem.to_string()));
        let number = if problems.len() == 1 { "a problem" } else { "problems" };
        output::notice(&format!("guestsync: the file has {number}; nothing was sent"));
    }
    Ok(ExitCode::from(2))
}

fn input(file: Option<&PathBuf>) -> Result<(String, Syntax), Failure> {
    let path = file.ok_or(Failure::Usage("name a file, or - for standard input"))?;
    let name = path.display().to_string();
    let unreadable = |error| Failure::Unreadable(name.clone(), error);
    let mut text = String::new();
    // One byte more than is read shows that there is more.
    let most = LARGEST as u64 + 1;
    if name == "-" {
        std::io::stdin().take(most).read_to_string(&mut text).map_err(unreadable)?;
    } else {
        std::fs::File::open(path).and_then(|file| file.take(most).read_to_string(&mut text)).map_err(unreadable)?;
    }
    Ok((text, Syntax::of_file(&name)))
}

/// Whether somebody watches.
fn is_watched() -> bool {
    std::io::stderr().is_terminal()
}
