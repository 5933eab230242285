//! S4: whether the OAuth client may do what a task will do, asked before anything is written.

use guestsync_core::Millis;
use serde_json::json;

use super::{MetaError, Metadata};

/// How long what is permitted counts as permitted.
const LIFE: Millis = 15 * 60 * 1_000;
const SCOPE: &str = "accesscontrol:read";

impl Metadata {
    /// Makes sure that all of these are permitted. What was permitted lately is not asked again, what was not is.
    ///
    /// # Errors
    /// [`MetaError::Permission`] names what is missing.
    pub async fn require(&self, permissions: &[&str], refresh: bool) -> Result<(), MetaError> {
        let name = format!("permissions-{}", self.identity);
        let kept = self.cache.get(&name).filter(|_| !refresh);
        let kept: Vec<String> = kept.and_then(|kept| serde_json::from_value(kept).ok()).unwrap_or_default();
        let missing = |granted: &[String]| -> Vec<String> {
            let missing = permissions.iter().filter(|permission| !granted.iter().any(|granted| granted == *permission));
            missing.map(|permission| (*permission).to_owned()).collect()
        };
        if missing(&kept).is_empty() {
            return Ok(());
        }
        let told = self.client.permissions().await.map_err(|error| MetaError::of(error, SCOPE))?;
        let granted: Vec<String> = told.into_iter().filter(|one| one.value).map(|one| one.permission_id).collect();
        let missing = missing(&granted);
        if !missing.is_empty() {
            return Err(MetaError::Permission(missing));
        }
        self.cache.put(&name, json!(granted), LIFE);
        Ok(())
    }
}
