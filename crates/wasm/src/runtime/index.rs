//! The package index, as pip and uv are told of it: whoever has a mirror or a proxy has said so already.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Where packages come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// More authorities that are trusted, as PEM.
    pub certificates: Option<PathBuf>,
    /// The address of the index, ending in `/`: below it is a page for each project (PEP 503, PEP 691).
    pub url: String,
}

/// The index of the Python community.
const PUBLIC: &str = "https://pypi.org/simple/";

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
        let certificates = variable(&["SSL_CERT_FILE", "PIP_CERT"]).cloned().or_else(|| setting("cert"));
        // uv lets an index have a name: `name=https://...`.
        let url = url
            .split_once("=http")
            .map_or(url.as_str(), |(_, rest)| &url[url.len() - rest.len() - 4..])
            .trim();
        Self { certificates: certificates.map(PathBuf::from), url: format!("{}/", url.trim_end_matches('/')) }
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
        let index = found(&[("PIP_CONFIG_FILE", file.to_str().unwrap())]);
        let expected =
            Index { certificates: Some(PathBuf::from("/b.pem")), url: "http://mirror/simple/".to_owned() };
        assert_eq!(index, expected);
    }
}
