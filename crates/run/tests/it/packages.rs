//! What is installed for a program: requirements, imports, lists. B-numbers are defects of the predecessors.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use codemode_run::packages::{
    Brought, Installed, Installer, Layer, Lookup, PackageRules, Packages, Requirement, distribution_of,
    missing,
};
use codemode_run::{Ending, Engine, Isolation, Language, RunError, RunRequest};
use codemode_source::{Import, Reading, Reference};
use tokio_util::sync::CancellationToken;

use crate::script::{Bench, Script};

fn brought() -> Brought {
    let set = |names: &[&str]| names.iter().map(ToString::to_string).collect();
    Brought { installed: set(&["six", "google.auth"]), standard: set(&["json", "tomllib"]) }
}

fn ask(values: &[&str], rules: &PackageRules) -> String {
    let values: Vec<String> = values.iter().map(ToString::to_string).collect();
    match Requirement::read_all("packages", &values, rules, &brought()) {
        Ok(requirements) => requirements.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
        Err(error) => format!("{error}; {}", error.hint.clone().unwrap_or_default()),
    }
}

fn import(module: &str, line: u32) -> Import {
    Import { module: module.to_owned(), line, guarded: false }
}

fn decide(reading: &Reading, rules: &PackageRules) -> String {
    match missing(reading, &brought(), rules, &BTreeSet::new(), |_| Lookup::Nowhere) {
        Ok(found) => found.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
        Err(refusal) => refusal.to_string(),
    }
}

fn imports(modules: &[&str]) -> Reading {
    let imports = modules.iter().zip(1..).map(|(module, line)| import(module, line)).collect();
    Reading { imports, ..Reading::default() }
}

// B1, B2: paths, addresses and options went to pip as they were.
#[test]
fn only_a_name_with_a_version_is_a_requirement() {
    let rules = PackageRules::default();
    assert_eq!(ask(&["Requests[socks] >=2,<3", "python_docx"], &rules), "python-docx requests[socks]>=2,<3");
    let expected = "; expected a name with an optional version, such as `pandas` or `pandas>=2,<3`";
    for (value, problem) in [
        ("-r/etc/hostname", "is an option of an installer, not a requirement"),
        ("--index-url=x", "is an option of an installer, not a requirement"),
        ("./local", "is an address or a path, not a requirement"),
        ("a @ file:///tmp/a", "is an address or a path, not a requirement"),
        ("git+https://example.org/a", "is an address or a path, not a requirement"),
        ("two words", "is not a requirement"),
        ("", "is not a requirement"),
    ] {
        assert_eq!(ask(&[value], &rules), format!("argument `packages`: `{value}`: {problem}{expected}"));
    }
}

// B3: `os_sys` passed the list that had `os-sys`. B4: names of the standard library were installed.
#[test]
fn lists_compare_normalised_names_and_the_standard_library_is_never_installed() {
    let rules = PackageRules { blocked: vec!["os-sys".into()], ..PackageRules::default() };
    for name in ["os_sys", "OS.sys", "os--sys"] {
        let refused = ask(&[name], &rules);
        assert!(refused.contains("`os-sys` is on `packages.blocked`"), "{refused}");
    }
    let allowed = PackageRules { allowed: vec!["Pandas".into()], ..PackageRules::default() };
    assert_eq!(ask(&["pandas"], &allowed), "pandas");
    assert!(ask(&["numpy"], &allowed).ends_with("is not on `packages.allowed`; use only Pandas"));
    assert!(ask(&["json"], &rules).ends_with(
        "is part of the standard library and is never installed; leave it out: `import json` works as it is"
    ));
}

// B4, B6: the wrong distribution was installed for a module.
#[test]
fn imports_become_the_distributions_that_provide_them() {
    let rules = PackageRules::default();
    let modules = [
        "json.nope",
        "tomllib",
        "six.moves",
        "serial",
        "cv2",
        "yaml",
        "google.cloud.storage",
        "google.auth.x",
    ];
    assert_eq!(
        decide(&imports(&modules), &rules),
        "google-cloud-storage opencv-python-headless pyserial pyyaml"
    );
    for (module, distribution) in [
        ("PIL.Image", Some("pillow")),
        ("docx", Some("python-docx")),
        ("fitz", Some("PyMuPDF")),
        ("mpl_toolkits.mplot3d", Some("matplotlib")),
        ("pandas", Some("pandas")),
        ("models", None),
        ("google", None),
    ] {
        assert_eq!(distribution_of(module).as_deref(), distribution, "{module}");
    }
}

#[test]
fn an_import_that_nothing_can_provide_is_refused_with_its_line() {
    let rules = PackageRules::default();
    assert_eq!(
        decide(&imports(&["pandas", "no_such_thing"]), &rules),
        "IMPORT_NOT_FOUND (line 2): no known distribution provides `no_such_thing`; correct the name, or pass \
         packages=[...] with the distribution that provides it"
    );
    let off = PackageRules { auto_install: false, ..rules.clone() };
    assert_eq!(
        decide(&imports(&["pandas"]), &off),
        "IMPORT_NOT_FOUND (line 1): `pandas` is not installed, and `packages.auto_install` is off; pass \
         packages=[\"pandas\"], or do without it"
    );
    // What a program guards, or looks for in places of its own, is left to it.
    let guarded = Import { guarded: true, ..import("no_such_thing", 1) };
    assert_eq!(decide(&Reading { imports: vec![guarded], ..Reading::default() }, &rules), "");
    let path = Reference { name: "sys.path.append".to_owned(), line: 1, called: true };
    let reading = Reading { references: vec![path], ..imports(&["no_such_thing"]) };
    assert_eq!(decide(&reading, &rules), "");
}

/// Installs nothing, and counts how often it is asked what the interpreter has.
#[derive(Debug, Default)]
struct Counting(AtomicU32);

#[async_trait]
impl Installer for Counting {
    async fn brought(&self) -> Result<Arc<Brought>, RunError> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(Arc::new(brought()))
    }

    async fn install(
        &self,
        requirements: &BTreeSet<Requirement>,
        _progress: &codemode_run::packages::Progress<'_>,
        _cancel: &CancellationToken,
    ) -> Result<Option<Installed>, RunError> {
        let distributions = requirements.iter().map(ToString::to_string).collect();
        Ok(Some(Installed { distributions, layer: Layer("one".to_owned()) }))
    }
}

/// What became of a program's imports: how often the interpreter was asked, what was installed, and the refusal.
async fn provided(code: &str) -> (u32, Vec<String>, Option<String>) {
    let installer = Arc::new(Counting::default());
    let engine: Arc<dyn Engine> = Arc::new(Script::new("jail", Isolation::Full));
    let mut bench = Bench::new(vec![engine]);
    bench.options.packages = Packages {
        installer: Some(Arc::clone(&installer) as _),
        preload: Vec::new(),
        rules: PackageRules::default(),
    };
    let ended = bench.runs().start(RunRequest::new(Language::Python, code)).finish().await;
    let report = ended.as_ref().as_ref().unwrap();
    let refusal = match &report.ending {
        Some(Ending::Refuse(refusal)) => Some(refusal.to_string()),
        _ => None,
    };
    (installer.0.load(Ordering::Relaxed), report.packages_installed.clone(), refusal)
}

#[tokio::test]
async fn the_interpreter_is_asked_what_it_has_only_when_it_matters() {
    let nothing = Vec::<String>::new;
    assert_eq!(provided("print(1)").await, (0, nothing(), None));
    assert_eq!(provided("import json, os.path").await, (0, nothing(), None));
    assert_eq!(
        provided("try:\n    import pandas\nexcept ImportError:\n    pass").await,
        (0, nothing(), None)
    );
    assert_eq!(provided("import six").await, (1, nothing(), None));
    assert_eq!(provided("import pandas").await, (1, vec!["pandas".to_owned()], None));
}

#[tokio::test]
async fn a_module_that_the_program_writes_itself_is_left_to_it() {
    let nothing = Vec::<String>::new;
    let writes = "open('made_here.py', 'w').write('x = 1')\nimport made_here";
    assert_eq!(provided(writes).await, (1, nothing(), None));
    let (_, _, refusal) = provided("import made_here").await;
    assert!(
        refusal.unwrap().starts_with("IMPORT_NOT_FOUND (line 1): no known distribution provides `made_here`")
    );
}
