//! A map from text that iterates in the order of its keys.
//!
//! A vector of pairs: for the thousand keys that a guest may have this is as fast as a tree, and in a wasm build each further type
//! of value costs hundreds of bytes instead of the ten kilobytes of `BTreeMap`.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::shared_str::SharedStr;

/// A map from text, in the order of its keys. Values are boxed, so that an insertion moves 16 bytes an entry and not all of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sorted<V> {
    entries: Vec<(SharedStr, Box<V>)>,
}

impl<V> Default for Sorted<V> {
    fn default() -> Self {
        Self { entries: Vec::new() }
    }
}

impl<V> Sorted<V> {
    /// Where a key is, or where it belongs.
    fn find(&self, key: &SharedStr) -> Result<usize, usize> {
        self.entries.binary_search_by(|(at, _)| at.cmp(key))
    }

    /// How many keys.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether a key is there.
    #[must_use]
    pub fn contains(&self, key: &SharedStr) -> bool {
        self.find(key).is_ok()
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &SharedStr) -> Option<&V> {
        let (_, value) = self.entries.get(self.find(key).ok()?)?;
        Some(value)
    }

    /// The value of a key, to be changed.
    pub fn get_mut(&mut self, key: &SharedStr) -> Option<&mut V> {
        let at = self.find(key).ok()?;
        let (_, value) = self.entries.get_mut(at)?;
        Some(value)
    }

    /// Puts a value; gives back the one that was there.
    pub fn insert(&mut self, key: SharedStr, value: V) -> Option<Box<V>> {
        self.insert_box(key, Box::new(value))
    }

    /// The same code for all types of values: a build has it once, because nothing in it drops one.
    #[inline(never)]
    fn insert_box(&mut self, key: SharedStr, mut value: Box<V>) -> Option<Box<V>> {
        match self.find(&key) {
            Ok(at) => {
                if let Some((_, there)) = self.entries.get_mut(at) {
                    core::mem::swap(there, &mut value);
                }
                Some(value)
            }
            Err(at) => {
                // Never beyond the end; said so, it spares the build a panic.
                self.entries.insert(at.min(self.entries.len()), (key, value));
                None
            }
        }
    }

    /// Takes a value out.
    #[inline(never)]
    pub fn remove(&mut self, key: &SharedStr) -> Option<Box<V>> {
        // Moves it to the end, entry by entry: `Vec::remove` brings a panic into the build.
        let at = self.find(key).ok()?;
        let mut after = self.entries.get_mut(at..)?.iter_mut();
        let mut hole = after.next()?;
        for next in after {
            core::mem::swap(hole, next);
            hole = next;
        }
        let (_, value) = self.entries.pop()?;
        Some(value)
    }

    /// Keys and values, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&SharedStr, &V)> {
        self.entries.iter().map(|(key, value)| (key, &**value))
    }

    /// Values, in the order of their keys.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.entries.iter().map(|(_, value)| &**value)
    }

    /// Keys and values, in order, the values to be changed.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&SharedStr, &mut V)> {
        self.entries.iter_mut().map(|(key, value)| (&*key, &mut **value))
    }

    /// The keys, in order.
    #[must_use]
    pub fn keys(&self) -> Vec<SharedStr> {
        self.select(&|_, _| true)
    }

    /// The keys for which `wanted` holds, in order.
    pub fn select(&self, wanted: &dyn Fn(&SharedStr, &V) -> bool) -> Vec<SharedStr> {
        let mut keys = Vec::new();
        for (key, value) in self.iter() {
            if wanted(key, value) {
                keys.push(key.clone());
            }
        }
        keys
    }
}

impl<V> IntoIterator for Sorted<V> {
    type Item = (SharedStr, Box<V>);
    type IntoIter = alloc::vec::IntoIter<(SharedStr, Box<V>)>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn it_behaves_like_the_tree_of_the_standard_library(steps in prop::collection::vec(("[a-d]{0,2}", any::<Option<u8>>()), 0..60)) {
            let (mut ours, mut theirs) = (Sorted::default(), BTreeMap::new());
            for (key, value) in steps.into_iter().map(|(key, value)| (SharedStr::from(key), value)) {
                match value {
                    Some(value) => prop_assert_eq!(ours.insert(key.clone(), value).map(|value| *value), theirs.insert(key, value)),
                    None => prop_assert_eq!(ours.remove(&key).map(|value| *value), theirs.remove(&key)),
                }
                prop_assert!(ours.iter().eq(theirs.iter()));
                prop_assert_eq!(ours.len(), theirs.len());
            }
            prop_assert_eq!(ours.select(&|key, value| **key < *"b" || *value < 9).len(), theirs.iter().filter(|(key, value)| &***key < "b" || **value < 9).count());
            prop_assert!(ours.into_iter().map(|(key, value)| (key, *value)).eq(theirs));
        }
    }
}
