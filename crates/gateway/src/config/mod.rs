//! What the operator decides: from flags, then environment, then the file.
//!
//! - `reader`: one setting at a time from the three sources, every problem collected;
//! - [`load()`]: all settings, checked;
//! - `admin`: the administration address;
//! - `crm`: where visitors are looked up;
//! - `limits`: how much may come from whom;
//! - `rates`: how much Genesys is asked;
//! - `place`: where the state is, for commands that need nothing else;
//! - `webhook`: who is told what happened;
//! - `worker`: what `/sw.js` is started with;
//! - `origin`: an origin, exactly as browsers state it.

mod admin;
mod crm;
mod limits;
mod load;
mod origin;
mod place;
mod rates;
mod reader;
mod webhook;
mod worker;

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use guestsync_core::Sensitive;
use guestsync_core::patch::Pointer;

pub use admin::AdminConfig;
pub use crm::CrmConfig;
pub(crate) use crm::{Connection, HASH, OnFailure};
pub use limits::LimitsConfig;
pub use load::{Flags, load};
pub use origin::Origin;
pub use place::StatePlace;
pub use reader::{Problem, Problems};
pub use worker::{Bound, Field, Mode, Unknown, WorkerConfig};

/// A checked configuration.
#[derive(Debug, Clone)]
pub struct Config {
    /// The address to listen on.
    pub host: IpAddr,
    /// The port to listen on; 0 takes a free one.
    pub port: u16,
    /// Where keys and the database live.
    pub state_dir: PathBuf,
    /// The origin under which browsers see the gateway, where a proxy stands before it.
    pub public_url: Option<Origin>,
    /// Other origins that may call the API with credentials.
    pub cors_origins: Vec<Origin>,
    /// Where operators call; without it, nowhere.
    pub admin: Option<AdminConfig>,
    /// The certificate that the gateway itself shows; without it, a proxy does, or it listens on this machine.
    pub tls: Option<Arc<rustls::ServerConfig>>,
    /// Which Genesys.
    pub upstream: Upstream,
    /// Makes the hash of a session id an HMAC; without it, it is a plain SHA-256.
    pub session_secret: Option<Sensitive<String>>,
    /// Whether sessions work in frames of other sites too.
    pub embedded: bool,
    /// Encrypts what the database holds; without it, a key file in the state directory does.
    pub state_key: Option<Sensitive<String>>,
    /// The visitor's attributes that the browser may see.
    pub public_attributes: Vec<String>,
    /// Where visitors are looked up; without it, nobody is known.
    pub crm: Option<CrmConfig>,
    /// The PostgreSQL that several gateways share; without it, a file in the state directory.
    pub database_url: Option<Sensitive<String>>,
    /// Who is told what happened; without it, nobody.
    pub webhook: Option<crate::webhook::WebhookConfig>,
    /// How much may come from whom.
    pub limits: LimitsConfig,
    /// How long a capability is good.
    pub capability_life: Duration,
    /// The profile members that a patch may touch, `/lastUpdated` being one of them.
    pub patch_pointers: Vec<Pointer>,
    /// The attributes that pages may write; none listed: all.
    pub attributes: Option<Vec<String>>,
    /// Whether forms that no worker caught are sealed here.
    pub fallback: bool,
    /// What `/sw.js` is started with.
    pub worker: WorkerConfig,
}

/// Which Genesys the gateway speaks to.
#[derive(Debug, Clone)]
pub enum Upstream {
    /// The sandbox inside this process.
    Sandbox,
    /// A region, or an address.
    Genesys(Box<guestsync_genesys::Settings>),
}
