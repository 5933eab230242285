//! The loop: inputs into the outbox, outputs out of it.

use std::cell::{Ref, RefCell};
use std::rc::Rc;

use gloo_events::EventListener;
use gloo_timers::callback::Timeout;
use guestsync_core::attribute::Value;
use guestsync_core::journal::{Row, Write};
use guestsync_core::outbox::{Action, Input, Outbox, Output, Precondition, Request};
use js_sys::Array;
use wasm_bindgen::JsValue;

use crate::host::Host;
use crate::options::PageOptions;
use crate::{lease, listen, mirror, report, time};

/// The outbox of a page and everything it is connected to.
pub(crate) struct Shell {
    pub(crate) host: Host,
    mirrored: bool,
    outbox: RefCell<Outbox>,
    timer: RefCell<Option<Timeout>>,
    listeners: RefCell<Vec<EventListener>>,
}

impl Shell {
    pub(crate) fn start(options: PageOptions, host: Host, seed: u64) -> Rc<Self> {
        let mirrored = options.mirrored;
        let rows = if mirrored { mirror::rows() } else { Vec::new() };
        let outbox = Outbox::new(options.finish(), seed, time::now(), rows);
        let (outbox, timer, listeners) = (RefCell::new(outbox), RefCell::default(), RefCell::default());
        let shell = Rc::new(Self { host, mirrored, outbox, timer, listeners });
        *shell.listeners.borrow_mut() = listen::all(&shell);
        shell
    }

    pub(crate) fn outbox(&self) -> Ref<'_, Outbox> {
        self.outbox.borrow()
    }

    /// What can be read of the journal without waiting.
    pub(crate) fn mirror(&self) -> Vec<Row> {
        if self.mirrored { mirror::rows() } else { Vec::new() }
    }

    /// Tells the outbox something, and does what it then asks for.
    pub(crate) fn tell(self: &Rc<Self>, input: Input) {
        self.outbox.borrow_mut().handle(time::now(), input);
        self.pump();
    }

    pub(crate) fn close(self: &Rc<Self>) {
        self.tell(Input::Close);
        self.listeners.borrow_mut().clear();
        self.timer.take();
    }

    /// A handler of the page's may call back into the outbox, so nothing is borrowed while an output is performed.
    pub(crate) fn pump(self: &Rc<Self>) {
        loop {
            let output = self.outbox.borrow_mut().poll();
            match output {
                Some(output) => self.perform(output),
                None => return,
            }
        }
    }

    fn perform(self: &Rc<Self>, output: Output) {
        match output {
            Output::Defer => self.host.defer(),
            Output::Load { load, owner } => self.host.load(load, &owner),
            Output::Store { store, writes } => self.host.store(store, flat_writes(&writes)),
            Output::Lock => self.lock(false),
            Output::Steal => self.lock(true),
            Output::Unlock => self.host.unlock(),
            Output::Lease { until } => lease::write(self.outbox().owner(), until),
            Output::Peek => {
                let until = lease::read(self.outbox().owner());
                self.tell(Input::Peeked { until });
            }
            Output::GetToken { guest } => self.host.token(&guest),
            Output::Start { session } => self.host.start(&session),
            Output::Send(request) => self.send(&request),
            Output::Abort { send } => self.host.abort(send),
            Output::Resolve { send, conflicts } => self.host.resolve(send, flat_conflicts(&conflicts)),
            Output::Notify(hint) => self.host.notify(report::hint(hint)),
            Output::WakeAt(at) => self.wake_at(at),
            Output::Settle { call, outcome } => {
                let (kind, json) = report::outcome(&outcome);
                self.host.settle(call, kind, &json);
            }
            Output::Event(event) => {
                let (kind, json) = report::event(&event);
                self.host.event(kind, &json);
            }
        }
    }

    fn lock(&self, steal: bool) {
        let name = lease::name(self.outbox().owner());
        self.host.lock(&name, steal);
    }

    fn send(&self, request: &Request) {
        let parts = texts([&request.guest, request.token.expose()]);
        if let Action::Write { body, precondition, idempotency_key } = &request.action {
            parts.push(&body.as_str().into());
            parts.push(&idempotency_key.as_str().into());
            parts.push(&match precondition {
                Precondition::Unwritten => JsValue::NULL,
                Precondition::Version(version) => version.as_str().into(),
            });
        }
        self.host.send(request.send, parts, milliseconds_until(request.deadline), request.keepalive);
    }

    fn wake_at(self: &Rc<Self>, at: Option<u64>) {
        let timer = at.map(|at| {
            let shell = self.clone();
            Timeout::new(milliseconds_until(at), move || {
                shell.timer.take().map(Timeout::forget);
                shell.tell(Input::Tick);
            })
        });
        self.timer.replace(timer);
    }
}

/// At most the longest delay that timers keep.
fn milliseconds_until(at: u64) -> u32 {
    at.saturating_sub(time::now().mono).min(0x7fff_ffff) as u32
}

fn texts<'a>(texts: impl IntoIterator<Item = &'a String>) -> Array {
    let flat = Array::new();
    for text in texts {
        flat.push(&text.as_str().into());
    }
    flat
}

fn letter(letter: char) -> JsValue {
    JsValue::from_str(letter.encode_utf8(&mut [0; 4]))
}

fn flat_writes(writes: &[Write]) -> Array {
    let flat = Array::new();
    for write in writes {
        flat.push(&letter(write.table.letter()));
        flat.push(&write.key.as_str().into());
        flat.push(&write.value.as_deref().map_or(JsValue::NULL, JsValue::from_str));
    }
    flat
}

fn flat_conflicts(conflicts: &[(String, Value, Value)]) -> Array {
    let flat = Array::new();
    for (key, ours, theirs) in conflicts {
        flat.push(&key.as_str().into());
        for value in [ours, theirs] {
            let (kind, text) = value.parts();
            flat.push(&letter(kind));
            flat.push(&text.into());
        }
    }
    flat
}
