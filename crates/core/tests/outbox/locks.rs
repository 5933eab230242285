//! Web Locks: one holder, a queue, and stealing. A frozen tab keeps what it has.

use std::collections::VecDeque;

/// A tab, in one of its lives.
pub type TabId = u32;

/// The one lock of the guest.
#[derive(Default)]
pub struct Locks {
    holder: Option<TabId>,
    queue: VecDeque<TabId>,
    /// What the holder wrote beside it (wall clock).
    pub lease: Option<u64>,
}

impl Locks {
    /// Asks; says whether it is granted at once.
    pub fn ask(&mut self, tab: TabId) -> bool {
        self.queue.push_back(tab);
        self.grant() == Some(tab)
    }

    /// Gives back, or stops asking; says who is next.
    pub fn give_back(&mut self, tab: TabId) -> Option<TabId> {
        self.queue.retain(|of| *of != tab);
        if self.holder != Some(tab) {
            return None;
        }
        self.holder = None;
        self.grant()
    }

    /// Takes it from its holder; says from whom.
    pub fn steal(&mut self, tab: TabId) -> Option<TabId> {
        self.queue.retain(|of| *of != tab);
        self.holder.replace(tab)
    }

    fn grant(&mut self) -> Option<TabId> {
        if self.holder.is_none() {
            self.holder = self.queue.pop_front();
            return self.holder;
        }
        None
    }
}
