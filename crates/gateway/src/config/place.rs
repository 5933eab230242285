//! Where a gateway's state is, for commands that work on it: they need none of the other settings, and check none.

use std::path::PathBuf;

use guestsync_core::Sensitive;

use super::load::{database, name, state_key};
use super::reader::{Problems, Reader};

/// Where the state is, and what opens it.
#[derive(Debug, Clone)]
pub struct StatePlace {
    /// The state directory.
    pub directory: PathBuf,
    /// The PostgreSQL that gateways share; without it, a file in the directory.
    pub database_url: Option<Sensitive<String>>,
    /// Encrypts what the database holds; without it, a key file in the directory does.
    pub state_key: Option<Sensitive<String>>,
}

impl StatePlace {
    /// As `serve` would find it: `env` answers for one variable, `file` is the configuration file's text.
    ///
    /// # Errors
    /// What is wrong with these settings.
    pub fn load(env: &dyn Fn(&str) -> Option<String>, file: Option<&str>) -> Result<Self, Problems> {
        let mut reader = Reader::new(env, file);
        let directory = reader.text(name("state_dir", "GUESTSYNC_STATE_DIR")).map(PathBuf::from);
        let state_key = state_key(&mut reader);
        // Not all commands need the key: those that do say so.
        let database_url = database(&mut reader, true);
        let problems = reader.problems();
        if !problems.is_empty() {
            return Err(Problems(problems));
        }
        Ok(Self { directory: directory.unwrap_or_else(|| PathBuf::from(".guestsync")), database_url, state_key })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_goes_before_the_file_and_other_settings_are_not_looked_at() {
        let file = "state_dir = \"from-file\"\ndatabase_url = \"postgres://one\"\nport = \"none\"\n[webhook]\nurl = 1";
        let none = |_: &str| None;
        let place = StatePlace::load(&none, Some(file)).unwrap();
        assert_eq!(place.directory, PathBuf::from("from-file"));
        assert_eq!(place.database_url.unwrap().expose(), "postgres://one");
        let env = |name: &str| (name == "GUESTSYNC_STATE_DIR").then(|| "from-env".to_owned());
        assert_eq!(StatePlace::load(&env, Some(file)).unwrap().directory, PathBuf::from("from-env"));
        assert_eq!(StatePlace::load(&none, None).unwrap().directory, PathBuf::from(".guestsync"));
        let wrong = StatePlace::load(&none, Some("database_url = \"canary\"")).unwrap_err();
        assert!(wrong.to_string().contains("database_url") && !wrong.to_string().contains("canary"));
    }
}
