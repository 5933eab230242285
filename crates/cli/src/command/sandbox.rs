//! `guestsync sandbox`: the stand-in by itself.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use guestsync_sandbox::{Client, FaultPlan, Options, RateLimit};

use crate::failure::Failure;
use crate::{listen, output};

/// It keeps everything in memory.
#[derive(Debug, Args)]
pub(crate) struct Sandbox {
    /// A fault plan (TOML) in force from the start.
    #[arg(long, value_name = "FILE")]
    faults: Option<PathBuf>,
    /// The port to listen on, on this machine only; 0 for a free one.
    #[arg(long, env = "PORT", default_value_t = 8788)]
    port: u16,
    /// How many requests a client may make in a window; 0 for any number.
    #[arg(long, value_name = "REQUESTS", default_value_t = 300)]
    rate: u32,
    /// How long a window is, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=3600))]
    rate_window: u32,
    /// A call that has a limit of its own beside it, by its name in the contract: `G1=60`; more than once for more calls.
    #[arg(long, value_name = "CALL=REQUESTS", value_parser = call_rate)]
    call_rate: Vec<(String, u32)>,
    /// The id of the OAuth client, which has all scopes.
    #[arg(long, env = "GENESYS_CLIENT_ID", default_value = "sandbox")]
    client_id: String,
    /// Its secret; without it one is drawn and printed.
    #[arg(long, env = "GENESYS_CLIENT_SECRET", hide_env_values = true)]
    client_secret: Option<String>,
    /// The public key (PEM, P-256) under which assertions of the client verify (JWT bearer).
    #[arg(long, value_name = "FILE")]
    assertion_key: Option<PathBuf>,
}

/// Serves until it is told to stop.
pub(crate) async fn run(sandbox: Sandbox) -> Result<ExitCode, Failure> {
    let faults = sandbox.faults.as_ref().map(read_plan).transpose()?.unwrap_or_default();
    let stop = listen::stop_signal()?;
    let listener = listen::bind(IpAddr::V4(Ipv4Addr::LOCALHOST), sandbox.port).await?;
    let secret = match sandbox.client_secret {
        Some(secret) => secret,
        None => {
            let secret = format!("{:016x}{:016x}", random()?, random()?);
            output::line(&format!("client {} with secret {secret}", sandbox.client_id))?;
            secret
        }
    };
    let mut client = Client::with_all_scopes(sandbox.client_id, secret);
    if let Some(path) = &sandbox.assertion_key {
        let pem = std::fs::read_to_string(path).map_err(|error| Failure::Unreadable(path.display().to_string(), error))?;
        client = client.with_assertion_key(pem);
    }
    let clients = vec![client];
    let window = std::time::Duration::from_secs(sandbox.rate_window.into());
    let rate = if sandbox.rate == 0 { RateLimit::NONE } else { RateLimit { requests: sandbox.rate, window } };
    let call_rates = sandbox.call_rate.into_iter().map(|(call, requests)| (call, RateLimit { requests, window })).collect();
    listen::announce(&listener, "http")?;
    guestsync_sandbox::Sandbox::new(Options { clients, faults, rate, call_rates, ..Options::default() })
        .serve(listener, stop)
        .await?;
    Ok(ExitCode::SUCCESS)
}

fn call_rate(text: &str) -> Result<(String, u32), &'static str> {
    let (call, requests) = text.split_once('=').ok_or("it takes the form G1=60")?;
    let requests = requests.parse().ok().filter(|requests| *requests > 0).ok_or("the number of requests must be above 0")?;
    RateLimit::applies_to(call).then(|| (call.to_owned(), requests)).ok_or("no call of this name is counted")
}

fn read_plan(path: &PathBuf) -> Result<FaultPlan, Failure> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| Failure::Unreadable(name.clone(), error))?;
    FaultPlan::from_toml(&text).map_err(|error| Failure::FaultPlan(name, error))
}

fn random() -> Result<u64, Failure> {
    getrandom::u64().map_err(|_| Failure::Usage("the operating system gives no random numbers"))
}

#[cfg(test)]
mod tests {
    use super::call_rate;

    #[test]
    fn a_limit_of_a_call_names_one_that_is_counted_and_how_many() {
        assert_eq!(call_rate("G1=60"), Ok(("G1".into(), 60)));
        assert!(["G1", "G1=", "G1=0", "G1=-1", "O1=60", "X9=60", "=60"].iter().all(|text| call_rate(text).is_err()));
    }
}
