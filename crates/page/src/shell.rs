//! The loop: inputs into the outbox, outputs out of it.

use std::cell::{Cell, Ref, RefCell};
use std::rc::Rc;

use gloo_events::EventListener;
use gloo_timers::callback::Timeout;
use guestsync_core::outbox::{Input, Outbox, Output};
use wasm_bindgen_futures::spawn_local;
use web_sys::AbortController;

use crate::effect::{fetch, journal, lock, resolve, start, token};
use crate::host::Host;
use crate::listen;
use crate::options::PageOptions;
use crate::{report, time};

/// The outbox of a page and everything it is connected to.
pub(crate) struct Shell {
    pub(crate) options: PageOptions,
    pub(crate) host: Host,
    pub(crate) sends: RefCell<Vec<(u32, AbortController)>>,
    pub(crate) lock: RefCell<lock::Held>,
    pub(crate) database: Cell<journal::auto::Database>,
    outbox: RefCell<Outbox>,
    timer: RefCell<Option<Timeout>>,
    listeners: RefCell<Vec<EventListener>>,
}

impl Shell {
    pub(crate) fn start(options: PageOptions, host: Host, seed: u64) -> Rc<Self> {
        let rows = journal::mirrored(options.keeping);
        let outbox = Outbox::new(options.outbox.clone(), seed, time::now(), rows);
        let shell = Rc::new(Self {
            options,
            host,
            sends: RefCell::default(),
            lock: RefCell::default(),
            database: Cell::default(),
            outbox: RefCell::new(outbox),
            timer: RefCell::default(),
            listeners: RefCell::default(),
        });
        *shell.listeners.borrow_mut() = listen::all(&shell);
        if listen::is_offline() {
            shell.tell(Input::Offline);
        }
        shell.pump();
        shell
    }

    pub(crate) fn outbox(&self) -> Ref<'_, Outbox> {
        self.outbox.borrow()
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
    fn pump(self: &Rc<Self>) {
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
            Output::Defer => {
                let shell = self.clone();
                spawn_local(async move { shell.tell(Input::BurstEnded) });
            }
            Output::Load { load, owner } => journal::load(self, load, &owner),
            Output::Store { store, writes } => journal::store(self, store, writes),
            Output::Lock => lock::ask(self, false),
            Output::Steal => lock::ask(self, true),
            Output::Unlock => lock::give_back(self),
            Output::Lease { until } => lock::lease(self, until),
            Output::Peek => lock::peek(self),
            Output::GetToken { guest } => token::get(self, guest),
            Output::Start { session } => start::start(self, session),
            Output::Send(request) => fetch::send(self, request),
            Output::Abort { send } => {
                if let Some(controller) = self.ended(send) {
                    controller.abort();
                }
            }
            Output::Resolve { send, conflicts } => resolve::ask(self, send, &conflicts),
            Output::Notify(hint) => {
                if self.host.has_notify().is_function() {
                    self.host.notify(report::hint(hint));
                }
            }
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

    /// Takes a request off the list of those under way.
    pub(crate) fn ended(&self, send: u32) -> Option<AbortController> {
        let mut sends = self.sends.borrow_mut();
        let at = sends.iter().position(|(id, _)| *id == send)?;
        Some(sends.swap_remove(at).1)
    }

    fn wake_at(self: &Rc<Self>, at: Option<u64>) {
        let timer = at.map(|at| {
            // The longest delay that timers keep.
            let delay = u32::try_from(at.saturating_sub(time::now().mono)).unwrap_or(u32::MAX).min(0x7fff_ffff);
            let shell = self.clone();
            Timeout::new(delay, move || {
                shell.timer.take().map(Timeout::forget);
                shell.tell(Input::Tick);
            })
        });
        self.timer.replace(timer);
    }
}
