//! What a server listed, read, judged and cleaned: the tools that a program may see. Pure.

use std::collections::BTreeMap;

use codemode_run::Tool;
use serde_json::{Value, json};

use super::clean::{clean, clean_name, clean_schema};
use super::rules::{Permission, Rules};
use super::trust::{Held, canonical};

/// Characters of a tool's name.
const NAME_CHARS: usize = 200;

/// Characters of a description that are kept.
const DESCRIPTION_CHARS: usize = 20_000;

/// Bytes of the schemas of one tool.
const SCHEMA_BYTES_MAX: usize = 256 * 1024;

/// Warnings of one kind that are told one by one.
const WARNINGS_MAX: usize = 20;

/// The tools of one server.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Listing {
    /// Tools whose definition changed; they cannot be called.
    pub(super) held: Vec<Held>,
    /// The server's own names, by the cleaned ones.
    names: BTreeMap<String, String>,
    /// The definitions as they came.
    pub(super) raw: Vec<Value>,
    /// The tools that can be called, in the order of their names.
    pub(super) tools: Vec<Tool>,
    /// What the user should know.
    pub(super) warnings: Vec<String>,
}

/// What a tool is pinned by, for every readable tool.
pub(super) fn definitions(raw: &[Value]) -> Vec<Value> {
    raw.iter().filter(|tool| name_of(tool).is_some()).map(canonical).collect()
}

impl Listing {
    pub(super) fn new(
        server: &str,
        raw: Vec<Value>,
        rules: &Rules,
        held: Vec<Held>,
        mut warnings: Vec<String>,
    ) -> Self {
        let mut listing = Self { held, ..Self::default() };
        let mut problems = Vec::new();
        for tool in &raw {
            if let Err(problem) = listing.add(server, tool, rules) {
                problems.push(problem);
            }
        }
        for held in &listing.held {
            problems.push(format!(
                "the definition of `{}` changed; it is held back until it is accepted",
                held.tool
            ));
        }
        if problems.len() > WARNINGS_MAX {
            let more = problems.len() - WARNINGS_MAX;
            problems.truncate(WARNINGS_MAX);
            problems.push(format!("and {more} more problems with its tools"));
        }
        warnings.extend(problems);
        listing.tools.sort_by(|one, other| one.name.cmp(&other.name));
        Self { raw, warnings, ..listing }
    }

    /// A list of which nothing can be called.
    pub(super) fn unusable(raw: Vec<Value>, warnings: Vec<String>) -> Self {
        Self { raw, warnings, ..Self::default() }
    }

    fn add(&mut self, server: &str, raw: &Value, rules: &Rules) -> Result<(), String> {
        let Some(own) = name_of(raw) else {
            return Err("one of its tools has no usable name and is left out".to_owned());
        };
        let name = clean_name(own);
        if name.is_empty() {
            return Err("the name of one of its tools has no visible character; it is left out".to_owned());
        }
        if rules.permission(&name) == Permission::Deny || self.held.iter().any(|held| held.tool == own) {
            return Ok(());
        }
        let schema = |key: &str| raw.get(key).filter(|schema| schema.is_object()).cloned();
        let (mut input, mut output) =
            (schema("inputSchema").unwrap_or_else(|| json!({"type": "object"})), schema("outputSchema"));
        let size = input.to_string().len() + output.as_ref().map_or(0, |schema| schema.to_string().len());
        if size > SCHEMA_BYTES_MAX {
            return Err(format!(
                "the schema of `{name}` has {size} bytes, more than {SCHEMA_BYTES_MAX}; it is left out"
            ));
        }
        if self.names.contains_key(&name) {
            return Err(format!("it has two tools named `{name}`; only the first can be called"));
        }
        clean_schema(&mut input);
        output.as_mut().map(clean_schema).unwrap_or_default();
        let hint = |hint: &str| raw["annotations"].get(hint).and_then(Value::as_bool);
        let read_only = hint("readOnlyHint") == Some(true);
        self.names.insert(name.clone(), own.to_owned());
        self.tools.push(Tool {
            server: server.to_owned(),
            title: text(&raw["title"])
                .or_else(|| text(&raw["annotations"]["title"]))
                .map(|title| clean_name(&title)),
            description: text(&raw["description"])
                .map(|text| clean(&text).trim().to_owned())
                .unwrap_or_default(),
            input_schema: input,
            output_schema: output,
            read_only,
            destructive: !read_only && hint("destructiveHint") != Some(false),
            name,
        });
        Ok(())
    }

    /// The server's own name of a tool that can be called.
    pub(super) fn own_name(&self, tool: &str) -> Option<&str> {
        self.names.get(tool).map(String::as_str)
    }

    /// The held tool of this name.
    pub(super) fn held(&self, tool: &str) -> Option<&Held> {
        self.held.iter().find(|held| held.tool == tool || clean_name(&held.tool) == tool)
    }
}

fn name_of(raw: &Value) -> Option<&str> {
    raw.get("name")?.as_str().filter(|name| !name.is_empty() && name.chars().count() <= NAME_CHARS)
}

fn text(value: &Value) -> Option<String> {
    let text = value.as_str()?;
    match text.char_indices().nth(DESCRIPTION_CHARS) {
        None => Some(text.to_owned()),
        Some((end, _)) => Some(format!("{}... [cut]", &text[..end])),
    }
}
