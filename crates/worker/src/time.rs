//! The two clocks of the engine.

use guestsync_core::Now;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = Date, js_name = now)]
    fn date_now() -> f64;

    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn performance_now() -> f64;
}

/// Now, by both clocks, in whole milliseconds.
pub(crate) fn now() -> Now {
    Now::new(date_now() as u64, performance_now() as u64)
}

/// What is left until a moment, in milliseconds: by the server's clock where it says what time it is.
pub(crate) fn left(until: f64, server_now: f64) -> f64 {
    until - if server_now.is_finite() { server_now } else { date_now() }
}
