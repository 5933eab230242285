//! Access tokens: what each one grants and until when.

use std::collections::HashMap;
use std::sync::Arc;

use time::OffsetDateTime;
use uuid::Uuid;

/// What a token stands for.
pub(crate) struct Grant {
    pub(crate) client: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) expires: OffsetDateTime,
}

/// The living tokens.
#[derive(Default)]
pub(crate) struct Tokens(HashMap<String, Arc<Grant>>);

impl Tokens {
    /// A new token for a grant. Dead tokens are forgotten on the way.
    pub(crate) fn issue(&mut self, grant: Grant, now: OffsetDateTime) -> String {
        self.0.retain(|_, grant| grant.expires > now);
        let token = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
        self.0.insert(token.clone(), Arc::new(grant));
        token
    }

    pub(crate) fn find(&self, token: &str, now: OffsetDateTime) -> Option<Arc<Grant>> {
        self.0.get(token).filter(|grant| grant.expires > now).cloned()
    }

    pub(crate) fn revoke(&mut self, token: &str) {
        self.0.remove(token);
    }
}
