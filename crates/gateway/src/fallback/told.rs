//! What is told of a form beside its answer: how many came to what end, and in the audit what no patch's own record says.

use guestsync_core::profile::{Kind, Report};
use guestsync_genesys::call::GuestId;

use crate::app::App;
use crate::audit::{Record, Who};

/// Tells of one.
pub(super) async fn form(app: &App, guest: &GuestId, report: Report) {
    app.metrics.form(report.kind.as_str());
    let record = Record::of("profile.form", Who::Guest(guest));
    let record = match report.kind {
        // The patch's record tells of it.
        Kind::Synced => return,
        Kind::Queued => record.outcome("queued"),
        Kind::Failed => {
            let code = report.code.unwrap_or_default();
            tracing::warn!(status = report.status, code, "a form was refused for good");
            record.with("status", report.status).with("code", code).outcome("refused")
        }
        Kind::Expired => record.outcome("expired"),
        Kind::Evicted => record.outcome("evicted"),
        Kind::Storage => return tracing::error!("a form that was not taken at once could not be kept"),
        // Decisions that only a browser knows of.
        Kind::Withdrawn | Kind::Stranded => return,
    };
    app.audit.record(record).await;
}
