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

/// The living tokens, and the assertions that were used.
#[derive(Default)]
pub(crate) struct Tokens {
    grants: HashMap<String, Arc<Grant>>,
    /// When each assertion ends, by client and `jti`.
    used: HashMap<(String, String), OffsetDateTime>,
}

impl Tokens {
    /// A new token for a grant. Dead tokens are forgotten on the way.
    pub(crate) fn issue(&mut self, grant: Grant, now: OffsetDateTime) -> String {
        self.grants.retain(|_, grant| grant.expires > now);
        let token = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
        self.grants.insert(token.clone(), Arc::new(grant));
        token
    }

    pub(crate) fn find(&self, token: &str, now: OffsetDateTime) -> Option<Arc<Grant>> {
        self.grants.get(token).filter(|grant| grant.expires > now).cloned()
    }

    /// Notes the `jti` of an assertion until it ends; `false` where it was used before.
    pub(crate) fn use_once(&mut self, client: &str, jti: &str, end: OffsetDateTime, now: OffsetDateTime) -> bool {
        self.used.retain(|_, end| *end > now);
        self.used.insert((client.to_owned(), jti.to_owned()), end).is_none()
    }

    pub(crate) fn revoke(&mut self, token: &str) {
        self.grants.remove(token);
    }
}
