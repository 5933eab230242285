//! The command line.

use clap::{Parser, Subcommand};

use crate::command::{audit, forms, hooks, jobs, keys, map, open, provision, report, sandbox, schema, serve};

/// Keeps what a web visitor tells a site in step with Genesys Cloud Web Messaging.
#[derive(Debug, Parser)]
#[command(name = "guestsync", version, propagate_version = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the gateway.
    Serve(serve::Serve),
    /// Run the Genesys Cloud stand-in by itself.
    Sandbox(sandbox::Sandbox),
    /// Make, rotate or list sealing keys.
    Keys(keys::Keys),
    /// Make the messaging channels that a file describes, each once.
    Provision(provision::Provision),
    /// List jobs, or show one.
    Jobs(jobs::Jobs),
    /// Open a sealed value, or all sealed values of a profile, from standard input.
    Open(open::Open),
    /// Check the audit file of a gateway.
    Audit(audit::Audit),
    /// List the sealed forms that wait for Genesys or were refused.
    Forms(forms::Forms),
    /// Look at the webhook's outbox, and deliver again.
    Hooks(hooks::Hooks),
    /// Define custom attributes, or list them.
    Schema(schema::Schema),
    /// Write CRM records as custom attributes, in bulk.
    Map(map::Map),
    /// Count how many conversations have an attribute.
    Report(report::Report),
}
