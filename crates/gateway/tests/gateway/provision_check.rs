//! What is wrong with a file of channels, by path; and that the JSON Schema says the same.

use boon::{Compiler, SchemaIndex, Schemas};
use guestsync_gateway::provision::{Document, Problems, SCHEMA, Syntax, read};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::provision_example::example;

const WIDGET: &str = "webMessagingWidgetConfiguration";

fn checked(file: &Value) -> Result<Document, Problems> {
    read(&file.to_string(), Syntax::Json)
}

fn told(problems: &[guestsync_gateway::provision::Problem]) -> Vec<(String, &'static str)> {
    problems.iter().map(|problem| (problem.path.clone(), problem.rule.code())).collect()
}

fn problems(file: &Value) -> Vec<(String, &'static str)> {
    told(&checked(file).expect_err("something is wrong").0)
}

/// The example with one member changed.
fn with(pointer: &str, value: Value) -> Value {
    let mut file = example();
    *file.pointer_mut(pointer).unwrap() = value;
    file
}

/// The example with one member taken away, added or changed.
fn edited(pointer: &str, edit: impl FnOnce(&mut serde_json::Map<String, Value>)) -> Value {
    let mut file = example();
    edit(file.pointer_mut(pointer).unwrap().as_object_mut().unwrap());
    file
}

/// A second opinion: an independent JSON Schema validator.
struct Editor(Schemas, SchemaIndex);

impl Editor {
    fn new() -> Self {
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        compiler.add_resource("channels.json", serde_json::from_str(SCHEMA).unwrap()).unwrap();
        let index = compiler.compile("channels.json", &mut schemas).unwrap();
        Self(schemas, index)
    }

    fn takes(&self, file: &Value) -> bool {
        self.0.validate(file, self.1).is_ok()
    }
}

/// Every field of a channel: the part it belongs to, its name, and a value of another type.
fn every_field() -> Vec<(&'static str, &'static str, Value)> {
    vec![
        ("", "name", json!(7)),
        ("", "description", json!(["x"])),
        ("", WIDGET, json!("x")),
        ("", "securityPolicy", json!(null)),
        ("", "routingConfiguration", json!([])),
        ("/webMessagingWidgetConfiguration", "widgetId", json!(1)),
        ("/webMessagingWidgetConfiguration", "theme", json!(true)),
        ("/webMessagingWidgetConfiguration", "customAttributes", json!(["x"])),
        ("/securityPolicy", "enabled", json!("true")),
        ("/securityPolicy", "allowedOrigins", json!("https://shop.example")),
        ("/securityPolicy", "requireConsent", json!(1)),
        ("/routingConfiguration", "queueId", json!(12345)),
    ]
}

fn path(part: &str, name: &str) -> String {
    format!("{part}/{name}").trim_start_matches('/').replace('/', ".")
}

#[test]
fn the_documents_example_is_taken_with_a_warning_about_its_queue() {
    let document = checked(&example()).unwrap();
    assert_eq!(told(&document.warnings), [("routingConfiguration.queueId".to_owned(), "queue.example")]);
    let (at, channel) = &document.channels[0];
    assert_eq!((at.as_str(), serde_json::to_value(channel).unwrap()), ("", example()));
    assert!(Editor::new().takes(&example()));
}

#[test]
fn a_missing_field_a_wrong_type_a_repeated_and_an_unknown_field_are_named_by_their_path() {
    let editor = Editor::new();
    for (part, name, other) in every_field() {
        let missing = edited(part, |members| drop(members.remove(name)));
        assert_eq!(problems(&missing), [(path(part, name), "field.missing")]);
        let wrong = edited(part, |members| drop(members.insert(name.to_owned(), other.clone())));
        assert_eq!(problems(&wrong), [(path(part, name), "field.type")]);
        let unknown = edited(part, |members| drop(members.insert(format!("{name}s"), json!("x"))));
        assert_eq!(problems(&unknown), [(path(part, &format!("{name}s")), "field.unknown")]);
        let message = checked(&unknown).unwrap_err().to_string();
        assert!(message.contains(&format!("the nearest name is `{name}`")), "{message}");
        for file in [missing, wrong, unknown] {
            assert!(!editor.takes(&file), "{file}");
        }
        // The same member once more, which no parsed value can hold.
        let member = example().pointer(&format!("{part}/{name}")).unwrap().to_string();
        let text = example().to_string().replacen(&format!("\"{name}\":"), &format!("\"{name}\":{member},\"{name}\":"), 1);
        for syntax in [Syntax::Json, Syntax::Yaml] {
            assert_eq!(told(&read(&text, syntax).unwrap_err().0), [(path(part, name), "field.duplicate")]);
        }
    }
}

#[test]
fn a_value_that_breaks_a_rule_is_named_by_its_path() {
    let many: serde_json::Map<_, _> = (0..21).map(|n| (format!("k{n}"), json!("v"))).collect();
    let attributes = "/webMessagingWidgetConfiguration/customAttributes";
    let at = |rest: &str| format!("webMessagingWidgetConfiguration.{rest}");
    let origin = |index: usize| format!("securityPolicy.allowedOrigins[{index}]");
    let editor = Editor::new();
    for (pointer, value, place, code) in [
        ("/name", json!(""), "name".to_owned(), "text.empty"),
        ("/name", json!("é".repeat(101)), "name".into(), "text.too_long"),
        ("/name", json!("a\u{7f}b"), "name".into(), "text.control"),
        ("/name", json!("a\nb"), "name".into(), "text.control"),
        ("/description", json!("x".repeat(1_001)), "description".into(), "text.too_long"),
        ("/description", json!("\u{0}"), "description".into(), "text.control"),
        ("/webMessagingWidgetConfiguration/widgetId", json!(""), at("widgetId"), "text.empty"),
        ("/webMessagingWidgetConfiguration/widgetId", json!("x".repeat(101)), at("widgetId"), "text.too_long"),
        ("/webMessagingWidgetConfiguration/theme", json!("dark"), at("theme"), "theme.unknown"),
        ("/webMessagingWidgetConfiguration/theme", json!("x".repeat(100_000)), at("theme"), "theme.unknown"),
        (attributes, Value::Object(many), at("customAttributes"), "attributes.too_many"),
        (attributes, json!({"": "v"}), at("customAttributes[\"\"]"), "attribute.key"),
        (attributes, json!({"k".repeat(129): "v"}), at(&format!("customAttributes.{}", "k".repeat(64))), "attribute.key"),
        (attributes, json!({"a\u{0}": "v"}), at("customAttributes[\"a\\0\"]"), "attribute.key"),
        (attributes, json!({"__proto__": "v"}), at("customAttributes.__proto__"), "attribute.key"),
        (attributes, json!({"a": "v".repeat(257)}), at("customAttributes.a"), "attribute.too_long"),
        (attributes, json!({"a": 1}), at("customAttributes.a"), "field.type"),
        (attributes, json!({"a": null}), at("customAttributes.a"), "field.type"),
        ("/securityPolicy/requireConsent", json!(false), "securityPolicy.requireConsent".into(), "consent.required"),
        ("/securityPolicy/allowedOrigins", json!(["https://a.example", 1]), origin(1), "field.type"),
        ("/securityPolicy/allowedOrigins", json!(["a.example"]), origin(0), "origin.invalid"),
        ("/securityPolicy/allowedOrigins", json!(["https://A.example"]), origin(0), "origin.invalid"),
        ("/securityPolicy/allowedOrigins", json!(["https://a.example/x"]), origin(0), "origin.path"),
        ("/securityPolicy/allowedOrigins", json!(["http://a.example"]), origin(0), "origin.scheme"),
        ("/securityPolicy/allowedOrigins", json!(["https://*.a.example"]), origin(0), "origin.wildcard"),
        ("/securityPolicy/allowedOrigins", json!(["https://a.example", "https://a.example"]), origin(1), "origin.duplicate"),
        ("/securityPolicy/allowedOrigins", json!([format!("https://{}", "a".repeat(300))]), origin(0), "text.too_long"),
        ("/routingConfiguration/queueId", json!(""), "routingConfiguration.queueId".into(), "text.empty"),
        ("/routingConfiguration/queueId", json!("12345"), "routingConfiguration.queueId".into(), "queue.invalid"),
        ("/routingConfiguration/queueId", json!("0".repeat(36)), "routingConfiguration.queueId".into(), "queue.invalid"),
    ] {
        let file = with(pointer, value);
        assert_eq!(problems(&file), [(place, code)], "{file}");
        assert!(!editor.takes(&file), "{file}");
    }
}

#[test]
fn what_only_bytes_and_other_channels_tell_the_checks_find_and_the_schema_does_not() {
    let long = with("/webMessagingWidgetConfiguration/customAttributes", json!({"a": "é".repeat(129)}));
    let twice = json!([example(), example()]);
    assert_eq!(problems(&twice), [("[1].name".to_owned(), "name.duplicate")]);
    assert_eq!(problems(&long)[0].1, "attribute.too_long");
    let editor = Editor::new();
    assert!(editor.takes(&long) && editor.takes(&twice));
}

#[test]
fn a_field_in_the_wrong_place_is_sent_to_the_right_one() {
    let file = edited("", |members| drop(members.insert("queueId".into(), json!("x"))));
    let message = checked(&file).unwrap_err().to_string();
    assert!(message.contains("queueId is no field here; it belongs to `routingConfiguration` (field.unknown)"), "{message}");
}

#[test]
fn everything_wrong_with_every_channel_is_told_at_once() {
    let mut second =
        with("/securityPolicy", json!({"enabled": true, "allowedOrigins": ["*", "http://x.example"], "requireConsent": false}));
    second["webMessagingWidgetConfiguration"]["theem"] = json!("compact");
    let file = json!({"channels": [with("/name", json!("")), second, "canary", edited("", |members| drop(members.remove("description")))]});
    assert_eq!(
        problems(&file),
        [
            ("channels[0].name", "text.empty"),
            ("channels[1].webMessagingWidgetConfiguration.theem", "field.unknown"),
            ("channels[1].securityPolicy.allowedOrigins[0]", "origin.wildcard"),
            ("channels[1].securityPolicy.allowedOrigins[1]", "origin.scheme"),
            ("channels[1].securityPolicy.requireConsent", "consent.required"),
            ("channels[2]", "field.type"),
            ("channels[3].description", "field.missing"),
            ("channels[3].name", "name.duplicate"),
        ]
        .map(|(path, code)| (path.to_owned(), code))
    );
    assert!(!checked(&file).unwrap_err().to_string().contains("canary"));
}

#[test]
fn one_channel_a_list_and_a_mapping_with_a_list_are_files() {
    let mut other = example();
    other["name"] = json!("Other");
    let files = [
        (example(), vec![""]),
        (json!([example(), other]), vec!["[0]", "[1]"]),
        (json!({"$schema": "channels.schema.json", "channels": [example(), other]}), vec!["channels[0]", "channels[1]"]),
    ];
    for (file, paths) in &files {
        assert_eq!(checked(file).unwrap().channels.iter().map(|(at, _)| at.as_str()).collect::<Vec<_>>(), *paths);
        assert!(Editor::new().takes(file));
    }
    let documents = format!("{}\n---\n{other}\n", example());
    let found = read(&documents, Syntax::Yaml).unwrap().channels;
    assert_eq!(
        found.iter().map(|(_, channel)| channel.name.as_str()).collect::<Vec<_>>(),
        ["Enterprise Support Portal Widget", "Other"]
    );
}

#[test]
fn what_holds_no_channel_is_refused() {
    for (text, path, code) in [
        ("", "", "file.empty"),
        ("# nothing\n", "", "file.empty"),
        ("[]", "", "file.empty"),
        ("channels: []", "channels", "file.empty"),
        ("channels: {}", "channels", "field.type"),
        ("channels:\n- {}\nchannels:\n- {}\n", "channels", "field.duplicate"),
        ("channel: []\nchannels: []", "channel", "field.unknown"),
        ("canary", "", "field.type"),
        ("a: [canary", "", "file.syntax"),
        ("? [canary]\n: 1", "", "file.syntax"),
        ("a: &x [*x]", "", "file.syntax"),
    ] {
        let problems = read(text, Syntax::Yaml).expect_err(text);
        assert_eq!((problems.0[0].path.as_str(), problems.0[0].rule.code()), (path, code), "{text}");
        assert!(!problems.to_string().contains("canary"), "{problems}");
    }
    let problems = read("{\"name\": canary}", Syntax::Json).unwrap_err().to_string();
    assert!(problems.contains("line 1, column 10") && !problems.contains("canary"), "{problems}");
}

#[test]
fn yaml_reads_as_it_looks() {
    let text = "
name: Enterprise Support Portal Widget
description: Primary web messaging channel for customer support
webMessagingWidgetConfiguration:
  widgetId: widget-prod-001
  theme: default
  customAttributes: &attributes
    department: support
    priority: high
    region: na          # and `no` would be a text too
securityPolicy: {enabled: true, allowedOrigins: [https://support.example.com, https://portal.example.com], requireConsent: true}
routingConfiguration:
  queueId: 12345-67890-abcde-fghij
";
    assert_eq!(serde_json::to_value(&read(text, Syntax::Yaml).unwrap().channels[0].1).unwrap(), example());
    let no = text.replace("region: na ", "region: no ");
    assert_eq!(read(&no, Syntax::Yaml).unwrap().channels[0].1.widget.custom_attributes["region"], "no");
    let yes = text.replace("enabled: true", "enabled: yes");
    assert_eq!(told(&read(&yes, Syntax::Yaml).unwrap_err().0), [("securityPolicy.enabled".to_owned(), "field.type")]);
}

#[test]
fn a_bomb_of_aliases_is_refused_soon() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        text += &format!("a{level}: &a{level} [{aliases}]\n");
    }
    assert_eq!(told(&read(&text, Syntax::Yaml).unwrap_err().0), [(String::new(), "file.syntax")]);
    let deep = "[".repeat(100_000);
    assert_eq!(read(&deep, Syntax::Yaml).unwrap_err().0[0].rule.code(), "file.syntax");
    assert_eq!(read(&deep, Syntax::Json).unwrap_err().0[0].rule.code(), "file.syntax");
}

proptest! {
    #[test]
    fn any_text_is_answered_without_a_panic(text in any::<String>()) {
        let _ = read(&text, Syntax::Yaml);
        let _ = read(&text, Syntax::Json);
    }

    /// In ASCII, where characters are bytes, schema and checks take the same values.
    #[test]
    fn the_schema_and_the_checks_agree_on_texts(
        field in 0usize..5,
        text in prop_oneof![
            "[ -~]{0,40}",
            "[ -~]{95,105}",
            "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{11,13}",
            "https?://(localhost|[a-z0-9.-]{1,12}|\\[::1\\])(:[0-9]{1,3})?[/?#]?",
            "(default|compact|custom|Default)",
        ],
    ) {
        let file = match field {
            0 => with("/name", json!(text)),
            1 => with("/webMessagingWidgetConfiguration/theme", json!(text)),
            2 => with("/webMessagingWidgetConfiguration/customAttributes", json!({&text: text})),
            3 => with("/securityPolicy/allowedOrigins", json!([text])),
            _ => with("/routingConfiguration/queueId", json!(text)),
        };
        let (editor, checks) = (Editor::new().takes(&file), checked(&file).is_ok());
        // A pattern knows less of hosts and ports than a URL parser: what it takes, the parser may refuse.
        prop_assert!(editor == checks || (field == 3 && editor), "{file}");
    }
}
