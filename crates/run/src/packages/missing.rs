//! Which imports of a program need a distribution, and which nothing can provide.

use std::collections::BTreeSet;

use codemode_source::{Import, Reading};

use super::{Brought, PackageRules, Requirement, distribution_of, is_standard_everywhere};
use crate::policy::Refusal;

/// Where a program may find modules of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lookup {
    /// Where its interpreter finds it.
    Beside,
    /// Somewhere: the program may yet tell its interpreter where.
    Somewhere,
    /// Nowhere.
    Nowhere,
}

/// What a program uses to find modules where its interpreter would not look.
const FINDS_MODULES: &[&str] = &[
    "importlib.machinery",
    "importlib.util",
    "pkgutil",
    "runpy",
    "site",
    "sys.meta_path",
    "sys.modules",
    "sys.path",
    "sys.path_hooks",
    "types.ModuleType",
];

/// The requirements that a program's imports call for; the first import that cannot be provided is refused.
///
/// `asked` is what the caller named: what may come with it is left to the interpreter. `own` looks for a module of the
/// program's own.
pub fn missing(
    reading: &Reading,
    brought: &Brought,
    rules: &PackageRules,
    asked: &BTreeSet<Requirement>,
    own: impl Fn(&str) -> Lookup,
) -> Result<BTreeSet<Requirement>, Refusal> {
    let finds_modules = reading.references.iter().any(|reference| finds_modules(&reference.name));
    let mut found = BTreeSet::new();
    for import in reading.imports.iter().filter(|import| !import.guarded && is_name(&import.module)) {
        let module = import.module.as_str();
        if brought.has(module) || is_standard_everywhere(module) {
            continue;
        }
        let lookup = own(module.split('.').next().unwrap_or(module));
        if lookup == Lookup::Beside {
            continue;
        }
        let left_to_it = finds_modules || lookup == Lookup::Somewhere || !asked.is_empty();
        match provide(import, rules) {
            Ok(requirement) if asked.iter().any(|asked| asked.name() == requirement.name()) => {}
            Ok(requirement) => drop(found.insert(requirement)),
            Err(_) if left_to_it => {}
            Err(refusal) => return Err(refusal),
        }
    }
    Ok(found)
}

fn finds_modules(name: &str) -> bool {
    FINDS_MODULES
        .iter()
        .any(|rule| name.strip_prefix(rule).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')))
}

/// `import 'x'` of another language and what no `import` statement could name is not looked up.
fn is_name(module: &str) -> bool {
    let part = |part: &str| !part.is_empty() && !part.contains(|c: char| !c.is_alphanumeric() && c != '_');
    module.split('.').all(part)
}

fn provide(import: &Import, rules: &PackageRules) -> Result<Requirement, Refusal> {
    let Import { line, module, .. } = import;
    let refuse = |message: String, mend: String| Refusal::of_import(*line, message, mend);
    let requirement = distribution_of(module).and_then(|text| text.parse::<Requirement>().ok());
    let Some(requirement) = requirement else {
        return Err(refuse(
            format!("no known distribution provides `{module}`"),
            "correct the name, or pass packages=[...] with the distribution that provides it".to_owned(),
        ));
    };
    if !rules.auto_install {
        return Err(refuse(
            format!("`{module}` is not installed, and `packages.auto_install` is off"),
            format!("pass packages=[\"{requirement}\"], or do without it"),
        ));
    }
    match rules.refuse(requirement.name()) {
        Some((message, mend)) => Err(refuse(format!("`{module}` cannot be installed: {message}"), mend)),
        None => Ok(requirement),
    }
}
