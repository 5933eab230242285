//! Why no token was given (RFC 6749 §5.2), in the server's own words where they may be shown.

use serde::Deserialize;

use crate::{Answer, Settings};

const LONGEST: usize = 200;
/// What is longer may be a credential.
const LONGEST_WORD: usize = 60;

#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    error: String,
    #[serde(default)]
    error_description: String,
}

/// The description of the refusal, else its code, else nothing. Never what repeats the secret or could be a token.
pub(super) fn reason(answer: &Answer, settings: &Settings) -> String {
    let Ok(Body { error, error_description }) = answer.json::<Body>() else { return String::new() };
    let secret = settings.client_secret.expose();
    let may_be_shown = |text: &String| {
        let plain = (1..=LONGEST).contains(&text.len()) && text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
        let words = text.split(' ').all(|word| word.len() <= LONGEST_WORD);
        plain && words && (secret.is_empty() || !text.contains(secret.as_str()))
    };
    [error_description, error].into_iter().find(may_be_shown).unwrap_or_default()
}
