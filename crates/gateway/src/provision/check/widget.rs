//! `webMessagingWidgetConfiguration`.

use std::collections::{BTreeMap, BTreeSet};

use guestsync_core::attribute::{self, Code, Given, Limits, Update, Value};

use super::super::channel::{Theme, Widget};
use super::super::document::Node;
use super::super::problem::{Problem, Rule, step};
use super::fields::{Fields, nearest};

/// Characters that a widget's id can have.
const LONGEST_ID: usize = 100;
/// Custom attributes that a widget can have.
const MOST_ATTRIBUTES: usize = 20;

pub(super) fn check(mut fields: Fields<'_, '_>) -> Option<Widget> {
    let widget_id = fields.line("widgetId", LONGEST_ID);
    let theme = theme(&mut fields);
    let custom_attributes = attributes(&mut fields);
    Some(Widget { widget_id: widget_id?.to_owned(), theme: theme?, custom_attributes: custom_attributes? })
}

fn theme(fields: &mut Fields<'_, '_>) -> Option<Theme> {
    let text = fields.any_text("theme")?;
    let theme = Theme::parse(text);
    if theme.is_none() {
        fields.problem("theme", Rule::Theme(nearest(text, &Theme::NAMES)));
    }
    theme
}

fn attributes(fields: &mut Fields<'_, '_>) -> Option<BTreeMap<String, String>> {
    let Node::Map(entries) = fields.require("customAttributes")? else {
        fields.problem("customAttributes", Rule::Type("a mapping of keys to texts"));
        return None;
    };
    let before = fields.problems.len();
    let at = fields.path("customAttributes");
    let mut kept = BTreeMap::new();
    let mut keys = BTreeSet::new();
    for (key, value) in entries {
        let broken = match value {
            _ if !keys.insert(key) => Some(Rule::Repeated),
            Node::Text(text) => {
                kept.insert(key.clone(), text.clone());
                wrong(key, text)
            }
            Node::Number | Node::Bool(_) => Some(Rule::Type("text: put it in quotes")),
            _ => Some(Rule::Type("text")),
        };
        fields.problems.extend(broken.map(|rule| Problem::new(step(&at, key), rule)));
    }
    if keys.len() > MOST_ATTRIBUTES {
        fields.problem("customAttributes", Rule::TooManyAttributes);
    }
    (fields.problems.len() == before).then_some(kept)
}

/// A widget's attributes become a guest's: the same rules hold for each of them.
fn wrong(key: &str, text: &str) -> Option<Rule> {
    let update = Update { key: key.into(), given: Given::Value(Value::text(text)) };
    let issues = attribute::check(vec![update], &Limits::default(), 0, &|_| false).err()?;
    Some(match issues.first()?.code {
        Code::ValueTooLong => Rule::AttributeValue,
        _ => Rule::AttributeKey,
    })
}
