//! Puts the environment into a text: `${VAR}`, `${VAR:-default}`, `${env:VAR}`, `${input:id}`, `${workspaceFolder}`,
//! `${userHome}`, and `$VAR` where the client that wrote the file does so.

use super::Surroundings;

/// A text after the variables were put in, and whether there were any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Expanded {
    pub(super) text: String,
    pub(super) from_variable: bool,
}

/// Expands `text`. The error says which variable is missing, never what another one holds.
pub(super) fn expand(text: &str, bare: bool, around: &Surroundings<'_>) -> Result<Expanded, String> {
    let mut out = Expanded { text: String::with_capacity(text.len()), from_variable: false };
    let mut rest = text;
    while let Some(place) = rest.find('$') {
        out.text.push_str(&rest[..place]);
        let after = &rest[place + 1..];
        if let Some(inner) = after.strip_prefix('{')
            && let Some(end) = inner.find('}')
        {
            braces(&inner[..end], around, &mut out)?;
            rest = &inner[end + 1..];
        } else if let name = name_at(after)
            && bare
            && !name.is_empty()
        {
            variable(name, around, &mut out)?;
            rest = &after[name.len()..];
        } else {
            out.text.push('$');
            rest = after;
        }
    }
    out.text.push_str(rest);
    Ok(out)
}

fn braces(inner: &str, around: &Surroundings<'_>, out: &mut Expanded) -> Result<(), String> {
    match inner {
        "workspaceFolder" => out.text.push_str(&around.workspace.to_string_lossy()),
        "workspaceFolderBasename" => {
            out.text.push_str(&around.workspace.file_name().unwrap_or_default().to_string_lossy());
        }
        "userHome" => out.text.push_str(&around.home.to_string_lossy()),
        "pathSeparator" | "/" => out.text.push(std::path::MAIN_SEPARATOR),
        _ => {
            if let Some(id) = inner.strip_prefix("input:") {
                return input(id, around, out);
            }
            let inner = inner.strip_prefix("env:").unwrap_or(inner);
            let (name, default) = match inner.split_once(":-") {
                Some((name, default)) => (name, Some(default)),
                None => (inner, None),
            };
            if name_at(name) != name || name.is_empty() {
                return Err(format!("`${{{inner}}}` is not a variable that codemode knows"));
            }
            match (around.variables.get(name).filter(|value| !value.is_empty()), default) {
                (None, Some(default)) => out.text.push_str(default),
                _ => variable(name, around, out)?,
            }
        }
    }
    Ok(())
}

fn variable(name: &str, around: &Surroundings<'_>, out: &mut Expanded) -> Result<(), String> {
    let value = around.variables.get(name);
    out.text.push_str(value.ok_or_else(|| format!("the variable `{name}` is not set"))?);
    out.from_variable = true;
    Ok(())
}

/// What VS Code asks its user for comes from the environment here.
fn input(id: &str, around: &Surroundings<'_>, out: &mut Expanded) -> Result<(), String> {
    let upper: String =
        id.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect();
    match [upper.as_str(), id].iter().find_map(|name| around.variables.get(*name)) {
        Some(value) => {
            out.text.push_str(value);
            out.from_variable = true;
            Ok(())
        }
        None => Err(format!("`${{input:{id}}}` has no value: set the variable `{upper}`")),
    }
}

/// The name of a variable at the start of a text.
fn name_at(text: &str) -> &str {
    let starts = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(text.len());
    if starts { &text[..end] } else { "" }
}
