//! The settings as a model sees them: typed, checked, kept with their comments, in force at once, and never a way out of the
//! sandbox.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;
use std::time::Duration;

use codemode::compose;
use codemode::config::{Settings, load};
use codemode::configure::Configurator;
use codemode::paths::Paths;
use codemode_mcp::Configure;
use codemode_run::{NoTools, Runs};
use tempfile::TempDir;

const FILE: &str =
    "# mine\ndefault_timeout = 20 # short\n\n[packages]\n# nothing else\nallowed = [\"six\"]\n";

/// A server's settings over a file of its own.
struct Bench {
    configurator: Configurator,
    home: TempDir,
    runs: Runs,
}

impl Bench {
    fn new(variables: &[(&str, &str)]) -> Self {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("config.toml"), FILE).unwrap();
        let mut all: BTreeMap<String, String> =
            variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        all.insert("CODEMODE_CONFIG".to_owned(), home.path().join("config.toml").display().to_string());
        all.insert("CODEMODE_DATA".to_owned(), home.path().join("data").display().to_string());
        let paths = Paths::new(|name| all.get(name).cloned()).unwrap();
        let project = home.path().join("codemode.toml");
        let user = paths.config.clone();
        let reload = move || load(&user, &project, &all, &[]);
        let settings = Settings::new(&reload().unwrap()).unwrap();
        let runs = compose::runs(&settings, &paths, &BTreeMap::new(), Arc::<NoTools>::default());
        let configurator = Configurator::new(paths, Box::new(reload), Arc::clone(runs.runner()));
        Self { configurator, home, runs }
    }

    fn file(&self) -> String {
        fs::read_to_string(self.home.path().join("config.toml")).unwrap()
    }

    /// What setting a key says: the sentence, or the error with its hint.
    fn set(&self, key: &str, value: &str) -> String {
        match self.configurator.set(key, value) {
            Ok(said) => said,
            Err(error) => format!("{}: {}; {}", error.code, error.message, error.hint.unwrap_or_default()),
        }
    }
}

/// Predecessor case B8: a list was stored as text, and every installation was refused from then on.
#[tokio::test]
async fn a_value_is_of_its_kind_and_in_force_at_once() {
    let bench = Bench::new(&[]);
    let before = bench.runs.runner().choices();
    assert_eq!((before.wall, &*before.rules.allowed), (Duration::from_secs(20), &["six".to_owned()][..]));
    assert_eq!(
        bench.set("allowed_packages", "pandas, numpy"),
        r#"Updated packages.allowed = ["pandas", "numpy"]: in force now, and kept in the settings file"#
    );
    assert_eq!(
        bench.set("default_timeout", "90"),
        r#"Updated default_timeout = "90s": in force now, and kept in the settings file"#
    );
    assert_eq!(
        bench.set("auto_install", "false"),
        "Updated packages.auto_install = false: in force now, and kept in the settings file"
    );
    let now = bench.runs.runner().choices();
    assert_eq!(now.rules.allowed, ["pandas", "numpy"]);
    assert_eq!((now.wall, now.rules.auto_install), (Duration::from_secs(90), false));
    // A run that began before keeps what it began with.
    assert_eq!(before.wall, Duration::from_secs(20));
    let expected = "# mine\ndefault_timeout = \"90s\" # short\n\n[packages]\n# nothing else\nallowed = [\"pandas\", \"numpy\"]\nauto_install = false\n";
    assert_eq!(bench.file(), expected);
}

/// Predecessor case B9: `execution_mode=banana` and `default_timeout=-5` were kept.
#[tokio::test]
async fn a_value_that_is_none_of_its_key_changes_nothing() {
    let bench = Bench::new(&[]);
    for (key, value, said) in [
        (
            "execution_mode",
            "banana",
            "`engine` cannot be `banana`; expected one of auto, jail, wasm, docker, direct",
        ),
        ("default_timeout", "-5", "`default_timeout` cannot be `-5`; expected a time above 0"),
        ("max_retries", "many", "`limits.retries` cannot be `many`; expected a whole number"),
    ] {
        let answer = bench.set(key, value);
        let expected = format!("invalid_argument: argument `value`: {said}");
        assert!(answer.starts_with(&expected), "{answer}");
    }
    let answer = bench.set("nope", "1");
    assert!(answer.starts_with("invalid_argument: argument `key`: unknown key `nope`; "), "{answer}");
    assert!(answer.contains("allowed_packages, auto_install, blocked_packages"), "{answer}");
    assert_eq!(bench.file(), FILE);
}

/// A model may be told by what it read to switch the sandbox off.
#[tokio::test]
async fn only_a_person_weakens_the_sandbox() {
    let bench = Bench::new(&[]);
    for (key, value) in [
        ("execution_mode", "direct"),
        ("engine", " direct "),
        ("sandbox.minimum", "none"),
        ("sandbox.mounts", "/:/host:rw"),
        ("network.mode", "full"),
        ("policy.preset", "open"),
        ("limits.memory", "100GiB"),
        ("servers", "/tmp/servers.json"),
    ] {
        let answer = bench.set(key, value);
        assert!(answer.starts_with("not_permitted: only a person may set "), "{key}: {answer}");
    }
    assert_eq!(bench.file(), FILE);
    assert_eq!(bench.runs.runner().choices().engine, None);
    // The control: an engine that isolates is the model's to choose, and where a person chose `direct` it may stay.
    assert!(bench.set("execution_mode", "jail").starts_with("Updated engine = \"jail\""));
    assert_eq!(bench.runs.runner().choices().engine.as_deref(), Some("jail"));
    let bare = Bench::new(&[("CODEMODE_ENGINE", "direct")]);
    assert!(
        bare.set("execution_mode", "direct").starts_with("Kept `direct` for engine, but $CODEMODE_ENGINE")
    );
}

#[tokio::test]
async fn what_stands_above_the_file_is_said() {
    let bench = Bench::new(&[("CODEMODE_LIMITS_RETRIES", "5")]);
    assert_eq!(
        bench.set("max_retries", "3"),
        "Kept `3` for limits.retries, but $CODEMODE_LIMITS_RETRIES sets it: limits.retries = 5"
    );
    assert_eq!(bench.runs.runner().choices().retries, 5);
    assert!(bench.file().ends_with("\n[limits]\nretries = 3\n"));
}

#[tokio::test]
async fn one_setting_or_all_are_shown_with_their_origin() {
    let bench = Bench::new(&[]);
    assert_eq!(bench.configurator.view(Some("max_retries")).unwrap(), "limits.retries = 10  # default");
    let place = bench.home.path().join("config.toml");
    let all = bench.configurator.view(None).unwrap();
    assert!(all.contains(&format!("default_timeout = \"20s\"  # {}:2\n", place.display())), "{all}");
    assert!(all.ends_with("# max_retries is limits.retries\n"), "{all}");
}
