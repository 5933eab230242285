//! A face that writes down what it is asked for.

use guestsync_worker::code::{Ask, Tell};
use guestsync_worker::tell;
use js_sys::{Array, Function, JSON, Uint8Array};
use wasm_bindgen::prelude::*;
use zeroize::Zeroize;

#[wasm_bindgen(inline_js = r#"
const random = crypto.randomUUID();
export const canary = (name) => new TextEncoder().encode(`canary ${name} ${random}`);
export function is_in_memory(memory, bytes) {
  const all = text(memory), wanted = text(new Uint8Array(bytes));
  return all.includes(wanted);
}
// Latin-1 text, in which a search is the engine's own.
function text(memory) {
  const bytes = memory instanceof Uint8Array ? memory : new Uint8Array(memory.buffer);
  return new TextDecoder("latin1").decode(bytes);
}
"#)]
extern "C" {
    /// Bytes that no other run has and that are nowhere in this instance.
    pub(crate) fn canary(name: &str) -> Uint8Array;
    #[wasm_bindgen(js_name = is_in_memory)]
    fn found(memory: &JsValue, bytes: &Uint8Array) -> bool;
}

/// Whether bytes are anywhere in the memory of this instance.
pub(crate) fn is_in_memory(bytes: &Uint8Array) -> bool {
    found(&wasm_bindgen::memory(), bytes)
}

/// A face that writes down what it is asked for. The instance has one machine: a new face opens a new one.
pub(crate) struct Face {
    asked: Array,
}

/// A patch that was to be sent.
pub(crate) struct Sent {
    pub(crate) send: String,
    pub(crate) guest: String,
    pub(crate) idempotency_key: String,
    body: String,
}

/// The number of a message to the shell; of one that is none, what was given.
fn number_of(name: &str) -> String {
    let at = Tell::ALL.iter().position(|known| format!("{known:?}").eq_ignore_ascii_case(name));
    at.map_or(name.to_owned(), |at| at.to_string())
}

/// The name of what is asked for.
fn named(message: &Array) -> String {
    let name = Ask::ALL.get(message.get(0).as_f64().expect("a number") as usize).expect("a name");
    let text = format!("{name:?}");
    let (first, rest) = text.split_at(1);
    first.to_lowercase() + rest
}

impl Face {
    /// With two fields, of which the first goes to this pointer.
    pub(crate) fn with(pointer: &str) -> Self {
        let face = Self { asked: Array::new() };
        let field = |name, pointer| [Some(name), Some(pointer), None, None, Some(""), None, None];
        let options = [Some("open"), Some("1"), Some("2"), None, None, None, None, Some("2")];
        face.hear(&[&options[..], &field("email", pointer), &field("phone", "/phone"), &[Some("0")]].concat(), &[]);
        face
    }

    pub(crate) fn new() -> Self {
        let face = Self::with("/email");
        assert_eq!(face.take("opened"), r#"10000,512000,64,["guestId","email","phone"]"#);
        face
    }

    pub(crate) fn tell(&self, texts: &[&str]) {
        self.hear(&texts.iter().copied().map(Some).collect::<Vec<_>>(), &[]);
    }

    /// A form is posted; a value has its type's letter before it.
    pub(crate) fn submit(&self, form: &str, navigation: bool, entries: &[(&str, Option<&str>)]) {
        let mut texts = vec![Some("submitted"), Some(form), navigation.then_some("")];
        texts.extend(entries.iter().flat_map(|(name, value)| [Some(*name), *value]));
        self.hear(&texts, &[7; 32]);
    }

    /// Tells texts and secret bytes, as the face does: what crosses is wiped here too.
    pub(crate) fn hear(&self, texts: &[Option<&str>], secret: &[u8]) {
        let name = number_of(texts.first().copied().flatten().unwrap_or_default());
        let mut texts = texts.to_vec();
        if let Some(first) = texts.first_mut() {
            *first = Some(&name);
        }
        let length = |text: &Option<&str>| text.map_or(String::new(), |text| text.encode_utf16().count().to_string());
        let lengths: Vec<String> = texts.iter().map(length).collect();
        let mut message = Vec::with_capacity(100_000);
        message.extend_from_slice(lengths.join(",").as_bytes());
        message.push(b'\n');
        for text in texts.iter().flatten() {
            message.extend_from_slice(text.as_bytes());
        }
        let message = String::from_utf8(message).expect("texts");
        let mut asked = tell(message, secret.to_vec(), 1e12, 0.0);
        if !asked.is_empty() {
            let messages: Array = JSON::parse(&asked).expect("JSON").unchecked_into();
            messages.for_each(&mut |one, _, _| {
                let message: &Array = one.unchecked_ref();
                message.set(0, named(message).into());
                self.asked.push(&one);
            });
        }
        asked.zeroize();
    }

    /// What follows the name in the first message of this name, as JSON without the outer brackets; empty where there is none.
    pub(crate) fn take(&self, name: &str) -> String {
        let find = "const at = asked.findIndex(([of]) => of === name); return at < 0 ? '' : JSON.stringify(asked.splice(at, 1)[0].slice(1)).slice(1, -1)";
        let found = Function::new_with_args("asked, name", find).call2(&JsValue::UNDEFINED, &self.asked, &name.into());
        found.ok().and_then(|text| text.as_string()).expect("a text")
    }

    /// What was asked for besides storage, which has done all it was asked for, a line each. Pages are told as much as they like.
    pub(crate) fn stored(&self) -> Vec<String> {
        let mut others = Vec::new();
        while self.asked.length() > 0 {
            let message: Array = self.asked.shift().unchecked_into();
            let part = |at| message.get(at).as_string().or_else(|| message.get(at).as_f64().map(|number| number.to_string()));
            let (name, number) = (part(0).unwrap_or_default(), part(1).unwrap_or_default());
            match &*name {
                "lock" => self.tell(&["lockGranted"]),
                "load" => self.tell(&["loaded", &number]),
                "store" => self.tell(&["stored", &number]),
                "unlock" | "sync" | "busy" | "report" | "wake" => {}
                _ => others.push((0..message.length()).filter_map(part).collect::<Vec<_>>().join(" ")),
            }
        }
        others
    }

    /// The form that was posted is answered with this among the rest.
    pub(crate) fn stored_reply(&self, wanted: &str) {
        let reply = self.stored().concat();
        assert!(reply.contains("respond 1 400") && reply.contains(wanted), "{reply}");
    }

    /// The patch that was to be sent last, and the keys of all rows that were to be written before it.
    pub(crate) fn sent(&self) -> (Sent, Vec<String>) {
        let mut rows = Vec::new();
        while self.asked.length() > 0 {
            let message: Array = self.asked.shift().unchecked_into();
            let text = |at: u32| message.get(at).as_string().unwrap_or_default();
            match &*text(0) {
                "lock" => self.tell(&["lockGranted"]),
                "load" => self.tell(&["loaded", &number(&message)]),
                "store" => {
                    rows.extend((2..message.length()).step_by(2).map(text));
                    self.tell(&["stored", &number(&message)]);
                }
                "send" => {
                    let sent = Sent { send: number(&message), guest: text(2), body: text(3), idempotency_key: text(4) };
                    return (sent, rows);
                }
                _ => {}
            }
        }
        unreachable!("nothing was sent")
    }
}

fn number(message: &Array) -> String {
    message.get(1).as_f64().expect("a number").to_string()
}

impl Sent {
    /// The value that the patch sets there.
    pub(crate) fn value(&self, path: &str) -> String {
        let find = "return JSON.parse(body).find((operation) => operation.path === path).value";
        let found = Function::new_with_args("body, path", find).call2(
            &JsValue::UNDEFINED,
            &JsValue::from_str(&self.body),
            &JsValue::from_str(path),
        );
        found.ok().and_then(|text| text.as_string()).expect("a text")
    }
}
