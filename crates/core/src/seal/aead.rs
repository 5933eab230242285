//! AES-256-GCM with a 96-bit nonce and a 128-bit tag (NIST SP 800-38D): the floor. Nonces come from [`Entropy`](super::Entropy).
//!
//! The block cipher and the hash are the crates `aes` and `ghash`. The mode is put together here, so that the block that masks the tag
//! goes through the cipher together with those of the value: as many at once as the cipher takes. In wasm that is half the time and
//! half the bytes of the crate `aes-gcm`, which the tests hold it to.

use alloc::boxed::Box;
use core::iter;

use aes::Aes256;
use aes::cipher::consts::U16;
use aes::cipher::{Block, BlockCipherEncBackend, BlockCipherEncClosure, BlockCipherEncrypt, BlockSizeUser, KeyInit, ParBlocks};
use ghash::GHash;
use ghash::universal_hash::UniversalHash;
use zeroize::Zeroize;

use super::SealError;

/// Bytes of a nonce.
pub(super) const NONCE: usize = 12;
/// Bytes of a tag.
pub(super) const TAG: usize = BLOCK;
/// Bytes of a block of the cipher.
const BLOCK: usize = 16;

/// A key, expanded for use; wiped when dropped.
pub(super) struct Cipher {
    aes: Aes256,
    ghash: GHash,
}

impl Cipher {
    /// Expands a key. On the heap: what holds it can be moved without leaving copies behind.
    pub(super) fn new(key: &[u8; 32]) -> Box<Self> {
        let aes = Aes256::new(key.into());
        let mut hash_key = Block::<Aes256>::default();
        apply(&aes, &[0; NONCE], 0, &mut hash_key, &mut []);
        let ghash = GHash::new(&hash_key);
        hash_key.zeroize();
        Box::new(Self { aes, ghash })
    }

    /// Encrypts in place and gives the tag. The value is no longer than [`MAX_PLAIN`](super::MAX_PLAIN).
    pub(super) fn encrypt(&self, nonce: &[u8; NONCE], aad: &[u8], buffer: &mut [u8]) -> [u8; TAG] {
        let mut tag = Block::<Aes256>::default();
        apply(&self.aes, nonce, 1, &mut tag, buffer);
        for (byte, hashed) in tag.iter_mut().zip(self.hash(aad, buffer).finalize()) {
            *byte ^= hashed;
        }
        tag.into()
    }

    /// Decrypts in place; where the tag does not fit, the buffer is left as it was.
    pub(super) fn decrypt(&self, nonce: &[u8; NONCE], aad: &[u8], buffer: &mut [u8], tag: &[u8; TAG]) -> Result<(), SealError> {
        let mut expected = (*tag).into();
        apply(&self.aes, nonce, 1, &mut expected, &mut []);
        // In constant time.
        self.hash(aad, buffer).verify(&expected).map_err(|_| SealError::Forged)?;
        apply(&self.aes, nonce, 1, &mut Block::<Aes256>::default(), buffer);
        Ok(())
    }

    fn hash(&self, aad: &[u8], ciphertext: &[u8]) -> GHash {
        let mut hash = self.ghash.clone();
        let mut lengths = Block::<Aes256>::default();
        let (of_aad, of_ciphertext) = lengths.split_at_mut(8);
        of_aad.copy_from_slice(&(aad.len() as u64 * 8).to_be_bytes());
        of_ciphertext.copy_from_slice(&(ciphertext.len() as u64 * 8).to_be_bytes());
        for part in [aad, ciphertext, &lengths] {
            hash.update_padded(part);
        }
        hash
    }
}

/// Adds the key stream that begins with this count to `first` and what follows it to `rest`.
fn apply(aes: &Aes256, nonce: &[u8; NONCE], count: u32, first: &mut Block<Aes256>, rest: &mut [u8]) {
    aes.encrypt_with_backend(Stream { nonce, count, first, rest });
}

struct Stream<'a> {
    nonce: &'a [u8; NONCE],
    count: u32,
    first: &'a mut Block<Aes256>,
    rest: &'a mut [u8],
}

impl BlockSizeUser for Stream<'_> {
    type BlockSize = U16;
}

impl BlockCipherEncClosure for Stream<'_> {
    fn call<B: BlockCipherEncBackend<BlockSize = U16>>(self, backend: &B) {
        let Self { nonce, mut count, first, rest } = self;
        let mut parts = iter::once(&mut first[..]).chain(rest.chunks_mut(BLOCK)).peekable();
        while parts.peek().is_some() {
            let mut blocks = ParBlocks::<B>::default();
            for block in &mut blocks {
                let (start, end) = block.split_at_mut(NONCE);
                start.copy_from_slice(nonce);
                end.copy_from_slice(&count.to_be_bytes());
                count += 1;
            }
            backend.encrypt_par_blocks((&mut blocks).into());
            for (key, part) in blocks.iter().zip(&mut parts) {
                for (byte, key) in part.iter_mut().zip(key) {
                    *byte ^= key;
                }
            }
            blocks.as_flattened_mut().zeroize();
        }
    }
}

#[cfg(test)]
#[path = "aead_vectors.rs"]
mod vectors;

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use aes_gcm::Aes256Gcm;
    use aes_gcm::aead::AeadInOut;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_independent_implementation_writes_the_same_bytes(
            key in any::<[u8; 32]>(),
            nonce in any::<[u8; NONCE]>(),
            aad in prop::collection::vec(any::<u8>(), 0..80),
            plain in prop::collection::vec(any::<u8>(), 0..400),
        ) {
            let (mut ours, mut theirs) = (plain.clone(), plain.clone());
            let tag = Cipher::new(&key).encrypt(&nonce, &aad, &mut ours);
            let their_tag = Aes256Gcm::new(&key.into()).encrypt_inout_detached(&nonce.into(), &aad, (&mut *theirs).into());
            prop_assert_eq!((&ours, Ok(tag)), (&theirs, their_tag.map(Into::into)));
            prop_assert_eq!(Cipher::new(&key).decrypt(&nonce, &aad, &mut ours, &tag), Ok(()));
            prop_assert_eq!(ours, plain);
        }
    }
}
