//! What the page tells: online, hidden, left, back.

use std::rc::Rc;

use gloo_events::EventListener;
use guestsync_core::outbox::Input;
use js_sys::Reflect;
use wasm_bindgen::JsValue;
use web_sys::{EventTarget, VisibilityState};

use crate::shell::Shell;

/// Listens to everything that matters; nothing where there is no window.
pub(crate) fn all(shell: &Rc<Shell>) -> Vec<EventListener> {
    let mut listeners = Vec::new();
    if let Some(window) = web_sys::window()
        && let Some(document) = window.document()
    {
        let mut listen = |target: &EventTarget, name: &'static str| {
            let shell = Rc::downgrade(shell);
            listeners.push(EventListener::new(target, name, move |event| {
                if let Some(shell) = shell.upgrade()
                    && let Some(input) = input(&shell, name, event)
                {
                    shell.tell(input);
                }
            }));
        };
        for name in ["online", "offline", "pagehide", "pageshow"] {
            listen(&window, name);
        }
        listen(&document, "visibilitychange");
    }
    listeners
}

fn input(shell: &Shell, name: &str, event: &JsValue) -> Option<Input> {
    match name {
        "online" => Some(Input::Online),
        "offline" => Some(Input::Offline),
        "pagehide" => Some(Input::Leaving(shell.mirror())),
        "pageshow" => Reflect::get(event, &"persisted".into()).is_ok_and(|value| value.is_truthy()).then_some(Input::Resumed),
        _ => {
            let document = web_sys::window()?.document()?;
            let hidden = document.visibility_state() == VisibilityState::Hidden;
            Some(if hidden { Input::Hidden } else { Input::Visible })
        }
    }
}
