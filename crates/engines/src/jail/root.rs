//! The jail's own root: a tmpfs that holds read-only parts of the system, scratch folders and the workspace.

use std::fs;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, Mode, OFlags};
use rustix::mount::{
    MountFlags, MountPropagationFlags, MoveMountFlags, OpenTreeFlags, UnmountFlags, mount, mount_change,
    move_mount, open_tree, unmount,
};

use super::namespaces::{self, INSIDE_ID};
use super::spec::{At, Bind, BindKind, Fault, Spec, Step};
use super::sys;

/// A copy of a part of this machine's tree, not attached to anything yet.
pub(super) struct Tree {
    is_folder: bool,
    mount: OwnedFd,
    target: PathBuf,
}

/// Makes this process's mounts its own: nothing that it mounts shows on the machine.
pub(super) fn make_private() -> Result<(), Fault> {
    cut_off(MountPropagationFlags::PRIVATE)
}

/// The same, but what the machine unmounts is unmounted here too: a launcher lives long and must keep no disk busy.
pub(super) fn make_dependent() -> Result<(), Fault> {
    cut_off(MountPropagationFlags::DOWNSTREAM)
}

fn cut_off(propagation: MountPropagationFlags) -> Result<(), Fault> {
    mount_change("/", propagation | MountPropagationFlags::REC).at(Step::PrivateMounts)
}

/// Copies everything that the jail shows, with the attributes that it has inside.
///
/// As root this is done by root, who reaches what the program's id would not; a plain user's jail does it for itself.
pub(super) fn trees(spec: &Spec) -> Result<Vec<Tree>, Fault> {
    let trees = spec.binds.iter().filter_map(|bind| tree(bind, spec.host_id).transpose());
    trees.collect::<io::Result<_>>().at(Step::Binds)
}

fn tree(bind: &Bind, host_id: Option<u32>) -> io::Result<Option<Tree>> {
    let optional = matches!(bind.kind, BindKind::Device | BindKind::System);
    let metadata = match fs::metadata(&bind.source) {
        Err(_) if optional => return Ok(None),
        metadata => metadata.map_err(|error| named(&bind.source, &error))?,
    };
    let is_folder = metadata.is_dir();
    let owner = (metadata.uid(), metadata.gid());
    let ids = host_id.filter(|_| matches!(bind.kind, BindKind::Data | BindKind::Writable));
    // A mount with other ids is of one file system; what is mounted below it is not shown.
    let recursive = if ids.is_some() { OpenTreeFlags::empty() } else { OpenTreeFlags::AT_RECURSIVE };
    let flags = OpenTreeFlags::OPEN_TREE_CLONE | OpenTreeFlags::OPEN_TREE_CLOEXEC | recursive;
    let copy = open_tree(CWD, &bind.source, flags).map_err(|error| named(&bind.source, &error.into()))?;
    sys::set_mount_attributes(copy.as_fd(), attributes(bind.kind), None, ids.is_none())
        .map_err(|error| named(&bind.source, &error))?;
    if let Some(program) = ids {
        let mapped = namespaces::disk_ids(owner, program).and_then(|ids| {
            sys::set_mount_attributes(copy.as_fd(), libc::MOUNT_ATTR_IDMAP, Some(ids.as_fd()), false)
        });
        // Data that all may read needs no map. A file system without such maps has to give the folder away instead.
        if mapped.is_err() && bind.kind == BindKind::Writable {
            namespaces::own(&bind.source, program).map_err(|error| named(&bind.source, &error))?;
        }
    }
    Ok(Some(Tree { is_folder, mount: copy, target: bind.target.clone() }))
}

fn named(path: &Path, error: &io::Error) -> io::Error {
    // The kind is lost for one without a number, which no system call gives.
    let number = error.raw_os_error().map_or(0, |number| number);
    tracing::debug!(path = %path.display(), number, "a folder cannot be shown");
    if number == 0 { io::Error::other(error.to_string()) } else { io::Error::from_raw_os_error(number) }
}

fn attributes(kind: BindKind) -> u64 {
    let safe = libc::MOUNT_ATTR_NOSUID;
    match kind {
        BindKind::Device => safe | libc::MOUNT_ATTR_NOEXEC,
        BindKind::Data | BindKind::System => safe | libc::MOUNT_ATTR_NODEV | libc::MOUNT_ATTR_RDONLY,
        BindKind::Writable => safe | libc::MOUNT_ATTR_NODEV,
    }
}

/// A folder of this machine that the new root covers while it is made; nothing is changed in it.
const BASES: [&str; 3] = ["/tmp", "/mnt", "/var"];

/// Builds the root and moves into it. Afterwards nothing of the old one can be named.
pub(super) fn enter(spec: &Spec, trees: Vec<Tree>) -> Result<(), Fault> {
    let base = BASES.into_iter().map(Path::new).find(|base| base.is_dir());
    let base = base.ok_or_else(|| io::Error::other("no folder to build a root on")).at(Step::NewRoot)?;
    mount_tmpfs(base, "size=4m,nr_inodes=4096,mode=755").at(Step::NewRoot)?;
    build(base, spec, trees).at(Step::NewRoot)?;
    mount("proc", inside(base, Path::new("/proc")), "proc", harmless() | MountFlags::NOEXEC, None)
        .at(Step::Proc)?;
    pivot(base).at(Step::PivotRoot)
}

fn harmless() -> MountFlags {
    MountFlags::NOSUID | MountFlags::NODEV
}

fn mount_tmpfs(folder: &Path, options: &str) -> rustix::io::Result<()> {
    let options = std::ffi::CString::new(options).map_err(|_| rustix::io::Errno::INVAL)?;
    mount("codemode", folder, "tmpfs", harmless(), Some(options.as_c_str()))
}

fn build(base: &Path, spec: &Spec, trees: Vec<Tree>) -> io::Result<()> {
    for folder in ["/proc", "/dev", "/etc", "/run", "/sys"] {
        make_folder(&inside(base, Path::new(folder)))?;
    }
    links_of_the_system(base)?;
    write_files(base)?;
    for folder in &spec.scratch {
        let place = inside(base, folder);
        make_folder(&place)?;
        let files = SCRATCH_FILES;
        mount_tmpfs(&place, &format!("size={},nr_inodes={files},mode=1777", spec.scratch_bytes))?;
    }
    for tree in trees {
        attach(base, &tree)?;
    }
    for (link, target) in [
        ("fd", "/proc/self/fd"),
        ("stdin", "/proc/self/fd/0"),
        ("stdout", "/proc/self/fd/1"),
        ("stderr", "/proc/self/fd/2"),
    ] {
        symlink(target, base.join("dev").join(link))?;
    }
    Ok(())
}

/// Files that one scratch folder may hold.
const SCRATCH_FILES: u32 = 20_000;

/// The place of an absolute path under the base.
fn inside(base: &Path, path: &Path) -> PathBuf {
    base.join(path.strip_prefix("/").unwrap_or(path))
}

fn make_folder(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o755).create(path)
}

fn attach(base: &Path, tree: &Tree) -> io::Result<()> {
    let place = inside(base, &tree.target);
    if tree.is_folder {
        make_folder(&place)?;
    } else {
        if let Some(above) = place.parent() {
            make_folder(above)?;
        }
        if !place.exists() {
            fs::File::create(&place)?;
        }
    }
    move_mount(&tree.mount, "", CWD, &place, MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH)?;
    Ok(())
}

/// Where `/bin` and its like are links into `/usr`, they are in the jail too; else they are binds.
fn links_of_the_system(base: &Path) -> io::Result<()> {
    for name in SYSTEM_FOLDERS {
        if let Ok(target) = fs::read_link(Path::new("/").join(name)) {
            symlink(target, base.join(name))?;
        }
    }
    Ok(())
}

/// Folders of programs and libraries beside `/usr`.
pub(super) const SYSTEM_FOLDERS: [&str; 7] = ["bin", "lib", "lib32", "lib64", "libx32", "libexec", "sbin"];

fn write_files(base: &Path) -> io::Result<()> {
    let etc = base.join("etc");
    let user = format!(
        "root:x:0:0:root:/nowhere:/usr/sbin/nologin\nuser:x:{INSIDE_ID}:{INSIDE_ID}:user:/home/user:/bin/bash\nnobody:x:65534:65534:nobody:/nowhere:/usr/sbin/nologin\n"
    );
    let files = [
        ("group", format!("root:x:0:\nuser:x:{INSIDE_ID}:\nnogroup:x:65534:\n")),
        ("hostname", "codemode\n".to_owned()),
        ("hosts", "127.0.0.1 localhost codemode\n::1 localhost\n".to_owned()),
        ("nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\nnetworks: files\nprotocols: files\nservices: files\n".to_owned()),
        ("passwd", user),
    ];
    for (name, text) in files {
        let path = etc.join(name);
        fs::write(&path, text)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o444))?;
    }
    Ok(())
}

/// Makes the base the root and lets go of the old one; `pivot_root(2)` with both in the same place.
fn pivot(base: &Path) -> io::Result<()> {
    rustix::process::chdir(base)?;
    rustix::process::pivot_root(".", ".")?;
    unmount(".", UnmountFlags::DETACH)?;
    rustix::process::chdir("/")?;
    let root = rustix::fs::open("/", OFlags::PATH | OFlags::CLOEXEC, Mode::empty())?;
    sys::set_mount_attributes(root.as_fd(), libc::MOUNT_ATTR_RDONLY, None, false)
}
