//! One server's entry, by any of the names that clients have for its parts.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Map, Value};

use super::expand::{Expanded, expand};
use super::shape::Dialect;
use super::{CALL, Endpoint, HttpKind, Mode, STARTUP, Secret, Setup, Surroundings};
use crate::hub::rules::Rules;

type Entry = Map<String, Value>;

const URLS: &[&str] = &["url", "serverUrl", "httpUrl", "uri", "endpoint"];
const COMMANDS: &[&str] = &["command", "cmd"];
const ENVIRONMENTS: &[&str] = &["env", "envs"];
const HEADERS: &[&str] = &["headers", "http_headers", "requestInit"];
const KINDS: &[&str] = &["type", "transport", "transportType"];
const ALLOWED: &[&str] = &["enabled_tools", "includeTools", "allowedTools", "available_tools"];
const DENIED: &[&str] = &["disabled_tools", "excludeTools", "disabledTools", "deny"];
const TRUSTED: &[&str] = &["alwaysAllow", "autoApprove"];

/// Keys that mean something to a client and nothing to us.
const PASSED_OVER: &[&str] = &[
    "alwaysLoad",
    "authProviderType",
    "bundled",
    "description",
    "dev",
    "display_name",
    "env_vars",
    "gallery",
    "icon",
    "id",
    "name",
    "oauth",
    "required",
    "source",
    "trust",
    "version",
];

/// Keys that are read elsewhere in this file.
const READ: &[&str] = &[
    "args",
    "ask",
    "bearer_token_env_var",
    "codemode",
    "cwd",
    "disabled",
    "enabled",
    "envFile",
    "env_http_headers",
    "env_keys",
    "mode",
    "settings",
    "startup_timeout_ms",
    "startup_timeout_sec",
    "timeout",
    "timeoutMs",
    "timeout_ms",
    "tool_timeout_ms",
    "tool_timeout_sec",
    "workingDirectory",
];

/// What an entry is read with.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) around: &'a Surroundings<'a>,
    pub(super) dialect: Dialect,
    pub(super) server: &'a str,
}

impl Context<'_> {
    /// Reads an entry; `None` when it is no MCP server at all.
    pub(super) fn read(&self, entry: &Entry, warnings: &mut Vec<String>) -> Option<Result<Setup, String>> {
        let kind = first(entry, KINDS).and_then(|(_, kind)| kind.as_str());
        if self.dialect == Dialect::Goose && kind.is_some_and(is_inside_goose) {
            warnings.push(format!("`{}` is a part of Goose, no MCP server, and is passed over", self.server));
            return None;
        }
        for key in entry.keys().filter(|key| !is_known(key)) {
            warnings
                .push(format!("server `{}`: the key `{key}` is not known and has no effect", self.server));
        }
        if entry.get("disabled") == Some(&Value::Bool(true))
            || entry.get("enabled") == Some(&Value::Bool(false))
        {
            return Some(Err("switched off in its configuration".to_owned()));
        }
        Some(self.setup(entry))
    }

    fn setup(&self, entry: &Entry) -> Result<Setup, String> {
        let options = self.options(entry)?;
        Ok(Setup {
            call: self.timeout(
                entry,
                &["tool_timeout_sec", "tool_timeout_ms", "timeoutMs", "timeout_ms", "timeout"],
                CALL,
            )?,
            endpoint: self.endpoint(entry)?,
            mode: self.mode(&options)?,
            rules: Rules {
                allowed: first(entry, ALLOWED).map(|(key, value)| self.words(key, value)).transpose()?,
                ask: self.patterns(&options, &["ask"])?,
                denied: [self.patterns(entry, DENIED)?, self.patterns(&options, &["deny"])?].concat(),
                trusted: [self.patterns(entry, TRUSTED)?, self.patterns(&options, &["allow"])?].concat(),
            },
            startup: self.timeout(entry, &["startup_timeout_sec", "startup_timeout_ms"], STARTUP)?,
        })
    }

    /// Our own settings: a `codemode` table, or flat beside the others.
    fn options(&self, entry: &Entry) -> Result<Entry, String> {
        let mut options: Entry = ["mode", "ask"]
            .iter()
            .filter_map(|key| Some(((*key).to_owned(), entry.get(*key)?.clone())))
            .collect();
        match entry.get("codemode") {
            None => {}
            Some(Value::Object(table)) => options.extend(table.clone()),
            Some(_) => return Err(self.wrong("codemode", "expected a table")),
        }
        let known = ["allow", "ask", "deny", "mode"];
        match options.keys().find(|key| !known.contains(&key.as_str())) {
            Some(key) => {
                Err(self
                    .wrong(&format!("codemode.{key}"), "is not known; the keys are allow, ask, deny, mode"))
            }
            None => Ok(options),
        }
    }

    fn mode(&self, options: &Entry) -> Result<Mode, String> {
        match options.get("mode").map(Value::as_str) {
            None => Ok(Mode::default()),
            Some(Some("code")) => Ok(Mode::Code),
            Some(Some("direct")) => Ok(Mode::Direct),
            Some(Some("both")) => Ok(Mode::Both),
            Some(_) => Err(self.wrong("mode", "expected code, direct or both")),
        }
    }

    fn endpoint(&self, entry: &Entry) -> Result<Endpoint, String> {
        match (first(entry, URLS), first(entry, COMMANDS)) {
            (Some((key, url)), None) => self.http(entry, key, url),
            (None, Some((key, command))) => self.stdio(entry, key, command),
            (Some(_), Some(_)) => Err("its configuration has both a command and an address".to_owned()),
            (None, None) if entry.contains_key("settings") => {
                Err("an extension of the editor starts it; its configuration has no command".to_owned())
            }
            (None, None) => Err("its configuration has neither a command nor an address".to_owned()),
        }
    }

    fn stdio(&self, entry: &Entry, key: &str, command: &Value) -> Result<Endpoint, String> {
        // Older Zed nests the parts of the command.
        let (command, inner) = match command {
            Value::Object(inner) => (inner.get("path").unwrap_or(&Value::Null), inner),
            plain => (plain, entry),
        };
        let command = self.text(key, command)?.text;
        let command = match command.strip_prefix("~/") {
            Some(rest) => self.around.home.join(rest).to_string_lossy().into_owned(),
            None => command,
        };
        let arguments = match inner.get("args") {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(words)) => {
                let read = |(number, word)| Ok(secret(self.text(&format!("args[{number}]"), word)?, false));
                words.iter().enumerate().map(read).collect::<Result<_, String>>()?
            }
            Some(_) => return Err(self.wrong("args", "expected a list")),
        };
        let folder = first(entry, &["cwd", "workingDirectory"]);
        let folder = folder.map(|(key, folder)| Ok::<_, String>(PathBuf::from(self.text(key, folder)?.text)));
        let environment = self.environment(entry, inner)?;
        Ok(Endpoint::Stdio { arguments, command, environment, folder: folder.transpose()? })
    }

    fn environment(&self, entry: &Entry, inner: &Entry) -> Result<BTreeMap<String, Secret>, String> {
        let mut environment = match entry.get("envFile") {
            Some(path) => self.environment_file(path)?,
            None => BTreeMap::new(),
        };
        for name in
            entry.get("env_keys").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
        {
            let value = self.around.variables.get(name);
            let value =
                value.ok_or_else(|| self.wrong("env_keys", &format!("the variable `{name}` is not set")))?;
            environment.insert(name.to_owned(), Secret::hidden(value));
        }
        environment.extend(self.table(inner, ENVIRONMENTS, is_secret_name)?);
        Ok(environment)
    }

    fn environment_file(&self, path: &Value) -> Result<BTreeMap<String, Secret>, String> {
        let path = self.around.workspace.join(self.text("envFile", path)?.text);
        let text = (self.around.files)(&path).map_err(|error| self.wrong("envFile", &error.to_string()))?;
        let lines = text.lines().map(str::trim).filter(|line| !line.starts_with('#'));
        let pairs = lines.filter_map(|line| line.strip_prefix("export ").unwrap_or(line).split_once('='));
        let pair =
            |(name, value): (&str, &str)| (name.trim().to_owned(), Secret::hidden(unquoted(value.trim())));
        Ok(pairs.map(pair).collect())
    }

    fn http(&self, entry: &Entry, key: &str, url: &Value) -> Result<Endpoint, String> {
        let url = self.text(key, url)?;
        let parsed = reqwest::Url::parse(&url.text).map_err(|error| self.wrong(key, &error.to_string()))?;
        if !matches!(parsed.scheme(), "http" | "https") {
            return Err(self.wrong(key, "expected an address that begins with http:// or https://"));
        }
        let kind = match first(entry, KINDS) {
            Some((key, kind)) => self.http_kind(key, kind)?,
            None if key == "httpUrl" => HttpKind::Streamable,
            None => HttpKind::Either,
        };
        let hidden = url.from_variable || parsed.password().is_some() || parsed.query().is_some();
        Ok(Endpoint::Http { headers: self.headers(entry)?, kind, url: Secret { text: url.text, hidden } })
    }

    fn http_kind(&self, key: &str, kind: &Value) -> Result<HttpKind, String> {
        match kind.as_str().unwrap_or_default() {
            "http" | "streamable-http" | "streamable_http" | "streamableHttp" | "streamable" | "remote" => {
                Ok(HttpKind::Streamable)
            }
            "sse" => Ok(HttpKind::Sse),
            _ => Err(self.wrong(key, "expected http or sse beside an address")),
        }
    }

    fn headers(&self, entry: &Entry) -> Result<BTreeMap<String, Secret>, String> {
        let mut headers = self.table(entry, HEADERS, |_| true)?;
        let set = |key: &str, name: &Value| {
            let name = name.as_str().ok_or_else(|| self.wrong(key, "expected the name of a variable"))?;
            let value = self.around.variables.get(name);
            value.cloned().ok_or_else(|| self.wrong(key, &format!("the variable `{name}` is not set")))
        };
        if let Some(name) = entry.get("bearer_token_env_var") {
            let token = format!("Bearer {}", set("bearer_token_env_var", name)?);
            headers.insert("Authorization".to_owned(), Secret::hidden(token));
        }
        for (header, name) in entry.get("env_http_headers").and_then(Value::as_object).into_iter().flatten() {
            headers.insert(header.clone(), Secret::hidden(set("env_http_headers", name)?));
        }
        Ok(headers)
    }

    /// A table of texts under the first of these keys.
    fn table(
        &self,
        entry: &Entry,
        keys: &[&str],
        hide: impl Fn(&str) -> bool,
    ) -> Result<BTreeMap<String, Secret>, String> {
        let Some((key, table)) = first(entry, keys) else { return Ok(BTreeMap::new()) };
        let Value::Object(table) = table else { return Err(self.wrong(key, "expected a table of texts")) };
        let pair = |(name, value): (&String, &Value)| {
            let value = self.text(&format!("{key}.{name}"), value)?;
            Ok((name.clone(), secret(value, hide(name))))
        };
        table.iter().map(pair).collect()
    }

    fn text(&self, key: &str, value: &Value) -> Result<Expanded, String> {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            Value::Bool(flag) => flag.to_string(),
            _ => return Err(self.wrong(key, "expected a text")),
        };
        expand(&text, self.dialect == Dialect::Gemini, self.around)
            .map_err(|problem| self.wrong(key, &problem))
    }

    /// Names of tools, `*` for any part; `true` stands for all.
    fn patterns(&self, entry: &Entry, keys: &[&str]) -> Result<Vec<String>, String> {
        let found = keys.iter().filter_map(|key| Some((*key, entry.get(*key)?)));
        Ok(found.map(|(key, value)| self.words(key, value)).collect::<Result<Vec<_>, _>>()?.concat())
    }

    fn words(&self, key: &str, value: &Value) -> Result<Vec<String>, String> {
        let wrong = || self.wrong(key, "expected a list of names of tools");
        match value {
            Value::Bool(true) => Ok(vec!["*".to_owned()]),
            Value::Bool(false) | Value::Null => Ok(Vec::new()),
            Value::Array(words) => {
                words.iter().map(|word| word.as_str().map(str::to_owned).ok_or_else(wrong)).collect()
            }
            _ => Err(wrong()),
        }
    }

    fn timeout(&self, entry: &Entry, keys: &[&str], default: Duration) -> Result<Duration, String> {
        let Some((key, value)) = first(entry, keys) else { return Ok(default) };
        let number = value.as_f64().filter(|number| *number > 0.0);
        let number = number.ok_or_else(|| self.wrong(key, "expected a time above zero"))?;
        let seconds = if key.ends_with("_sec") {
            true
        } else if key.ends_with("ms") || key.ends_with("Ms") {
            false
        } else {
            // A bare `timeout` counts seconds in Goose and Cline, milliseconds elsewhere, where no one means 600 ms.
            self.dialect == Dialect::Goose || entry.contains_key("autoApprove") || number < 1000.0
        };
        let seconds = if seconds { number } else { number / 1000.0 };
        Duration::try_from_secs_f64(seconds.min(86_400.0))
            .map_err(|error| self.wrong(key, &error.to_string()))
    }

    fn wrong(&self, key: &str, problem: &str) -> String {
        format!("server `{}`, key `{key}`: {problem}", self.server)
    }
}

fn secret(value: Expanded, hide: bool) -> Secret {
    Secret { hidden: hide || value.from_variable, text: value.text }
}

/// Names of variables whose values are nobody's business.
fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    ["AUTH", "COOKIE", "CREDENTIAL", "DSN", "KEY", "PASS", "PAT", "SECRET", "TOKEN"]
        .iter()
        .any(|word| name.contains(word) && name != "PATH")
}

fn is_inside_goose(kind: &str) -> bool {
    matches!(kind, "builtin" | "platform" | "frontend" | "inline_python")
}

fn is_known(key: &str) -> bool {
    let lists = [URLS, COMMANDS, ENVIRONMENTS, HEADERS, KINDS, ALLOWED, DENIED, TRUSTED, PASSED_OVER, READ];
    lists.iter().any(|list| list.contains(&key))
}

fn first<'a>(entry: &'a Entry, keys: &[&'a str]) -> Option<(&'a str, &'a Value)> {
    keys.iter().find_map(|key| Some((*key, entry.get(*key).filter(|value| !value.is_null())?)))
}

fn unquoted(value: &str) -> &str {
    let inner = |quote| value.strip_prefix(quote).and_then(|rest: &str| rest.strip_suffix(quote));
    inner('"').or_else(|| inner('\'')).unwrap_or(value)
}
