//! A second wall around the files, and the only one where there are no namespaces; `landlock(7)`.

use std::io;
use std::path::Path;

use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible, PathBeneath, PathFd, Ruleset,
    RulesetAttr, RulesetCreated, RulesetCreatedAttr, Scope,
};

use super::spec::{BindKind, Spec};

/// The newest version that these rules were written for; an older kernel enforces what it knows.
const VERSION: ABI = ABI::V6;

/// Shuts this process and all that it starts in.
///
/// In the jail's own root everything may be read, because everything in it was put there to be read. Without a root of
/// its own only what the jail would have shown is readable.
pub(super) fn restrict(spec: &Spec) -> io::Result<()> {
    let mut rules = rules(spec).map_err(io::Error::other)?;
    if spec.has_namespaces {
        rules = allow(rules, Path::new("/"), AccessFs::from_read(VERSION))?;
        for folder in ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"] {
            rules = allow(rules, Path::new(folder), writing_a_file())?;
        }
    }
    // The command `tool` of bash programs starts this binary again, through a descriptor (`init::tool`).
    rules = allow(rules, Path::new("/proc/self/exe"), AccessFs::from_read(VERSION))?;
    for bind in &spec.binds {
        let seen = if spec.has_namespaces { &bind.target } else { &bind.source };
        let access = match bind.kind {
            BindKind::Device => writing_a_file() | AccessFs::ReadFile,
            BindKind::Data | BindKind::System => AccessFs::from_read(VERSION),
            BindKind::Writable => writing() | AccessFs::from_read(VERSION),
        };
        rules = allow(rules, seen, access)?;
    }
    for folder in &spec.scratch {
        rules = allow(rules, folder, writing() | AccessFs::from_read(VERSION))?;
    }
    // A kernel without Landlock does not fail here; that it is enforced is proven by the trial of the probe.
    rules.restrict_self().map_err(io::Error::other)?;
    Ok(())
}

fn rules(spec: &Spec) -> Result<RulesetCreated, landlock::RulesetError> {
    let mut rules = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(VERSION))?;
    if !spec.has_namespaces && !spec.host_network {
        // In namespaces the network is one of its own, and its loopback is the program's to use.
        rules = rules.handle_access(AccessNet::from_all(VERSION))?;
    }
    rules.scope(Scope::AbstractUnixSocket | Scope::Signal)?.create()
}

/// Writing, making and removing, but no device files.
fn writing() -> BitFlags<AccessFs> {
    AccessFs::from_write(VERSION) & !(AccessFs::MakeBlock | AccessFs::MakeChar | AccessFs::IoctlDev)
}

fn writing_a_file() -> BitFlags<AccessFs> {
    AccessFs::WriteFile | AccessFs::Truncate
}

fn allow(rules: RulesetCreated, path: &Path, access: BitFlags<AccessFs>) -> io::Result<RulesetCreated> {
    let Ok(opened) = PathFd::new(path) else {
        // What is not there needs no rule.
        return Ok(rules);
    };
    let access = if path.is_dir() { access } else { access & AccessFs::from_file(VERSION) };
    rules.add_rule(PathBeneath::new(opened, access)).map_err(io::Error::other)
}
