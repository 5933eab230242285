//! The two clocks of the engine.

use guestsync_core::Now;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn performance_now() -> f64;
}

/// Now, by both clocks, in whole milliseconds.
pub(crate) fn now() -> Now {
    Now::new(js_sys::Date::now() as u64, performance_now() as u64)
}
