//! What the page tells: online, hidden, left, back.

use std::rc::{Rc, Weak};

use gloo_events::EventListener;
use guestsync_core::outbox::Input;
use js_sys::{Reflect, global};
use wasm_bindgen::JsValue;
use web_sys::{VisibilityState, Window};

use crate::effect::journal;
use crate::shell::Shell;

/// Listens to everything that matters; nothing where there is no window.
pub(crate) fn all(shell: &Rc<Shell>) -> Vec<EventListener> {
    let Some((window, document)) = web_sys::window().and_then(|window| Some((window.clone(), window.document()?))) else {
        return Vec::new();
    };
    let on = |name: &'static str, input: fn(&Shell, &JsValue) -> Option<Input>| {
        let shell: Weak<Shell> = Rc::downgrade(shell);
        let target: &Window = &window;
        EventListener::new(target, name, move |event| {
            if let Some(shell) = shell.upgrade()
                && let Some(input) = input(&shell, event)
            {
                shell.tell(input);
            }
        })
    };
    let visibility = {
        let shell = Rc::downgrade(shell);
        let of = document.clone();
        EventListener::new(&document, "visibilitychange", move |_| {
            if let Some(shell) = shell.upgrade() {
                let hidden = of.visibility_state() == VisibilityState::Hidden;
                shell.tell(if hidden { Input::Hidden } else { Input::Visible });
            }
        })
    };
    vec![
        on("online", |_, _| Some(Input::Online)),
        on("offline", |_, _| Some(Input::Offline)),
        on("pagehide", |shell, _| Some(Input::Leaving(journal::mirrored(shell.options.keeping)))),
        on("pageshow", |_, event| is_true(event, "persisted").then_some(Input::Resumed)),
        visibility,
    ]
}

/// Whether the browser says that it is offline.
pub(crate) fn is_offline() -> bool {
    let navigator = Reflect::get(&global(), &"navigator".into()).unwrap_or_default();
    navigator.is_object() && Reflect::get(&navigator, &"onLine".into()).is_ok_and(|online| online == JsValue::FALSE)
}

fn is_true(object: &JsValue, name: &str) -> bool {
    Reflect::get(object, &name.into()).is_ok_and(|value| value == JsValue::TRUE)
}
