//! Build steps that must run at a version pinned by Cargo.lock.
//!
//! - `xtask wasm-bindgen …` writes the JavaScript glue for a compiled wasm file.
//! - `xtask wasm-bindgen-test-runner …` runs a compiled wasm test in a headless browser; `.cargo/config.toml` names it as the
//!   runner of the wasm32 target.
//!
//! Both take exactly the arguments of the tools of that name; the tools themselves are the library `wasm-bindgen-cli`.

use std::env;
use std::error::Error;
use std::ffi::OsString;

fn main() -> Result<(), Box<dyn Error>> {
    // The tools expect their own name where ours stands: everything from the subcommand on is their command line.
    let args: Vec<OsString> = env::args_os().skip(1).collect();
    match args.first().and_then(|name| name.to_str()) {
        Some("wasm-bindgen") => wasm_bindgen_cli::wasm_bindgen::run_cli_with_args(args)?,
        Some("wasm-bindgen-test-runner") => wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(args)?,
        _ => return Err("usage: xtask wasm-bindgen|wasm-bindgen-test-runner …".into()),
    }
    Ok(())
}
