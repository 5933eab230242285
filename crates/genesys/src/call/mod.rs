//! The calls of the guest contract, one file each, and what several of them share.

mod attributes_get;
mod attributes_set;
mod channel_create;
mod channel_list;
mod guest_create;
mod guest_id;
mod guest_token;
mod precondition;
mod profile_get;
mod profile_patch;

pub use channel_create::{ChannelOutcome, ChannelRefusal};
pub use channel_list::ExistingChannel;
pub use guest_create::{ConsentType, Guest, NewGuest};
pub use guest_id::GuestId;
pub use guest_token::GuestToken;
pub use precondition::Precondition;
