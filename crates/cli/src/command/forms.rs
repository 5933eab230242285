//! `guestsync forms`: forms that no worker caught and that Genesys has not taken.

use std::process::ExitCode;

use clap::Args;

use super::database::Database;
use crate::failure::Failure;
use crate::output;

/// One form a line, oldest first: guest, state, attempts, when it came (milliseconds since 1970), why it was refused.
#[derive(Debug, Args)]
pub(crate) struct Forms {
    /// Only those that Genesys has refused for good.
    #[arg(long)]
    dead: bool,
    #[command(flatten)]
    database: Database,
}

pub(crate) async fn run(forms: Forms) -> Result<ExitCode, Failure> {
    for form in forms.database.open().await?.operator.forms().await?.into_iter().filter(|form| form.dead || !forms.dead) {
        let state = if form.dead { "dead" } else { "waiting" };
        let failure = form.failure.as_deref().unwrap_or("-");
        output::line(&format!("{}\t{state}\t{}\t{}\t{failure}", form.guest, form.attempts, form.created_at))?;
    }
    Ok(ExitCode::SUCCESS)
}
