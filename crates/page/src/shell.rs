//! The loop: inputs into the outbox, outputs out of it.

use std::cell::{Cell, RefCell};

use gloo_timers::callback::Timeout;
use guestsync_core::flat::Flat;
use guestsync_core::outbox::{Input, Outbox, Output};

use crate::host::Host;
use crate::message::Message;
use crate::{asked, lease, options, time, told};

/// The outbox of a page and everything it is connected to. It lives as long as the page: timers and answers may come at any time.
pub(crate) struct Shell {
    host: Host,
    /// Whether localStorage may be used.
    leases: bool,
    outbox: RefCell<Outbox>,
    timer: Cell<Option<Timeout>>,
}

impl Shell {
    pub(crate) fn start(given: &str, host: Host) -> &'static Self {
        let mut flat = Flat::new(given);
        let seed = flat.number() << 32 | flat.number();
        let leases = flat.text().is_some();
        let options = options::read(&mut flat);
        let outbox = Outbox::new(options, seed, time::now(), told::rows(&mut flat));
        Box::leak(Box::new(Self { host, leases, outbox: RefCell::new(outbox), timer: Cell::default() }))
    }

    /// Takes a message of the face's.
    pub(crate) fn hear(&'static self, message: &str) {
        let mut flat = Flat::new(message);
        let name = flat.text().unwrap_or_default();
        if name == "metrics" {
            let message = self.with(|outbox| asked::metrics(outbox));
            self.send(message);
        } else if let Some(input) = told::input(name, &mut flat) {
            self.tell(input);
        }
    }

    /// Nothing is borrowed while an output is performed, so this is never refused.
    fn with<T>(&self, act: impl FnOnce(&mut Outbox) -> T) -> Option<T> {
        let mut outbox = self.outbox.try_borrow_mut().ok()?;
        Some(act(&mut outbox))
    }

    /// Tells the outbox something, and does what it then asks for. A handler of the page's may call back into the outbox.
    fn tell(&'static self, input: Input) {
        self.with(|outbox| outbox.handle(time::now(), input));
        while let Some(output) = self.with(Outbox::poll).flatten() {
            self.perform(&output);
        }
    }

    fn perform(&'static self, output: &Output) {
        match output {
            Output::Lease { until } => {
                if self.leases {
                    self.with(|outbox| lease::write(outbox.owner(), *until));
                }
            }
            Output::Peek => {
                let until = if self.leases { self.with(|outbox| lease::read(outbox.owner())).flatten() } else { None };
                self.tell(Input::Peeked { until });
            }
            Output::WakeAt(at) => self.wake_at(*at),
            _ => {
                let message = self.with(|outbox| asked::message(output, outbox.owner())).flatten();
                self.send(message);
            }
        }
    }

    fn send(&self, message: Option<Message>) {
        if let Some(message) = message {
            message.send(&self.host);
        }
    }

    fn wake_at(&'static self, at: Option<u64>) {
        let timer = at.map(|at| {
            Timeout::new(time::until(at), move || {
                self.timer.take().map(Timeout::forget);
                self.tell(Input::Tick);
            })
        });
        self.timer.set(timer);
    }
}
