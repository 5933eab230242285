//! The plan of `schema apply`: what is new, the same, or different; then what is new is created.

use std::collections::BTreeMap;

use guestsync_genesys::call::Defined;
use serde::Serialize;

use super::Definition;
use crate::meta::{MetaError, Metadata};

const WRITE: &str = "customattributes:write";

/// What is to become of one definition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase", tag = "change")]
pub enum Change {
    /// It is created.
    New,
    /// It is there as wanted.
    Same,
    /// It is there, but these members differ. Nothing can be changed on the server.
    Different {
        /// The members.
        members: Vec<&'static str>,
    },
}

/// One definition of the plan.
#[derive(Debug, Clone)]
pub struct Planned {
    /// The definition.
    pub definition: Definition,
    /// What is to become of it.
    pub change: Change,
}

/// What is to be done, in the order of the file.
#[derive(Debug, Clone)]
pub struct Plan(pub Vec<Planned>);

impl Plan {
    /// Compares what is wanted with what the organisation has and inherits.
    pub(crate) fn new(wanted: Vec<Definition>, present: &BTreeMap<String, Definition>) -> Self {
        let planned = wanted.into_iter().map(|definition| {
            let change = present.get(&definition.name).map_or(Change::New, |present| compared(&definition, present));
            Planned { definition, change }
        });
        Self(planned.collect())
    }

    /// How many are created.
    #[must_use]
    pub fn new_count(&self) -> usize {
        self.0.iter().filter(|planned| planned.change == Change::New).count()
    }
}

fn compared(wanted: &Definition, present: &Definition) -> Change {
    let members = wanted.differences(present);
    if members.is_empty() { Change::Same } else { Change::Different { members } }
}

impl Metadata {
    /// What applying these definitions to an organisation would do.
    ///
    /// # Errors
    /// The organisation cannot be read.
    pub async fn plan(&self, wanted: Vec<Definition>, organisation: &str) -> Result<Plan, MetaError> {
        let present = self.inherited(organisation, true).await?;
        let present = present.definitions().map(|(_, definition)| (definition.name.clone(), definition));
        let mut by_name = BTreeMap::new();
        present.for_each(|(name, definition)| _ = by_name.entry(name).or_insert(definition));
        Ok(Plan::new(wanted, &by_name))
    }

    /// Creates what is new, telling of each. One that turns out to be there is compared; `None` says that it cannot be seen in this
    /// organisation, as it belongs to a group elsewhere.
    ///
    /// # Errors
    /// Genesys refuses one, or fails; those before it are created.
    pub async fn apply(
        &self,
        plan: &Plan,
        organisation: &str,
        told: impl FnMut(&Definition, Option<Change>),
    ) -> Result<(), MetaError> {
        self.require(&[WRITE], false).await?;
        let created = self.create(plan, organisation, told).await;
        // What was kept is out of date, also of the groups below, which inherit it, and also where this ended half way.
        self.forget_inherited();
        created
    }

    async fn create(
        &self,
        plan: &Plan,
        organisation: &str,
        mut told: impl FnMut(&Definition, Option<Change>),
    ) -> Result<(), MetaError> {
        for planned in plan.0.iter().filter(|planned| planned.change == Change::New) {
            let definition = &planned.definition;
            let defined =
                self.client().define_attribute(&definition.shown()).await.map_err(|error| MetaError::of(error, WRITE))?;
            if defined == Defined::Created {
                told(definition, Some(Change::New));
                continue;
            }
            let present = self.inherited(organisation, true).await?;
            let present = present.definitions().map(|(_, present)| present).find(|present| present.name == definition.name);
            told(definition, present.map(|present| compared(definition, &present)));
        }
        Ok(())
    }
}
