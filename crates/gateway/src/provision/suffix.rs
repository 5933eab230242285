//! `--on-conflict suffix`: the name that a channel gets where another one has its own.

use sha2::{Digest, Sha256};

use super::channel::Channel;
use super::check::LONGEST_NAME;

/// Letters and digits that are not taken for one another.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
const LENGTH: usize = 6;

/// The channel under its name with a hyphen and six characters, made from the definition: the same one gets the same name again.
pub(super) fn suffixed(channel: &Channel) -> Channel {
    let hash = Sha256::digest(channel.body());
    let suffix: String = hash.iter().take(LENGTH).map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect();
    let kept: String = channel.name.chars().take(LONGEST_NAME - LENGTH - 1).collect();
    channel.named(&format!("{}-{suffix}", kept.trim_end()))
}
