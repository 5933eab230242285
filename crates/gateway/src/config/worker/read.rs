//! The `[worker]` table.

use std::collections::BTreeMap;

use guestsync_core::patch::Pointer;
use guestsync_core::profile::Redirect;
use toml::Table;

use super::{Bound, Field, Mode, TokenCache, Unknown, WorkerConfig, path};
use crate::config::reader::{Name, Reader};

const fn name(file: &'static str) -> Name {
    Name { file, env: None }
}

impl WorkerConfig {
    /// Reads the table; what is wrong with it is noted.
    pub(in crate::config) fn read(reader: &mut Reader<'_>) -> Self {
        let mut one = |file, usual: &str| {
            let own = |text: &str| Redirect::parse(text).map(|_| text.to_owned());
            reader.parsed(name(file), "a path of this site, like /path", own).unwrap_or_else(|| usual.to_owned())
        };
        let config = Self {
            path: one("worker.path", "/api/profile-sync"),
            endpoint: one("worker.endpoint", "/genesys"),
            token: one("worker.token", "/api/token"),
            keys: one("worker.keys", "/.well-known/jwks.json"),
            field_key: one("worker.field_key", "/api/field-key"),
            fields: reader.table("worker.fields").map_or_else(usual_fields, |table| fields(reader, &table)),
            required: reader.list(name("worker.required")).unwrap_or_else(|| vec!["guestId".into()]),
            mode: choice(reader, "worker.mode", [("sealed", Mode::Sealed), ("shared", Mode::Shared)]).unwrap_or(Mode::Sealed),
            binding: choice(reader, "worker.binding", [("field", Bound::Field), ("none", Bound::None)]),
            redirect: reader.text(name("worker.redirect")),
            unknown: choice(reader, "worker.unknown", [("ignore", Unknown::Ignore), ("refuse", Unknown::Refuse)])
                .unwrap_or(Unknown::Ignore),
            consent: reader.table("worker.consent").map_or_else(BTreeMap::new, |table| consent(reader, &table)),
            token_cache: choice(
                reader,
                "worker.token_cache",
                [("memory", TokenCache::Memory), ("cache-storage", TokenCache::CacheStorage)],
            ),
            attributes: reader.flag(name("worker.attributes")),
            kill: reader.flag(Name { file: "worker.kill", env: Some("GUESTSYNC_WORKER_KILL") }).unwrap_or(false),
        };
        if !path::is_free(&config.path) || path::is_asked_for(&config) {
            let _: Option<()> = reader.problem("worker.path", "must be a path alone, like /path, that nothing else answers");
        }
        if let Err(error) = config.rules() {
            let _: Option<()> = reader.problem(format!("worker, at {}", error.at), error.code.message());
        }
        config
    }
}

/// The fields of the design document's form.
fn usual_fields() -> BTreeMap<String, Field> {
    let field = |name: &str| Some((name.to_owned(), Field::plain(Pointer::to_member(name).ok()?)));
    ["email", "phone", "name"].iter().filter_map(|name| field(name)).collect()
}

const FIELD: &str = "must be a JSON Pointer like \"/email\", or a table like { pointer = \"/email\", add = true, max = 200, purpose = \"marketing\" }";

fn fields(reader: &mut Reader<'_>, table: &Table) -> BTreeMap<String, Field> {
    let mut fields = BTreeMap::new();
    for (field, value) in table {
        match Field::read(value) {
            Some(parsed) => _ = fields.insert(field.clone(), parsed),
            None => _ = reader.problem::<()>(format!("worker.fields.{field}"), FIELD),
        }
    }
    fields
}

fn consent(reader: &mut Reader<'_>, table: &Table) -> BTreeMap<String, String> {
    let mut consent = BTreeMap::new();
    for (purpose, value) in table {
        match value.as_str() {
            Some(field) => _ = consent.insert(purpose.clone(), field.to_owned()),
            None => _ = reader.problem::<()>(format!("worker.consent.{purpose}"), "must be the name of a form field"),
        }
    }
    consent
}

fn choice<T: Copy, const N: usize>(reader: &mut Reader<'_>, file: &'static str, choices: [(&str, T); N]) -> Option<T> {
    let expected = choices.each_ref().map(|(text, _)| format!("\"{text}\"")).join(" or ");
    reader.parsed(name(file), &expected, |text| choices.iter().find(|(choice, _)| *choice == text).map(|(_, value)| *value))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn javascript_gets_its_own_names_and_only_what_is_said() {
        let file = r#"
            [worker]
            fields = { email = "/email", news = { pointer = "/news", add = true, max = 9, trim = false, normalise = "email", purpose = "marketing" } }
            consent = { marketing = "agree" }
            redirect = "/thanks"
            token_cache = "cache-storage"
            attributes = false
        "#;
        let env = |_: &str| None;
        let mut reader = Reader::new(&env, Some(file));
        let config = WorkerConfig::read(&mut reader);
        assert_eq!(reader.finish(), []);
        let written = json!({
            "path": "/api/profile-sync", "endpoint": "/genesys", "token": "/api/token", "keys": "/.well-known/jwks.json",
            "fieldKey": "/api/field-key", "required": ["guestId"], "mode": "sealed", "redirect": "/thanks", "unknown": "ignore",
            "fields": {
                "email": "/email",
                "news": {"pointer": "/news", "operation": "add", "maxBytes": 9, "trim": false, "normalise": "email", "purpose": "marketing"},
            },
            "consent": {"marketing": "agree"},
            "tokenCache": "cache-storage",
            "attributes": false,
        });
        assert_eq!(serde_json::to_value(&config).unwrap(), written);
    }

    #[test]
    fn a_form_that_the_core_would_not_take_is_a_problem() {
        let env = |_: &str| None;
        for file in [
            "[worker]\nrequired = [\"nickname\"]",
            "[worker]\nredirect = \"//evil.example\"",
            "[worker.fields]\nid = \"/id\"",
            "[worker.fields]\na = \"/a\"\nb = \"/a/b\"",
            "[worker.fields]",
        ] {
            let mut reader = Reader::new(&env, Some(file));
            let _ = WorkerConfig::read(&mut reader);
            let problems = reader.finish();
            assert!(problems.iter().any(|problem| problem.setting.starts_with("worker, at ")), "{file}: {problems:?}");
        }
    }
}
