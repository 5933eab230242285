//! `guestsync audit`: checks the audit file of a gateway.

use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use guestsync_gateway::audit::chain::{Head, verify};

use super::database::Database;
use crate::failure::Failure;
use crate::output;

#[derive(Debug, Args)]
pub(crate) struct Audit {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Check that no record was edited, removed or moved; exit code 1 if one was.
    Verify {
        /// The file: `audit.jsonl` of a state directory, or a part that was moved away.
        file: PathBuf,
        /// Where the chain ends, as `guestsync audit head` prints it: without it, records missing at the end are not noticed.
        #[arg(long, value_name = "NUMBER:HASH")]
        head: Option<String>,
        /// Where the part before this file ended.
        #[arg(long, value_name = "NUMBER:HASH")]
        after: Option<String>,
    },
    /// Print where the chain of each gateway ends, as the database knows it.
    Head {
        #[command(flatten)]
        database: Database,
    },
}

pub(crate) async fn run(audit: Audit) -> Result<ExitCode, Failure> {
    match audit.what {
        What::Verify { file, head, after } => check(&file, head.as_deref(), after.as_deref()),
        What::Head { database } => {
            for (gateway, head) in database.open().await?.operator.audit_heads().await? {
                output::line(&format!("{gateway}  {head}"))?;
            }
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn check(path: &PathBuf, head: Option<&str>, after: Option<&str>) -> Result<ExitCode, Failure> {
    let parse = |text: Option<&str>| {
        let head = text.map(str::parse::<Head>).transpose();
        head.map_err(|_| Failure::Usage("a head is written as NUMBER:HASH, as `guestsync audit head` prints it"))
    };
    let (head, after) = (parse(head)?, parse(after)?);
    let file = File::open(path).map_err(|error| Failure::Unreadable(path.display().to_string(), error))?;
    match verify(BufReader::new(file), after.as_ref(), head.as_ref()) {
        Ok(last) => {
            let first = after.map_or(1, |after| after.seq + 1);
            let open = if head.is_none() { " (its end was not checked: give --head)" } else { "" };
            if last.seq < first {
                output::line(&format!("there is no record in it{open}"))?;
                return Ok(ExitCode::SUCCESS);
            }
            output::line(&format!("records {first} to {} are whole{open}", last.seq))?;
            output::line(&format!("head {last}"))?;
            Ok(ExitCode::SUCCESS)
        }
        Err(broken) => {
            output::notice(&format!("guestsync: {broken} ({})", broken.code()));
            Ok(ExitCode::from(1))
        }
    }
}
