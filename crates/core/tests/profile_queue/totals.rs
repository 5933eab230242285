//! What happened in all schedules together: a fault that never came shows nothing.

/// What happened in the schedules.
#[derive(Debug, Default)]
pub struct Totals {
    pub forms: u64,
    pub stops: u64,
    pub requests: u64,
    pub lost_answers: u64,
    pub pauses: u64,
    pub full: u64,
    pub synced: u64,
    pub queued: u64,
    pub refused: u64,
    pub letters: u64,
}

impl Totals {
    pub fn add(&mut self, one: &Self) {
        self.forms += one.forms;
        self.stops += one.stops;
        self.requests += one.requests;
        self.lost_answers += one.lost_answers;
        self.pauses += one.pauses;
        self.full += one.full;
        self.synced += one.synced;
        self.queued += one.queued;
        self.refused += one.refused;
        self.letters += one.letters;
    }

    pub fn assert_that_faults_happened(&self) {
        for (what, count) in [
            ("stops", self.stops),
            ("lost answers", self.lost_answers),
            ("pauses", self.pauses),
            ("full storage", self.full),
            ("synced", self.synced),
            ("queued", self.queued),
            ("refused", self.refused),
            ("letters", self.letters),
        ] {
            assert!(count > 0, "{what}");
        }
    }
}
