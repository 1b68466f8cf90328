//! The folder for large outputs: one for each server, cleared of those whose server is gone.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Names the folder of this process below `above`. It is made when the first large output needs it.
pub fn folder(above: &Path) -> PathBuf {
    above.join(std::process::id().to_string())
}

/// Removes the folders of processes that are gone.
pub fn clear(above: &Path) -> io::Result<()> {
    let entries = match fs::read_dir(above) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        if let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse().ok())
            && !is_alive(pid)
        {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

#[cfg(unix)]
fn is_alive(pid: i32) -> bool {
    let pid = rustix::process::Pid::from_raw(pid);
    pid.is_some_and(|pid| rustix::process::test_kill_process(pid) != Err(rustix::io::Errno::SRCH))
}

#[cfg(not(unix))]
fn is_alive(_pid: i32) -> bool {
    true
}
