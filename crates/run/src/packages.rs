//! What has to be installed for a program. Pure: a reading and the interpreter's facts in, requirements out.
//!
//! Reading order: [`Requirement`] (what may be asked for), [`Brought`] (what an interpreter has), [`PackageRules`] (what
//! the settings say), [`missing`] (which imports need a distribution), [`Installer`] (the seam that installs them).

mod catalogue;
mod missing;
mod requirement;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

use crate::error::RunError;

pub use catalogue::{distribution_of, is_standard_everywhere};

pub use missing::{Lookup, missing};
pub use requirement::{PACKAGES_MAX, REQUIREMENT_CHARS_MAX, Requirement, normalised};

/// What an interpreter brings with it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Brought {
    /// Modules that are installed: top-level names, and dotted ones below a namespace that distributions share.
    pub installed: BTreeSet<String>,
    /// Modules of its standard library.
    pub standard: BTreeSet<String>,
}

impl Brought {
    /// True when `import module` works without an installation.
    pub fn has(&self, module: &str) -> bool {
        let top = module.split('.').next().unwrap_or(module);
        let prefixes = || module.match_indices('.').map(|(at, _)| &module[..at]).chain([module]);
        self.standard.contains(top) || prefixes().any(|prefix| self.installed.contains(prefix))
    }
}

/// What the settings say about installing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageRules {
    /// Only these distributions, by normalised name; any when empty.
    pub allowed: Vec<String>,
    /// Whether imports are installed without being asked for.
    pub auto_install: bool,
    /// Never these distributions, by normalised name.
    pub blocked: Vec<String>,
}

impl Default for PackageRules {
    fn default() -> Self {
        Self { allowed: Vec::new(), auto_install: true, blocked: Vec::new() }
    }
}

impl PackageRules {
    /// Why a distribution may not be installed, with the mend.
    pub fn refuse(&self, name: &str) -> Option<(String, String)> {
        let name = normalised(name);
        let lists = |names: &[String]| names.iter().any(|listed| normalised(listed) == name);
        if lists(&self.blocked) {
            let mend = "do without it, or take it off `packages.blocked` in the settings";
            return Some((format!("`{name}` is on `packages.blocked`"), mend.to_owned()));
        }
        if !self.allowed.is_empty() && !lists(&self.allowed) {
            let mend = format!("use only {}", self.allowed.join(", "));
            return Some((format!("`{name}` is not on `packages.allowed`"), mend));
        }
        None
    }
}

/// A read-only folder with installed distributions: its name below the engine's folder of layers. One that was used within
/// the last day is not removed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Layer(pub String);

/// A layer and what is in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Installed {
    /// Every distribution in it, as `name==version`, sorted.
    pub distributions: Vec<String>,
    /// The layer.
    pub layer: Layer,
}

/// Installs distributions outside every sandbox, without running their code.
#[async_trait]
pub trait Installer: Send + Sync + fmt::Debug {
    /// What the interpreter brings with it.
    async fn brought(&self) -> Result<Arc<Brought>, RunError>;

    /// The layer that holds these requirements, made when it is not there yet. `None` when `cancel` fired first.
    ///
    /// `progress` hears what is done meanwhile, a line at a time; nothing when the layer is there already. Dropping the future
    /// leaves no process and no half-made layer.
    async fn install(
        &self,
        requirements: &BTreeSet<Requirement>,
        progress: &Progress<'_>,
        cancel: &CancellationToken,
    ) -> Result<Option<Installed>, RunError>;
}

/// Who hears what an installation does.
pub type Progress<'a> = dyn Fn(&str) + Send + Sync + 'a;

/// How a runner installs.
#[derive(Debug, Clone, Default)]
pub struct Packages {
    /// Who installs; nothing can be installed when absent.
    pub installer: Option<Arc<dyn Installer>>,
    /// Modules that fresh Python interpreters have imported before a program comes.
    pub preload: Vec<String>,
    /// What the settings say.
    pub rules: PackageRules,
}
