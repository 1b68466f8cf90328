//! Authorization at remote servers by OAuth 2.1, as the specification of MCP wants it (basic/authorization, 2025-11-25).
//!
//! A person signs in once, in a browser; the tokens stay in a file of the user alone, are refreshed when they are old, and
//! never enter a sandbox, a result or the log.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use rmcp::transport::auth::{
    AuthError, AuthorizationManager, AuthorizationRequest, AuthorizationSession, CredentialRefreshGuard,
    CredentialStore, StoredCredentials,
};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::clean::clean;
use super::http;

/// How long a person may take to sign in.
const SIGN_IN: Duration = Duration::from_secs(600);

/// Longest request of a browser that is read, in bytes.
const REQUEST_BYTES_MAX: u64 = 16 * 1024;

/// Where the browser comes back to.
const CALLBACK: &str = "/callback";

/// Signing in at a server did not work.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// The person, or the server, said no.
    #[error("`{server}` was not authorized: {reason}")]
    Refused {
        /// Why, in the words of the server.
        reason: String,
        /// The server.
        server: String,
    },
    /// No such server, or not one that is reached over HTTP.
    #[error("no remote server is named `{0}`")]
    Server(String),
    /// A part of the way failed.
    #[error("failed to authorize `{server}`: {reason}")]
    Way {
        /// What failed.
        reason: String,
        /// The server.
        server: String,
    },
}

/// The tokens of one server at one address.
#[derive(Debug, Clone)]
pub(super) struct TokenFile {
    path: PathBuf,
}

impl TokenFile {
    /// Those of a server in this folder; another address has others.
    pub(super) fn new(folder: &Path, server: &str, url: &str) -> Self {
        let mut hash = Sha256::new();
        for word in [server, url] {
            hash.update((word.len() as u64).to_be_bytes());
            hash.update(word);
        }
        let name: String = hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        Self { path: folder.join(format!("{name}.json")) }
    }

    /// Removes them: whether there were any.
    pub(super) fn remove(&self) -> io::Result<bool> {
        match fs::remove_file(&self.path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// A manager that has them, when there are any that are of use.
    pub(super) async fn manager(&self, url: &str) -> Result<Option<AuthorizationManager>, String> {
        if !self.path.exists() {
            return Ok(None);
        }
        let mut manager = AuthorizationManager::new(url).await.map_err(|error| words(&error))?;
        manager.set_credential_store(self.clone());
        let known = manager.initialize_from_store().await.map_err(|error| words(&error))?;
        Ok(known.then_some(manager))
    }

    fn read(&self) -> io::Result<Option<StoredCredentials>> {
        match fs::read(&self.path) {
            // A damaged file is no token: the person signs in again.
            Ok(bytes) => Ok(serde_json::from_slice(&bytes).ok()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Beside the file and then in its place; the user's alone from the first byte on.
    fn write(&self, credentials: &StoredCredentials) -> io::Result<()> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        serde_json::to_writer(&mut file, credentials)?;
        file.persist(&self.path)?;
        Ok(())
    }

    /// Waits for whoever refreshes the same tokens in another process: a refresh token is good for one use.
    fn lock(&self) -> io::Result<fs::File> {
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder)?;
        }
        let file = fs::File::create(self.path.with_extension("lock"))?;
        file.lock()?;
        Ok(file)
    }
}

#[async_trait]
impl CredentialStore for TokenFile {
    async fn load(&self) -> Result<Option<StoredCredentials>, AuthError> {
        self.read().map_err(kept)
    }

    async fn save(&self, credentials: StoredCredentials) -> Result<(), AuthError> {
        self.write(&credentials).map_err(kept)
    }

    async fn clear(&self) -> Result<(), AuthError> {
        self.remove().map(drop).map_err(kept)
    }

    async fn acquire_refresh_guard(&self) -> Result<Option<CredentialRefreshGuard>, AuthError> {
        let own = self.clone();
        let locked = tokio::task::spawn_blocking(move || own.lock()).await;
        let file =
            locked.map_err(|error| AuthError::CredentialStoreError(error.to_string()))?.map_err(kept)?;
        Ok(Some(CredentialRefreshGuard::new(file)))
    }
}

fn kept(error: io::Error) -> AuthError {
    AuthError::CredentialStoreError(error.kind().to_string())
}

/// What failed, without an address, which could hold a secret.
fn words(error: &AuthError) -> String {
    match error {
        AuthError::HttpError(_) | AuthError::DiscoveryRequestFailed { .. } => {
            "its authorization server cannot be reached".to_owned()
        }
        AuthError::NoAuthorizationSupport | AuthError::MetadataError(_) => {
            "it does not say where to be authorized".to_owned()
        }
        AuthError::UrlError(_) => "its address is none".to_owned(),
        other => clean(&other.to_string()),
    }
}

/// Signs in at a server: `open` shows the page to the person. The tokens are kept when this returns.
pub(super) async fn login(
    server: &str,
    url: &str,
    file: TokenFile,
    open: impl FnOnce(&str),
) -> Result<(), LoginError> {
    let failed = |reason: String| LoginError::Way { reason, server: server.to_owned() };
    // The library's own client needs the provider of TLS that this chooses.
    http::client().map_err(failed)?;
    let mut manager = AuthorizationManager::new(url).await.map_err(|error| failed(words(&error)))?;
    let found = manager.resolve_metadata().await.map_err(|error| failed(words(&error)))?;
    manager.set_metadata(found.metadata);
    manager.set_credential_store(file);
    let way = |error: io::Error| failed(error.kind().to_string());
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(way)?;
    let here = format!("http://127.0.0.1:{}", listener.local_addr().map_err(way)?.port());
    let request = AuthorizationRequest::new(format!("{here}{CALLBACK}")).with_client_name("codemode");
    let session = AuthorizationSession::new(manager, request).await;
    let session = session.map_err(|(_, error)| failed(words(&error)))?;
    open(session.get_authorization_url());
    let came = tokio::time::timeout(SIGN_IN, came_back(&listener)).await;
    let target = came.map_err(|_| failed(format!("nobody signed in within {} s", SIGN_IN.as_secs())))?;
    let target = target.map_err(way)?;
    let refused = |reason: String| LoginError::Refused { reason, server: server.to_owned() };
    if let Some(reason) = error_of(&target) {
        return Err(refused(clean(&reason)));
    }
    let exchanged = session.handle_callback_url(&format!("{here}{target}")).await;
    exchanged.map(drop).map_err(|error| refused(words(&error)))
}

/// Waits for the browser: the path and query that it comes back with.
async fn came_back(listener: &TcpListener) -> io::Result<String> {
    loop {
        let (mut browser, _) = listener.accept().await?;
        // One that says nothing, or asks for an icon, does not end the waiting.
        let asked = tokio::time::timeout(Duration::from_secs(10), target(&mut browser)).await;
        let Ok(Ok(Some(target))) = asked else { continue };
        let is_callback = target.split('?').next() == Some(CALLBACK);
        let (status, text) = if is_callback {
            ("200 OK", "You can close this page and go back to codemode.")
        } else {
            ("404 Not Found", "There is nothing here.")
        };
        let answer = format!(
            "HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{text}",
            text.len()
        );
        let _ = browser.write_all(answer.as_bytes()).await;
        if is_callback {
            return Ok(target);
        }
    }
}

/// What a browser asks for, from the first line of its request.
async fn target(browser: &mut TcpStream) -> io::Result<Option<String>> {
    let mut head = Vec::new();
    let mut limited = browser.take(REQUEST_BYTES_MAX);
    let mut chunk = [0; 1024];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        let count = limited.read(&mut chunk).await?;
        if count == 0 {
            return Ok(None);
        }
        head.extend_from_slice(&chunk[..count]);
    }
    let text = String::from_utf8_lossy(&head);
    let mut words = text.lines().next().unwrap_or_default().split(' ');
    Ok(words.next().filter(|method| *method == "GET").and_then(|_| words.next()).map(str::to_owned))
}

/// The words of an authorization server that refused.
fn error_of(target: &str) -> Option<String> {
    let address = reqwest::Url::parse(&format!("http://127.0.0.1{target}")).ok()?;
    let word =
        |name: &str| address.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    let error = word("error")?;
    Some(word("error_description").map_or_else(|| error.clone(), |more| format!("{error}: {more}")))
}
