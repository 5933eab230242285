//! Data that is there from the start: a tree of groups, definitions of attributes, conversations.
//!
//! All of it follows from the numbers in [`Sample`](crate::Sample), so a test can say what it must find.

mod conversations;
mod groups;
mod schemas;

pub(crate) use conversations::Conversations;
pub(crate) use groups::{Group, ORGANISATION, Standing, find as find_group};
pub(crate) use schemas::fill;
