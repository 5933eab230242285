//! Small forms of text.

use std::borrow::Cow;

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|b| [DIGITS[usize::from(b >> 4)], DIGITS[usize::from(b & 15)]]).map(char::from).collect()
}

/// Writes a text as JSON. Most have nothing to escape, which is found out faster for a whole text than byte by byte.
pub(crate) fn write_json(text: &str, json: &mut Vec<u8>) {
    let is_plain = text.bytes().fold(true, |plain, byte| plain & (byte >= b' ') & (byte != b'"') & (byte != b'\\'));
    if is_plain {
        json.push(b'"');
        json.extend_from_slice(text.as_bytes());
        json.push(b'"');
    } else {
        serde_json::to_writer(json, text).expect("a text is written to memory");
    }
}

/// A text of so many bytes at most; of a longer one the begin, with an ellipsis behind it.
pub(crate) fn cut(text: &str, bytes: usize) -> Cow<'_, str> {
    if text.len() <= bytes {
        return Cow::Borrowed(text);
    }
    Cow::Owned(format!("{}…", &text[..text.floor_char_boundary(bytes)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_written_as_json_whatever_it_has_in_it() {
        for text in ["", "plain é \u{7f}", "\"", "\\", "a\u{1f}b", "long enough for several words at once \n"] {
            let mut json = Vec::new();
            write_json(text, &mut json);
            assert_eq!(json, serde_json::to_vec(text).unwrap());
        }
    }
}
