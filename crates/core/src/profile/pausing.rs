//! How long the server wants to be left alone: nobody sends meanwhile, in this life or the next.

use alloc::string::String;
use alloc::vec;

use super::Profile;
use super::queue::PAUSE_ROW;
use crate::journal::{Table, Write};
use crate::retry::retry_after::CEILING;
use crate::text::{cut, decimal};
use crate::{Millis, Now, json};

impl Profile {
    /// The server wants to be left alone for so long: nobody sends, in this life or the next.
    pub(super) fn pause(&mut self, now: Now, span: Millis) {
        let until = now.mono.saturating_add(span);
        if until <= self.queue.pause {
            return;
        }
        self.queue.pause = until;
        if self.queue.is_durable() {
            let mut value = String::new();
            json::integer(&mut value, now.wall);
            value.push(' ');
            json::integer(&mut value, now.wall.saturating_add(span));
            self.store(vec![Write::put(Table::Forms, PAUSE_ROW.into(), value.into())]);
        }
    }

    pub(super) fn learn_pause(&mut self, now: Now, value: &str) {
        let Some((from, until)) = cut(value, b' ').and_then(|(from, until)| Some((decimal(from)?, decimal(until)?))) else {
            return;
        };
        // None is longer: something else wrote it.
        if until.saturating_sub(from) > CEILING {
            return;
        }
        let left = until.saturating_sub(now.wall.max(from));
        if now.wall < from {
            // The clock was set back since: the whole span, counted from now, unless this life knows of a longer one.
            let known = core::mem::take(&mut self.queue.pause).saturating_sub(now.mono);
            self.pause(now, left.max(known));
        } else if left > 0 {
            self.queue.pause = self.queue.pause.max(now.mono.saturating_add(left));
        }
    }
}
