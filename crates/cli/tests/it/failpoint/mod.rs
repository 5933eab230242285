//! R5, point by point: a process is ended after its first lasting effect, the next one after its second, and so on until one comes to
//! its end. Each time another process goes on with what was left: what was answered is not lost, and nothing is doubled.
//!
//! - `form`: a form that the gateway keeps;
//! - `gateway`: a session, its writes and their events;
//! - `map`: records in bulk;
//! - `provision`: a channel;
//! - `upload`: records in bulk that a gateway takes.

mod form;
mod gateway;
mod map;
mod provision;
mod upload;

use crate::genesys::Genesys;
use crate::run::Server;

/// The variable that a build for tests ends itself by.
const POINT: &str = "GUESTSYNC_FAILPOINT";

/// A gateway that ends itself at this point, if any.
fn serve(genesys: &Genesys, config: &str, point: Option<u64>) -> Server {
    let mut command = genesys.command(&["serve", "--config", config, "--port", "0"]);
    command.env("RUST_LOG", "warn").envs(point.map(|point| (POINT, point.to_string())));
    tokio::task::block_in_place(|| Server::of(&mut command))
}

/// More points than any of them has: a walk that comes here does not end.
const MOST: u64 = 100;
