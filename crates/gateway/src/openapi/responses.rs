//! Refusals that many calls have, each group as the code gives them.

use std::collections::BTreeMap;

use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{IntoResponses, PartialSchema, ToSchema};

use crate::proxy::reply::GenesysError;
use crate::refusal::Error;

type Responses = BTreeMap<String, RefOr<Response>>;

/// What every call can get.
const EVERYWHERE: [(&str, &str); 3] = [
    ("429", "`rate.limited`: too many requests of this guest, from this address, or of all; `Retry-After`"),
    ("500", "`internal`: a fault of ours, or of Genesys"),
    ("504", "`timeout`: no answer in time"),
];

/// What a call with a body can get.
const WITH_BODY: [(&str, &str); 4] = [
    ("400", "`body.broken`, `json.invalid`, `field.missing`, `field.invalid`, `host.invalid`"),
    ("408", "`body.too.slow`"),
    ("413", "`body.too.large`: over 512,000 bytes"),
    ("415", "`content.type`, `unsupported.media.type`"),
];

/// What each call of the Guest API can get.
const PASSED_ON: [(&str, &str); 7] = [
    ("400", "`path.invalid`, `host.invalid`, `attributes.invalid`, `idempotency.invalid`, or what Genesys says"),
    ("401", "`bad.credentials`: the capability is missing, forged or expired"),
    ("403", "`guest.mismatch`, `capability.insufficient`, `attribute.forbidden`, or what Genesys says"),
    ("404", "Genesys does not know the guest, or nothing was written of it"),
    ("502", "`upstream.unreachable`, `upstream.unusable`"),
    ("503", "What Genesys says"),
    ("504", "`upstream.timeout`, `timeout`"),
];

/// What each write of the Guest API can get.
const WRITTEN: [(&str, &str); 3] = [
    ("409", "`idempotency.in.progress`, or `request.conflict`"),
    ("412", "What Genesys says"),
    ("422", "`idempotency.mismatch`, or what Genesys says"),
];

fn all<T: ToSchema + PartialSchema>(groups: &[&[(&str, &str)]]) -> Responses {
    let schema = RefOr::Ref(Ref::from_schema_name(T::name()));
    let response = |description: &str| {
        let content = ContentBuilder::new().schema(Some(schema.clone())).build();
        RefOr::T(ResponseBuilder::new().description(description).content("application/json", content).build())
    };
    groups.iter().flat_map(|group| *group).map(|(status, text)| ((*status).to_owned(), response(text))).collect()
}

/// Every call of ours.
pub(crate) struct Everywhere;

impl IntoResponses for Everywhere {
    fn responses() -> Responses {
        all::<Error>(&[&EVERYWHERE])
    }
}

/// Calls of ours that read a body.
pub(crate) struct WithBody;

impl IntoResponses for WithBody {
    fn responses() -> Responses {
        all::<Error>(&[&EVERYWHERE, &WITH_BODY])
    }
}

/// Reads of the Guest API.
pub(crate) struct Read;

impl IntoResponses for Read {
    fn responses() -> Responses {
        all::<GenesysError>(&[&EVERYWHERE, &PASSED_ON])
    }
}

/// Writes of the Guest API.
pub(crate) struct Write;

impl IntoResponses for Write {
    fn responses() -> Responses {
        all::<GenesysError>(&[&EVERYWHERE, &WITH_BODY, &PASSED_ON, &WRITTEN])
    }
}
