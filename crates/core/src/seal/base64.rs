//! Base64 (RFC 4648): unpadded base64url for JWE, padded base64 for the `shared` mode. Decoding takes the canonical form only.

use alloc::string::String;
use alloc::vec::Vec;

use base64ct::{Base64, Base64UrlUnpadded, Encoding};

use super::SealError;

const URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// base64url without padding (RFC 7515 §2).
pub(super) fn url(bytes: &[u8]) -> String {
    encode(bytes, URL)
}

/// What is written is public, so that it may be looked up in a table: a fifth of the size, in wasm, of an encoder that must not.
fn encode(bytes: &[u8], letters: &[u8; 64]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    let mut letter = |bits: u32| text.push(char::from(letters[bits as usize % 64]));
    let (mut bits, mut waiting) = (0, 0);
    for byte in bytes {
        (bits, waiting) = (bits << 8 | u32::from(*byte), waiting + 8);
        while waiting >= 6 {
            waiting -= 6;
            letter(bits >> waiting);
        }
    }
    if waiting > 0 {
        letter(bits << (6 - waiting));
    }
    text
}

/// What [`url`] wrote.
pub(super) fn from_url(text: &str) -> Result<Vec<u8>, SealError> {
    Base64UrlUnpadded::decode_vec(text).map_err(|_| SealError::Malformed)
}

/// What [`url`] wrote, of exactly this many bytes.
pub(super) fn array_from_url<const N: usize>(text: &str) -> Result<[u8; N], SealError> {
    let mut bytes = [0; N];
    match Base64UrlUnpadded::decode(text, &mut bytes) {
        Ok(read) if read.len() == N => Ok(bytes),
        _ => Err(SealError::Malformed),
    }
}

/// base64 with padding (RFC 4648 §4).
pub(super) fn standard(bytes: &[u8]) -> String {
    let mut text = encode(bytes, STANDARD);
    while !text.len().is_multiple_of(4) {
        text.push('=');
    }
    text
}

/// What [`standard`] wrote.
pub(super) fn from_standard(text: &str) -> Result<Vec<u8>, SealError> {
    Base64::decode_vec(text).map_err(|_| SealError::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vectors_of_the_rfc_are_written_and_read() {
        let rows =
            [("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy")];
        for (plain, text) in rows {
            assert_eq!(standard(plain.as_bytes()), text);
            assert_eq!(from_standard(text).as_deref(), Ok(plain.as_bytes()));
            assert_eq!(url(plain.as_bytes()), text.trim_end_matches('='));
        }
    }

    #[test]
    fn both_alphabets_are_those_of_an_independent_encoder() {
        let bytes: Vec<u8> = (0..=255).collect();
        for length in [0, 1, 2, 3, 254, 255, 256] {
            assert_eq!(standard(&bytes[..length]), Base64::encode_string(&bytes[..length]));
            assert_eq!(from_standard(&standard(&bytes[..length])).as_deref(), Ok(&bytes[..length]));
        }
    }

    #[test]
    fn a_second_spelling_of_the_same_bytes_is_refused() {
        for text in ["Zh", "Zg==", "Zg=", "Z", "Zm9v\n", " Zm9v", "Zm+v", "Zm/v"] {
            assert_eq!(from_url(text), Err(SealError::Malformed), "{text:?}");
        }
        for text in ["Zh==", "Zg", "Zg=", "Zm-v", "Zm9v=", "Zm9v====", "Zm9v\n"] {
            assert_eq!(from_standard(text), Err(SealError::Malformed), "{text:?}");
        }
    }

    #[test]
    fn an_array_has_its_exact_length() {
        assert_eq!(array_from_url::<3>("Zm9v"), Ok(*b"foo"));
        assert_eq!(array_from_url::<4>("Zm9v"), Err(SealError::Malformed));
        assert_eq!(array_from_url::<2>("Zm9v"), Err(SealError::Malformed));
    }
}
