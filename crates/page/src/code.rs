//! Numbers in place of the messages' names: `www/src/codes` has the same lists.

use guestsync_core::codes;

codes! {
    /// What the face tells.
    Tell:
    Tick Peeked Sets Grant Withdraw Flush Logout Metrics Online Offline Hidden Visible Resumed Close Leaving
    Loaded LoadFailed Stored StoreFailed Changed LockGranted LockLost Token TokenFailed Started StartFailed
    Answered SendFailed Resolved
}

codes! {
    /// What the face is asked for.
    Ask:
    Settle Event Metrics Load Store Prune Send Hook Abort Token Start Lock Unlock Lease Peek Wake Notify Resolve
}

#[cfg(test)]
mod tests {
    use guestsync_core::assert_same_codes;

    use super::*;

    #[test]
    fn shell_and_face_mean_the_same_by_each_number() {
        assert_same_codes!(Tell, include_str!("../../../www/src/codes/tells.ts"));
        assert_same_codes!(Ask, include_str!("../../../www/src/codes/asks.ts"));
    }
}
