//! One custom attribute: name, type, default, rules.

use serde_json::{Map, Value, json};

use super::kind::{Kind, Scalar};
use super::rule::Rule;

/// The longest name, in characters.
const LONGEST_NAME: usize = 100;
const MEMBERS: [&str; 6] = ["name", "type", "description", "required", "defaultValue", "validationRules"];

/// A definition.
#[derive(Debug, Clone)]
pub struct Definition {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) description: String,
    pub(crate) required: bool,
    /// Null where there is none.
    pub(crate) default: Value,
    rules: Vec<Rule>,
    /// Rules of the server's that are not known here: it decides on them alone.
    unread: Vec<Value>,
}

/// What is wrong with a definition, and where. Never the value itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// A stable name of the rule.
    pub code: &'static str,
    /// The member, such as `validationRules[0]`.
    pub at: String,
}

impl Definition {
    /// The attribute's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Reads a definition that a person wrote: every member is known, every rule suits the type.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn read(definition: &Value) -> Result<Self, Vec<Issue>> {
        let Value::Object(members) = definition else { return Err(vec![issue("field.type", "")]) };
        let mut issues: Vec<Issue> =
            members.keys().filter(|name| !MEMBERS.contains(&name.as_str())).map(|name| issue("field.unknown", name)).collect();
        let name =
            text(members, "name", &mut issues, |name| (1..=LONGEST_NAME).contains(&name.chars().count()) && name.trim() == name);
        let kind = text(members, "type", &mut issues, |kind| Kind::read(kind).is_some()).and_then(Kind::read);
        let description = optional(members, "description", &mut issues, |value| value.as_str().map(str::to_owned));
        let required = optional(members, "required", &mut issues, Value::as_bool).unwrap_or_default();
        let stated = optional(members, "validationRules", &mut issues, |value| value.as_array().cloned()).unwrap_or_default();
        let (Some(name), Some(kind)) = (name, kind) else { return Err(issues) };
        let mut rules = Vec::with_capacity(stated.len());
        for (index, rule) in stated.iter().enumerate() {
            match Rule::read(rule, kind) {
                Ok(rule) => rules.push(rule),
                Err(code) => issues.push(issue(code, &format!("validationRules[{index}]"))),
            }
        }
        let default = members.get("defaultValue").cloned().unwrap_or_default();
        let description = description.unwrap_or_default();
        let read = Self { name: name.to_owned(), kind, description, required, default, rules, unread: Vec::new() };
        if !read.default.is_null() && read.problem(&read.default).is_some() {
            issues.push(issue("field.value", "defaultValue"));
        }
        if issues.is_empty() { Ok(read) } else { Err(issues) }
    }

    /// Reads what the server states. Rules that are not known here are kept as they are: the server decides on them.
    pub(crate) fn of_server(definition: &Value) -> Option<Self> {
        let name = definition["name"].as_str()?.to_owned();
        let kind = definition["type"].as_str().and_then(Kind::read).unwrap_or(Kind::Other);
        let (mut rules, mut unread) = (Vec::new(), Vec::new());
        for stated in definition["validationRules"].as_array().map_or(&[][..], Vec::as_slice) {
            match Rule::read(stated, kind) {
                Ok(rule) => rules.push(rule),
                Err(_) => unread.push(stated.clone()),
            }
        }
        Some(Self {
            name,
            kind,
            description: definition["description"].as_str().unwrap_or_default().to_owned(),
            required: definition["required"].as_bool().unwrap_or_default(),
            default: definition["defaultValue"].clone(),
            rules,
            unread,
        })
    }

    /// What a value breaks, as an error code.
    #[must_use]
    pub fn problem<'v>(&self, value: impl Into<Scalar<'v>>) -> Option<&'static str> {
        let value = value.into();
        if !self.kind.admits(value) {
            return Some("attribute.value.type");
        }
        self.rules.iter().find_map(|rule| rule.problem(value))
    }

    /// The definition as S1 takes it; one of the server's with all that the server stated.
    #[must_use]
    pub fn shown(&self) -> Value {
        json!({
            "name": self.name,
            "type": self.kind.name(),
            "description": self.description,
            "required": self.required,
            "defaultValue": self.default,
            "validationRules": self.rules.iter().map(Rule::shown).chain(self.unread.iter().cloned()).collect::<Vec<_>>(),
        })
    }
}

fn issue(code: &'static str, at: &str) -> Issue {
    Issue { code, at: at.to_owned() }
}

fn text<'a>(
    members: &'a Map<String, Value>,
    name: &str,
    issues: &mut Vec<Issue>,
    rule: impl Fn(&str) -> bool,
) -> Option<&'a str> {
    match members.get(name) {
        Some(Value::String(text)) if rule(text) => return Some(text),
        Some(Value::String(_)) => issues.push(issue("field.value", name)),
        Some(_) => issues.push(issue("field.type", name)),
        None => issues.push(issue("field.missing", name)),
    }
    None
}

fn optional<T>(
    members: &Map<String, Value>,
    name: &str,
    issues: &mut Vec<Issue>,
    read: impl FnOnce(&Value) -> Option<T>,
) -> Option<T> {
    let value = members.get(name)?;
    let read = read(value);
    if read.is_none() {
        issues.push(issue("field.type", name));
    }
    read
}
