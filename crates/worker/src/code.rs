//! Numbers in place of the messages' names, which shell and face would both carry: `sw/src/tell.ts` and `ask.ts` have the same lists.

macro_rules! codes {
    ($(#[$doc:meta])* $list:ident: $($name:ident)*) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[expect(missing_docs, reason = "the types of the face say what each is")]
        pub enum $list { $($name),* }

        impl $list {
            /// All of them, at the place that is their number.
            pub const ALL: &[Self] = &[$(Self::$name),*];
        }
    };
}

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
    use super::*;

    /// `export const lockGranted = 15;` and the like.
    fn listed(script: &str) -> Vec<String> {
        let line = |line: &str| Some(line.strip_prefix("export const ")?.strip_suffix(';')?.to_lowercase());
        script.lines().filter_map(line).collect()
    }

    fn ours<Name: core::fmt::Debug>(all: &[Name]) -> Vec<String> {
        all.iter().enumerate().map(|(at, name)| format!("{name:?} = {at}").to_lowercase()).collect()
    }

    #[test]
    fn shell_and_face_mean_the_same_by_each_number() {
        assert_eq!(listed(include_str!("../../../sw/src/tell.ts")), ours(Tell::ALL));
        assert_eq!(listed(include_str!("../../../sw/src/ask.ts")), ours(Ask::ALL));
    }
}
