//! One form for values that can be written in several ways, so that a back end finds what is the same.

use alloc::string::String;

use zeroize::Zeroizing;

use crate::Sensitive;

/// The most digits of a number in E.164 form (ITU-T E.164 §6).
const MOST: usize = 15;
/// With fewer it is no number that can be called from another country.
const LEAST: usize = 7;

/// The form of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NormalForm {
    /// An email address in lower case (ASCII).
    Email,
    /// A telephone number with its country code in E.164 form; any other stays as it is.
    Phone,
}

impl NormalForm {
    /// A value in this form; `None` where it stays as it is.
    pub(super) fn of(self, text: &str) -> Option<Sensitive<String>> {
        match self {
            Self::Email => Some(Sensitive::new(text.to_ascii_lowercase())),
            Self::Phone => e164(text),
        }
    }
}

/// `+` and digits. A zero in brackets is left to whoever knows the country: that of `+44 (0)20` is not dialled from outside.
fn e164(text: &str) -> Option<Sensitive<String>> {
    // It does not grow, which would leave copies behind.
    let mut number = Zeroizing::new(String::with_capacity(MOST + 1));
    let (mut digits, mut opened) = (0, false);
    for (at, byte) in text.trim().bytes().enumerate() {
        let after_bracket = core::mem::replace(&mut opened, byte == b'(');
        match byte {
            b'+' if at == 0 => {}
            b'0'..=b'9' if at > 0 && digits < MOST && (byte != b'0' || digits > 0 && !after_bracket) => digits += 1,
            b' ' | b'-' | b'.' | b'/' | b'(' | b')' if at > 0 => continue,
            _ => return None,
        }
        number.push(char::from(byte));
    }
    (digits >= LEAST).then(|| Sensitive::new(core::mem::take(&mut *number)))
}
