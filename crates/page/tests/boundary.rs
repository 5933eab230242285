//! The boundary between JavaScript and the core, in a real page: what the face would tell, and what it is asked for.

#![cfg(target_arch = "wasm32")]
#![allow(missing_docs, reason = "a test has no interface")]

use guestsync_page::code::{Ask, Tell};
use guestsync_page::{open, tell};
use js_sys::{Array, Function, JSON};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

/// A face that writes down what it is asked for.
struct Face {
    asked: Array,
    page: usize,
}

/// Texts in one string, as the face packs them; `None`: no text.
fn pack(texts: &[Option<&str>]) -> String {
    let length = |text: &Option<&str>| text.map_or(String::new(), |text| text.encode_utf16().count().to_string());
    let lengths: Vec<String> = texts.iter().map(length).collect();
    let texts: Vec<&str> = texts.iter().flatten().copied().collect();
    format!("{}\n{}", lengths.join(","), texts.concat())
}

/// The number of a name.
fn code(all: &[impl core::fmt::Debug], name: &str) -> usize {
    let named = |one: &_| format!("{one:?}").eq_ignore_ascii_case(name);
    all.iter().position(named).unwrap_or_else(|| unreachable!("{name} is no message"))
}

impl Face {
    fn new(session: bool) -> Self {
        let known = (!session).then_some("8f3a2b1c");
        let (own, limits) = (Some("c1b2"), ["10", "2000", "100", "1024", "256", "0", "1", "service", ""].map(Some));
        let options = [&[Some("1"), Some("2"), known, own, None, None, None][..], &limits[..]].concat();
        let face = Self { asked: Array::new(), page: open(&pack(&options), 1e12, 0.0) };
        face.tell(&["tick"]);
        face
    }

    fn tell(&self, texts: &[&str]) {
        let texts: Vec<Option<&str>> = texts.iter().copied().map(Some).collect();
        self.tell_all(texts[0].unwrap_or_default(), &texts[1..]);
    }

    fn tell_all(&self, name: &str, given: &[Option<&str>]) {
        let number = code(Tell::ALL, name).to_string();
        self.hear(&pack(&[&[Some(&*number)], given].concat()));
    }

    fn hear(&self, message: &str) {
        let asked = tell(self.page, message, 1e12, 0.0);
        if !asked.is_empty() {
            let asked: Array = JSON::parse(&asked).expect("JSON").unchecked_into();
            asked.for_each(&mut |one, _, _| {
                self.asked.push(&one);
            });
        }
    }

    /// What follows the name in the first message of this name, taken off the list.
    fn take(&self, name: &str) -> Vec<JsValue> {
        let find = "const at = asked.findIndex(([of]) => of === name); return at < 0 ? undefined : asked.splice(at, 1)[0]";
        let number = JsValue::from(code(Ask::ALL, name) as u32);
        let found = Function::new_with_args("asked, name", find).call2(&JsValue::UNDEFINED, &self.asked, &number);
        let found: Option<Array> = found.ok().and_then(|one| one.dyn_into().ok());
        let found = found.unwrap_or_else(|| unreachable!("{name} was not asked for: {:?}", self.asked));
        found.iter().skip(1).collect()
    }

    /// The id in the first message of this name.
    fn id(&self, name: &str) -> String {
        json(&self.take(name)[..1])
    }

    fn pending(&self) -> Option<f64> {
        self.tell(&["metrics"]);
        self.take("metrics")[9].as_f64()
    }
}

fn text(value: &JsValue) -> String {
    value.as_string().expect("a string")
}

/// JSON without the outer brackets.
fn json(values: &[JsValue]) -> String {
    let array: Array = values.iter().collect();
    let json = String::from(JSON::stringify(&array).expect("JSON"));
    json[1..json.len() - 1].to_owned()
}

#[wasm_bindgen_test]
fn a_set_is_kept_sent_and_settled() {
    let face = Face::new(false);
    face.tell(&["loaded", &face.id("load")]);

    face.tell(&["sets", "7", "6", "lang", "sde", "name", "sJosé \u{1f600}", "age", "n9"]);
    face.take("store");
    let store = face.take("store");
    assert_eq!(text(&store[1]), "r");
    assert!(text(&store[2]).starts_with("8f3a2b1c/"));
    face.tell(&["stored", &json(&store[..1]), "disk"]);
    assert_eq!(json(&face.take("settle")), r#"7,"set","disk",[]"#);

    face.tell(&["flush", "8", "1000"]);
    face.take("lock");
    face.tell(&["lockGranted"]);
    face.tell(&["loaded", &face.id("load"), "c", "s/service", "", "r", &text(&store[2]), &text(&store[3])]);
    face.take("token");
    face.tell(&["token", "8f3a2b1c", "capability", "0", "300000"]);
    let sent = face.take("send");
    assert_eq!(json(&sent[2..5]), r#"false,"8f3a2b1c","capability""#);
    assert_eq!(text(&sent[5]), "{\"attributes\":{\"age\":9,\"lang\":\"de\",\"name\":\"José \u{1f600}\"}}");
    assert!(sent[7].is_null(), "nobody has written yet");
    let answer = [Some(&*json(&sent[..1])), Some("200"), None, None, Some("\"1\"")];
    face.tell_all("answered", &answer);
    assert_eq!(face.pending(), Some(0.0));
}

#[wasm_bindgen_test]
fn what_cannot_be_an_attribute_is_refused_without_its_value() {
    let face = Face::new(false);
    face.tell(&["sets", "1", "4", "cart", "x", "age", "nNaN"]);
    assert_eq!(json(&face.take("settle")), r#"1,"invalid","cart",7,"age",8"#);
}

#[wasm_bindgen_test]
fn what_the_face_garbled_is_refused_and_does_no_harm() {
    let face = Face::new(false);
    let sets = code(Tell::ALL, "sets");
    for garbled in ["1,1,1,9,9\n?12key", "1,1,1,1\n?12k", "1,1,1\n?12", "1,1\n?1"] {
        face.hear(&garbled.replace('?', &sets.to_string()));
        assert!(json(&face.take("settle")).starts_with(r#"1,"invalid","#));
    }
    for garbled in ["", "\n", "9\n2", "1\n2", "2\n99", "7\nunknown", "\u{1f600}\n"] {
        face.hear(garbled);
    }
    face.tell(&["loadFailed", "99"]);
    face.tell(&["stored", "99", "nonsense"]);
    face.tell(&["answered", "99", "500"]);
    face.tell(&["changed", "nonsense"]);
    assert_eq!(face.pending(), Some(0.0));
}

#[wasm_bindgen_test]
fn a_visitor_of_the_page_gets_a_session_first() {
    let face = Face::new(true);
    face.tell(&["loaded", &face.id("load")]);
    face.take("lock");
    face.tell(&["lockGranted"]);
    face.tell(&["loaded", &face.id("load")]);
    assert_eq!(json(&face.take("start")), r#""c1b2""#);
    face.tell(&["started", "another", "guest-0"]);
    face.tell(&["started", "c1b2", "guest-1"]);
    assert_eq!(json(&face.take("event")), r#""ready","guest-1""#);
}

/// Each as a key, a value, a guest, a capability and an answer's code; what is refused is answered as well.
#[wasm_bindgen_test]
fn no_naughty_string_is_a_trap() {
    let face = Face::new(false);
    face.tell(&["loaded", &face.id("load")]);
    for (call, naughty) in (1..).zip(naughty_strings::BLNS) {
        let (call, value) = (format!("{call}"), format!("s{naughty}"));
        face.tell(&["sets", &call, "2", naughty, &value]);
        face.tell(&["sets", &call, "2", "key", &value]);
        face.tell(&["grant", &call, naughty]);
        face.tell(&["changed", naughty]);
        face.tell(&["loaded", naughty, "r", naughty, naughty]);
        face.tell_all("answered", &[Some("1"), Some("422"), Some(naughty), Some(naughty), Some(naughty)]);
        face.tell(&["token", naughty, naughty, "0", "300000"]);
        face.hear(naughty);
    }
    assert!(naughty_strings::BLNS.len() >= 500);
    assert!(face.pending().is_some(), "it answers as before");
}
