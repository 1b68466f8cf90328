//! Packages for embedded interpreters: wheels of Python alone, by a client of our own, as there may be no installer here.
//!
//! It takes the newest version that fits and never goes back on that: what needs more has a jail, where pip and uv resolve.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs;
use std::io::{Cursor, Read as _};
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;

use async_trait::async_trait;
use codemode_engines::packages::cache::Cache;
use codemode_engines::packages::cannot_keep;
use codemode_run::RunError;
use codemode_run::packages::{Brought, Installed, Installer, Layer, Progress, Requirement, normalised};
use pep508_rs::pep440_rs::{Version, VersionSpecifiers};
use pep508_rs::{MarkerEnvironment, MarkerEnvironmentBuilder, VerbatimUrl, VersionOrUrl};
use serde::Deserialize;
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;
use url::Url;
use zip::ZipArchive;

use crate::guest::Kind;
use crate::runtime::{FetchError, Listed, PYTHON, Preparation, Shop, digest};

/// What the interpreter is, in the words of wheels.
const PYTHON_VERSION: &str = "3.15";

/// Distributions of one layer.
const DISTRIBUTIONS_MAX: usize = 100;

/// Longest wheel in bytes.
const WHEEL_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Bytes of one layer, unpacked.
const LAYER_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// Bytes of all layers.
const LAYERS_BYTES_MAX: u64 = 2 * 1024 * 1024 * 1024;

/// Installs wheels that are Python alone.
#[derive(Debug)]
pub(crate) struct PureWheels {
    brought: OnceCell<Arc<Brought>>,
    preparation: Arc<Preparation>,
}

/// What an image says of itself.
#[derive(Deserialize)]
struct Modules {
    installed: BTreeSet<String>,
    standard: BTreeSet<String>,
}

/// A requirement as wheels write it.
type Wanted = pep508_rs::Requirement<VerbatimUrl>;

/// A wheel that was chosen.
struct Chosen {
    bytes: Vec<u8>,
    version: Version,
}

impl PureWheels {
    pub(crate) fn new(preparation: Arc<Preparation>) -> Self {
        Self { brought: OnceCell::new(), preparation }
    }

    /// Distributions that are inside, by normalised name.
    fn inside(&self) -> BTreeSet<String> {
        let text = fs::read_to_string(self.preparation.store.unpacked(Kind::Python).join("MANIFEST"))
            .unwrap_or_default();
        let names = text.lines().filter_map(|line| line.strip_prefix("package ")?.split(' ').next());
        names.map(normalised).collect()
    }

    async fn made(
        &self,
        requirements: &BTreeSet<Requirement>,
        progress: &Progress<'_>,
    ) -> Result<Installed, RunError> {
        let named: Vec<String> = requirements.iter().map(ToString::to_string).collect();
        let key = digest(
            format!("{}\n{}\n{}", PYTHON.sha256, self.preparation.index.url, named.join("\n")).as_bytes(),
        );
        let key = key[..40].to_owned();
        let cache = Cache::open(&self.preparation.layers, LAYERS_BYTES_MAX).map_err(cannot_keep)?;
        let lock = cache.lock(&key).await.map_err(cannot_keep)?;
        if let Some(distributions) = cache.find(&key) {
            return Ok(Installed { distributions, layer: Layer(key) });
        }
        progress(&format!("installing `{}`", named.join("`, `")));
        let chosen = self.resolve(requirements, progress).await?;
        let draft = cache.draft().map_err(cannot_keep)?;
        let mut left = LAYER_BYTES_MAX;
        for (name, wheel) in &chosen {
            unpack(&wheel.bytes, &draft.layer(), &mut left).map_err(|problem| failed(name, &problem))?;
        }
        let distributions = cache.keep(draft, &key, lock).await.map_err(cannot_keep)?;
        Ok(Installed { distributions, layer: Layer(key) })
    }

    /// Every distribution that is needed and not inside.
    async fn resolve(
        &self,
        requirements: &BTreeSet<Requirement>,
        progress: &Progress<'_>,
    ) -> Result<BTreeMap<String, Chosen>, RunError> {
        let inside = self.inside();
        let environment = environment()?;
        let shop = Shop::open(&self.preparation.index).map_err(|error| unreachable(&error))?;
        let mut open: VecDeque<Wanted> = requirements
            .iter()
            .filter_map(|requirement| Wanted::from_str(&requirement.to_string()).ok())
            .collect();
        let mut chosen: BTreeMap<String, Chosen> = BTreeMap::new();
        while let Some(wanted) = open.pop_front() {
            let name = wanted.name.to_string();
            if inside.contains(&name) {
                continue;
            }
            if let Some(known) = chosen.get(&name) {
                if fits(&wanted, &known.version) {
                    continue;
                }
                let problem = format!("{} was chosen, and `{wanted}` is needed too", known.version);
                return Err(failed(&name, &problem));
            }
            if chosen.len() >= DISTRIBUTIONS_MAX {
                return Err(failed(
                    &name,
                    &format!("more than {DISTRIBUTIONS_MAX} distributions are needed"),
                ));
            }
            let (base, file, version) = self.choose(&shop, &wanted).await?;
            progress(&format!("downloading {}", file.filename));
            let bytes =
                shop.file(&base, &file, WHEEL_BYTES_MAX).await.map_err(|error| unreachable(&error))?;
            for needed in needs(&bytes).map_err(|problem| failed(&name, &problem))? {
                if needed.evaluate_markers(&environment, &wanted.extras) {
                    open.push_back(needed);
                }
            }
            chosen.insert(name, Chosen { bytes, version });
        }
        Ok(chosen)
    }

    /// The newest wheel of Python alone that fits.
    async fn choose(&self, shop: &Shop<'_>, wanted: &Wanted) -> Result<(Url, Listed, Version), RunError> {
        let name = wanted.name.to_string();
        let found = shop.files(&name).await.map_err(|error| unreachable(&error))?;
        let Some((base, files)) = found else {
            return Err(RunError::new(
                "unknown_distribution",
                format!("no distribution is called `{name}`"),
                "correct the name",
            ));
        };
        let python = Version::from_str(PYTHON_VERSION).map_err(|error| failed(&name, &error.to_string()))?;
        let runs_here = |file: &Listed| {
            let asked = file.requires_python.as_deref();
            asked
                .and_then(|text| VersionSpecifiers::from_str(text).ok())
                .is_none_or(|asked| asked.contains(&python))
        };
        let listed = files.iter().filter(|file| !file.is_yanked() && runs_here(file));
        let fitting = |pure: bool| {
            let versions = listed.clone().filter_map(move |file| {
                let version = version_of(&file.filename, pure)?;
                (fits(wanted, &version) && !version.any_prerelease()).then_some((version, file))
            });
            versions.max_by(|a, b| a.0.cmp(&b.0))
        };
        if let Some((version, file)) = fitting(true) {
            return Ok((base, file.clone(), version));
        }
        Err(match fitting(false) {
            Some((version, _)) => RunError::new(
                "native_package",
                format!(
                    "`{name}` {version} has parts that are not Python, and is not among those that the engine `wasm` has inside"
                ),
                "let the engine jail run the program, or do without it",
            ),
            None => RunError::new(
                "no_wheel",
                format!("no version of `{name}` that fits `{wanted}` has a wheel"),
                "ask for another version",
            ),
        })
    }
}

#[async_trait]
impl Installer for PureWheels {
    async fn brought(&self) -> Result<Arc<Brought>, RunError> {
        let read = async {
            let file = self.preparation.store.modules(Kind::Python, &self.preparation.mounts);
            let text = fs::read(file).map_err(cannot_keep)?;
            let Modules { installed, standard } =
                serde_json::from_slice(&text).map_err(|error| cannot_keep(error.into()))?;
            Ok(Arc::new(Brought { installed, standard }))
        };
        self.brought.get_or_try_init(|| read).await.cloned()
    }

    async fn install(
        &self,
        requirements: &BTreeSet<Requirement>,
        progress: &Progress<'_>,
        cancel: &CancellationToken,
    ) -> Result<Option<Installed>, RunError> {
        tokio::select! {
            biased;
            () = cancel.cancelled() => Ok(None),
            made = self.made(requirements, progress) => made.map(Some),
        }
    }
}

fn fits(wanted: &Wanted, version: &Version) -> bool {
    match &wanted.version_or_url {
        Some(VersionOrUrl::VersionSpecifier(asked)) => asked.contains(version),
        Some(VersionOrUrl::Url(_)) => false,
        None => true,
    }
}

/// The version in a wheel's name; `None` for what is no wheel, or not one of Python alone when that is asked for.
fn version_of(filename: &str, pure: bool) -> Option<Version> {
    let stem = filename.strip_suffix(".whl")?;
    let mut parts = stem.split('-');
    let version = Version::from_str(parts.nth(1)?).ok()?;
    let is_pure = stem.ends_with("-none-any")
        && parts.rev().nth(2).is_some_and(|tags| tags.split('.').any(|tag| tag.starts_with("py3")));
    (is_pure || !pure).then_some(version)
}

/// What a wheel says that it needs.
fn needs(wheel: &[u8]) -> Result<Vec<Wanted>, String> {
    let mut archive = ZipArchive::new(Cursor::new(wheel)).map_err(|error| error.to_string())?;
    let names: Vec<String> = archive.file_names().filter_map(|name| Some(name.ok()?.into_owned())).collect();
    let metadata =
        names.iter().find(|name| name.ends_with(".dist-info/METADATA")).ok_or("it has no METADATA")?;
    let mut text = Vec::new();
    let entry = archive.by_name(metadata).map_err(|error| error.to_string())?;
    entry.take(1 << 20).read_to_end(&mut text).map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&text).into_owned();
    let headers = text.split("\n\n").next().unwrap_or_default();
    let needed = headers.lines().filter_map(|line| line.strip_prefix("Requires-Dist:"));
    needed.map(|text| Wanted::from_str(text.trim()).map_err(|error| error.to_string())).collect()
}

/// Takes a wheel out. Refused when it would write elsewhere, or more than is left.
fn unpack(wheel: &[u8], layer: &Path, left: &mut u64) -> Result<(), String> {
    let text = |error: &dyn std::fmt::Display| error.to_string();
    let mut archive = ZipArchive::new(Cursor::new(wheel)).map_err(|error| text(&error))?;
    for place in 0..archive.len() {
        let entry = archive.by_index(place).map_err(|error| text(&error))?;
        let inside = entry.enclosed_name().ok_or_else(|| "it has a file outside of its folder".to_owned())?;
        if entry.is_symlink() {
            return Err("it has a link".to_owned());
        }
        // `NAME.data/purelib` belongs beside the rest; scripts and headers are of no use here.
        let inside = match inside.to_str().and_then(|path| path.split_once(".data/")) {
            Some((_, rest)) => match rest.strip_prefix("purelib/") {
                Some(rest) => rest.into(),
                None => continue,
            },
            None => inside,
        };
        if entry.is_dir() {
            continue;
        }
        let target = layer.join(inside);
        if let Some(above) = target.parent() {
            fs::create_dir_all(above).map_err(|error| text(&error))?;
        }
        let mut file = fs::File::create(target).map_err(|error| text(&error))?;
        let copied = std::io::copy(&mut entry.take(*left + 1), &mut file).map_err(|error| text(&error))?;
        *left =
            left.checked_sub(copied).ok_or_else(|| format!("a layer may have {LAYER_BYTES_MAX} bytes"))?;
    }
    Ok(())
}

fn environment() -> Result<MarkerEnvironment, RunError> {
    let environment = MarkerEnvironmentBuilder {
        implementation_name: "cpython",
        implementation_version: "3.15.0",
        os_name: "posix",
        platform_machine: "wasm32",
        platform_python_implementation: "CPython",
        platform_release: "0.0.0",
        platform_system: "wasi",
        platform_version: "0.0.0",
        python_full_version: "3.15.0",
        python_version: PYTHON_VERSION,
        sys_platform: "wasi",
    };
    MarkerEnvironment::try_from(environment).map_err(|error| failed("the environment", &error.to_string()))
}

fn failed(name: &str, problem: &str) -> RunError {
    RunError::new(
        "install_failed",
        format!("`{name}` cannot be installed: {problem}"),
        "ask for another version",
    )
}

fn unreachable(error: &FetchError) -> RunError {
    RunError::new("install_failed", error.to_string(), "try again when the package index can be reached")
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn only_wheels_of_python_alone_are_taken() {
        let seen = |name: &str, pure| version_of(name, pure).map(|version| version.to_string());
        assert_eq!(seen("a-1.2-py3-none-any.whl", true), Some("1.2".to_owned()));
        assert_eq!(seen("a-1.2-py2.py3-none-any.whl", true), Some("1.2".to_owned()));
        assert_eq!(seen("a-1.2-1-py3-none-any.whl", true), Some("1.2".to_owned()));
        assert_eq!(seen("a-1.2-cp315-cp315-manylinux_2_28_x86_64.whl", true), None);
        assert_eq!(seen("a-1.2-cp315-cp315-manylinux_2_28_x86_64.whl", false), Some("1.2".to_owned()));
        assert_eq!(seen("a-1.2.tar.gz", false), None);
    }

    fn wheel(files: &[(&str, &str)]) -> Vec<u8> {
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in files {
            archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            archive.write_all(text.as_bytes()).unwrap();
        }
        archive.finish().unwrap().into_inner()
    }

    #[test]
    fn a_wheel_says_what_it_needs() {
        let metadata =
            "Name: a\nRequires-Dist: b>=1\nRequires-Dist: c ; sys_platform == 'win32'\n\nRequires-Dist: text";
        let needed = needs(&wheel(&[("a-1.dist-info/METADATA", metadata)])).unwrap();
        let environment = environment().unwrap();
        let names: Vec<String> = needed
            .iter()
            .filter(|needed| needed.evaluate_markers(&environment, &[]))
            .map(|needed| needed.name.to_string())
            .collect();
        assert_eq!(names, ["b"]);
    }

    #[test]
    fn a_poisoned_wheel_writes_nothing_outside_its_layer() {
        let folder = tempfile::tempdir().unwrap();
        let layer = folder.path().join("layer");
        fs::create_dir(&layer).unwrap();
        let room = || LAYER_BYTES_MAX;
        for name in ["../outside.py", "a/../../outside.py", "/outside.py"] {
            let told = unpack(&wheel(&[(name, "x")]), &layer, &mut room());
            assert!(!folder.path().join("outside.py").exists(), "{name}: {told:?}");
        }
        assert_eq!(
            unpack(&wheel(&[("big.py", "0123456789")]), &layer, &mut 5),
            Err(format!("a layer may have {LAYER_BYTES_MAX} bytes"))
        );
        // The control: what is well made is all there.
        let files = [
            ("good/__init__.py", "x"),
            ("good-1.data/purelib/more.py", "y"),
            ("good-1.data/scripts/run", "z"),
        ];
        assert_eq!(unpack(&wheel(&files), &layer, &mut room()), Ok(()));
        let there = |name: &str| layer.join(name).exists();
        assert_eq!((there("good/__init__.py"), there("more.py"), there("run")), (true, true, false));
    }
}
