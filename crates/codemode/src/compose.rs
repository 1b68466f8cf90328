//! The composition root: the one place where engines, journal, runner and server meet.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use codemode_engines::packages::{PackageOptions, WheelInstaller};
use codemode_engines::{EngineKind, EngineOptions};
use codemode_mcp::{ClientPerson, Configure, ServerOptions};
use codemode_memory::{History, Learnings};
use codemode_raster::Rasteriser;
use codemode_run::packages::Packages;
use codemode_run::{Choices, Engine, Language, Observed, Runner, RunnerOptions, Runs, Tools};
use futures::FutureExt;

use crate::config::{PackageSettings, Settings};
use crate::doctor;
use crate::embedded;
use crate::paths::Paths;
use crate::spool;

/// The environment of codemode.
pub(crate) type Variables = BTreeMap<String, String>;

/// Names of the engines of this build, in the order of preference.
pub const ENGINES: &[&str] =
    if cfg!(feature = "wasm") { &["jail", "wasm", "direct"] } else { &["jail", "direct"] };

/// Engines of the product that this build lacks.
pub const NOT_IN_THIS_BUILD: &[&str] = if cfg!(feature = "wasm") { &["docker"] } else { &["wasm", "docker"] };

/// Every engine of this build, in the order of preference.
pub fn engines(settings: &Settings, paths: &Paths, variables: &Variables) -> Vec<Arc<dyn Engine>> {
    let options = options(settings, paths);
    let mut engines: Vec<Arc<dyn Engine>> =
        EngineKind::ALL.into_iter().map(|kind| codemode_engines::open(kind, &options)).collect();
    engines.extend(embedded::engine(settings, paths, variables));
    let place = |name: &str| ENGINES.iter().position(|known| *known == name);
    engines.sort_by_key(|engine| place(engine.name()));
    engines
}

/// What engines are told.
pub fn options(settings: &Settings, paths: &Paths) -> EngineOptions {
    EngineOptions {
        helper: this_binary(),
        helper_arguments: Vec::new(),
        layers: paths.layers.clone(),
        limits: settings.limits.clone(),
        mounts: settings.mounts.clone(),
        network: settings.network.clone(),
        proxy: settings.proxy.clone(),
        warm: settings.warm,
    }
}

/// This very binary, also when its file was replaced since it started. Where there is no /proc, the file that was started.
fn this_binary() -> PathBuf {
    let link = PathBuf::from("/proc/self/exe");
    if cfg!(target_os = "linux") && link.exists() {
        return link;
    }
    let started = || PathBuf::from(std::env::args_os().next().unwrap_or_else(|| "codemode".into()));
    std::env::current_exe().or_else(|_| std::path::absolute(started())).unwrap_or_else(|_| started())
}

/// How programs get packages. Without a folder to keep them in nothing is installed, which the log says.
fn packages(settings: &Settings, paths: &Paths, variables: &Variables) -> Packages {
    let PackageSettings { cache_bytes_max, newer_than, preload, rules, timeout } = settings.packages.clone();
    let options = PackageOptions {
        cache_bytes_max,
        folder: paths.layers.clone(),
        newer_than,
        timeout,
        variables: variables.clone(),
    };
    let installer = WheelInstaller::new(options)
        .inspect_err(|error| tracing::error!(%error, "no folder for packages"))
        .ok();
    Packages { installer: installer.map(|installer| Arc::new(installer) as _), preload, rules }
}

/// A runner over the engines of this build, whose programs call these upstream tools.
pub fn runs(settings: &Settings, paths: &Paths, variables: &Variables, tools: Arc<dyn Tools>) -> Runs {
    let runner = Runner::new(RunnerOptions {
        engine: settings.engine.clone(),
        engines: engines(settings, paths, variables),
        journal: Arc::new(History::new(paths.database.clone())),
        limits: settings.limits.clone(),
        memory: Arc::new(Learnings::with_learning(paths.database.clone(), settings.learns)),
        minimum: settings.minimum,
        packages: packages(settings, paths, variables),
        policy: settings.policy.clone(),
        shapes: Arc::<Observed>::default(),
        spool: spool::folder(&paths.spool),
        tools,
        workspace: settings.workspace.clone(),
        workspaces: paths.workspaces.clone(),
    });
    Runs::new(Arc::new(runner))
}

/// What a runner that works takes from settings that were changed.
pub fn choices(settings: &Settings) -> Choices {
    Choices {
        engine: settings.engine.clone(),
        minimum: settings.minimum,
        policy: settings.policy.clone(),
        retries: settings.limits.retries,
        rules: settings.packages.rules.clone(),
        wall: settings.limits.wall,
        wall_max: settings.limits.wall_max,
    }
}

/// What an MCP server over these runs offers.
pub fn server(
    settings: &Settings,
    configure: Arc<dyn Configure>,
    person: Arc<ClientPerson>,
    runs: &Runs,
) -> ServerOptions {
    let (runner, network) = (Arc::clone(runs.runner()), settings.network.mode);
    ServerOptions {
        catalog_tokens: settings.catalog_tokens,
        context: Arc::new(move || {
            let runner = Arc::clone(&runner);
            async move { doctor::context(&runner, network).await }.boxed()
        }),
        person,
        rasteriser: Some(Rasteriser::new(this_binary())),
        settings: configure,
        structured_output: settings.structured_output,
        tools: settings.tools.clone(),
        version: env!("CARGO_PKG_VERSION"),
        yield_after: settings.yield_after,
    }
}

/// Starts the interpreters that the first request most likely needs. It goes on in the background.
pub fn prewarm(runs: &Runs) {
    runs.runner().prewarm(Language::Python);
    let runner = Arc::clone(runs.runner());
    tokio::spawn(async move {
        if let Err(error) = runner.preload().await {
            tracing::warn!(%error, "`packages.preload` is not imported ahead");
        }
    });
}
