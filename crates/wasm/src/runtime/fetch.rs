//! A small client of the package index: finds one file by its name, goes on where it stopped, and keeps only what has the
//! digest that this binary knows.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures::StreamExt as _;
use reqwest::header::{ACCEPT, CONTENT_TYPE, RANGE};
use reqwest::{Client, Response, StatusCode};
use serde::Deserialize;
use url::Url;

use super::index::Index;
use super::prepare::{Progress, Step};
use super::{Artifact, Origin, seal};

/// Why a file did not come.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The folder for downloads cannot be used.
    #[error("the download cannot be kept: {0}")]
    Disk(#[from] std::io::Error),
    /// The index does not have it.
    #[error("the package index has no {0}")]
    Missing(String),
    /// The content is another one than this binary knows.
    #[error("{file} from the package index is not what it should be: its SHA-256 is {found}")]
    Other {
        /// The file.
        file: String,
        /// Its digest.
        found: String,
    },
    /// The index did not answer as one.
    #[error("the package index cannot be reached: {0}")]
    Unreachable(String),
}

/// How often a download that breaks off is taken up again.
const TRIES: usize = 5;

/// How long the index may be silent.
const SILENT_MAX: Duration = Duration::from_secs(60);

/// Longest page of a project, in bytes.
const PAGE_BYTES_MAX: usize = 64 * 1024 * 1024;

const PAGE_TYPES: &str =
    "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1";

/// A file in this folder, fetched when it is not there.
pub(crate) async fn artifact(
    index: &Index,
    artifact: &Artifact,
    folder: &Path,
    report: &(dyn Fn(Progress) + Send + Sync),
) -> Result<PathBuf, FetchError> {
    fs::create_dir_all(folder)?;
    let (whole, part) = (folder.join(artifact.file), folder.join(format!("{}.part", artifact.file)));
    if whole.is_file() {
        check(&whole, artifact).await?;
        return Ok(whole);
    }
    let client = client(index)?;
    let address = find(&client, index, artifact).await?;
    let mut problem = FetchError::Unreachable("it broke off".to_owned());
    for _ in 0..TRIES {
        match go_on(&client, &address, artifact, &part, report).await {
            Ok(()) => {
                check(&part, artifact).await?;
                fs::rename(&part, &whole)?;
                return Ok(whole);
            }
            Err(FetchError::Unreachable(why)) => problem = FetchError::Unreachable(why),
            Err(error) => return Err(error),
        }
    }
    Err(problem)
}

fn client(index: &Index) -> Result<Client, FetchError> {
    // Another part of the process may have named the same provider before.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = Client::builder().read_timeout(SILENT_MAX).connect_timeout(SILENT_MAX);
    if let Some(file) = &index.certificates
        && let Ok(pem) = fs::read(file)
    {
        builder = builder.tls_certs_merge(reqwest::Certificate::from_pem_bundle(&pem).map_err(unreachable)?);
    }
    builder.build().map_err(unreachable)
}

/// A page of an index as JSON: PEP 691.
#[derive(Deserialize)]
struct Page {
    files: Vec<Listed>,
}

/// A file of a project.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Listed {
    pub(crate) filename: String,
    #[serde(default)]
    pub(crate) hashes: BTreeMap<String, String>,
    #[serde(default, rename = "requires-python")]
    pub(crate) requires_python: Option<String>,
    url: String,
    /// A reason, or true, when it was taken back.
    #[serde(default)]
    yanked: serde_json::Value,
}

impl Listed {
    pub(crate) fn is_yanked(&self) -> bool {
        !matches!(self.yanked, serde_json::Value::Null | serde_json::Value::Bool(false))
    }
}

/// What an index has of projects.
#[derive(Debug)]
pub(crate) struct Shop<'a> {
    client: Client,
    index: &'a Index,
}

impl<'a> Shop<'a> {
    pub(crate) fn open(index: &'a Index) -> Result<Self, FetchError> {
        Ok(Self { client: client(index)?, index })
    }

    /// The files of a project; `None` when the index does not know it.
    pub(crate) async fn files(&self, project: &str) -> Result<Option<(Url, Vec<Listed>)>, FetchError> {
        page(&self.client, self.index, project).await
    }

    /// A file whole, of at most this many bytes, whose digest is the one that the page says.
    pub(crate) async fn file(
        &self,
        base: &Url,
        file: &Listed,
        bytes_max: usize,
    ) -> Result<Vec<u8>, FetchError> {
        let address = base.join(&file.url).map_err(|error| FetchError::Unreachable(error.to_string()))?;
        let response = self.client.get(address).send().await.map_err(unreachable)?;
        let response = response.error_for_status().map_err(unreachable)?;
        let bytes = bounded(response, bytes_max).await?;
        let found = seal::digest(&bytes);
        match file.hashes.get("sha256") {
            Some(expected) if *expected != found => {
                Err(FetchError::Other { file: file.filename.clone(), found })
            }
            _ => Ok(bytes),
        }
    }
}

/// A version of a package in an npm registry, as far as it is needed.
#[derive(Deserialize)]
struct Version {
    dist: Distribution,
}

#[derive(Deserialize)]
struct Distribution {
    tarball: String,
}

/// The address of the file.
async fn find(client: &Client, index: &Index, artifact: &Artifact) -> Result<Url, FetchError> {
    let missing = || FetchError::Missing(artifact.file.to_owned());
    if artifact.origin == Origin::Npm {
        let address = format!("{}{}/{}", index.registry, artifact.project, artifact.version);
        let response = client.get(&address).send().await.map_err(unreachable)?;
        if response.status() == StatusCode::NOT_FOUND {
            return Err(missing());
        }
        let response = response.error_for_status().map_err(unreachable)?;
        let base = response.url().clone();
        let version: Version = serde_json::from_slice(&bounded(response, PAGE_BYTES_MAX).await?)
            .map_err(|error| FetchError::Unreachable(error.to_string()))?;
        return base.join(&version.dist.tarball).map_err(|error| FetchError::Unreachable(error.to_string()));
    }
    let (base, files) = page(client, index, artifact.project).await?.ok_or_else(missing)?;
    let listed = files.into_iter().find(|file| file.filename == artifact.file).ok_or_else(missing)?;
    base.join(&listed.url).map_err(|error| FetchError::Unreachable(error.to_string()))
}

/// The page of a project, and where it came from.
async fn page(
    client: &Client,
    index: &Index,
    project: &str,
) -> Result<Option<(Url, Vec<Listed>)>, FetchError> {
    let address = format!("{}{project}/", index.url);
    let response = client.get(&address).header(ACCEPT, PAGE_TYPES).send().await.map_err(unreachable)?;
    if response.status() == StatusCode::NOT_FOUND {
        return Ok(None);
    }
    let response = response.error_for_status().map_err(unreachable)?;
    let base = response.url().clone();
    let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let is_json = kind.contains("json");
    let bytes = bounded(response, PAGE_BYTES_MAX).await?;
    if !is_json {
        return Ok(Some((base, links(&String::from_utf8_lossy(&bytes)))));
    }
    let page: Page =
        serde_json::from_slice(&bytes).map_err(|error| FetchError::Unreachable(error.to_string()))?;
    Ok(Some((base, page.files)))
}

async fn bounded(response: Response, bytes_max: usize) -> Result<Vec<u8>, FetchError> {
    let (mut whole, mut stream) = (Vec::new(), response.bytes_stream());
    while let Some(bytes) = stream.next().await {
        whole.extend_from_slice(&bytes.map_err(unreachable)?);
        if whole.len() > bytes_max {
            return Err(FetchError::Unreachable(format!("it sent more than {bytes_max} bytes")));
        }
    }
    Ok(whole)
}

/// The files on a page of HTML: PEP 503.
fn links(page: &str) -> Vec<Listed> {
    let anchors = page.split("<a ").skip(1);
    let listed = anchors.filter_map(|anchor| {
        let (tag, rest) = anchor.split_once('>')?;
        let filename = rest.split('<').next()?.trim().to_owned();
        let href = attribute(tag, "href")?;
        let (url, fragment) = href.split_once('#').unwrap_or((&href, ""));
        let digest = fragment.strip_prefix("sha256=").map(|digest| ("sha256".to_owned(), digest.to_owned()));
        Some(Listed {
            filename,
            hashes: digest.into_iter().collect(),
            requires_python: attribute(tag, "data-requires-python"),
            url: url.to_owned(),
            yanked: attribute(tag, "data-yanked").map_or(serde_json::Value::Null, Into::into),
        })
    });
    listed.collect()
}

/// The value of an attribute in a tag.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, value) = tag.split_once(&format!("{name}="))?;
    let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    let value = value[1..].split(quote).next()?;
    Some(value.replace("&gt;", ">").replace("&lt;", "<").replace("&amp;", "&"))
}

/// Fetches what is missing of a file.
async fn go_on(
    client: &Client,
    address: &Url,
    artifact: &Artifact,
    part: &Path,
    report: &(dyn Fn(Progress) + Send + Sync),
) -> Result<(), FetchError> {
    let mut have = fs::metadata(part).map_or(0, |metadata| metadata.len());
    if have > artifact.bytes {
        fs::remove_file(part)?;
        have = 0;
    }
    if have == artifact.bytes {
        return Ok(());
    }
    let mut request = client.get(address.clone());
    if have > 0 {
        request = request.header(RANGE, format!("bytes={have}-"));
    }
    let response = request.send().await.map_err(unreachable)?.error_for_status().map_err(unreachable)?;
    let goes_on = response.status() == StatusCode::PARTIAL_CONTENT;
    let mut file: File =
        OpenOptions::new().create(true).append(goes_on).write(true).truncate(!goes_on).open(part)?;
    let mut done = if goes_on { have } else { 0 };
    let mut stream = response.bytes_stream();
    while let Some(bytes) = stream.next().await {
        let bytes = bytes.map_err(unreachable)?;
        done += bytes.len() as u64;
        if done > artifact.bytes {
            break;
        }
        file.write_all(&bytes)?;
        report(Progress { step: Step::Fetch, done, total: artifact.bytes });
    }
    if done == artifact.bytes { Ok(()) } else { Err(FetchError::Unreachable("it broke off".to_owned())) }
}

/// Removes a file that is not what this binary knows.
async fn check(path: &Path, artifact: &Artifact) -> Result<(), FetchError> {
    let file = File::open(path)?;
    let found =
        tokio::task::spawn_blocking(move || seal::digest_of(file)).await.map_err(std::io::Error::other)??;
    if found == artifact.sha256 {
        return Ok(());
    }
    fs::remove_file(path)?;
    Err(FetchError::Other { file: artifact.file.to_owned(), found })
}

/// The outermost message names the address, which stays in the log.
fn unreachable(error: reqwest::Error) -> FetchError {
    tracing::warn!(%error, "the package index");
    let error = error.without_url();
    let mut cause: &dyn std::error::Error = &error;
    let mut text = String::new();
    loop {
        if !text.is_empty() {
            text.push_str(": ");
        }
        text.push_str(&cause.to_string());
        match cause.source() {
            Some(source) => cause = source,
            None => return FetchError::Unreachable(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_html_lists_its_files() {
        let page = r#"<!DOCTYPE html><body>
            <a href="../a-1-py3-none-any.whl#sha256=ab" data-requires-python="&gt;=3.8">a-1-py3-none-any.whl</a><br/>
            <a href='b.tar.gz' data-yanked="broken">b.tar.gz</a></body>"#;
        let seen: Vec<_> = links(page)
            .into_iter()
            .map(|file| (file.is_yanked(), file.filename, file.url, file.requires_python, file.hashes.len()))
            .collect();
        let text = str::to_owned;
        let expected = [
            (false, text("a-1-py3-none-any.whl"), text("../a-1-py3-none-any.whl"), Some(text(">=3.8")), 1),
            (true, text("b.tar.gz"), text("b.tar.gz"), None, 0),
        ];
        assert_eq!(seen, expected);
    }
}
