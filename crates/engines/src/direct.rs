//! The engine `direct`: a plain child process of the user. No isolation, and every result says so.
//!
//! Beside each guest runs a helper ([`crate::init`]) in a session of its own: it adopts what the program leaves behind
//! and kills all of it when the program ends, when codemode says so, and when codemode is gone.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

use async_trait::async_trait;
use codemode_run::{EngineError, Isolation, Language, Limits, Profile, SessionSpec, Unavailable};
use tokio::process::Command;

use crate::guest::{GuestSpec, Launch, Link};
use crate::helper::{self, Handed, Unwatched};
use crate::init::Setup;
use crate::interpreter::{GuestCommand, guest_command};
use crate::registry::EngineOptions;

/// Starts guests as plain processes.
#[derive(Debug)]
pub struct Direct {
    options: EngineOptions,
    profile: Profile,
}

/// Variables of codemode's own environment that a guest gets. Everything else, keys above all, stays outside.
const ENVIRONMENT: &[&str] =
    &["HOME", "LANG", "LC_ALL", "LC_CTYPE", "LOGNAME", "PATH", "SHELL", "TMPDIR", "TZ", "USER"];

impl Direct {
    /// The engine over this binary.
    pub fn new(options: &EngineOptions) -> Self {
        let profile = Profile { isolation: Isolation::None, languages: Language::ALL.to_vec() };
        Self { options: options.clone(), profile }
    }

    fn command(&self, guest: &GuestCommand) -> Command {
        let memory_bytes_max = self.options.limits.memory.saturating_add(guest.reserved_bytes);
        let setup = Setup { file_bytes_max: self.options.limits.file, memory_bytes_max, shell: guest.shell };
        let mut command = Command::new(&self.options.helper);
        command
            .args(&self.options.helper_arguments)
            .args(setup.arguments())
            .arg(&guest.program)
            .args(&guest.arguments);
        command.env_clear().envs(ENVIRONMENT.iter().filter_map(|name| Some((*name, env::var_os(name)?))));
        command
            .envs([("MPLBACKEND", OsString::from("Agg")), ("PYTHONDONTWRITEBYTECODE", OsString::from("1"))]);
        command
    }
}

#[async_trait]
impl Launch for Direct {
    fn name(&self) -> &'static str {
        "direct"
    }

    fn profile(&self) -> &Profile {
        &self.profile
    }

    fn probe(&self, language: Language) -> Result<(), Unavailable> {
        guest_command(language).map(drop)
    }

    async fn launch(&self, spec: &GuestSpec) -> Result<Link, EngineError> {
        let language = spec.language;
        let command = self.command(&guest_command(language)?);
        let started = helper::spawn(command, Handed::default(), 1, Box::new(Unwatched));
        started.map_err(|error| EngineError::failed(format!("start a {language} interpreter"), error))
    }

    fn guest_spec(&self, spec: &SessionSpec) -> GuestSpec {
        // The program says where its workspace is; nothing is shut in before.
        GuestSpec { workspace: PathBuf::new(), ..GuestSpec::new(spec) }
    }

    fn layers_inside(&self) -> PathBuf {
        self.options.layers.clone()
    }

    fn limits(&self) -> &Limits {
        &self.options.limits
    }
}
