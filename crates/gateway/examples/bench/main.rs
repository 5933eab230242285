//! The parts of `npm run bench -- gateway` that are not JavaScript: a load, a bare handler to compare with, and the queue for the rate
//! budget. Each takes its settings as arguments and prints one line of JSON, or its address.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, reason = "a bench reports by panicking and printing")]

mod bare;
mod budget;
mod load;

#[tokio::main]
async fn main() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let texts: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match texts.as_slice() {
        ["bare", upstream, id, secret] => bare::serve(upstream, id, secret).await,
        ["init", base, number, at_once, first] => load::init(base, number, at_once, first).await,
        ["write", url, bearer, number, at_once] => load::write(url, bearer, number, at_once).await,
        ["budget", upstream, id, secret, calls] => budget::queue(upstream, id, secret, calls).await,
        _ => println!(
            "bare UPSTREAM ID SECRET | init BASE N AT_ONCE FIRST | write URL BEARER N AT_ONCE | budget UPSTREAM ID SECRET N"
        ),
    }
}
