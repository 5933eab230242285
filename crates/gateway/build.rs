//! Release builds embed `dist/site`: a file that is new there is a reason to build again.
#![allow(clippy::print_stdout, reason = "this is how a build script speaks to cargo")]

fn main() {
    // Debug builds read the folder when they run.
    let watched = if std::env::var("PROFILE").as_deref() == Ok("release") { "../../dist/site" } else { "build.rs" };
    println!("cargo::rerun-if-changed={watched}");
}
