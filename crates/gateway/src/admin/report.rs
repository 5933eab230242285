//! GET `/report`: how many conversations have an attribute.

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::meta_error::Refused;
use crate::app::App;
use crate::meta::report::{Form, MOST_DAYS, Span, USUAL_DAYS, Wanted, render};
use crate::refusal::Refusal;

const DAYS: Refusal =
    Refusal::new(StatusCode::BAD_REQUEST, "field.invalid", "days must be a number from 1 to 3660").field("days");
const FORM: Refusal =
    Refusal::new(StatusCode::BAD_REQUEST, "field.invalid", "format must be json, csv, html or table").field("format");

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    attrs: String,
    days: Option<u32>,
    format: Option<String>,
}

/// `?attrs=a,b&days=30&format=json|csv|html|table` → 200 `{from, to, conversations, attributes: [{name, count, fillRate}], counts}`.
pub(super) async fn handle(
    State(app): State<Arc<App>>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Refused> {
    let Query(asked) = asked.map_err(|_| DAYS)?;
    let days = asked.days.unwrap_or(USUAL_DAYS);
    if !(1..=MOST_DAYS).contains(&days) {
        return Err(DAYS.into());
    }
    let form = asked.format.map_or(Some(Form::Json), |name| Form::parse(&name)).ok_or(FORM)?;
    let report = app.metadata.report(&Wanted::parse(&asked.attrs), Span::last_days(days), |_| ()).await?;
    Ok(([(header::CONTENT_TYPE, form.media())], render(&report, form)).into_response())
}
