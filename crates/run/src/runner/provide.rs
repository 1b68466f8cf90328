//! The step that gets a program the packages that it imports, before it starts. Its time is not the program's.

use std::collections::BTreeSet;
use std::path::Path;

use codemode_source::{Language, Reading};
use tokio_util::sync::CancellationToken;

use super::Runner;
use crate::error::RunError;
use crate::packages::{Installed, Lookup, Requirement, missing};
use crate::policy::Refusal;
use crate::program::RunRequest;

/// What became of a program's packages.
pub(super) enum Provided {
    /// The run was taken back meanwhile.
    Cancelled,
    /// The interpreter has all that is imported.
    Nothing,
    /// They are in this layer.
    Packages(Installed),
    /// An import that nothing can provide.
    Refused(Refusal),
}

impl Runner {
    /// Installs what the caller asked for and what the program imports and lacks.
    pub(super) async fn provide(
        &self,
        request: &RunRequest,
        reading: &Reading,
        cancel: &CancellationToken,
    ) -> Result<Provided, RunError> {
        let rules = &self.options.packages.rules;
        if request.language != Language::Python {
            return match request.packages.first() {
                None => Ok(Provided::Nothing),
                Some(_) => {
                    let problem =
                        format!("packages are installed for python only, not for {}", request.language);
                    Err(RunError::invalid_argument("packages", problem))
                }
            };
        }
        let Some(installer) = &self.options.packages.installer else {
            return match request.packages.first() {
                None => Ok(Provided::Nothing),
                Some(_) => Err(RunError::invalid_argument("packages", "nothing can be installed here")),
            };
        };
        if request.packages.is_empty() && reading.imports.is_empty() {
            return Ok(Provided::Nothing);
        }
        let brought = installer.brought().await?;
        let asked = Requirement::read_all(&request.packages, rules, &brought)?;
        let workspace = self.sessions.workspace(request.session_id.as_deref());
        let own = |module: &str| lookup(request, &workspace, module);
        let mut needed: BTreeSet<Requirement> = match missing(reading, &brought, rules, &asked, own) {
            Err(refusal) => return Ok(Provided::Refused(refusal)),
            Ok(found) => found,
        };
        needed.extend(asked);
        if needed.is_empty() {
            return Ok(Provided::Nothing);
        }
        let installed = installer.install(&needed, cancel).await?;
        Ok(installed.map_or(Provided::Cancelled, Provided::Packages))
    }
}

/// Looks for a module of the program's own: in its files and beside them. What an earlier run of the session did to its
/// interpreter nobody can tell.
fn lookup(request: &RunRequest, workspace: &Path, module: &str) -> Lookup {
    let (file, folder) = (format!("{module}.py"), format!("{module}/"));
    let is_given = request.files.keys().any(|path| *path == file || path.starts_with(&folder));
    if is_given || workspace.join(&file).exists() || workspace.join(module).exists() {
        Lookup::Beside
    } else if request.session_id.is_some() {
        Lookup::Somewhere
    } else {
        Lookup::Nowhere
    }
}
