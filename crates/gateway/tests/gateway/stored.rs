//! What a state directory holds, folders within folders included.

use std::fs;
use std::path::{Path, PathBuf};

/// Every file and folder below `directory`.
pub(crate) fn entries(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(entries(&path));
        }
        found.push(path);
    }
    found
}

/// The bytes of all files below `directory`, one after the other.
pub(crate) fn bytes(directory: &Path) -> Vec<u8> {
    entries(directory).iter().filter(|path| path.is_file()).flat_map(|path| fs::read(path).unwrap()).collect()
}
