//! `guestsync schema`: definitions of custom attributes, planned, applied and listed.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use guestsync_gateway::meta::Metadata;
use guestsync_gateway::meta::schema::{Change, Definition, Plan, read_definitions};
use serde_json::{Value, json};

use super::upstream::Genesys;
use crate::failure::Failure;
use crate::output;

#[derive(Debug, Args)]
pub(crate) struct Schema {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Show what a file of definitions (YAML or JSON) would change, and create what is new. Exit code 3 where one is there already
    /// and differs: Genesys changes none.
    Apply {
        /// The file.
        file: PathBuf,
        /// The organisation or group whose attributes it is compared with.
        #[arg(long, value_name = "ID")]
        org: String,
        /// Show the plan and change nothing.
        #[arg(long)]
        dry_run: bool,
        /// One JSON object for each definition.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        genesys: Genesys,
    },
    /// List the attributes of an organisation or group, those it inherits included.
    List {
        /// The organisation or group.
        #[arg(long, value_name = "ID")]
        org: String,
        /// Ask again, whatever was kept.
        #[arg(long)]
        refresh: bool,
        /// One JSON object for each attribute.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        genesys: Genesys,
    },
}

pub(crate) async fn run(schema: Schema) -> Result<ExitCode, Failure> {
    match schema.what {
        What::Apply { file, org, dry_run, json, genesys } => {
            let wanted = wanted(&file)?;
            let asked = genesys.open().await?;
            let outcome = apply(wanted, &org, dry_run, json, &asked.metadata).await;
            asked.close().await;
            outcome
        }
        What::List { org, refresh, json, genesys } => {
            let asked = genesys.open().await?;
            let outcome = list(&org, refresh, json, &asked.metadata).await;
            asked.close().await;
            outcome
        }
    }
}

fn wanted(file: &Path) -> Result<Vec<Definition>, Failure> {
    let name = file.display().to_string();
    let text = std::fs::read_to_string(file).map_err(|error| Failure::Unreadable(name.clone(), error))?;
    read_definitions(&text).map_err(|error| Failure::File(name, error.to_string()))
}

async fn apply(wanted: Vec<Definition>, org: &str, dry_run: bool, json: bool, metadata: &Metadata) -> Result<ExitCode, Failure> {
    let plan = metadata.plan(wanted, org).await?;
    for planned in &plan.0 {
        let change = if planned.change == Change::New && !dry_run { None } else { Some(&planned.change) };
        if let Some(change) = change {
            show(&planned.definition, Some(change), json)?;
        } else if !json {
            output::line(&format!("+ {}  to be created", planned.definition.name()))?;
        }
    }
    let mut counts = Counts::of(&plan);
    if !dry_run && counts.new > 0 {
        counts.new = 0;
        let mut written = Ok(());
        let applied = metadata.apply(&plan, org, |definition, change| {
            counts.add(change.as_ref());
            if written.is_ok() {
                written =
                    if change == Some(Change::New) { created(definition, json) } else { show(definition, change.as_ref(), json) };
            }
        });
        applied.await?;
        written?;
    }
    if !json {
        let Counts { new, same, different } = counts;
        output::line(&format!("{new} {}, {same} the same, {different} different", if dry_run { "new" } else { "created" }))?;
    }
    Ok(ExitCode::from(if counts.different > 0 { 3 } else { 0 }))
}

/// Definitions, counted; what is defined elsewhere differs.
#[derive(Default)]
struct Counts {
    new: usize,
    same: usize,
    different: usize,
}

impl Counts {
    fn of(plan: &Plan) -> Self {
        let mut counts = Self::default();
        plan.0.iter().for_each(|planned| counts.add(Some(&planned.change)));
        counts
    }

    fn add(&mut self, change: Option<&Change>) {
        *match change {
            Some(Change::New) => &mut self.new,
            Some(Change::Same) => &mut self.same,
            Some(Change::Different { .. }) | None => &mut self.different,
        } += 1;
    }
}

fn created(definition: &Definition, json: bool) -> Result<(), Failure> {
    let text = json!({"name": definition.name(), "change": "new", "created": true});
    Ok(output::line(&if json { text.to_string() } else { format!("+ {}  created", definition.name()) })?)
}

fn show(definition: &Definition, change: Option<&Change>, json: bool) -> Result<(), Failure> {
    let name = definition.name();
    if json {
        let mut shown = change.map_or_else(|| json!({"change": "elsewhere"}), |change| json!(change));
        shown["name"] = json!(name);
        return Ok(output::line(&shown.to_string())?);
    }
    Ok(output::line(&match change {
        Some(Change::New) => format!("+ {name}  new"),
        Some(Change::Same) => format!("= {name}  the same"),
        Some(Change::Different { members }) => format!("! {name}  is there and differs in {}", members.join(", ")),
        None => format!("! {name}  is defined by a group outside of this organisation"),
    })?)
}

async fn list(org: &str, refresh: bool, json: bool, metadata: &Metadata) -> Result<ExitCode, Failure> {
    let inherited = metadata.inherited(org, refresh).await?;
    for warning in &inherited.warnings {
        output::notice(&format!("guestsync: warning: {warning}"));
    }
    let definitions: Vec<(&str, Definition)> = inherited.definitions().collect();
    let width = definitions.iter().map(|(_, definition)| definition.name().chars().count()).max().unwrap_or(0);
    for (group, definition) in &definitions {
        let mut shown = definition.shown();
        if json {
            shown["group"] = json!(group);
            output::line(&shown.to_string())?;
            continue;
        }
        let rules = shown["validationRules"].as_array().map_or(0, Vec::len);
        let required = if shown["required"] == Value::Bool(true) { "  required" } else { "" };
        let kind = shown["type"].as_str().unwrap_or_default();
        output::line(&format!("{:<width$}  {kind:<7}  {group}  rules: {rules}{required}", definition.name()))?;
    }
    Ok(ExitCode::SUCCESS)
}
