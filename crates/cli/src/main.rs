//! The `guestsync` binary: one file per command under [`command`].

mod args;
mod command;
mod failure;
mod listen;
mod log;
mod output;
mod runtime;

use std::process::ExitCode;

use clap::Parser;

use args::{Args, Command};

/// A request makes and drops hundreds of small things: this one is faster at it than most systems' own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let args = Args::parse();
    let runtime = match runtime::of(&args.command).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failure::Failure::from(error).report(),
    };
    let outcome = runtime.block_on(async {
        match args.command {
            Command::Serve(serve) => command::serve::run(serve).await,
            Command::Sandbox(sandbox) => command::sandbox::run(sandbox).await,
            Command::Keys(keys) => command::keys::run(keys),
            Command::Provision(provision) => command::provision::run(provision).await,
            Command::Jobs(jobs) => command::jobs::run(jobs).await,
            Command::Schema(schema) => command::schema::run(schema).await,
            Command::Map(map) => command::map::run(map).await,
            Command::Report(report) => command::report::run(report).await,
            Command::Open(open) => command::open::run(open).await,
            Command::Audit(audit) => command::audit::run(audit).await,
            Command::Forms(forms) => command::forms::run(forms).await,
            Command::Hooks(hooks) => command::hooks::run(hooks).await,
        }
    });
    match outcome {
        Ok(code) => code,
        Err(failure) => failure.report(),
    }
}
