//! Where codemode keeps things on this platform.

use std::path::PathBuf;

use etcetera::{BaseStrategy, HomeDirError};

/// The files and folders of one user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// Folder in which applications with windows keep their settings.
    pub applications: PathBuf,
    /// Folder of what can be made again.
    pub cache: PathBuf,
    /// The user's settings file.
    pub config: PathBuf,
    /// Folder of everything that codemode keeps.
    pub data: PathBuf,
    /// The SQLite file.
    pub database: PathBuf,
    /// Folder of all layers of packages.
    pub layers: PathBuf,
    /// The user's home folder.
    pub home: PathBuf,
    /// The project's settings file.
    pub project: PathBuf,
    /// Folder above those in which large outputs are kept while their server lives.
    pub spool: PathBuf,
    /// Folder above every workspace.
    pub workspaces: PathBuf,
}

impl Paths {
    /// The paths of this user. `CODEMODE_CONFIG` names another settings file, `CODEMODE_DATA` another data folder,
    /// `CODEMODE_CACHE` another folder of what can be made again.
    pub fn new(variable: impl Fn(&str) -> Option<String>) -> Result<Self, HomeDirError> {
        let base = etcetera::choose_base_strategy()?;
        let config = variable("CODEMODE_CONFIG")
            .map_or_else(|| base.config_dir().join("codemode/config.toml"), PathBuf::from);
        let data = variable("CODEMODE_DATA").map_or_else(|| base.data_dir().join("codemode"), PathBuf::from);
        let cache =
            variable("CODEMODE_CACHE").map_or_else(|| base.cache_dir().join("codemode"), PathBuf::from);
        let applications = if cfg!(target_os = "macos") {
            base.home_dir().join("Library/Application Support")
        } else {
            base.config_dir()
        };
        Ok(Self {
            applications,
            cache,
            config,
            home: base.home_dir().to_owned(),
            database: data.join("codemode.sqlite"),
            layers: data.join("layers"),
            project: PathBuf::from("codemode.toml"),
            spool: data.join("spool"),
            workspaces: data.join("workspaces"),
            data,
        })
    }
}
