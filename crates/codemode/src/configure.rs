//! The settings as a client's model sees them: it reads all of them and changes those that take nothing away from the sandbox.

use std::sync::{Arc, Mutex, PoisonError};

use codemode_mcp::Configure;
use codemode_run::{Choices, Language, RunError, Runner};

use crate::compose;
use crate::config::keys::{Key, suggestion};
use crate::config::{ConfigError, Layers, Origin, Settings, edit, print};
use crate::paths::Paths;

/// What mcp-pyrunner called a setting, and what it is called here.
pub(crate) const OLDER_NAMES: &[(&str, &str)] = &[
    ("allowed_packages", "packages.allowed"),
    ("auto_install", "packages.auto_install"),
    ("blocked_packages", "packages.blocked"),
    ("docker_image", "docker.image"),
    ("execution_mode", "engine"),
    ("max_retries", "limits.retries"),
];

/// What a model may set. The rest decides what a program can do to this machine: a person sets it.
const OPEN: &[&str] = &[
    "catalog_tokens",
    "default_timeout",
    "docker.image",
    "engine",
    "limits.output_chars",
    "limits.retries",
    "limits.wall",
    "packages.allowed",
    "packages.auto_install",
    "packages.blocked",
    "structured_output",
    "yield_after",
];

/// What a run takes from the settings when it comes in; the rest is read when codemode starts.
const AT_ONCE: &[&str] = &[
    "default_timeout",
    "engine",
    "limits.retries",
    "limits.wall",
    "packages.allowed",
    "packages.auto_install",
    "packages.blocked",
];

/// Reads every layer again.
pub type Reload = Box<dyn Fn() -> Result<Layers, ConfigError> + Send + Sync>;

/// The settings of a server that is running.
pub struct Configurator {
    /// One change at a time: each reads what the one before wrote.
    changing: Mutex<()>,
    paths: Paths,
    reload: Reload,
    runner: Arc<Runner>,
}

impl Configurator {
    /// Over the settings file of these paths and the runner that takes what is changed.
    pub fn new(paths: Paths, reload: Reload, runner: Arc<Runner>) -> Self {
        Self { changing: Mutex::new(()), paths, reload, runner }
    }

    fn apply(&self, layers: &Layers) -> Result<(), RunError> {
        let settings = Settings::new(layers).map_err(refused)?;
        self.runner.choose_anew(compose::choices(&settings));
        self.runner.prewarm(Language::Python);
        Ok(())
    }
}

/// What a setting is, by either name.
fn find(name: &str) -> Result<&'static Key, RunError> {
    let name = name.trim();
    let own = OLDER_NAMES.iter().find(|(older, _)| *older == name).map_or(name, |(_, own)| own);
    Key::find(own).ok_or_else(|| {
        let older = OLDER_NAMES.iter().map(|(older, _)| *older).collect::<Vec<_>>().join(", ");
        let problem =
            format!("unknown key `{}`; {}; or one of {older}", name.escape_debug(), suggestion(name));
        RunError::invalid_argument("key", problem)
    })
}

/// Whether a model may give this value to this setting, while these choices are in force.
fn check_open(key: &Key, value: &str, choices: &Choices) -> Result<(), RunError> {
    let is_open = OPEN.contains(&key.name);
    let gives_up_isolation =
        key.name == "engine" && value.trim() == "direct" && choices.engine.as_deref() != Some("direct");
    if is_open && !gives_up_isolation {
        return Ok(());
    }
    let what = if gives_up_isolation { "`engine` to `direct`".to_owned() } else { format!("`{}`", key.name) };
    Err(RunError::new(
        "not_permitted",
        format!("only a person may set {what}: it decides what programs can do to this machine"),
        format!("ask the user to run: codemode config set {} VALUE", key.name),
    ))
}

fn refused(error: ConfigError) -> RunError {
    let ConfigError { problem, mend, .. } = error;
    RunError::new("invalid_argument", format!("argument `value`: {problem}"), mend)
}

impl Configure for Configurator {
    fn view(&self, key: Option<&str>) -> Result<String, RunError> {
        let layers = (self.reload)().map_err(refused)?;
        let Some(name) = key else {
            let older = OLDER_NAMES.iter().map(|(older, own)| format!("# {older} is {own}\n"));
            return Ok(format!("{}{}", print::show(&layers, true), older.collect::<String>()));
        };
        let key = find(name)?;
        let origin = layers.get(key).map(|(_, origin)| format!("  # {origin}"));
        Ok(print::setting(&layers, key).unwrap_or_default() + &origin.unwrap_or_default())
    }

    fn set(&self, name: &str, value: &str) -> Result<String, RunError> {
        let _changing = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let key = find(name)?;
        check_open(key, value, &self.runner.choices())?;
        edit::set(&self.paths.config, key.name, value).map_err(refused)?;
        let layers = (self.reload)().map_err(refused)?;
        let line = print::setting(&layers, key).unwrap_or_default();
        match layers.get(key) {
            Some((_, Origin::File(path, _))) if *path == self.paths.config => {}
            Some((_, origin)) => {
                // The file of a project or a variable stands above the user's: nothing changed for this server.
                let above = match origin {
                    Origin::File(..) => "the project's settings file".to_owned(),
                    other => other.to_string(),
                };
                return Ok(format!("Kept `{value}` for {}, but {above} sets it: {line}", key.name));
            }
            None => {}
        }
        self.apply(&layers)?;
        let when =
            if AT_ONCE.contains(&key.name) { "in force now" } else { "in force when codemode starts again" };
        Ok(format!("Updated {line}: {when}, and kept in the settings file"))
    }
}

impl std::fmt::Debug for Configurator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Configurator").field("paths", &self.paths).finish_non_exhaustive()
    }
}
