//! The settings, resolved: real times, sizes and lists, no text to parse later.

use std::path::PathBuf;
use std::time::Duration;

use codemode_engines::network::Bounds;
use codemode_engines::sandbox::Mount;
use codemode_mcp::{ToolName, parse_tools};
use codemode_run::network::{Network, NetworkMode};
use codemode_run::packages::PackageRules;
use codemode_run::{Isolation, Limits, Policy};

use super::keys::Key;
use super::layers::{ConfigError, Layers, Origin};
use super::value::Value;
use crate::compose::ENGINES;

/// What the parts of codemode are made with.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Budget in tokens for the upstream tools in a description.
    pub catalog_tokens: usize,
    /// The one engine to use; the first that fits when absent.
    pub engine: Option<String>,
    /// Whether mended failures become learnings by themselves.
    pub learns: bool,
    /// Bounds of every run.
    pub limits: Limits,
    /// Weakest isolation that may be used.
    pub minimum: Isolation,
    /// Folders that programs see besides their workspace.
    pub mounts: Vec<Mount>,
    /// Whom programs can reach.
    pub network: Network,
    /// How packages are installed.
    pub packages: PackageSettings,
    /// What is refused before anything runs.
    pub policy: Policy,
    /// Bounds of the proxy that stands between a program and the network.
    pub proxy: Bounds,
    /// Whether results carry structured content.
    pub structured_output: bool,
    /// Tools that a client sees.
    pub tools: Vec<ToolName>,
    /// Interpreters of a language that wait for work.
    pub warm: usize,
    /// Folder that programs without a session work in.
    pub workspace: Option<PathBuf>,
    /// A run that goes on longer answers with what there is.
    pub yield_after: Duration,
}

/// The settings `packages.*`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageSettings {
    /// Disk space of all layers in bytes.
    pub cache_bytes_max: u64,
    /// Releases after this date or younger than this age are not installed.
    pub newer_than: Option<String>,
    /// Modules that fresh Python interpreters have imported ahead.
    pub preload: Vec<String>,
    /// What may be installed, and whether without being asked for.
    pub rules: PackageRules,
    /// How long one installation may take.
    pub timeout: Duration,
}

impl Settings {
    /// Resolves the layers.
    pub fn new(layers: &Layers) -> Result<Self, ConfigError> {
        let read = Read(layers);
        Ok(Self {
            catalog_tokens: read.count("catalog_tokens"),
            engine: read.engine()?,
            limits: read.limits(),
            minimum: read.minimum(),
            mounts: read.mounts()?,
            network: read.network()?,
            packages: read.packages(),
            policy: read.policy(),
            proxy: read.proxy(),
            learns: read.flag("memory.learn"),
            structured_output: read.flag("structured_output"),
            tools: read.tools()?,
            warm: read.count("sandbox.warm"),
            workspace: Some(read.text("sandbox.workspace"))
                .filter(|text| !text.is_empty())
                .map(PathBuf::from),
            yield_after: read.seconds("yield_after"),
        })
    }
}

/// Typed access. Every value in the layers is of its key's kind, so the fallbacks are never taken; a test reads all.
struct Read<'a>(&'a Layers);

impl Read<'_> {
    fn value(&self, name: &str) -> Option<&(Value, Origin)> {
        self.0.get(Key::find(name)?)
    }

    fn count(&self, name: &str) -> usize {
        usize::try_from(self.number(name)).unwrap_or(usize::MAX)
    }

    fn number(&self, name: &str) -> u64 {
        match self.value(name) {
            Some((Value::Count(count) | Value::Size(count), _)) => *count,
            _ => 0,
        }
    }

    fn small(&self, name: &str) -> u32 {
        u32::try_from(self.number(name)).unwrap_or(u32::MAX)
    }

    fn seconds(&self, name: &str) -> Duration {
        match self.value(name) {
            Some((Value::Seconds(time), _)) => *time,
            _ => Duration::ZERO,
        }
    }

    fn flag(&self, name: &str) -> bool {
        matches!(self.value(name), Some((Value::Flag(true), _)))
    }

    fn text(&self, name: &str) -> String {
        match self.value(name) {
            Some((Value::Text(text), _)) => text.clone(),
            _ => String::new(),
        }
    }

    fn list(&self, name: &str) -> Vec<String> {
        match self.value(name) {
            Some((Value::List(words), _)) => words.clone(),
            _ => Vec::new(),
        }
    }

    fn error(&self, name: &str, problem: String, mend: &str) -> ConfigError {
        let origin = self.value(name).map_or(Origin::Default, |(_, origin)| origin.clone());
        ConfigError::new(origin, problem, mend)
    }

    fn engine(&self) -> Result<Option<String>, ConfigError> {
        let name = self.text("engine");
        if name == "auto" {
            return Ok(None);
        }
        if ENGINES.contains(&&*name) {
            return Ok(Some(name));
        }
        Err(self.error(
            "engine",
            format!(
                "`engine` cannot be `{name}`: unknown engine `{name}`; this build has {}",
                ENGINES.join(", ")
            ),
            "`codemode doctor` says which engines there are",
        ))
    }

    fn tools(&self) -> Result<Vec<ToolName>, ConfigError> {
        let text = self.text("tools");
        match parse_tools(&text) {
            Ok(tools) if tools.is_empty() => Err(self.error(
                "tools",
                format!("`tools` names none that this build has: `{text}`"),
                "expected a preset or a comma list of names",
            )),
            Ok(tools) => Ok(tools),
            Err(error) => {
                Err(self.error("tools", error.to_string(), "expected a preset or a comma list of names"))
            }
        }
    }

    fn minimum(&self) -> Isolation {
        match self.text("sandbox.minimum").as_str() {
            "full" => Isolation::Full,
            "no-cgroup" => Isolation::NoCgroup,
            "none" => Isolation::None,
            _ => Isolation::Landlock,
        }
    }

    fn mounts(&self) -> Result<Vec<Mount>, ConfigError> {
        self.list("sandbox.mounts").iter().map(|text| self.mount(text)).collect()
    }

    /// `SOURCE:TARGET` or `SOURCE:TARGET:rw`.
    fn mount(&self, text: &str) -> Result<Mount, ConfigError> {
        let parts: Vec<&str> = text.split(':').collect();
        match parts[..] {
            [source, target] | [source, target, "ro" | "rw"]
                if source.starts_with('/') && target.starts_with('/') =>
            {
                Ok(Mount {
                    source: source.into(),
                    target: target.into(),
                    writable: parts.get(2) == Some(&"rw"),
                })
            }
            _ => {
                let problem = format!("`sandbox.mounts` cannot hold `{}`", text.escape_debug());
                Err(self.error("sandbox.mounts", problem, "expected /SOURCE:/TARGET or /SOURCE:/TARGET:rw"))
            }
        }
    }

    fn network(&self) -> Result<Network, ConfigError> {
        // The table of keys lists the same words.
        let mode = self.text("network.mode").parse().unwrap_or(NetworkMode::None);
        Network::new(mode, &self.list("network.hosts")).map_err(|error| {
            self.error(
                "network.hosts",
                format!("`network.hosts`: {error}"),
                "expected NAME, *.NAME or ADDRESS, each with or without :PORT",
            )
        })
    }

    fn proxy(&self) -> Bounds {
        Bounds {
            connect_within: self.seconds("network.connect_timeout"),
            connections_max: self.count("network.connections"),
            idle: self.seconds("network.idle"),
            ..Bounds::default()
        }
    }

    fn packages(&self) -> PackageSettings {
        PackageSettings {
            cache_bytes_max: self.number("packages.cache"),
            newer_than: Some(self.text("packages.newer_than")).filter(|text| !text.is_empty()),
            preload: self.list("packages.preload"),
            rules: PackageRules {
                allowed: self.list("packages.allowed"),
                auto_install: self.flag("packages.auto_install"),
                blocked: self.list("packages.blocked"),
            },
            timeout: self.seconds("packages.timeout"),
        }
    }

    fn limits(&self) -> Limits {
        Limits {
            concurrent_runs: self.count("limits.concurrent_runs"),
            file: self.number("limits.file"),
            memory: self.number("limits.memory"),
            output_chars: self.count("limits.output_chars"),
            output_kept: self.number("limits.output_kept"),
            processes: self.number("limits.processes"),
            queue: self.count("limits.queue"),
            retries: self.small("limits.retries"),
            runs_kept: self.count("limits.runs_kept"),
            session_idle: self.seconds("limits.session_idle"),
            sessions: self.count("limits.sessions"),
            tool_calls: self.small("limits.tool_calls"),
            wait: self.seconds("limits.wait"),
            wall: self.wall(),
            wall_max: self.seconds("limits.wall_max"),
            workspace: self.number("limits.workspace"),
        }
    }

    fn wall(&self) -> Duration {
        let older = self.value("default_timeout").is_some_and(|(_, origin)| *origin != Origin::Default);
        self.seconds(if older { "default_timeout" } else { "limits.wall" })
    }

    fn policy(&self) -> Policy {
        let mut policy =
            if self.text("policy.preset") == "strict" { Policy::strict() } else { Policy::default() };
        let (imports, calls) = (self.list("policy.imports"), self.list("policy.calls"));
        if !imports.is_empty() {
            policy.imports = Some(imports);
        }
        if !calls.is_empty() {
            policy.calls = calls;
        }
        match self.count("policy.chars") {
            0 => {}
            chars => policy.chars = chars,
        }
        match self.count("policy.lines") {
            0 => {}
            lines => policy.lines = lines,
        }
        policy
    }
}
