//! The checks that need nobody else: all of them run, so that one look at a file shows everything that is wrong with it.

mod fields;
mod origins;
mod policy;
mod queue;
mod widget;

use std::collections::HashMap;

use super::channel::{Channel, Routing};
use super::document::{self, Node, Syntax};
use super::problem::{Problem, Problems, Rule, step};
use fields::Fields;

/// Characters that a name can have.
pub(in crate::provision) const LONGEST_NAME: usize = 100;
/// Characters that a description can have.
const LONGEST_DESCRIPTION: usize = 1_000;

/// A checked file.
#[derive(Debug, Clone)]
pub struct Document {
    /// Its channels, each with its path (`channels[2]`; empty where the file is one channel).
    pub channels: Vec<(String, Channel)>,
    /// What is allowed, but hardly meant.
    pub warnings: Vec<Problem>,
}

/// Reads and checks a file of channels.
///
/// # Errors
/// Everything that is wrong with it.
pub fn read(text: &str, syntax: Syntax) -> Result<Document, Problems> {
    let nodes = document::channels(text, syntax).map_err(|problem| Problems(vec![problem]))?;
    let mut problems = Vec::new();
    let channels: Vec<_> = nodes.iter().map(|(at, node)| (at.clone(), channel(node, at, &mut problems))).collect();
    names(&nodes, &mut problems);
    let (warnings, problems): (Vec<_>, Vec<_>) = problems.into_iter().partition(|problem| problem.rule.is_warning());
    if !problems.is_empty() {
        return Err(Problems(problems));
    }
    let channels = channels.into_iter().filter_map(|(at, channel)| Some((at, channel?))).collect();
    Ok(Document { channels, warnings })
}

/// `None` where something is wrong with it, which has then been noted.
fn channel(node: &Node, at: &str, problems: &mut Vec<Problem>) -> Option<Channel> {
    let mut fields = Fields::open(node, at, "", problems)?;
    let name = fields.line("name", LONGEST_NAME);
    let description = fields.lines("description", LONGEST_DESCRIPTION);
    let widget = fields.part("webMessagingWidgetConfiguration").and_then(widget::check);
    let policy = fields.part("securityPolicy").and_then(policy::check);
    let queue_id = fields.part("routingConfiguration").and_then(queue::check);
    Some(Channel {
        name: name?.to_owned(),
        description: description?.to_owned(),
        widget: widget?,
        policy: policy?,
        routing: Routing { queue_id: queue_id? },
    })
}

/// Names are unique by their exact text.
fn names(nodes: &[(String, Node)], problems: &mut Vec<Problem>) {
    let mut first: HashMap<&str, &String> = HashMap::new();
    for (at, node) in nodes {
        let Some(Node::Text(name)) = node.member("name") else { continue };
        match first.get(name.as_str()) {
            Some(other) => problems.push(Problem::new(step(at, "name"), Rule::NameTwice((*other).clone()))),
            None => _ = first.insert(name.as_str(), at),
        }
    }
}
