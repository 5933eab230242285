//! Asking the page's `onConflict`.

use std::rc::Rc;

use guestsync_core::attribute::Value;
use guestsync_core::outbox::Input;
use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};

use crate::shell::Shell;

pub(crate) fn ask(shell: &Rc<Shell>, send: u32, conflicts: &[(String, Value, Value)]) {
    let flat = Array::new();
    for (key, ours, theirs) in conflicts {
        flat.push(&key.into());
        for value in [ours, theirs] {
            let (letter, text) = value.parts();
            flat.push(&letter.to_string().into());
            flat.push(&text.into());
        }
    }
    let shell = shell.clone();
    spawn_local(async move {
        let answer = match shell.host.resolve(&flat) {
            Ok(promise) => JsFuture::from(promise).await,
            Err(error) => Err(error),
        };
        // A handler that fails has decided nothing: ours is written.
        let answer: Array = answer.unwrap_or_default().dyn_into().unwrap_or_default();
        let values = (0..answer.length() / 3).filter_map(|at| {
            let (key, letter, text) = (answer.get(at * 3), answer.get(at * 3 + 1), answer.get(at * 3 + 2));
            Some((key.as_string()?, decided(&letter, &text)?))
        });
        shell.tell(Input::Resolved { send, values: values.collect() });
    });
}

/// `Some(None)`: theirs stays.
fn decided(letter: &JsValue, text: &JsValue) -> Option<Option<Value>> {
    if letter.is_null() {
        return Some(None);
    }
    Value::from_parts(letter.as_string()?.chars().next()?, &text.as_string()?).map(Some)
}
