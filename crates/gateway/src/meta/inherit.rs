//! S2 and S5: the attributes of a group and of everything above it. The nearest definition of a name counts.

use std::collections::BTreeSet;
use std::fmt;

use guestsync_core::Millis;
use guestsync_genesys::Error;
use guestsync_genesys::call::GroupId;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::schema::{Definition, Rules};
use super::{MetaError, Metadata};

/// How many groups are walked at most, the first one included.
const DEEPEST: usize = 32;
/// How many pages a group may have at most.
const MOST_PAGES: u64 = 1_000;
const ALTOGETHER: [&str; 3] = ["app.not.authorized.for.scope", "missing.permissions", "missing.any.permissions"];
const READ: &str = "customattributes:read";
const GROUPS: &str = "groups:read";
/// How long what is inherited is kept, unless told otherwise.
pub(super) const LIFE: Millis = 60 * 60 * 1_000;

/// What a group has and inherits.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Inherited {
    /// The groups from the one that was asked for upwards, each with its definitions as the server states them.
    groups: Vec<(String, Vec<Value>)>,
    /// Why the walk may have ended early.
    pub warnings: Vec<Warning>,
}

/// Why the walk ended before the top.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Warning {
    /// A group is its own ancestor.
    Cycle(String),
    /// There are more groups than are walked.
    TooDeep,
    /// A parent does not exist.
    Missing(String),
    /// A parent may not be read.
    Forbidden(String),
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cycle(id) => write!(f, "the group {id} is its own ancestor: inheritance ends there"),
            Self::TooDeep => write!(f, "there are more than {DEEPEST} groups above one another: inheritance ends there"),
            Self::Missing(id) => write!(f, "the group {id}, a parent, does not exist: inheritance ends below it"),
            Self::Forbidden(id) => write!(f, "the group {id}, a parent, may not be read: inheritance ends below it"),
        }
    }
}

impl Inherited {
    /// Each definition with the group that it comes from, the nearest first.
    pub fn definitions(&self) -> impl Iterator<Item = (&str, Definition)> {
        let read = |definition: &Value| Definition::of_server(definition);
        self.groups.iter().flat_map(move |(id, all)| all.iter().filter_map(read).map(move |definition| (id.as_str(), definition)))
    }

    /// The rules that a record of this group has to keep.
    #[must_use]
    pub fn rules(&self) -> Rules {
        Rules::new(self.definitions().map(|(_, definition)| definition))
    }
}

impl Metadata {
    /// What an organisation or a group has and inherits, asked anew after an hour, or at once with `refresh`.
    ///
    /// # Errors
    /// The group itself is not there or may not be read, or Genesys fails. Of its parents that is a warning.
    pub async fn inherited(&self, id: &str, refresh: bool) -> Result<Inherited, MetaError> {
        let id = GroupId::parse(id).ok_or(MetaError::BadId)?;
        let name = format!("{}{}", self.kept_as(), id.as_str().replace(':', "+"));
        let kept = self.cache.get(&name).filter(|_| !refresh);
        if let Some(kept) = kept.and_then(|kept| serde_json::from_value(kept).ok()) {
            return Ok(kept);
        }
        let inherited = self.walk(id).await?;
        if let Ok(value) = serde_json::to_value(&inherited) {
            self.cache.put(&name, value, LIFE);
        }
        Ok(inherited)
    }

    /// Forgets what was kept of any organisation or group: what one has, those below it inherit.
    pub(super) fn forget_inherited(&self) {
        self.cache.forget(&self.kept_as());
    }

    fn kept_as(&self) -> String {
        format!("attributes-{}-", self.identity)
    }

    async fn walk(&self, first: GroupId) -> Result<Inherited, MetaError> {
        let mut inherited = Inherited::default();
        let (mut seen, mut next) = (BTreeSet::new(), Some(first));
        while let Some(id) = next {
            if seen.len() == DEEPEST {
                inherited.warnings.push(Warning::TooDeep);
                break;
            }
            if !seen.insert(id.clone()) {
                inherited.warnings.push(Warning::Cycle(id.to_string()));
                break;
            }
            let is_first = seen.len() == 1;
            let definitions = match self.definitions_of(&id).await {
                Ok(definitions) => definitions,
                Err(error) => {
                    inherited.warnings.push(ended(error, &id, is_first, READ)?);
                    break;
                }
            };
            inherited.groups.push((id.to_string(), definitions));
            next = match self.client.group(&id).await {
                Ok(group) => group.parent,
                Err(error) => {
                    // The group's attributes could be read: whatever stands above it is unknown.
                    inherited.warnings.push(ended(error, &id, false, GROUPS)?);
                    None
                }
            };
        }
        Ok(inherited)
    }

    async fn definitions_of(&self, id: &GroupId) -> Result<Vec<Value>, Error> {
        let mut definitions = Vec::new();
        for number in 1..=MOST_PAGES {
            let page = self.client.attributes_of(id, number).await?;
            let last = page.entities.is_empty() || (page.next_uri.is_none() && number >= page.page_count);
            definitions.extend(page.entities);
            if last {
                break;
            }
        }
        Ok(definitions)
    }
}

/// A missing or hidden parent ends the walk with a warning; anything else, or the first group, ends the task.
fn ended(error: Error, id: &GroupId, is_first: bool, scope: &'static str) -> Result<Warning, MetaError> {
    match &error {
        Error::Refused { status: 404, .. } if is_first => Err(MetaError::NoOrganisation(id.to_string())),
        Error::Refused { status: 404, .. } => Ok(Warning::Missing(id.to_string())),
        // The client may not make this call at all, for whatever group.
        Error::Refused { status: 403, code } if ALTOGETHER.contains(&code.as_str()) => Err(MetaError::of(error, scope)),
        Error::Refused { status: 403, .. } if is_first => Err(MetaError::HiddenOrganisation(id.to_string())),
        Error::Refused { status: 403, .. } => Ok(Warning::Forbidden(id.to_string())),
        _ => Err(MetaError::of(error, scope)),
    }
}
