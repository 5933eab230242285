//! Numbers in place of the names of messages, which a shell and its face would both carry.

/// An enum of codes, each by the number of its place.
#[macro_export]
macro_rules! codes {
    ($(#[$doc:meta])* $list:ident: $($name:ident)*) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[expect(missing_docs, reason = "the types of the face say what each is")]
        pub enum $list { $($name),* }

        impl $list {
            /// All of them, at the place that is their number.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// That of a number; `None` where there is none.
            #[must_use]
            pub fn of(number: u64) -> Option<Self> {
                Self::ALL.get(usize::try_from(number).ok()?).copied()
            }
        }
    };
}

/// Asserts that a script lists the same codes: `export const lockGranted = 20;` and the like.
#[macro_export]
macro_rules! assert_same_codes {
    ($list:ident, $script:expr) => {{
        let line = |line: &str| Some(line.strip_prefix("export const ")?.strip_suffix(';')?.to_lowercase());
        let listed: Vec<String> = $script.lines().filter_map(line).collect();
        let ours = $list::ALL.iter().enumerate().map(|(at, name)| format!("{name:?} = {at}").to_lowercase());
        assert_eq!(listed, ours.collect::<Vec<_>>());
    }};
}
