//! What servers listed last, one file each: the tools are known before anything is connected.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::servers::{Endpoint, Secret};
use super::upstream::Handshake;

/// A list that is older is asked for again in the background.
const FRESH: Duration = Duration::from_secs(24 * 3600);

/// After this a server is asked again whether it knows the newer handshake.
const HANDSHAKE_KNOWN: Duration = Duration::from_secs(7 * 24 * 3600);

/// Largest file that is read.
const BYTES_MAX: u64 = 64 << 20;

/// The folder of the lists.
#[derive(Debug, Clone)]
pub(super) struct Cache {
    folder: PathBuf,
}

/// What one server listed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Cached {
    /// Which server it was: another command under the same name is another server.
    endpoint: String,
    /// True when the server knows only the older handshake.
    initialize: bool,
    /// Seconds since 1970.
    time: u64,
    /// The tools as they came.
    pub(super) tools: Vec<Value>,
}

impl Cached {
    pub(super) fn new(endpoint: &Endpoint, handshake: Handshake, tools: Vec<Value>) -> Self {
        let initialize = handshake == Handshake::Initialize;
        Self { endpoint: fingerprint(endpoint), initialize, time: now(), tools }
    }

    pub(super) fn is_fresh(&self) -> bool {
        self.age() < FRESH
    }

    pub(super) fn handshake(&self) -> Handshake {
        if self.initialize && self.age() < HANDSHAKE_KNOWN {
            Handshake::Initialize
        } else {
            Handshake::Unknown
        }
    }

    fn age(&self) -> Duration {
        Duration::from_secs(now().saturating_sub(self.time))
    }
}

impl Cache {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// What is known of a server. A file that cannot be used is one that is not there: it is only a cache.
    pub(super) fn get(&self, server: &str, endpoint: &Endpoint) -> Option<Cached> {
        let path = self.path(server);
        if std::fs::metadata(&path).ok()?.len() > BYTES_MAX {
            return None;
        }
        let cached: Cached = serde_json::from_slice(&std::fs::read(path).ok()?).ok()?;
        (cached.endpoint == fingerprint(endpoint)).then_some(cached)
    }

    pub(super) fn put(&self, server: &str, cached: &Cached) -> std::io::Result<()> {
        std::fs::create_dir_all(&self.folder)?;
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        serde_json::to_writer(&mut file, cached)?;
        file.persist(self.path(server))?;
        Ok(())
    }

    fn path(&self, server: &str) -> PathBuf {
        let readable: String = server
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' })
            .take(40)
            .collect();
        self.folder.join(Path::new(&format!("{readable}-{}.json", &hex(server.as_bytes())[..8])))
    }
}

/// Tells servers apart without telling a secret: of the environment and the headers only the names are in it.
fn fingerprint(endpoint: &Endpoint) -> String {
    let shown =
        |secret: &Secret| if secret.is_hidden() { "***".to_owned() } else { secret.reveal().to_owned() };
    let text = match endpoint {
        Endpoint::Http { headers, url, .. } => format!("{:?} {:?}", shown(url), headers.keys()),
        Endpoint::Stdio { arguments, command, environment, folder } => {
            let arguments: Vec<String> = arguments.iter().map(shown).collect();
            format!("{command:?} {arguments:?} {:?} {folder:?}", environment.keys())
        }
    };
    hex(text.as_bytes())
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn now() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs()
}
