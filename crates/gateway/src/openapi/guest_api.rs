//! The shapes of A1, A2, P1 and P2. Genesys decides about them; the gateway passes them on, so these types are only described.
#![allow(dead_code, reason = "described, not built")]

use serde_json::{Map, Value};
use utoipa::ToSchema;
use utoipa::openapi::schema::{Object, ObjectBuilder, OneOfBuilder, Schema, Type};

/// What A1 writes.
#[derive(ToSchema)]
pub(crate) struct AttributeUpdate {
    #[schema(schema_with = some_attributes)]
    attributes: Map<String, Value>,
}

/// A guest's attributes.
#[derive(ToSchema)]
pub(crate) struct Attributes {
    #[schema(schema_with = attributes)]
    attributes: Map<String, Value>,
    /// The `ETag` without its quotes.
    version: u64,
}

/// One to 100.
fn some_attributes() -> Object {
    let mut some = attributes();
    some.min_properties = Some(1);
    some
}

/// Up to 100: name → text of at most 256 bytes in UTF-8, truth value or number.
pub(crate) fn attributes() -> Object {
    let text = ObjectBuilder::new().schema_type(Type::String).max_length(Some(256));
    let values = OneOfBuilder::new()
        .item(text)
        .item(ObjectBuilder::new().schema_type(Type::Boolean))
        .item(ObjectBuilder::new().schema_type(Type::Number));
    let names = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(256)).build();
    ObjectBuilder::new()
        .property_names(Some(names))
        .additional_properties(Some(Schema::from(values)))
        .max_properties(Some(100))
        .build()
}

/// A guest's profile; values may be sealed.
#[derive(ToSchema)]
pub(crate) struct Profile {
    id: String,
    #[schema(required = false)]
    name: Option<Value>,
    #[schema(required = false)]
    email: Option<Value>,
    #[schema(required = false)]
    phone: Option<Value>,
    #[serde(rename = "lastUpdated")]
    #[schema(required = false)]
    last_updated: Option<Value>,
}

/// An operation of RFC 6902 on a member that `proxy.pointers` lists.
#[derive(ToSchema)]
#[serde(tag = "op", rename_all = "lowercase")]
pub(crate) enum Operation {
    Add { path: String, value: Value },
    Replace { path: String, value: Value },
    Remove { path: String },
}
