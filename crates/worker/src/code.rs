//! Numbers in place of the messages' names: `sw/src/tell.ts` and `ask.ts` have the same lists.

use guestsync_core::codes;

codes! {
    /// What the face tells.
    Tell:
    Open Arrived Submitted Unreadable Prepare Keys KeysFailed Agreed AgreeFailed
    Token TokenFailed FieldKey FieldKeyFailed Answered SendFailed LockGranted Loaded LoadFailed
    Stored StoreFailed Wake ConsentChanged Status Retry Discard Logout Deadline
}

codes! {
    /// What the face is asked for.
    Ask:
    Opened Wrong Read GetKeys Usable Agree GetToken GetFieldKey Send Abort Respond
    Forward Lock Unlock Load Store Sync Report Status Busy Wake
}

#[cfg(test)]
mod tests {
    use guestsync_core::assert_same_codes;

    use super::*;

    #[test]
    fn shell_and_face_mean_the_same_by_each_number() {
        assert_same_codes!(Tell, include_str!("../../../sw/src/tell.ts"));
        assert_same_codes!(Ask, include_str!("../../../sw/src/ask.ts"));
    }
}
