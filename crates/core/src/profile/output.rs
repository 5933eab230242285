//! What the machine asks for and tells.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::answer::Reply;
use super::input::FormId;
use super::report::{Letter, Report};
use crate::journal::Write;
use crate::{Millis, Sensitive};

/// What the machine asks for and tells. Everything asked for can fail, and the failure is an [`Input`](super::Input); a shell
/// gives up on a request of its own after [`PATIENCE`](super::PATIENCE) and says that it failed.
#[derive(Debug)]
pub enum Output {
    /// Get the key set from the site's own origin.
    GetKeys,
    /// Make an ephemeral key and agree with this key of the set.
    Agree {
        /// Its id.
        key_id: String,
    },
    /// Get a capability for this guest.
    GetToken {
        /// Whose.
        guest: String,
    },
    /// Get the guest's own key with this capability.
    GetFieldKey {
        /// Whose.
        guest: String,
        /// The capability.
        token: Arc<Sensitive<String>>,
    },
    /// Send a patch to the guest's profile (P1).
    Send(Patch),
    /// Abort a patch; no answer to it is wanted.
    Abort {
        /// Which.
        send: u32,
    },
    /// Answer a form.
    Respond {
        /// Which.
        form: FormId,
        /// With this.
        reply: Reply,
    },
    /// Let the site's gateway answer a form: this machine cannot seal it, and the site can be reached.
    Forward {
        /// Which.
        form: FormId,
    },
    /// Ask for the lock of the queue.
    Lock,
    /// Give the lock back, or stop asking.
    Unlock,
    /// Read all rows of the forms and of the consent, in one transaction begun now.
    Load {
        /// Names it in the answer.
        load: u32,
    },
    /// Write all of these or nothing.
    Store {
        /// Names it in the answer.
        store: u32,
        /// What to write.
        writes: Vec<Write>,
    },
    /// Have the browser start the worker when it is online, where it can.
    Sync,
    /// Tell the site's pages.
    Report(Report),
    /// The answer to [`Input::Status`](super::Input::Status).
    Status {
        /// Which question.
        ask: u32,
        /// What waits and what was refused, in order.
        letters: Vec<Letter>,
    },
    /// Say [`Input::Deadline`](super::Input::Deadline) at this monotonic time; replaces the one before, `None` cancels it.
    WakeAt(Option<Millis>),
}

/// A patch on its way.
#[derive(Debug)]
pub struct Patch {
    /// Names it in the answer.
    pub send: u32,
    /// Whose profile.
    pub guest: String,
    /// The JSON Patch document.
    pub body: String,
    /// `Idempotency-Key`: the same for the same patch, another for any other.
    pub idempotency_key: String,
    /// `Guestsync-Seq`: greater is later.
    pub sequence: u64,
    /// The capability.
    pub token: Arc<Sensitive<String>>,
}
