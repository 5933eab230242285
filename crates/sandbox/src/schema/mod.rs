//! Custom attributes: their definitions (S1, S2) and what a record's values must keep (S3).
//!
//! What the contract leaves open is decided here, strictly:
//! - A `string` is any JSON string, a `number` any finite JSON number, a `boolean` `true` or `false`, a `date` a string
//!   in the form `2026-11-20` or of RFC 3339.
//! - A rule suits one type: `string` and `regex` belong to strings, `number` and `range` to numbers. Another one is
//!   refused when the attribute is defined.
//! - `string` bounds the length in characters by `min` and `max`; with `value` it must be that string.
//! - `number` bounds the value by `min` and `max`, both included; with `value` it must be that number.
//! - `range` is `number` without `value` and with at least one bound.
//! - `regex` searches the pattern `value` anywhere in the string; the pattern anchors itself. Linear time, so no
//!   look-around and no back-references.
//! - `defaultValue` must itself be a good value or null.

mod definition;
mod kind;
mod rule;

pub(crate) use definition::Definition;
