//! `securityPolicy`.

use super::super::channel::Policy;
use super::super::problem::Rule;
use super::fields::Fields;
use super::origins;

pub(super) fn check(mut fields: Fields<'_, '_>) -> Option<Policy> {
    let enabled = fields.flag("enabled");
    let allowed_origins = origins::check(&mut fields);
    let require_consent = fields.flag("requireConsent");
    if (enabled, require_consent) == (Some(true), Some(false)) {
        fields.problem("requireConsent", Rule::ConsentRequired);
        return None;
    }
    if enabled == Some(true) && allowed_origins.as_ref().is_some_and(Vec::is_empty) {
        fields.problem("allowedOrigins", Rule::NoOrigins);
    }
    Some(Policy { enabled: enabled?, allowed_origins: allowed_origins?, require_consent: require_consent? })
}
