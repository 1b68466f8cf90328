//! What the interpreter of this machine has, as it says itself.

use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;

use codemode_run::packages::Brought;
use codemode_run::{EngineError, Language, RunError};
use serde::Deserialize;
use tokio::process::Command;

use crate::interpreter::guest_command;
use crate::jail::real_program;

/// The interpreter that programs run on.
#[derive(Debug)]
pub(super) struct Interpreter {
    pub(super) brought: Arc<Brought>,
    pub(super) program: PathBuf,
    /// What its wheels have to fit: implementation, version and platform.
    pub(super) tag: String,
}

/// One line of JSON. Folders without `__init__.py` are namespaces, which several distributions may share.
const QUESTION: &str = r#"
import json, os, pkgutil, sys, sysconfig
installed = set()
for folder in sys.path:
    installed.update(module.name for module in pkgutil.iter_modules([folder]))
    for name in os.listdir(folder) if os.path.isdir(folder) else []:
        space = os.path.join(folder, name)
        if name.isidentifier() and os.path.isdir(space) and not os.path.exists(os.path.join(space, "__init__.py")):
            installed.update(name + "." + module.name for module in pkgutil.iter_modules([space]))
standard = sorted(set(sys.stdlib_module_names) | set(sys.builtin_module_names))
tag = sys.implementation.cache_tag + " " + sysconfig.get_platform() + " " + getattr(sys, "abiflags", "")
print(json.dumps({"installed": sorted(installed), "standard": standard, "tag": tag}))
"#;

#[derive(Deserialize)]
struct Answer {
    installed: Vec<String>,
    standard: Vec<String>,
    tag: String,
}

impl Interpreter {
    pub(super) async fn ask() -> Result<Self, RunError> {
        let unavailable = |missing| RunError::from(EngineError::from(missing));
        let found = guest_command(Language::Python).map_err(unavailable)?.program;
        let program = real_program(&found).map_err(unavailable)?;
        let failed =
            |error: std::io::Error| RunError::from(EngineError::failed("ask python3 what it has", error));
        let mut command = Command::new(&program);
        command.args(["-I", "-c", QUESTION]).stdin(Stdio::null()).kill_on_drop(true);
        let output = command.output().await.map_err(failed)?;
        let answer: Answer = serde_json::from_slice(&output.stdout).map_err(|error| failed(error.into()))?;
        let brought = Brought {
            installed: answer.installed.into_iter().collect(),
            standard: answer.standard.into_iter().collect(),
        };
        Ok(Self { brought: Arc::new(brought), program, tag: answer.tag })
    }
}
