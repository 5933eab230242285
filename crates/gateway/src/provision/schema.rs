//! The same rules for editors. What a JSON Schema cannot say (bytes of UTF-8, names that are there twice) only the checks say.

/// A JSON Schema (draft 7, which editors know best) of a file of channels.
pub const SCHEMA: &str = include_str!("../../../../docs/channels.schema.json");
