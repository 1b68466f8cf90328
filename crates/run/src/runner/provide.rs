//! The step that gets a program the packages that it imports, before it starts. Its time is not the program's.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::PoisonError;

use codemode_source::{Import, Language, Reading};
use tokio_util::sync::CancellationToken;

use super::Runner;
use crate::engine::{Engine, Preload};
use crate::error::RunError;
use crate::host::{Event, Host};
use crate::outcome::Ending;
use crate::output::Recorder;
use crate::packages::{
    Installed, Lookup, PackageRules, Packages, Progress, Requirement, distribution_of,
    is_standard_everywhere, missing,
};
use crate::program::RunRequest;

impl Runner {
    /// Whether packages can be asked for at all.
    pub(super) fn check_packages(&self, request: &RunRequest) -> Result<(), RunError> {
        if request.packages.is_empty() {
            return Ok(());
        }
        let refuse = |problem: String| Err(RunError::invalid_argument("packages", problem));
        match (request.language, &self.options.packages.installer) {
            (Language::Python, Some(_)) => Ok(()),
            (Language::Python, None) => refuse("nothing can be installed here".to_owned()),
            (other, _) => refuse(format!("packages are installed for python only, not for {other}")),
        }
    }

    /// Installs what the caller asked for and what the program imports and lacks. Without a program to start, the inner
    /// `Err` is the run's ending: refused for an import that nothing can provide, or taken back meanwhile.
    pub(super) async fn provide(
        &self,
        engine: &dyn Engine,
        request: &RunRequest,
        reading: &Reading,
        recorder: &Recorder,
        cancel: &CancellationToken,
    ) -> Result<Result<Option<Installed>, Ending>, RunError> {
        let own = engine.installer();
        let is_own = own.is_some();
        let installer = own.or_else(|| self.options.packages.installer.clone());
        let (Language::Python, Some(installer)) = (request.language, installer) else {
            return Ok(Ok(None));
        };
        let installed = self.installed();
        // The interpreter of a session may be older than what is preloaded.
        let is_preloaded =
            |module: &str| !is_own && request.session_id.is_none() && self.is_preloaded(module);
        let is_standard = |import: &Import| {
            import.guarded || is_standard_everywhere(&import.module) || is_preloaded(&import.module)
        };
        if request.packages.is_empty() && installed.is_empty() && reading.imports.iter().all(is_standard) {
            // Most programs: the interpreter is not even asked what it has.
            return Ok(Ok(None));
        }
        let brought = installer.brought().await?;
        let rules = &self.choices().rules;
        let mut asked = Requirement::read_all("packages", &request.packages, rules, &brought)?;
        let named: BTreeSet<String> = asked.iter().map(|requirement| requirement.name().to_owned()).collect();
        let is_wanted = |requirement: &Requirement| {
            !named.contains(requirement.name()) && rules.refuse(requirement.name()).is_none()
        };
        asked.extend(installed.into_iter().filter(is_wanted));
        let workspace = self.sessions.workspace(request.session_id.as_deref());
        let rules =
            &PackageRules { auto_install: rules.auto_install && request.auto_install, ..rules.clone() };
        let place = |module: &str| {
            if is_preloaded(module) { Lookup::Beside } else { lookup(request, &workspace, module) }
        };
        let mut needed = match missing(reading, &brought, rules, &asked, place) {
            Err(refusal) => return Ok(Err(Ending::Refuse(refusal))),
            Ok(needed) => needed,
        };
        needed.extend(asked);
        if needed.is_empty() {
            return Ok(Ok(None));
        }
        let progress = |line: &str| recorder.emit(Event::Note(line));
        let installed = installer.install(&needed, &progress, cancel).await?;
        Ok(installed.map(Some).ok_or(Ending::Cancel))
    }
}

impl Runner {
    /// Whether every fresh interpreter has imported this module, or the one that it is in.
    fn is_preloaded(&self, module: &str) -> bool {
        let top = module.split('.').next().unwrap_or(module);
        self.preload.get().is_some_and(|preload| preload.modules.iter().any(|known| known == top))
    }

    /// Gets what `packages.preload` names and has fresh Python interpreters import it from now on.
    pub async fn preload(&self) -> Result<(), RunError> {
        let Packages { installer, preload, .. } = &self.options.packages;
        let (Some(installer), false) = (installer, preload.is_empty()) else { return Ok(()) };
        let brought = installer.brought().await?;
        let absent: Vec<&String> = preload.iter().filter(|module| !brought.has(module)).collect();
        let named = absent.iter().map(|module| distribution_of(module).unwrap_or_else(|| (*module).clone()));
        let needed = Requirement::read_all(
            "packages.preload",
            &named.collect::<Vec<_>>(),
            &self.choices().rules,
            &brought,
        )?;
        let mut layers = Vec::new();
        if !needed.is_empty() {
            let installed = installer.install(&needed, &|_: &str| {}, &CancellationToken::new()).await?;
            layers.extend(installed.map(|installed| installed.layer));
        }
        if self.preload.set(Preload { layers, modules: preload.clone() }).is_ok() {
            self.prewarm(Language::Python);
        }
        Ok(())
    }
}

impl Runner {
    /// Installs a distribution for every Python program to come, until this runner ends: every distribution that came, as
    /// `name==version`. `None` when `cancel` fired first.
    ///
    /// `argument` names what the caller wrote in an error about it. A newer requirement takes the place of an older one.
    pub async fn install(
        &self,
        argument: &str,
        requirement: &str,
        progress: &Progress<'_>,
        cancel: &CancellationToken,
    ) -> Result<Option<Vec<String>>, RunError> {
        let Some(installer) = &self.options.packages.installer else {
            return Err(RunError::invalid_argument(argument, "nothing can be installed here"));
        };
        let brought = installer.brought().await?;
        let rules = &self.choices().rules;
        let needed = Requirement::read_all(argument, &[requirement.to_owned()], rules, &brought)?;
        let Some(Installed { distributions, .. }) = installer.install(&needed, progress, cancel).await?
        else {
            return Ok(None);
        };
        let mut installed = self.installed.lock().unwrap_or_else(PoisonError::into_inner);
        installed.retain(|older| needed.iter().all(|newer| newer.name() != older.name()));
        installed.extend(needed);
        Ok(Some(distributions))
    }

    fn installed(&self) -> BTreeSet<Requirement> {
        self.installed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Looks for a module of the program's own: in its files and beside them. What an earlier run of the session did to its
/// interpreter nobody can tell, and a program that names the module's file may be about to write it.
fn lookup(request: &RunRequest, workspace: &Path, module: &str) -> Lookup {
    let (file, folder) = (format!("{module}.py"), format!("{module}/"));
    let is_given = request.files.keys().any(|path| *path == file || path.starts_with(&folder));
    if is_given || workspace.join(&file).exists() || workspace.join(module).exists() {
        Lookup::Beside
    } else if request.session_id.is_some() || request.code.contains(&file) || request.code.contains(&folder) {
        Lookup::Somewhere
    } else {
        Lookup::Nowhere
    }
}
