//! What a run came to, for people or as JSON.

use std::path::Path;
use std::process::ExitCode;

use guestsync_gateway::meta::run::{Counts, Outcome};
use serde_json::json;

use crate::failure::Failure;
use crate::output;

pub(super) fn told(outcome: &Outcome, rejects: &Path, as_json: bool) -> Result<ExitCode, Failure> {
    let Counts { records, created, updated, invalid, refused, left_out } = &outcome.counts;
    let rejected = outcome.counts.rejected();
    let listed = (rejected > 0).then(|| rejects.display().to_string());
    if as_json {
        let shown = json!({
            "records": records, "applied": outcome.counts.applied(), "created": created, "updated": updated,
            "rejected": rejected, "invalid": invalid, "refused": refused,
            "unmapped": left_out.unmapped, "disallowed": left_out.disallowed,
            "rejects": listed, "wentOn": outcome.went_on,
        });
        output::line(&shown.to_string())?;
    } else {
        let all = if *records == 1 { "1 record".to_owned() } else { format!("{records} records") };
        output::line(&format!("{all}: {created} new, {updated} updated, {rejected} rejected"))?;
        if let Some(listed) = listed {
            output::line(&format!("rejects ({invalid} refused here, {refused} by Genesys): {listed}"))?;
        }
        for (what, counts) in [("not in the map", &left_out.unmapped), ("not in this organisation", &left_out.disallowed)] {
            for (name, count) in counts {
                let times = if *count == 1 { "once".to_owned() } else { format!("{count} times") };
                output::line(&format!("left out: {name} ({what}), {times}"))?;
            }
        }
    }
    Ok(ExitCode::from(if rejected > 0 { 3 } else { 0 }))
}
