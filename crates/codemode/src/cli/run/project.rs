//! A folder with `main.py`: its files go to the workspace, then `main.py` runs.

use std::fs;
use std::path::Path;

use codemode_run::{Language, RunRequest};

use crate::cli::Failure;

/// Files that a project may have.
const FILES_MAX: usize = 2_000;
/// Bytes of all its files.
const BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Folders below one another.
const DEPTH_MAX: usize = 16;
/// Folders that hold what tools made, not the project.
const LEFT_OUT: &[&str] = &["__pycache__", "node_modules", "target", "venv"];

/// The program that a starting file stands for, in the order in which they are looked for.
const STARTS: &[&str] = &["main.py", "main.mjs", "main.js", "main.ts", "main.sh"];

/// The request for a project folder.
pub(super) fn request(folder: &Path) -> Result<RunRequest, Failure> {
    let start = STARTS.iter().find(|name| folder.join(name).is_file()).ok_or_else(|| Failure {
        error: format!("`{}` has no main.py", folder.display()).into(),
        hint: Some(format!("a project starts at one of {}", STARTS.join(", "))),
    })?;
    let code = fs::read_to_string(folder.join(start))
        .map_err(|error| format!("`{start}` cannot be read: {error}"))?;
    let extension = start.rsplit_once('.').map_or("", |(_, extension)| extension);
    let mut request = RunRequest::new(Language::from_extension(extension).unwrap_or(Language::Python), code);
    request.filename = Some((*start).to_owned());
    let mut room = BYTES_MAX;
    add(&mut request, folder, "", 0, &mut room)?;
    Ok(request)
}

fn add(
    request: &mut RunRequest,
    folder: &Path,
    above: &str,
    depth: usize,
    room: &mut u64,
) -> Result<(), Failure> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if above.is_empty() { name.clone() } else { format!("{above}/{name}") };
        let kind = entry.file_type()?;
        if kind.is_dir() && depth < DEPTH_MAX && !name.starts_with('.') && !LEFT_OUT.contains(&name.as_str())
        {
            add(request, &entry.path(), &path, depth + 1, room)?;
        } else if kind.is_file() {
            let bytes = entry.metadata()?.len();
            *room = room
                .checked_sub(bytes)
                .ok_or_else(|| format!("the project has more than {BYTES_MAX} bytes"))?;
            if request.files.len() >= FILES_MAX {
                return Err(format!("the project has more than {FILES_MAX} files").into());
            }
            request.files.insert(path, fs::read(entry.path())?);
        }
    }
    Ok(())
}
