//! The calls of the guest contract, one file each, and what several of them share.

mod attribute_batch;
mod attribute_define;
mod attribute_list;
mod attributes_get;
mod attributes_set;
mod channel_create;
mod channel_list;
mod conversation_query;
mod group;
mod group_id;
mod guest_create;
mod guest_id;
mod guest_token;
mod permissions;
mod precondition;
mod profile_get;
mod profile_patch;
mod session_start;

pub use attribute_batch::{EntityError, EntityProblem, EntityResult, MOST_BYTES, MOST_ENTITIES};
pub use attribute_define::Defined;
pub use attribute_list::AttributePage;
pub use channel_create::{ChannelOutcome, ChannelRefusal};
pub use channel_list::ExistingChannel;
pub use conversation_query::{Conversation, ConversationPage};
pub use group::Group;
pub use group_id::GroupId;
pub use guest_create::{ConsentType, Guest, NewGuest};
pub use guest_id::GuestId;
pub use guest_token::GuestToken;
pub use permissions::Permission;
pub use precondition::Precondition;
pub use session_start::Starting;
