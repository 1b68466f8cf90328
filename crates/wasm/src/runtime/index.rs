//! The package index and the npm registry, as pip, uv and npm are told of them: whoever has a mirror or a proxy has said so
//! already.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Where packages come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// More authorities that are trusted, as PEM.
    pub certificates: Option<PathBuf>,
    /// The address of the npm registry, ending in `/`: below it is an object for each package.
    pub registry: String,
    /// The address of the index, ending in `/`: below it is a page for each project (PEP 503, PEP 691).
    pub url: String,
}

/// The index of the Python community.
const PUBLIC: &str = "https://pypi.org/simple/";

/// The registry of npm.
const PUBLIC_REGISTRY: &str = "https://registry.npmjs.org/";

impl Index {
    /// The index that these variables name, else uv's and pip's files, else the public one.
    pub fn find(variables: &BTreeMap<String, String>) -> Self {
        let variable = |names: &[&str]| {
            names.iter().find_map(|name| variables.get(*name)).filter(|value| !value.trim().is_empty())
        };
        let files: Vec<String> =
            pip_files(variables).iter().filter_map(|file| fs::read_to_string(file).ok()).collect();
        let setting = |key: &str| files.iter().find_map(|text| pip_setting(text, key));
        let url = variable(&["UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL"])
            .cloned()
            .or_else(|| setting("index-url"))
            .unwrap_or_else(|| PUBLIC.to_owned());
        let certificates = variable(&["SSL_CERT_FILE", "PIP_CERT", "NODE_EXTRA_CA_CERTS"]).cloned();
        let certificates = certificates.or_else(|| setting("cert"));
        let registry = variable(&["npm_config_registry", "NPM_CONFIG_REGISTRY"]).cloned();
        let registry = registry
            .or_else(|| npm_files(variables).iter().find_map(npm_registry))
            .unwrap_or_else(|| PUBLIC_REGISTRY.to_owned());
        // uv lets an index have a name: `name=https://...`.
        let url = url
            .split_once("=http")
            .map_or(url.as_str(), |(_, rest)| &url[url.len() - rest.len() - 4..])
            .trim();
        let whole = |address: &str| format!("{}/", address.trim().trim_end_matches('/'));
        Self { certificates: certificates.map(PathBuf::from), registry: whole(&registry), url: whole(url) }
    }
}

/// Pip's files, the one that wins first: `pip config debug` lists the same.
fn pip_files(variables: &BTreeMap<String, String>) -> Vec<PathBuf> {
    let named = variables.get("PIP_CONFIG_FILE").map(PathBuf::from);
    let home = variables.get("HOME").map(PathBuf::from);
    let settings = variables
        .get("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .or_else(|| home.as_ref().map(|home| home.join(".config")));
    let files = [
        named,
        variables.get("VIRTUAL_ENV").map(|folder| Path::new(folder).join("pip.conf")),
        settings.map(|folder| folder.join("pip/pip.conf")),
        home.as_ref().map(|home| home.join("Library/Application Support/pip/pip.conf")),
        home.as_ref().map(|home| home.join(".pip/pip.conf")),
        Some(PathBuf::from("/etc/xdg/pip/pip.conf")),
        Some(PathBuf::from("/etc/pip.conf")),
    ];
    files.into_iter().flatten().collect()
}

/// npm's files, the one that wins first: `npm help npmrc`.
fn npm_files(variables: &BTreeMap<String, String>) -> Vec<PathBuf> {
    let named =
        ["npm_config_userconfig", "NPM_CONFIG_USERCONFIG"].iter().find_map(|name| variables.get(*name));
    let home = || variables.get("HOME").map(|home| Path::new(home).join(".npmrc"));
    let user = named.map(PathBuf::from).or_else(home);
    user.into_iter()
        .chain(["/usr/local/etc/npmrc".into(), "/usr/etc/npmrc".into(), "/etc/npmrc".into()])
        .collect()
}

/// The registry that a file of npm names.
fn npm_registry(file: &PathBuf) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let values = text.lines().filter_map(|line| line.split_once('='));
    let mut found =
        values.filter(|(name, _)| name.trim() == "registry").map(|(_, value)| value.trim().trim_matches('"'));
    found.next_back().filter(|value| !value.is_empty()).map(str::to_owned)
}

/// A setting of a pip.conf; one for installing wins over one for everything.
fn pip_setting(text: &str, key: &str) -> Option<String> {
    let (mut section, mut found) = (String::new(), BTreeMap::new());
    for line in text.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            section = name.trim().to_ascii_lowercase();
        } else if let Some((name, value)) = line.split_once(['=', ':'])
            && name.trim().replace('_', "-") == key
            && !value.trim().is_empty()
        {
            found.insert(section.clone(), value.trim().to_owned());
        }
    }
    ["install", "global"].iter().find_map(|section| found.remove(*section))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(pairs: &[(&str, &str)]) -> Index {
        Index::find(&pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn variables_of_uv_and_pip_name_the_index() {
        let none = ("PIP_CONFIG_FILE", "/dev/null");
        assert_eq!(found(&[none, ("PIP_INDEX_URL", "http://a/simple")]).url, "http://a/simple/");
        assert_eq!(
            found(&[none, ("PIP_INDEX_URL", "http://a"), ("UV_INDEX_URL", "http://b/")]).url,
            "http://b/"
        );
        assert_eq!(found(&[none, ("UV_DEFAULT_INDEX", "ours=https://c/x")]).url, "https://c/x/");
        assert_eq!(found(&[none, ("PIP_CERT", "/a.pem")]).certificates, Some(PathBuf::from("/a.pem")));
    }

    #[test]
    fn a_file_of_pip_names_it_too() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("pip.conf");
        fs::write(
            &file,
            "[global]\nindex-url = http://all/\ncert=/b.pem\n[install]\nindex_url: http://mirror/simple\n",
        )
        .unwrap();
        let npmrc = folder.path().join("npmrc");
        fs::write(&npmrc, "fund=false\nregistry = \"http://mirror/npm\"\n@own:registry=http://other/\n")
            .unwrap();
        let index = found(&[
            ("PIP_CONFIG_FILE", file.to_str().unwrap()),
            ("npm_config_userconfig", npmrc.to_str().unwrap()),
        ]);
        let expected = Index {
            certificates: Some(PathBuf::from("/b.pem")),
            registry: "http://mirror/npm/".to_owned(),
            url: "http://mirror/simple/".to_owned(),
        };
        assert_eq!(index, expected);
    }
}
