//! A page that is hidden, left, frozen in the back/forward cache, or online again.

use alloc::vec::Vec;

use super::Outbox;
use super::output::Output;
use super::sending::Sender;
use crate::journal::Row;
use crate::token::Ask;

/// What a keepalive request may carry: browsers allow 64 KiB for all of a page's together, headers included.
const KEEPALIVE_BYTES: usize = 60_000;
/// A keepalive request has nobody to abort it; its deadline only bounds a page that stays.
const KEEPALIVE_SPAN: u64 = 30_000;

impl Outbox {
    pub(super) fn came_online(&mut self) {
        self.online = true;
        self.blocked = false;
        self.attempts = 0;
        self.next_try = self.now.mono;
        self.want_flush_now();
    }

    /// Perhaps the last thing this page sees: what waits is due now.
    pub(super) fn went_hidden(&mut self) {
        self.hidden = true;
        self.end_burst();
        self.want_flush_now();
    }

    /// The page is being left: what waits goes out by keepalive, without the lock, protected by its version and its key alone. Its
    /// entries stay in the journal until somebody has seen an answer.
    pub(super) fn leave(&mut self, rows: Vec<Row>) {
        if self.closed || self.left {
            return;
        }
        self.end_burst();
        // What other tabs decided since; read without waiting, because there will be no later.
        self.look(rows);
        self.abort_request();
        let may = self.online && self.next_try.max(self.pause) <= self.now.mono;
        let token = match self.token.ask(self.now.mono) {
            Ask::Use(token) | Ask::UseAndFetch(token) if may => Some(token.value),
            _ => None,
        };
        if let Some(token) = token {
            if self.flight.is_none() {
                self.flight = self.build();
            }
            if let Some(request) = self.write_request(self.now.mono + KEEPALIVE_SPAN, token, true)
                && matches!(&request.action, super::Action::Write { body, .. } if body.len() <= KEEPALIVE_BYTES)
            {
                self.put(Output::Send(request));
                if let Some(flight) = &mut self.flight {
                    flight.uncertain = true;
                }
            }
        }
        if matches!(self.sender, Sender::Locking { .. } | Sender::Holding { .. }) {
            self.put(Output::Unlock);
        }
        self.sender = Sender::Idle;
        self.left = true;
    }

    /// Back from the cache: other tabs may have sent everything, or decided something.
    pub(super) fn resume(&mut self) {
        self.left = false;
        self.hidden = false;
        self.unblock();
        self.token.failed();
        self.load();
        self.want_flush_now();
    }
}
