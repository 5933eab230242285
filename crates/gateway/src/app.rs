//! What every handler sees.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use guestsync_core::Millis;
use guestsync_core::profile::{Rules, RulesError};
use guestsync_genesys::{Client, Settings, Watch};
use tokio_util::task::TaskTracker;

use crate::audit::Audit;
use crate::capability::Verified;
use crate::clock;
use crate::config::Config;
use crate::crm::{Crm, CrmError};
use crate::db::{Db, OpenError};
use crate::jobs::Jobs;
use crate::keys::{FieldMasters, KeyError, Keys, StateKey, files, shared};
use crate::layer::Limits;
use crate::meta::Metadata;
use crate::metrics::Metrics;
use crate::openapi::Document;
use crate::owner::{self, Owner};
use crate::proxy::Turns;
use crate::tokens::Tokens;
use crate::webhook::Webhooks;

/// The gateway's state, shared by all requests.
pub(crate) struct App {
    /// Alive as long as this.
    process: Owner,
    pub(crate) config: Config,
    pub(crate) db: Db,
    pub(crate) keys: Arc<Keys>,
    /// Capabilities that came with calls.
    pub(crate) capabilities: Verified,
    pub(crate) masters: FieldMasters,
    pub(crate) genesys: Client,
    /// What attributes there are, and records of them.
    pub(crate) metadata: Metadata,
    /// Where keys and files of this gateway live.
    pub(crate) directory: PathBuf,
    /// Where visitors are looked up.
    pub(crate) crm: Option<Crm>,
    pub(crate) turns: Turns,
    /// Writes that have begun, whose askers may have gone.
    pub(crate) left: TaskTracker,
    /// Who sends what waits of a guest's forms.
    pub(crate) form_turns: Turns,
    /// How much may come from whom.
    pub(crate) limits: Limits,
    /// What is counted.
    pub(crate) metrics: Arc<Metrics>,
    /// Who did what.
    pub(crate) audit: Arc<Audit>,
    /// Who is told.
    pub(crate) webhooks: Arc<Webhooks>,
    /// Work that outlives its request.
    #[allow(dead_code, reason = "for what works through jobs")]
    pub(crate) jobs: Arc<Jobs>,
    /// What a form may have.
    pub(crate) rules: Rules,
    /// What the routes say of themselves, once there are routes.
    pub(crate) document: OnceLock<Document>,
}

/// Why a gateway cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The keys.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// There is one already.
    #[error("another gateway serves from {0}: give this one a state directory of its own, or both the same DATABASE_URL")]
    Serving(String),
    /// The database.
    #[error(transparent)]
    Database(#[from] OpenError),
    /// The rules for forms.
    #[error("the worker's configuration is wrong at {}: {}", .0.at, .0.code.message())]
    Worker(RulesError),
    /// The CRM connector.
    #[error(transparent)]
    Crm(#[from] CrmError),
    /// A command that speaks to Genesys was given none.
    #[error("no Genesys is configured")]
    NoUpstream,
    /// What is stored cannot be read.
    #[error("there is no state key to read this with: give the gateway's state directory, or its GUESTSYNC_STATE_KEY")]
    NoStateKey,
    /// The sandbox inside.
    #[error("the sandbox cannot listen: {0}")]
    Sandbox(std::io::Error),
    /// The upstream client.
    #[error("the upstream client cannot be set up: {0}")]
    Upstream(#[from] guestsync_genesys::Error),
}

impl From<RulesError> for StartError {
    fn from(error: RulesError) -> Self {
        Self::Worker(error)
    }
}

impl App {
    /// This process's name among those that share the state.
    pub(crate) fn owner(&self) -> &str {
        &self.process.name
    }

    /// Opens keys and database under `directory`; `upstream` says where Genesys is.
    pub(crate) async fn open(config: Config, upstream: Settings, directory: &Path) -> Result<Self, StartError> {
        files::private_directory(directory).map_err(KeyError::from)?;
        // Of several processes that start at once, one makes keys and tables.
        let opening = files::lock(&directory.join("opening.lock")).map_err(KeyError::from)?;
        let state = StateKey::of(directory, config.state_key.as_ref().map(|key| key.expose().as_str()))?;
        let db = Db::of(config.database_url.as_ref(), directory).await?;
        if db.is_shared() {
            shared::agree(&db, &state, directory).await?;
        }
        let keys = Arc::new(Keys::with(state, directory)?);
        let masters = FieldMasters::open(&db, &keys.state, clock::now()).await?;
        // By this name the process claims what only one may do at a time.
        let process = Owner::take(directory)?;
        owner::release_gone(&db, directory).await.map_err(OpenError::from)?;
        let owner = process.name.clone();
        let metrics = Arc::new(Metrics::new());
        let store = Tokens::new(db.clone(), Arc::clone(&keys.state), &upstream, owner.clone());
        let settings = upstream.clone();
        let genesys = Client::watched(upstream, Some(Arc::new(store)), Some(Arc::clone(&metrics) as Arc<dyn Watch>))?;
        let metadata = Metadata::new(genesys.clone(), &settings, directory);
        // After the client, which installs the TLS provider.
        let crm = config.crm.as_ref().map(Crm::open).transpose()?;
        let rules = config.worker.rules()?;
        let audit = Arc::new(Audit::open(&db, directory, &keys).await?);
        let turns = Turns::new("turn", db.clone(), owner.clone());
        let form_turns = Turns::new("forms", db.clone(), owner.clone());
        drop(opening);
        let webhooks = Arc::new(Webhooks::new(db.clone(), Arc::clone(&keys), owner.clone(), config.webhook.as_ref()));
        let limits = Limits::new(&config.limits);
        let jobs = Arc::new(Jobs::new(db.clone(), Arc::clone(&keys), owner));
        let directory = directory.to_owned();
        Ok(Self {
            process,
            config,
            db,
            keys,
            capabilities: Verified::default(),
            masters,
            genesys,
            crm,
            turns,
            left: TaskTracker::new(),
            form_turns,
            limits,
            metrics,
            metadata,
            directory,
            audit,
            webhooks,
            jobs,
            rules,
            document: OnceLock::new(),
        })
    }
}

/// How long a session lasts without being renewed.
pub(crate) const SESSION_LIFE: Millis = 30 * 24 * 60 * 60 * 1_000;
