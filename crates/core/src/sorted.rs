//! A map from text that iterates in the order of its keys.
//!
//! Two vectors side by side: for the thousand keys that a guest may have this is as fast as a tree, and in a wasm build each
//! further type of value costs hundreds of bytes instead of the ten kilobytes of `BTreeMap`.

/// A map from text, in the order of its keys. Values are boxed, so that an insertion moves four bytes an entry and not all of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sorted<V> {
    keys: Vec<String>,
    values: Vec<Box<V>>,
}

impl<V> Default for Sorted<V> {
    fn default() -> Self {
        Self { keys: Vec::new(), values: Vec::new() }
    }
}

fn find(keys: &[String], key: &str) -> Result<usize, usize> {
    keys.binary_search_by(|at| (**at).cmp(key))
}

impl<V> Sorted<V> {
    /// How many keys.
    #[must_use]
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Whether a key is there.
    #[must_use]
    pub fn contains(&self, key: &str) -> bool {
        find(&self.keys, key).is_ok()
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&V> {
        find(&self.keys, key).ok().map(|at| &*self.values[at])
    }

    /// The value of a key, to be changed.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut V> {
        find(&self.keys, key).ok().map(|at| &mut *self.values[at])
    }

    /// The value of a key; the default is put there first if there is none.
    pub fn slot(&mut self, key: &str) -> &mut V
    where
        V: Default,
    {
        let at = find(&self.keys, key).unwrap_or_else(|at| {
            self.keys.insert(at, key.to_owned());
            self.values.insert(at, Box::default());
            at
        });
        &mut self.values[at]
    }

    /// Puts a value; gives back the one that was there.
    pub fn insert(&mut self, key: String, value: V) -> Option<V> {
        match find(&self.keys, &key) {
            Ok(at) => Some(core::mem::replace(&mut *self.values[at], value)),
            Err(at) => {
                self.keys.insert(at, key);
                self.values.insert(at, Box::new(value));
                None
            }
        }
    }

    /// Takes a value out.
    pub fn remove(&mut self, key: &str) -> Option<V> {
        let at = find(&self.keys, key).ok()?;
        self.keys.remove(at);
        Some(*self.values.remove(at))
    }

    /// Keys and values, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&String, &V)> {
        self.keys.iter().zip(self.values.iter().map(|value| &**value))
    }

    /// Values, in the order of their keys.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.values.iter().map(|value| &**value)
    }

    /// Keys and values, in order, the values to be changed.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&String, &mut V)> {
        self.keys.iter().zip(self.values.iter_mut().map(|value| &mut **value))
    }

    /// Values, in the order of their keys, to be changed.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.values.iter_mut().map(|value| &mut **value)
    }

    /// The keys, in order.
    #[must_use]
    pub fn keys(&self) -> &[String] {
        &self.keys
    }

    /// The keys for which `wanted` holds, in order.
    pub fn select(&self, wanted: impl Fn(&str, &V) -> bool) -> Vec<String> {
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
    type Item = (String, V);
    type IntoIter = core::iter::Map<
        core::iter::Zip<std::vec::IntoIter<String>, std::vec::IntoIter<Box<V>>>,
        fn((String, Box<V>)) -> (String, V),
    >;

    fn into_iter(self) -> Self::IntoIter {
        self.keys.into_iter().zip(self.values).map(|(key, value)| (key, *value))
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
            for (key, value) in steps {
                match value {
                    Some(value) => prop_assert_eq!(ours.insert(key.clone(), value), theirs.insert(key, value)),
                    None => prop_assert_eq!(ours.remove(&key), theirs.remove(&key)),
                }
                prop_assert!(ours.iter().eq(theirs.iter()));
                prop_assert_eq!(ours.len(), theirs.len());
            }
            *ours.slot("b") += 0;
            theirs.entry("b".into()).or_default();
            prop_assert!(ours.into_iter().eq(theirs));
        }
    }
}
