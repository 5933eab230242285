//! The OpenAPI document. Each route's file describes its own call (`#[utoipa::path]`), and the router takes path and method from
//! there, so that no route is without its description; here is what they share.
//!
//! - [`responses`]: the refusals that many calls have;
//! - [`guest_api`]: the shapes of the four calls that are passed on.

pub(crate) mod guest_api;
pub(crate) mod responses;

use axum::body::Bytes;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Components, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder};
use utoipa::{PartialSchema, ToSchema};

use crate::proxy::reply::GenesysError;
use crate::refusal::Error;

/// The document as it is served.
#[derive(Debug, Clone)]
pub(crate) struct Document(pub(crate) Bytes);

impl Document {
    pub(crate) fn of(api: &OpenApi) -> Self {
        Self(serde_json::to_vec(api).expect("a document of text and lists serialises").into())
    }
}

/// The document without its calls.
pub(crate) fn base() -> OpenApi {
    let capability = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT");
    let capability = capability.description(Some("A capability of POST /api/token: for one guest, minutes long"));
    let mut components = Components::new();
    components.add_security_scheme("capability", SecurityScheme::Http(capability.build()));
    let mut schemas = vec![(Error::name(), Error::schema()), (GenesysError::name(), GenesysError::schema())]
        .into_iter()
        .map(|(name, schema)| (name.into_owned(), schema))
        .collect();
    Error::schemas(&mut schemas);
    GenesysError::schemas(&mut schemas);
    components.schemas.extend(schemas);
    let info = InfoBuilder::new()
        .title("Guestsync gateway")
        .description(Some("The Guest API in front of Genesys, safe for browsers. docs/http.md says more."))
        .version(env!("CARGO_PKG_VERSION"))
        .license(Some(LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build()));
    OpenApiBuilder::new().info(info).components(Some(components)).build()
}
