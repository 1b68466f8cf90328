//! Where an interpreter keeps its files. One that lives outside `/usr` is shown to the jail by these folders alone, never
//! by the home folder above them.

use std::collections::HashMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

use codemode_run::{Language, Unavailable};

/// An interpreter and what it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Installation {
    /// Folders outside `/usr` that it is made of.
    pub(super) folders: Vec<PathBuf>,
    /// The program to start.
    pub(super) program: PathBuf,
}

/// What was found so far: asking a Python costs as much as starting one.
static FOUND: Mutex<Option<HashMap<PathBuf, Installation>>> = Mutex::new(None);

/// Finds the real interpreter behind a program of the PATH, which may be a link, a shim or part of a virtual environment.
pub(super) fn installation(program: &Path, language: Language) -> Result<Installation, Unavailable> {
    if let Some(known) =
        FOUND.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_default().get(program)
    {
        return Ok(known.clone());
    }
    let mut found = match language {
        Language::Python if !is_of_system(program) => of_python(program)?,
        _ => of_program(program)?,
    };
    found.folders = found.folders.iter().flat_map(|folder| narrowed(folder)).collect();
    for folder in &found.folders {
        check_is_narrow(folder)?;
    }
    let mut cache = FOUND.lock().unwrap_or_else(PoisonError::into_inner);
    cache.get_or_insert_default().insert(program.to_owned(), found.clone());
    Ok(found)
}

/// Folders that the jail shows anyway.
fn is_of_system(path: &Path) -> bool {
    ["/usr", "/bin", "/sbin", "/lib", "/lib64"].iter().any(|folder| path.starts_with(folder))
}

/// The four lines are what `sys` says of where the interpreter is.
const QUESTION: &str = "import os, sys\nprint(sys.executable, os.path.realpath(sys.executable), sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix, sep='\\n')";

fn of_python(program: &Path) -> Result<Installation, Unavailable> {
    let asked = Command::new(program)
        .args(["-I", "-c", QUESTION])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output();
    let output = asked.ok().filter(|output| output.status.success()).ok_or_else(|| broken(program))?;
    let said = String::from_utf8(output.stdout).map_err(|_| broken(program))?;
    let mut lines = said.lines().map(PathBuf::from);
    let (Some(executable), Some(real)) = (lines.next(), lines.next()) else { return Err(broken(program)) };
    let mut folders: Vec<PathBuf> = lines.filter(|folder| !is_of_system(folder)).collect();
    folders.sort();
    folders.dedup();
    // A virtual environment is known by the path that the interpreter is started by, so that path is kept if it is shown.
    let is_shown = is_of_system(&executable) || folders.iter().any(|folder| executable.starts_with(folder));
    if !is_of_system(&real) && !folders.iter().any(|folder| real.starts_with(folder)) {
        folders.extend(home_of(&real));
    }
    Ok(Installation { folders, program: if is_shown { executable } else { real } })
}

fn of_program(program: &Path) -> Result<Installation, Unavailable> {
    let real = fs::canonicalize(program).map_err(|_| broken(program))?;
    let folders = if is_of_system(&real) { Vec::new() } else { home_of(&real).into_iter().collect() };
    Ok(Installation { folders, program: real })
}

/// `PREFIX/bin/program` lives in PREFIX; a program elsewhere in its own folder.
fn home_of(program: &Path) -> Option<PathBuf> {
    let folder = program.parent()?;
    let prefix = if folder.ends_with("bin") { folder.parent()? } else { folder };
    Some(prefix.to_owned())
}

/// `~/.local` holds programs and libraries, but also the data and keys of every other program of its user.
fn narrowed(prefix: &Path) -> Vec<PathBuf> {
    if prefix.ends_with(".local") {
        return ["bin", "lib", "lib64"]
            .map(|name| prefix.join(name))
            .into_iter()
            .filter(|folder| folder.is_dir())
            .collect();
    }
    vec![prefix.to_owned()]
}

/// A prefix that holds a home folder, or the whole disk, would show what the jail is there to hide.
fn check_is_narrow(folder: &Path) -> Result<(), Unavailable> {
    let homes =
        [env::var_os("HOME").map(PathBuf::from), Some(PathBuf::from("/root")), Some(PathBuf::from("/home"))];
    if folder == Path::new("/") || homes.iter().flatten().any(|home| home.starts_with(folder)) {
        return Err(Unavailable {
            missing: format!(
                "the interpreter's folder `{}` holds a home folder, so it cannot be shown to programs",
                folder.display()
            ),
            mend: "install the interpreter into a folder of its own, or use the one of the system".to_owned(),
        });
    }
    Ok(())
}

fn broken(program: &Path) -> Unavailable {
    Unavailable {
        missing: format!("`{}` does not say where it is installed", program.display()),
        mend: "run it once by hand to see why, or put another one first on the PATH".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_that_would_show_a_home_is_refused() {
        for folder in ["/", "/home", "/root"] {
            assert!(check_is_narrow(Path::new(folder)).is_err(), "{folder}");
        }
        for folder in ["/opt/python", "/srv/somebody/.pyenv/versions/3.12.1", "/home/somebody/miniconda3"] {
            assert_eq!(check_is_narrow(Path::new(folder)), Ok(()));
        }
    }

    #[test]
    fn of_a_local_folder_only_programs_and_libraries_are_shown() {
        let above = tempfile::tempdir().unwrap();
        let local = above.path().join(".local");
        for name in ["bin", "lib", "share"] {
            fs::create_dir_all(local.join(name)).unwrap();
        }
        assert_eq!(narrowed(&local), [local.join("bin"), local.join("lib")]);
        assert_eq!(narrowed(above.path()), [above.path()]);
    }

    #[test]
    fn a_link_into_the_system_is_part_of_the_system() {
        let found = installation(Path::new("/usr/bin/env"), Language::Bash).unwrap();
        assert_eq!(found.folders, Vec::<PathBuf>::new());
    }

    #[test]
    fn a_virtual_environment_is_started_by_its_own_path() {
        let above = tempfile::tempdir().unwrap();
        let made = Command::new("python3")
            .args(["-m", "venv", "--without-pip"])
            .arg(above.path().join("venv"))
            .status();
        if !made.is_ok_and(|status| status.success()) {
            return println!("skipped: no python3 that makes virtual environments");
        }
        let program = above.path().join("venv/bin/python3");
        let found = installation(&program, Language::Python).unwrap();
        assert_eq!(found.program, program);
        assert!(found.folders.contains(&above.path().join("venv")), "{found:?}");
    }
}
