//! Fields one after the other, each with its length in bytes of UTF-8: `5:hello`.

use alloc::string::String;

use crate::clock::Clock;
use crate::json;
use crate::text::{cut, decimal};

/// Appends a field.
pub fn push(out: &mut String, field: &str) {
    json::integer(out, field.len() as u64);
    *out += ":";
    out.push_str(field);
}

/// Appends a moment.
pub fn push_clock(out: &mut String, clock: Clock) {
    push(out, &clock.to_text());
}

/// Takes a moment off `rest`.
pub fn next_clock(rest: &mut &str) -> Option<Clock> {
    Clock::from_text(next(rest)?)
}

/// Takes the next field off `rest`; `None` where there is none that is well formed.
pub fn next<'a>(rest: &mut &'a str) -> Option<&'a str> {
    let (length, tail) = cut(rest, b':')?;
    let (field, tail) = tail.split_at_checked(usize::try_from(decimal(length)?).ok()?)?;
    *rest = tail;
    Some(field)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn fields_read_back(fields in prop::collection::vec(any::<String>(), 0..6)) {
            let mut text = String::new();
            fields.iter().for_each(|f| push(&mut text, f));
            let mut rest = text.as_str();
            for field in &fields {
                prop_assert_eq!(next(&mut rest), Some(field.as_str()));
            }
            prop_assert_eq!(rest, "");
        }

        #[test]
        fn any_text_is_read_without_a_panic(text in any::<String>(), n in 0usize..99) {
            let _ = next(&mut text.as_str());
            let _ = next(&mut format!("{n}:{text}").as_str());
        }
    }
}
