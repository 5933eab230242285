//! The loop: inputs into the outbox, outputs out of it.

use std::cell::RefCell;
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use guestsync_core::flat::Flat;
use guestsync_core::outbox::{Input, Outbox, Output};

use crate::host::Host;
use crate::{asked, lease, options, time, told};

/// The outbox of a page and everything it is connected to.
pub(crate) struct Shell {
    host: Host,
    /// Whether localStorage may be used.
    leases: bool,
    outbox: RefCell<Outbox>,
    timer: RefCell<Option<Timeout>>,
}

impl Shell {
    pub(crate) fn start(given: &str, host: Host) -> Rc<Self> {
        let mut flat = Flat::new(given);
        let seed = flat.number() << 32 | flat.number();
        let leases = flat.text().is_some();
        let options = options::read(&mut flat);
        let outbox = Outbox::new(options, seed, time::now(), told::rows(&mut flat));
        Rc::new(Self { host, leases, outbox: RefCell::new(outbox), timer: RefCell::default() })
    }

    /// Takes a message of the face's.
    pub(crate) fn hear(self: &Rc<Self>, message: &str) {
        let mut flat = Flat::new(message);
        let name = flat.text().unwrap_or_default();
        if name == "metrics" {
            let message = asked::metrics(&self.outbox.borrow());
            message.send(&self.host);
        } else if let Some(input) = told::input(name, &mut flat) {
            self.tell(input);
        }
    }

    /// Tells the outbox something, and does what it then asks for. A handler of the page's may call back into the outbox, so
    /// nothing is borrowed while an output is performed.
    fn tell(self: &Rc<Self>, input: Input) {
        self.outbox.borrow_mut().handle(time::now(), input);
        loop {
            let output = self.outbox.borrow_mut().poll();
            match output {
                Some(output) => self.perform(&output),
                None => return,
            }
        }
    }

    fn perform(self: &Rc<Self>, output: &Output) {
        let message = asked::message(output, self.outbox.borrow().owner());
        if let Some(message) = message {
            return message.send(&self.host);
        }
        match output {
            Output::Lease { until } if self.leases => lease::write(self.outbox.borrow().owner(), *until),
            Output::Peek => {
                let until = if self.leases { lease::read(self.outbox.borrow().owner()) } else { None };
                self.tell(Input::Peeked { until });
            }
            Output::WakeAt(at) => self.wake_at(*at),
            _ => {}
        }
    }

    fn wake_at(self: &Rc<Self>, at: Option<u64>) {
        let timer = at.map(|at| {
            let shell = self.clone();
            Timeout::new(time::until(at), move || {
                shell.timer.take().map(Timeout::forget);
                shell.tell(Input::Tick);
            })
        });
        self.timer.replace(timer);
    }
}
