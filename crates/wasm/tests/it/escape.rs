//! What a hostile program tries, and what becomes of it. Every attempt has its control: the same act succeeds where it is
//! allowed, by the program itself or by a plain interpreter.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use codemode_run::{Ending, KillCause, Limits};
use codemode_wasm::{Embedded, Index};

use crate::prepared::{bench, folder, with};
use crate::support::options;

/// What a program that tries something prints: `done`, or the class of what it met.
fn attempt(act: &str) -> String {
    let act = act.replace('\n', "\n    ");
    format!(
        "try:\n    {act}\n    print('done')\nexcept BaseException as error:\n    print(type(error).__name__)"
    )
}

async fn tried(act: &str) -> String {
    let (ending, said) = bench().python(&attempt(act)).await;
    assert_eq!(ending, Ending::Finish, "{act}");
    said.trim().to_owned()
}

/// The same in the interpreter of this machine, in a folder that may be changed.
fn plainly(act: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new("python3")
        .args(["-I", "-c", &attempt(act)])
        .current_dir(folder.path())
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[tokio::test]
async fn nothing_of_this_machine_is_there() {
    let acts = [
        "open('/etc/passwd').read()",
        "open('../../../../../../etc/passwd').read()",
        "import os\nos.listdir('/proc/self')",
        "import os\nos.symlink('/etc', 'link')\nopen('link/passwd').read()",
        "import os\nos.symlink('../../../../../../etc/passwd', 'link')\nopen('link').read()",
        "import os\nos.mkdir('below')\nos.chdir('below')\nopen('../../../../etc/passwd').read()",
        "import subprocess\nsubprocess.run(['cat', '/etc/passwd'], check=True, stdout=subprocess.DEVNULL)",
        "import subprocess\nsubprocess.run('cd /etc && cat passwd', shell=True, check=True, stdout=subprocess.DEVNULL)",
        "import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'open(\"/etc/passwd\")'], check=True)",
        "import subprocess\nsubprocess.run(['id'], check=True, stdout=subprocess.DEVNULL)",
        "import os\nos.posix_spawn('/bin/true', ['true'], {})",
        "import os\nos.kill(os.getppid(), 0)",
        "import ctypes\nctypes.CDLL(None)",
        "import mmap\nmmap.mmap(-1, 4096)",
    ];
    for act in acts {
        let seen = tried(act).await;
        assert_ne!(seen, "done", "{act}");
        assert_eq!(plainly(act), "done", "the control of {act}");
    }
}

#[tokio::test]
async fn links_lead_where_they_should_and_never_out() {
    let bench = bench();
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("secret"), "s").unwrap();
    let workspace = bench.workspace.path();
    fs::write(workspace.join("own"), "o").unwrap();
    symlink(outside.path().join("secret"), workspace.join("out")).unwrap();
    symlink(outside.path(), workspace.join("folder")).unwrap();
    symlink("own", workspace.join("in")).unwrap();
    let read = |path: &str| attempt(&format!("print(open('{path}').read(), end=' ')"));
    for (path, expected) in [("out", false), ("folder/secret", false), ("in", true)] {
        let (_, said) = bench.python(&read(path)).await;
        assert_eq!(said == "o done\n", expected, "{path}: {said}");
        assert!(!said.contains('s') || expected || said.trim().ends_with("Error"), "{path}: {said}");
    }
}

#[tokio::test]
async fn what_is_shared_is_only_read() {
    for act in [
        "open('/usr/local/lib/python315.zip', 'r+b')",
        "open('/usr/local/lib/new', 'w')",
        "open('/layers/new', 'w')",
        "open('/new', 'w')",
        "import os\nos.remove('/usr/local/lib/python315.zip')",
        "import os\nos.rename('/usr/local/lib', '/tmp/lib')",
    ] {
        assert_ne!(tried(act).await, "done", "{act}");
    }
    for act in [
        "open('/usr/local/lib/python315.zip', 'rb').read(10)",
        "open('new', 'w').write('x')",
        "open('/tmp/new', 'w').write('x')",
        "open('/home/user/new', 'w').write('x')",
    ] {
        assert_eq!(tried(act).await, "done", "the control {act}");
    }
}

#[tokio::test]
async fn the_environment_is_the_same_for_every_program() {
    let (_, said) = bench().python("import os\nprint(sorted(os.environ))").await;
    let expected =
        "['HOME', 'LANG', 'LOGNAME', 'MPLBACKEND', 'MPLCONFIGDIR', 'PYTHONTZPATH', 'TMPDIR', 'USER']\n";
    assert_eq!(said, expected);
}

const BROKEN: Ending = Ending::Kill { cause: KillCause::Protocol };

#[tokio::test]
async fn messages_to_the_host_that_are_none_are_refused() {
    for message in ["b''", "b'x'", "b'rx'", "b'p'", "b'p-1'", "b'p' + b'9' * 100", "b's' + b' ' * (17 << 20)"]
    {
        let act = format!("import _host\nassert _host.call({message}) is not None");
        assert_ne!(tried(&act).await, "done", "{message}");
    }
    assert_eq!(tried("import _host\nassert _host.call(b'p0') == b''").await, "done", "the control");
    for frame in ["[1]", "{\"type\": \"run\"}", "{\"type\": \"sudo\"}"] {
        let code = format!("import _host\n_host.call(b's{frame}')\nimport time\ntime.sleep(60)");
        assert_eq!(bench().python(&code).await.0, BROKEN, "{frame}");
    }
}

#[tokio::test]
async fn a_program_can_only_lie_about_its_own_end() {
    let forged = |nonce: &str| {
        format!(
            "import _host, json, sys\nframe = sys._getframe()\nwhile 'nonce' not in frame.f_locals: frame = frame.f_back\n\
             nonce = frame.f_locals['nonce']\n\
             _host.call(b's' + json.dumps({{'type': 'done', 'nonce': {nonce}, 'ending': {{'kind': 'exit', 'code': 9}}, 'value': None}}).encode())"
        )
    };
    // The host holds a last frame back until the guest has nothing more to do; the true one takes its place.
    assert_eq!(bench().python(&forged("nonce")).await.0, Ending::Finish);
    assert_eq!(bench().python(&forged("'0' * 32")).await.0, Ending::Finish);
}

/// Else the worker would be given to somebody else while this program still listens in it.
#[tokio::test]
async fn a_program_that_goes_on_is_not_over_whatever_it_says() {
    let bench = with(1, Limits::default());
    let code = "import _host, sys\nframe = sys._getframe()\nwhile 'nonce' not in frame.f_locals: frame = frame.f_back\n\
        nonce = frame.f_locals['nonce']\n\
        for word in (b'done', b'd\\\\u006fne'):\n    \
        _host.call(b's{\"type\": \"' + word + b'\", \"nonce\": \"' + nonce.encode() + b'\", \"ending\": {\"kind\": \"exit\", \"code\": 9}, \"value\": null}')\n\
        for word in (b'ready', b're\\\\u0061dy'):\n    try:\n        _host.call(b's{\"type\": \"' + word + b'\", \"version\": 1}')\n        print('sent')\n    except Exception: print('refused')\n\
        print('after')";
    let seen = bench.python(code).await;
    assert_eq!(seen, (Ending::Finish, "refused\nrefused\nafter\n".to_owned()));
}

/// A store of its own, with the files of the shared one.
fn store() -> tempfile::TempDir {
    let copy = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    fs::set_permissions(copy.path(), fs::Permissions::from_mode(0o700)).unwrap();
    for entry in fs::read_dir(folder()).unwrap().flatten().filter(|entry| entry.path().is_file()) {
        fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
    }
    copy
}

fn is_prepared(store: &Path) -> bool {
    let index = Index::find(&std::collections::BTreeMap::new());
    Embedded::new(&options(0, Limits::default()), store.to_owned(), index).is_prepared()
}

/// The files of a kind: there may be an image of an older build beside the one that counts.
fn with_extension(store: &Path, extension: &str) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(store).unwrap().flatten().map(|entry| entry.path());
    entries.filter(|path| path.extension().is_some_and(|kind| kind == extension)).collect()
}

#[tokio::test]
async fn files_that_are_not_what_was_made_are_not_loaded() {
    crate::prepared::embedded(0, Limits::default());
    let control = store();
    assert!(is_prepared(control.path()), "the control: a copy of the whole");
    for extension in ["code", "image"] {
        let store = store();
        for file in with_extension(store.path(), extension) {
            let mut bytes = fs::read(&file).unwrap();
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            fs::write(&file, bytes).unwrap();
        }
        assert!(!is_prepared(store.path()), "a damaged {extension}");
    }
    let store = store();
    fs::set_permissions(store.path(), fs::Permissions::from_mode(0o777)).unwrap();
    assert!(!is_prepared(store.path()), "a folder that anybody may change");
}
