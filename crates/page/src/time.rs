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

/// From now to a monotonic moment, in milliseconds; at most the longest delay that timers keep.
pub(crate) fn until(at: u64) -> u32 {
    at.saturating_sub(now().mono).min(0x7fff_ffff) as u32
}
