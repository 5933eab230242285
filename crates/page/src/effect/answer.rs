//! What an HTTP response says, read with the engine's own JSON parser.

use guestsync_core::attribute::Value;
use guestsync_core::outbox::Answer;
use js_sys::{Array, JSON, JsString, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

/// A member of an object; undefined where there is none.
pub(crate) fn member(object: &JsValue, name: &str) -> JsValue {
    if object.is_object() { Reflect::get(object, &name.into()).unwrap_or_default() } else { JsValue::UNDEFINED }
}

/// A member that is a string.
pub(crate) fn text(object: &JsValue, name: &str) -> Option<String> {
    member(object, name).as_string()
}

/// The body, parsed; undefined where it is not JSON.
pub(crate) async fn body(response: &Response) -> JsValue {
    let Ok(text) = response.text() else { return JsValue::UNDEFINED };
    match JsFuture::from(text).await.map(|text| text.as_string()) {
        Ok(Some(text)) => JSON::parse(&text).unwrap_or_default(),
        _ => JsValue::UNDEFINED,
    }
}

/// Status, fields, and what the body says of an error. Errors of the Guest API and of the gateway are both understood.
pub(crate) fn answer(response: &Response, body: &JsValue) -> Answer {
    let headers = response.headers();
    let header = |name| headers.get(name).ok().flatten();
    let error = member(body, "error");
    let error = if error.is_object() { &error } else { body };
    let details: Array = member(error, "details").dyn_into().unwrap_or_default();
    Answer {
        status: response.status(),
        code: text(error, "code"),
        message: text(error, "message"),
        fields: details.iter().filter_map(|detail| text(&detail, "fieldName")).collect(),
        etag: header("etag"),
        retry_after: header("retry-after"),
        date: header("date"),
        attributes: attributes(&member(body, "attributes")),
    }
}

fn attributes(object: &JsValue) -> Vec<(String, Value)> {
    let Some(object) = object.dyn_ref::<Object>() else { return Vec::new() };
    let pairs = Object::entries(object);
    pairs
        .iter()
        .filter_map(|pair| {
            let pair: Array = pair.dyn_into().ok()?;
            Some((pair.get(0).as_string()?, value(&pair.get(1))?))
        })
        .collect()
}

/// An attribute's value; a number as JSON writes it.
pub(crate) fn value(value: &JsValue) -> Option<Value> {
    if let Some(text) = value.as_string() {
        return Some(Value::Text(text));
    }
    if let Some(flag) = value.as_bool() {
        return Some(Value::Bool(flag));
    }
    value.as_f64()?;
    JSON::stringify(value).ok().map(|text: JsString| Value::Number(text.into()))
}
