//! The boundary between JavaScript and the core, in a real page: what the face would call, and what it is asked for.

#![cfg(target_arch = "wasm32")]
#![allow(missing_docs, reason = "a test has no interface")]

use guestsync_page::{Page, PageOptions};
use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

/// A face that writes down what it is asked for.
struct Face {
    asked: Array,
    host: JsValue,
}

impl Face {
    fn new() -> Self {
        let (asked, host) = (Array::new(), Object::new());
        for name in [
            "settle", "event", "defer", "load", "store", "send", "abort", "token", "start", "lock", "unlock", "notify", "resolve",
        ] {
            let body = format!("return (...given) => asked.push([{name:?}, ...given])");
            let make = Function::new_with_args("asked", &body);
            let function = make.call1(&JsValue::UNDEFINED, &asked).expect("a function");
            Reflect::set(&host, &name.into(), &function).expect("an object takes members");
        }
        Self { asked, host: host.into() }
    }

    fn page(&self, session: bool) -> Page {
        let mut options = PageOptions::new("8f3a2b1c".into(), session, false);
        options.state("service".into());
        options.limits(10, 2_000, 100, 1_024, 256);
        let page = Page::new(options, self.host.clone().unchecked_into()).unwrap_or_else(|_| unreachable!("there is entropy"));
        page.begin(true);
        page
    }

    /// The first thing of this name that was asked for, taken off the list.
    fn take(&self, name: &str) -> Array {
        let find = "const at = asked.findIndex(([of]) => of === name); return at < 0 ? undefined : asked.splice(at, 1)[0]";
        let found = Function::new_with_args("asked, name", find).call2(&JsValue::UNDEFINED, &self.asked, &name.into());
        found
            .ok()
            .and_then(|one| one.dyn_into().ok())
            .unwrap_or_else(|| unreachable!("{name} was not asked for: {:?}", self.asked))
    }

    fn was_asked(&self, name: &str) -> bool {
        self.asked.iter().any(|one| one.unchecked_into::<Array>().get(0) == name)
    }
}

fn number(value: &JsValue) -> u32 {
    value.as_f64().expect("a number") as u32
}

fn text(value: &JsValue) -> String {
    value.as_string().expect("a string")
}

#[wasm_bindgen_test]
fn a_set_is_kept_sent_and_settled() {
    let face = Face::new();
    let page = face.page(false);
    page.loaded(number(&face.take("load").get(1)), Some(Array::new()));

    page.set(7, "s4,2;n3,1;\nlangdeage9");
    assert!(face.was_asked("defer"));
    page.burst_ended();
    face.take("store");
    let store = face.take("store");
    let writes: Array = store.get(2).unchecked_into();
    assert_eq!(text(&writes.get(0)), "r");
    assert!(text(&writes.get(1)).starts_with("8f3a2b1c/"));
    page.stored(number(&store.get(1)), "disk");
    let settled = face.take("settle");
    assert_eq!((number(&settled.get(1)), text(&settled.get(2))), (7, "set".to_owned()));
    assert_eq!(text(&settled.get(3)), r#"{"stored":"disk","masked":[],"held":[]}"#);

    page.flush(8, 1_000);
    face.take("lock");
    page.lock_granted();
    let rows = Array::of3(&"c".into(), &"s/service".into(), &"".into());
    for part in writes.iter() {
        rows.push(&part);
    }
    page.loaded(number(&face.take("load").get(1)), Some(rows));
    face.take("token");
    page.token(0.0, "capability".into(), 300.0);
    let sent = face.take("send");
    let parts: Array = sent.get(2).unchecked_into();
    assert_eq!(text(&parts.get(0)), "8f3a2b1c");
    assert_eq!(text(&parts.get(2)), r#"{"attributes":{"age":9,"lang":"de"}}"#);
    assert!(parts.get(4).is_null(), "nobody has written yet");
    page.answered(number(&sent.get(1)), 200, &Array::of3(&JsValue::NULL, &JsValue::NULL, &"\"1\"".into()));
    assert_eq!(page.pending(), 0);
}

#[wasm_bindgen_test]
fn what_cannot_be_an_attribute_is_refused_without_its_value() {
    let face = Face::new();
    let page = face.page(false);
    page.set(1, "x4,6;n3,3;\ncartobjectageNaN");
    let settled = face.take("settle");
    assert_eq!(text(&settled.get(2)), "invalid");
    let json = text(&settled.get(3));
    assert!(json.contains(r#""code":"value.type""#) && json.contains(r#""code":"value.not_finite""#), "{json}");
    assert!(!json.contains("NaN") && !json.contains("object"), "{json}");
}

#[wasm_bindgen_test]
fn a_call_that_the_face_garbled_is_told_and_does_no_harm() {
    let face = Face::new();
    let page = face.page(false);
    for garbled in ["", "s1", "s99,1;\nkv", "\u{1f600}\n"] {
        page.set(1, garbled);
        assert_eq!(text(&face.take("settle").get(2)), "call.malformed");
    }
    page.loaded(99, None);
    page.stored(99, "nonsense");
    page.answered(99, 500, &Array::new());
    assert_eq!(page.pending(), 0);
}

#[wasm_bindgen_test]
fn a_visitor_of_the_page_gets_a_session_first() {
    let face = Face::new();
    let page = face.page(true);
    page.loaded(number(&face.take("load").get(1)), Some(Array::new()));
    face.take("lock");
    page.lock_granted();
    page.loaded(number(&face.take("load").get(1)), Some(Array::new()));
    assert_eq!(text(&face.take("start").get(1)), "8f3a2b1c");
    page.started("guest-1".into());
    let ready = face.take("event");
    assert_eq!((text(&ready.get(1)), text(&ready.get(2))), ("ready".to_owned(), r#"{"guestId":"guest-1"}"#.to_owned()));
}
