//! The flush lock, by the face's Web Locks; without them the versions alone protect the order.

use std::rc::Rc;

use guestsync_core::outbox::Input;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::journal::local::{PREFIX, storage};
use crate::shell::Shell;

/// The lock, held or asked for; dropping the closures is safe once it was given back.
#[derive(Default)]
pub(crate) struct Held {
    give_back: Option<js_sys::Function>,
    callbacks: Vec<Closure<dyn FnMut()>>,
    ask: u32,
}

fn name(shell: &Shell) -> String {
    [PREFIX, shell.outbox().owner()].concat()
}

pub(crate) fn ask(shell: &Rc<Shell>, steal: bool) {
    give_back(shell);
    let ask = {
        let mut held = shell.lock.borrow_mut();
        held.ask += 1;
        held.ask
    };
    let tell = |input: fn() -> Input| {
        let shell = Rc::downgrade(shell);
        move || {
            // An answer to an earlier question means nothing any more.
            if let Some(shell) = shell.upgrade()
                && shell.lock.borrow().ask == ask
            {
                shell.tell(input());
            }
        }
    };
    let granted = tell(|| Input::LockGranted);
    if !shell.host.has_lock().is_function() {
        return spawn_local(async move { granted() });
    }
    let granted: Closure<dyn FnMut()> = Closure::new(granted);
    let lost: Closure<dyn FnMut()> = Closure::new(tell(|| Input::LockLost));
    let give_back = shell.host.lock(&name(shell), steal, granted.as_ref(), lost.as_ref());
    let mut held = shell.lock.borrow_mut();
    held.give_back = Some(give_back);
    held.callbacks = vec![granted, lost];
}

pub(crate) fn give_back(shell: &Rc<Shell>) {
    let held = {
        let mut lock = shell.lock.borrow_mut();
        let ask = lock.ask + 1;
        core::mem::replace(&mut *lock, Held { ask, ..Held::default() })
    };
    if let Some(give_back) = &held.give_back {
        // It only resolves or aborts a promise; there is nothing to be done about a failure.
        let _ = give_back.call0(&JsValue::UNDEFINED);
    }
    // One of the callbacks may be running: it is dropped in a later task.
    spawn_local(async move { drop(held) });
}

fn lease_key(shell: &Shell) -> String {
    [&name(shell), "/lock"].concat()
}

pub(crate) fn lease(shell: &Rc<Shell>, until: u64) {
    if let Some(storage) = storage() {
        let mut text = String::new();
        guestsync_core::json::integer(&mut text, until);
        // Only a hint for waiters: without it they wait a whole span.
        let _ = storage.set_item(&lease_key(shell), &text);
    }
}

pub(crate) fn peek(shell: &Rc<Shell>) {
    let text = storage().and_then(|storage| storage.get_item(&lease_key(shell)).ok().flatten());
    let until = text.and_then(|text| text.parse().ok());
    let shell = shell.clone();
    spawn_local(async move { shell.tell(Input::Peeked { until }) });
}
