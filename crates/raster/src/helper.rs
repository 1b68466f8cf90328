//! Drawing in a process of its own: pictures come from programs that nobody trusts, and a few lines of SVG can keep a machine
//! busy for hours.

use std::ffi::OsString;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;

use crate::{Picture, RasterError, draw};

/// What the process is called with, before the type of the picture.
const HELPER: &str = "--draw-picture";

/// Longest picture in bytes, before and after.
const BYTES_MAX: u64 = 64 * 1024 * 1024;

/// How long drawing may take.
const TIME_MAX: Duration = Duration::from_secs(10);

/// Memory of the process in bytes.
#[cfg(unix)]
const MEMORY_MAX: u64 = 1024 * 1024 * 1024;

/// Draws pictures in processes of their own.
#[derive(Debug, Clone)]
pub struct Rasteriser {
    program: PathBuf,
}

impl Rasteriser {
    /// Draws by this program, whose `main` begins with [`helper_main`].
    pub fn new(program: PathBuf) -> Self {
        Self { program }
    }

    /// Draws a picture of this type. Dropping the future ends the process.
    pub async fn draw(&self, bytes: &[u8], mime_type: &str) -> Result<Picture, RasterError> {
        let drawn = tokio::time::timeout(TIME_MAX, self.ask(bytes, mime_type)).await;
        drawn.unwrap_or(Err(RasterError::Timeout(TIME_MAX.as_secs())))
    }

    async fn ask(&self, bytes: &[u8], mime_type: &str) -> Result<Picture, RasterError> {
        let mut command = Command::new(&self.program);
        command.args([HELPER, mime_type]).env_clear().kill_on_drop(true);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(mut stdin), Some(stdout), Some(stderr)) = (stdin, stdout, stderr) else {
            return Err(std::io::Error::other("the process has no pipes").into());
        };
        let (mut drawn, mut said) = (Vec::new(), String::new());
        let give = async {
            // A process that ended early says why on its stderr.
            let _ = stdin.write_all(bytes).await;
            drop(stdin);
        };
        let mut stdout = stdout.take(BYTES_MAX);
        let mut stderr = stderr.take(4096);
        let take = async { stdout.read_to_end(&mut drawn).await };
        let hear = async { stderr.read_to_string(&mut said).await };
        let ((), taken, _) = tokio::join!(give, take, hear);
        taken?;
        if !child.wait().await?.success() {
            let why = said.lines().next().filter(|line| !line.is_empty());
            return Err(RasterError::Damaged(why.unwrap_or("drawing it was too much").to_owned()));
        }
        let mime_type = if drawn.starts_with(&[0xFF, 0xD8]) { "image/jpeg" } else { "image/png" };
        Ok(Picture { bytes: drawn, mime_type })
    }
}

/// The process that draws: a picture on stdin, a picture on stdout. `None` when the arguments are not meant for it, else the
/// exit code. To be called before anything else.
pub fn helper_main(arguments: impl IntoIterator<Item = OsString>) -> Option<i32> {
    let mut arguments = arguments.into_iter();
    if arguments.next()? != HELPER {
        return None;
    }
    let mime_type = arguments.next().unwrap_or_default();
    Some(match work(&mime_type.to_string_lossy()) {
        Ok(()) => 0,
        Err(error) => {
            let said = match error {
                RasterError::Damaged(said) => said,
                other => other.to_string(),
            };
            let _ = writeln!(std::io::stderr(), "{said}");
            1
        }
    })
}

fn work(mime_type: &str) -> Result<(), RasterError> {
    bound()?;
    let mut bytes = Vec::new();
    std::io::stdin().lock().take(BYTES_MAX).read_to_end(&mut bytes)?;
    let picture = draw(&bytes, mime_type)?;
    Ok(std::io::stdout().lock().write_all(&picture.bytes)?)
}

/// What this process may use, whatever becomes of who started it.
#[cfg(unix)]
fn bound() -> std::io::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let seconds = TIME_MAX.as_secs();
    let limits =
        [(Resource::Cpu, seconds), (Resource::As, MEMORY_MAX), (Resource::Fsize, 0), (Resource::Core, 0)];
    for (resource, limit) in limits {
        setrlimit(resource, Rlimit { current: Some(limit), maximum: Some(limit) })?;
    }
    Ok(())
}

#[cfg(not(unix))]
fn bound() -> std::io::Result<()> {
    Ok(())
}
