//! Single situations, told step by step, in a browser where nothing goes wrong by itself.

mod blocked;
mod consent;
mod deciding;
mod desk;
mod forgotten;
mod frozen;
mod herd;
mod journal;
mod logout;
mod refusal;
mod signal;
mod stated;
mod webhook;
