//! Installs Python packages outside every sandbox: wheels only, no code of theirs runs, into read-only layers that runs
//! and servers share.
//!
//! Reading order: this file (one installation), `cache` (where layers lie and how two servers make one once), `tool` (uv
//! or pip), `interpreter` (what the interpreter has).

pub mod cache;
mod interpreter;
mod tool;

use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use codemode_run::RunError;
use codemode_run::packages::{Brought, Installed, Installer, Layer, Progress, Requirement};
use sha2::{Digest, Sha256};
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;

use cache::Cache;
use interpreter::Interpreter;

/// How packages are installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageOptions {
    /// Bytes that all layers may take; those that nobody used for longest go first.
    pub cache_bytes_max: u64,
    /// The folder of all layers.
    pub folder: PathBuf,
    /// Releases after this are not installed: a date, or an age such as `7d`.
    pub newer_than: Option<String>,
    /// How long one installation may take.
    pub timeout: Duration,
    /// The environment of codemode, of which the installer sees a part.
    pub variables: BTreeMap<String, String>,
}

/// Installs with uv, or else with pip, for the `python3` of this machine.
#[derive(Debug)]
pub struct WheelInstaller {
    cache: Cache,
    interpreter: OnceCell<Interpreter>,
    options: PackageOptions,
}

impl WheelInstaller {
    /// An installer; its folder is made, nothing is started.
    pub fn new(options: PackageOptions) -> std::io::Result<Self> {
        let cache = Cache::open(&options.folder, options.cache_bytes_max)?;
        Ok(Self { cache, interpreter: OnceCell::new(), options })
    }

    async fn interpreter(&self) -> Result<&Interpreter, RunError> {
        self.interpreter.get_or_try_init(Interpreter::ask).await
    }

    async fn made(
        &self,
        requirements: &BTreeSet<Requirement>,
        progress: &Progress<'_>,
    ) -> Result<Installed, RunError> {
        let interpreter = self.interpreter().await?;
        let key = self.key(interpreter, requirements);
        if let Some(distributions) = self.cache.find(&key) {
            return Ok(installed(key, distributions));
        }
        progress(&format!("installing {}", tool::named(requirements)));
        let lock = self.cache.lock(&key).await.map_err(cannot_keep)?;
        // Another server may have made it while this one waited.
        if let Some(distributions) = self.cache.find(&key) {
            return Ok(installed(key, distributions));
        }
        let draft = self.cache.draft().map_err(cannot_keep)?;
        tool::install(&self.options, &interpreter.program, &draft, requirements, progress).await?;
        let distributions = self.cache.keep(draft, &key, lock).await.map_err(cannot_keep)?;
        Ok(installed(key, distributions))
    }

    /// What two installations have to share for their layers to be the same.
    fn key(&self, interpreter: &Interpreter, requirements: &BTreeSet<Requirement>) -> String {
        let mut hash = Sha256::new();
        let cut_off = self.options.newer_than.clone().unwrap_or_default();
        let index = tool::index_settings(&self.options.variables);
        let words = [interpreter.tag.clone(), cut_off].into_iter().chain(index);
        for word in words.chain(requirements.iter().map(ToString::to_string)) {
            hash.update((word.len() as u64).to_be_bytes());
            hash.update(word);
        }
        hash.finalize().iter().take(20).map(|byte| format!("{byte:02x}")).collect()
    }
}

fn installed(key: String, distributions: Vec<String>) -> Installed {
    Installed { distributions, layer: Layer(key) }
}

/// What an installer says when its folder of layers fails it.
pub fn cannot_keep(error: std::io::Error) -> RunError {
    let is_full = matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded);
    let why = if is_full { ": the disk is full" } else { "" };
    RunError {
        code: "install_failed",
        hint: Some(
            "look at the space and the rights of the folder that codemode keeps packages in".to_owned(),
        ),
        message: format!("installed packages cannot be kept{why}"),
        source: Some(error.into()),
    }
}

#[async_trait]
impl Installer for WheelInstaller {
    async fn brought(&self) -> Result<Arc<Brought>, RunError> {
        Ok(Arc::clone(&self.interpreter().await?.brought))
    }

    async fn install(
        &self,
        requirements: &BTreeSet<Requirement>,
        progress: &Progress<'_>,
        cancel: &CancellationToken,
    ) -> Result<Option<Installed>, RunError> {
        tokio::select! {
            biased;
            () = cancel.cancelled() => Ok(None),
            made = self.made(requirements, progress) => made.map(Some),
        }
    }
}
