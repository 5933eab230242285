//! Single situations, told step by step, in a browser where nothing goes wrong by itself.

mod consent;
mod desk;
mod frozen;
mod journal;
mod logout;
mod signal;
mod stated;
mod webhook;
