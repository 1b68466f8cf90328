//! Requirement strings: a name with a version, as PEP 508 writes it, and nothing else that installers understand.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use pep508_rs::VersionOrUrl;

use super::{Brought, PackageRules, is_standard_everywhere};
use crate::error::RunError;

/// Requirements of one request.
pub const PACKAGES_MAX: usize = 64;

/// Longest requirement string in characters.
pub const REQUIREMENT_CHARS_MAX: usize = 200;

/// A distribution with the versions that will do. Its text is normalised: two that mean the same are equal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Requirement {
    name: String,
    text: String,
}

impl Requirement {
    /// The distribution's name as PEP 503 normalises it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Reads what came as this argument. The first value that is wrong is named, with the mend.
    pub fn read_all(
        argument: &str,
        values: &[String],
        rules: &PackageRules,
        brought: &Brought,
    ) -> Result<BTreeSet<Self>, RunError> {
        if values.len() > PACKAGES_MAX {
            let problem = format!("{} requirements; expected at most {PACKAGES_MAX}", values.len());
            return Err(RunError::invalid_argument(argument, problem));
        }
        values.iter().map(|value| Self::read(argument, value, rules, brought)).collect()
    }

    fn read(argument: &str, value: &str, rules: &PackageRules, brought: &Brought) -> Result<Self, RunError> {
        let wrong = |problem: String, mend: String| {
            let mut error = RunError::invalid_argument(argument, format!("{}: {problem}", shown(value)));
            error.hint = Some(mend);
            error
        };
        let requirement: Self =
            value.parse().map_err(|NotARequirement(problem)| wrong(problem, MEND.to_owned()))?;
        let module = requirement.name.replace('-', "_");
        if brought.standard.contains(&module) || is_standard_everywhere(&module) {
            let mend = format!("leave it out: `import {module}` works as it is");
            return Err(wrong("is part of the standard library and is never installed".to_owned(), mend));
        }
        match rules.refuse(&requirement.name) {
            Some((problem, mend)) => Err(wrong(problem, mend)),
            None => Ok(requirement),
        }
    }
}

const MEND: &str = "expected a name with an optional version, such as `pandas` or `pandas>=2,<3`";

/// A value as an error may show it.
fn shown(value: &str) -> String {
    let cut: String = value.chars().take(80).collect();
    format!("`{}`", cut.escape_debug())
}

/// The name under which PEP 503 compares distributions.
pub fn normalised(name: &str) -> String {
    let parts = name.split(['-', '_', '.']).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("-").to_lowercase()
}

/// Why a text is no requirement.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotARequirement(String);

impl FromStr for Requirement {
    type Err = NotARequirement;

    fn from_str(text: &str) -> Result<Self, NotARequirement> {
        let wrong = |problem: &str| Err(NotARequirement(problem.to_owned()));
        let text = text.trim();
        if text.chars().count() > REQUIREMENT_CHARS_MAX {
            return wrong("is too long");
        }
        if text.starts_with('-') {
            return wrong("is an option of an installer, not a requirement");
        }
        // Before the parser sees them: it would look at the current folder and at variables for some of them.
        if text.contains(['@', '/', '\\', '$']) {
            return wrong("is an address or a path, not a requirement");
        }
        let parsed = pep508_rs::Requirement::<pep508_rs::VerbatimUrl>::from_str(text);
        let Ok(requirement) = parsed else { return wrong("is not a requirement") };
        if matches!(requirement.version_or_url, Some(VersionOrUrl::Url(_))) {
            return wrong("is an address or a path, not a requirement");
        }
        Ok(Self { name: requirement.name.to_string(), text: requirement.to_string() })
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
