//! The engine `jail`: its levels, its limits and what it shows.

use std::io::{Read, Write};
use std::sync::Arc;

use codemode_engines::guest::Guests;
use codemode_engines::jail::Jail;
use codemode_engines::sandbox::Mount;
use codemode_run::network::{Network, NetworkMode};
use codemode_run::{Ending, Isolation, KillCause, Language, Limits, Value};
use serde_json::json;

use crate::support::{Bench, lacks, options};

const MIB: u64 = 1024 * 1024;

/// A bench over a jail that is no stronger than this level.
fn at_most(level: Isolation, limits: Limits) -> Bench {
    let options = options(0, limits.clone());
    Bench::over(Arc::new(Guests::new(Jail::at_most(&options, level), 0)), limits)
}

/// Every level that a test can ask for on the machine that it runs on, strongest first, never more than that has.
fn levels() -> Vec<Isolation> {
    let best = Bench::jail().engine.profile().isolation;
    [Isolation::Full, Isolation::NoCgroup, Isolation::Landlock]
        .into_iter()
        .filter(|level| *level <= best)
        .collect()
}

async fn value(bench: &Bench, code: &str) -> serde_json::Value {
    let (outcome, heard) = bench.run(Language::Python, code).await;
    match outcome.value {
        Some(Value::Json { json, .. }) => json,
        other => panic!("{other:?} {:?} {}", outcome.ending, heard.stderr()),
    }
}

#[tokio::test]
async fn every_level_runs_python_and_bash_and_says_which_it_is() {
    for level in levels() {
        let bench = at_most(level, Limits::default());
        assert_eq!(bench.engine.profile().isolation, level);
        assert_eq!(bench.python("print(1)").await, (Ending::Finish, "1\n".to_owned()));
        let (outcome, heard) = bench.run(Language::Bash, "echo out; echo err >&2; exit 3").await;
        let seen = (outcome.ending, heard.stdout(), heard.stderr());
        assert_eq!(seen, (Ending::Exit { code: 3 }, "out\n".into(), "err\n".into()), "{level:?}");
    }
}

#[tokio::test]
async fn node_runs_in_the_jail_when_it_is_installed() {
    let bench = Bench::jail();
    if let Err(unavailable) = bench.engine.probe(Language::JavaScript).await {
        println!("skipped: {unavailable}");
        return;
    }
    let (outcome, heard) = bench.run(Language::Bash, "node -e 'console.log(6 * 7)'").await;
    assert_eq!((outcome.ending, heard.stdout()), (Ending::Finish, "42\n".to_owned()), "{}", heard.stderr());
}

#[tokio::test]
async fn files_that_a_program_writes_are_ours_to_read_and_the_other_way_round() {
    for level in levels() {
        let bench = at_most(level, Limits::default());
        std::fs::write(bench.workspace.path().join("given.txt"), "from outside").unwrap();
        let code = "import os\nopen('made.txt', 'w').write('from inside')\nos.makedirs('a/b')\n[open('given.txt').read(), os.stat('given.txt').st_uid == os.getuid()]";
        assert_eq!(value(&bench, code).await[0], json!("from outside"), "{level:?}");
        assert_eq!(std::fs::read_to_string(bench.workspace.path().join("made.txt")).unwrap(), "from inside");
    }
}

#[tokio::test]
async fn mounts_and_layers_are_shown_as_they_were_asked_for() {
    let above = tempfile::tempdir().unwrap();
    for name in ["data", "out", "layers/one"] {
        std::fs::create_dir_all(above.path().join(name)).unwrap();
    }
    std::fs::write(above.path().join("data/rows.csv"), "a,b").unwrap();
    std::fs::write(above.path().join("layers/one/shipped.py"), "WORD = 'a package'").unwrap();
    let mut options = options(0, Limits::default());
    let mount = |name: &str, writable| Mount {
        source: above.path().join(name),
        target: format!("/mnt/{name}").into(),
        writable,
    };
    options.layers = above.path().join("layers");
    options.mounts = vec![mount("data", false), mount("out", true)];
    let bench = Bench::over(Arc::new(Guests::new(Jail::new(&options), 0)), Limits::default());
    let spec = bench.spec(Language::Python, false);
    let mut session = bench.engine.open(&spec).await.unwrap();
    let code = r"
def attempt(path):
    try:
        open(path, 'a').write('!')
        return 'written'
    except OSError as error:
        return error.strerror
import shipped
[open('/mnt/data/rows.csv').read(), shipped.WORD, *map(attempt, ['/mnt/data/rows.csv', '/mnt/out/new', shipped.__file__])]";
    let heard = crate::support::Heard::default();
    let mut program = crate::support::program(Language::Python, code);
    program.layers = vec![codemode_run::packages::Layer("one".to_owned())];
    let outcome = session.run(&program, &heard, tokio_util::sync::CancellationToken::new()).await;
    let expected = json!(["a,b", "a package", "Read-only file system", "written", "Read-only file system"]);
    let outcome = outcome.unwrap();
    assert_eq!(outcome.value, Some(Value::Json { json: expected, cut: false }), "{:?}", outcome.ending);
    assert_eq!(std::fs::read_to_string(above.path().join("out/new")).unwrap(), "!");
}

/// What a program reaches of a server on this machine's loopback: with a socket, and with urllib.
fn reaching(port: u16) -> String {
    format!(
        "import socket, urllib.request\n\
         def raw():\n    socket.create_connection(('127.0.0.1', {port}), timeout=5).close()\n    return 'reached'\n\
         def asked():\n    return urllib.request.urlopen('http://127.0.0.1:{port}/', timeout=5).read().decode()\n\
         def tried(act):\n    try:\n        return act()\n    except OSError as error:\n        return str(error)[:60]\n\
         [tried(raw), tried(asked)]"
    )
}

/// Answers every request to this listener with `hello`.
fn greet(host: std::net::TcpListener) {
    std::thread::spawn(move || {
        for stream in host.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 1024]);
            let _ =
                stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello");
        }
    });
}

#[tokio::test]
async fn node_and_curl_find_the_proxy_by_themselves() {
    if lacks("node") || lacks("curl") {
        return;
    }
    let host = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = host.local_addr().unwrap().port();
    greet(host);
    let mut options = options(0, Limits::default());
    let fetch = format!("console.log(await (await fetch('http://127.0.0.1:{port}/')).text())");
    let curl = format!("curl -s http://127.0.0.1:{port}/; echo");
    let listed = Network::new(NetworkMode::Hosts, &[format!("127.0.0.1:{port}")]).unwrap();
    // The control: without a way out nobody answers.
    for (network, said) in [(listed, "hello\n"), (Network::of(NetworkMode::None), "")] {
        options.network = network;
        let bench = Bench::over(Arc::new(Guests::new(Jail::new(&options), 0)), Limits::default());
        let (_, heard) = bench.run(Language::JavaScript, &fetch).await;
        assert_eq!(heard.stdout(), said);
        let (_, heard) = bench.run(Language::Bash, &curl).await;
        assert_eq!(heard.stdout().trim(), said.trim());
    }
}

#[tokio::test]
async fn the_proxy_is_the_only_way_out_and_full_shares_the_network() {
    let host = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = host.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in host.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 1024]);
            let _ =
                stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello");
        }
    });
    let mut options = options(0, Limits::default());
    let mut seen = Vec::new();
    let listed = Network::new(NetworkMode::Hosts, &[format!("127.0.0.1:{port}")]).unwrap();
    let modes = [NetworkMode::None, NetworkMode::Public, NetworkMode::Full].map(Network::of);
    for network in modes.into_iter().chain([listed]) {
        options.network = network;
        let bench = Bench::over(Arc::new(Guests::new(Jail::new(&options), 0)), Limits::default());
        seen.push(value(&bench, &reaching(port)).await);
    }
    let refused = "[Errno 111] Connection refused";
    let asked = "<urlopen error [Errno 111] Connection refused>";
    let expected = [
        json!([refused, asked]),
        // A program's own loopback is reached without the proxy, and nobody listens there.
        json!([refused, asked]),
        json!(["reached", "hello"]),
        json!([refused, "hello"]),
    ];
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn what_the_proxy_refuses_says_why() {
    let mut options = options(0, Limits::default());
    options.network = Network::of(NetworkMode::Public);
    let bench = Bench::over(Arc::new(Guests::new(Jail::new(&options), 0)), Limits::default());
    let code = "import urllib.request, urllib.error\nseen = []\n\
        for host in ['169.254.169.254', '10.0.0.1', 'localhost.', 'metadata.google.internal']:\n    try:\n        \
        urllib.request.urlopen(f'http://{host}/', timeout=9)\n    except urllib.error.HTTPError as error:\n        \
        seen.append(f'{error.code} {error.reason}'[:43])\nseen";
    let refused = "403 codemode: network.mode is public and ";
    let seen = value(&bench, code).await;
    let words: Vec<&str> = seen.as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
    assert!(words.len() == 4 && words.iter().all(|word| word.starts_with(refused)), "{words:?}");
}

#[tokio::test]
async fn a_guest_takes_its_proxy_with_it() {
    let mut options = options(0, Limits::default());
    options.network = Network::of(NetworkMode::Public);
    let bench = Bench::over(Arc::new(Guests::new(Jail::new(&options), 0)), Limits::default());
    let alive = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let before = alive();
    let session = bench.session(Language::Python).await;
    // The control: while the guest lives its proxy does.
    assert!(alive() > before);
    drop(session);
    let ended = async {
        while alive() > before {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), ended).await.unwrap();
}

fn killed(cause: KillCause) -> Ending {
    Ending::Kill { cause }
}

#[tokio::test]
async fn memory_that_children_share_between_them_ends_the_run() {
    let limits = Limits { memory: 128 * MIB, ..Limits::default() };
    let code = "import os, time\nfor _ in range(8):\n    if os.fork() == 0:\n        block = bytearray(64 << 20)\n        time.sleep(30)\n        os._exit(0)\nprint('started', flush=True)\ntime.sleep(30)";
    for level in levels() {
        let bench = at_most(level, limits.clone());
        let (outcome, _) = bench.run(Language::Python, code).await;
        assert_eq!(outcome.ending, killed(KillCause::Memory), "{level:?}");
    }
    // The control: the same with less.
    let small = code.replace("64 << 20", "1 << 20").replace("sleep(30)", "sleep(0)");
    assert_eq!(at_most(Isolation::Full, limits).python(&small).await.0, Ending::Finish);
}

#[tokio::test]
async fn one_process_that_wants_too_much_gets_a_memory_error_of_its_own() {
    let (outcome, _) = Bench::jail().run(Language::Python, "x = bytearray(600 << 20)").await;
    let Ending::Raise(exception) = outcome.ending else { panic!("{:?}", outcome.ending) };
    assert_eq!(exception.kind, "MemoryError");
}

#[tokio::test]
async fn too_many_processes_end_the_run() {
    let code = "import os, time\nfor _ in range(200):\n    try:\n        if os.fork() == 0:\n            time.sleep(30)\n            os._exit(0)\n    except OSError:\n        pass\ntime.sleep(30)";
    for level in levels() {
        let bench = at_most(level, Limits::default());
        let (outcome, _) = bench.run(Language::Python, code).await;
        assert_eq!(outcome.ending, killed(KillCause::Processes), "{level:?}");
    }
    let few = code.replace("range(200)", "range(20)").replace("sleep(30)", "sleep(0)");
    assert_eq!(Bench::jail().python(&few).await.0, Ending::Finish);
}

#[tokio::test]
async fn a_file_over_the_limit_is_an_error_of_the_program() {
    let limits = Limits { file: MIB, ..Limits::default() };
    for level in levels() {
        let bench = at_most(level, limits.clone());
        let (outcome, _) = bench.run(Language::Python, "open('big', 'wb').write(bytes(2 << 20))").await;
        let Ending::Raise(exception) = outcome.ending else { panic!("{:?}", outcome.ending) };
        assert_eq!(exception.message, "[Errno 27] File too large", "{level:?}");
        assert_eq!(bench.python("open('small', 'wb').write(bytes(1 << 19))").await.0, Ending::Finish);
    }
}

#[tokio::test]
async fn a_workspace_over_its_bytes_or_files_ends_the_run() {
    let limits = Limits { workspace: 8 * MIB, ..Limits::default() };
    let bytes =
        "import time\nfor n in range(32):\n    open(f'{n}.bin', 'wb').write(bytes(1 << 20))\ntime.sleep(30)";
    let files = "import time\nfor n in range(25_000):\n    open(str(n), 'w').close()\ntime.sleep(30)";
    for code in [bytes, files] {
        let bench = at_most(Isolation::Full, limits.clone());
        let (outcome, _) = bench.run(Language::Python, code).await;
        assert_eq!(outcome.ending, killed(KillCause::Workspace), "{code}");
    }
    let control = bytes.replace("range(32)", "range(4)").replace("sleep(30)", "sleep(0.5)");
    assert_eq!(at_most(Isolation::Full, limits).python(&control).await.0, Ending::Finish);
}

/// Acts that a sandbox has to refuse, each as the name of its error or `ok`.
const ACTS: &str = r"
import ctypes, errno, os, socket
libc = ctypes.CDLL(None, use_errno=True)
def attempt(act):
    try:
        act()
        return 'ok'
    except OSError as error:
        return errno.errorcode[error.errno]
def trace():
    if libc.ptrace(0x4206, victim, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), 'ptrace')
acts = {
    'read': lambda: open(secret).read(),
    'list': lambda: os.listdir(os.path.dirname(secret)),
    'write': lambda: open(secret, 'a').close(),
    'create': lambda: open(secret + '.new', 'w').close(),
    'remove': lambda: os.unlink(secret + '.new'),
    'socket': lambda: socket.socket(),
    'unix socket': lambda: socket.socket(socket.AF_UNIX),
    'signal': lambda: os.kill(victim, 0),
    'trace': trace,
    'own memory': lambda: os.close(os.open('/proc/self/mem', os.O_RDWR)),
}
{name: attempt(act) for name, act in acts.items()}";

#[tokio::test]
async fn the_weakest_level_still_keeps_files_sockets_and_processes() {
    let above = tempfile::tempdir().unwrap();
    std::fs::write(above.path().join("secret"), "s").unwrap();
    let mut victim = std::process::Command::new("sleep").arg("60").spawn().unwrap();
    let secret = format!("secret = {:?}\nvictim = {}\n", above.path().join("secret"), victim.id());
    let without = value(&Bench::direct(), &(secret.clone() + ACTS)).await;
    std::fs::write(above.path().join("secret.new"), "s").unwrap();
    let within = value(&at_most(Isolation::Landlock, Limits::default()), &(secret + ACTS)).await;
    victim.kill().unwrap();
    victim.wait().unwrap();
    let all = |errors: [&str; 10]| {
        let names = [
            "read",
            "list",
            "write",
            "create",
            "remove",
            "socket",
            "unix socket",
            "signal",
            "trace",
            "own memory",
        ];
        names
            .into_iter()
            .zip(errors)
            .map(|(name, error)| (name.to_owned(), json!(error)))
            .collect::<serde_json::Map<_, _>>()
    };
    assert_eq!(without, json!(all(["ok"; 10])));
    let refused =
        ["EACCES", "EACCES", "EACCES", "EACCES", "EACCES", "EPERM", "EPERM", "EPERM", "EPERM", "EACCES"];
    assert_eq!(within, json!(all(refused)));
}

#[tokio::test]
async fn the_weakest_level_leaves_no_daemon_and_no_folder_of_its_own() {
    let bench = at_most(Isolation::Landlock, Limits::default());
    let code = "(setsid sh -c 'trap \"\" TERM; sleep 61.25; sleep 61.25' &) ; echo $HOME; ls -d $HOME";
    let (outcome, heard) = bench.run(Language::Bash, code).await;
    let said = heard.stdout();
    let home = said.lines().next().unwrap();
    assert_eq!((outcome.ending, said.as_str()), (Ending::Finish, format!("{home}\n{home}\n").as_str()));
    assert!(home.contains("codemode-jail-") && !std::path::Path::new(home).exists(), "{home}");
    let lines = std::fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok());
    assert_eq!(lines.filter(|line| line == b"sleep\x0061.25\0").count(), 0);
}

#[tokio::test]
async fn what_a_program_used_is_known() {
    for level in levels() {
        let (outcome, _) =
            at_most(level, Limits::default()).run(Language::Python, "sum(range(10_000_000))").await;
        let usage = outcome.usage;
        let is_known = usage.cpu.is_some_and(|cpu| !cpu.is_zero())
            && usage.memory_peak_bytes.is_some_and(|peak| peak > MIB);
        assert!(is_known, "{level:?} {usage:?}");
    }
}

#[tokio::test]
async fn a_tree_too_deep_to_be_counted_buys_no_room_in_the_next_run() {
    let bench = at_most(Isolation::Full, Limits { workspace: 8 * MIB, ..Limits::default() });
    let code = "import os, time\nfor _ in range(300):\n    os.makedirs('d', exist_ok=True)\n    os.chdir('d')\ntime.sleep(30)";
    for _ in 0..2 {
        let (outcome, _) = bench.run(Language::Python, code).await;
        assert_eq!(outcome.ending, killed(KillCause::Workspace));
    }
}

#[tokio::test]
async fn warm_guests_serve_the_workspace_that_they_were_started_for() {
    let options = options(2, Limits::default());
    let bench = Bench::over(Arc::new(Guests::new(Jail::new(&options), 2)), Limits::default());
    bench.engine.prewarm(&bench.spec(Language::Python, false));
    for number in 0..4 {
        let code = format!("import os\nopen('{number}', 'w').close()\n[os.getcwd(), len(os.listdir())]");
        assert_eq!(value(&bench, &code).await, json!(["/workspace", number + 1]));
    }
    // The same path, but another folder: no guest may still hold the old one.
    std::fs::rename(bench.workspace.path(), bench.workspace.path().with_extension("old")).unwrap();
    assert_eq!(value(&bench, "import os\nos.listdir()").await, json!([]));
    std::fs::remove_dir_all(bench.workspace.path().with_extension("old")).unwrap();
    bench.engine.shutdown().await;
}

#[tokio::test]
async fn a_diagnosis_names_every_step() {
    let jail = Jail::new(&options(0, Limits::default()));
    let diagnosis = jail.diagnosis();
    println!("{diagnosis:#?}");
    let failed: Vec<_> = diagnosis.steps.iter().filter(|step| step.errno.is_some()).collect();
    assert_eq!(diagnosis.missing.len(), failed.len());
    assert_eq!(diagnosis.level == Some(Isolation::Full), failed.is_empty());
}
