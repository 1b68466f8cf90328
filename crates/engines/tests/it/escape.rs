//! Hostile programs, kept as data in `tests/escape/programs.txt`. Each runs in the jail and, as its positive control, under
//! `direct`: what the jail refuses works there, or the table says why that is not tried.

use std::collections::BTreeMap;
use std::fs;
use std::net::TcpListener;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::path::Path;
use std::process::{Child, Command};

use codemode_engines::EngineKind;
use codemode_run::{Ending, Isolation, Language, Limits, Session};
use serde_json::{Map, Value, json};
use tokio_util::sync::CancellationToken;

use crate::support::{Bench, Heard, lacks, program};

const PRELUDE: &str = include_str!("../escape/prelude.py");
const PROGRAMS: &str = include_str!("../escape/programs.txt");

/// One row of the table.
#[derive(Debug)]
struct Hostile {
    code: String,
    expected: BTreeMap<&'static str, &'static str>,
    language: Language,
    name: &'static str,
}

impl Hostile {
    fn parse(section: &'static str) -> Self {
        let mut lines = section.lines();
        let mut head = lines.next().unwrap().split(" | ").map(str::trim);
        let (name, language) = (head.next().unwrap(), head.next().unwrap());
        let (notes, code): (Vec<&str>, Vec<&str>) =
            lines.filter(|line| !line.starts_with('#')).partition(|line| line.starts_with("> "));
        let expected = notes.into_iter().map(|note| note[2..].split_once(": ").unwrap()).collect();
        let language: Language = language.parse().unwrap();
        let mut text = code.join("\n");
        if language == Language::Python {
            text = format!("{PRELUDE}{text}\n");
        }
        Self { code: text, expected, language, name }
    }

    /// Numbers of system calls differ between machines.
    fn fits_this_machine(&self) -> bool {
        cfg!(target_arch = "x86_64") || !self.code.trim_start_matches(PRELUDE).contains("call(")
    }
}

fn table() -> Vec<Hostile> {
    PROGRAMS.split("\n== ").skip(1).map(Hostile::parse).collect()
}

/// What is outside and has to stay untouched.
struct Outside {
    above: tempfile::TempDir,
    abstract_name: String,
    mark: String,
    tcp: TcpListener,
    victim: Child,
    /// A descriptor that whoever started the server forgot to close.
    _leak: fs::File,
    _listeners: [UnixListener; 2],
}

const SECRET: &str = "codemode-test-secret";

impl Outside {
    fn new() -> Self {
        let above = tempfile::tempdir().unwrap();
        fs::write(above.path().join("secret.txt"), SECRET).unwrap();
        let leak = fs::File::open(above.path().join("secret.txt")).unwrap();
        rustix::io::fcntl_setfd(&leak, rustix::io::FdFlags::empty()).unwrap();
        let abstract_name = format!("codemode-test-{}", ulid::Ulid::new());
        let address = SocketAddr::from_abstract_name(&abstract_name).unwrap();
        let listeners = [
            UnixListener::bind_addr(&address).unwrap(),
            UnixListener::bind(above.path().join("socket")).unwrap(),
        ];
        let victim = Command::new("sleep").arg("600").env("MARK", "codemode_test_victim").spawn().unwrap();
        let mark =
            format!("{}.{}", 5000 + std::process::id() % 1000, ulid::Ulid::new().random() % 1_000_000_000);
        Self {
            above,
            abstract_name,
            mark,
            tcp: TcpListener::bind("[::]:0").unwrap(),
            victim,
            _leak: leak,
            _listeners: listeners,
        }
    }

    fn variables(&self) -> Map<String, Value> {
        let variables = json!({
            "abstract": self.abstract_name,
            "mark": self.mark,
            "port": self.tcp.local_addr().unwrap().port(),
            "secret": self.above.path().join("secret.txt"),
            "server": std::process::id(),
            "socket_file": self.above.path().join("socket"),
            "victim": self.victim.id(),
        });
        variables.as_object().unwrap().clone()
    }
}

impl Drop for Outside {
    fn drop(&mut self) {
        let _ = self.victim.kill();
        let _ = self.victim.wait();
    }
}

/// Bounds that a test reaches quickly.
fn limits() -> Limits {
    const MIB: u64 = 1024 * 1024;
    Limits { memory: 256 * MIB, workspace: 16 * MIB, ..Limits::default() }
}

/// Runs a program: what it printed and how it ended, in one line.
async fn seen(bench: &Bench, hostile: &Hostile, outside: &Outside) -> String {
    let mut session = bench.engine.open(&bench.spec(hostile.language, false)).await.unwrap();
    let mut program = program(hostile.language, &hostile.code);
    program.variables = outside.variables();
    let heard = Heard::default();
    let outcome = session.run(&program, &heard, CancellationToken::new()).await.unwrap();
    assert_collected_files_hold_no_secret(bench, hostile, &*session).await;
    let printed = heard.stdout();
    let printed = if printed.len() > 200 {
        format!("{} bytes", printed.len())
    } else {
        printed.trim().replace('\n', "; ")
    };
    let ending = match outcome.ending {
        Ending::Finish => String::new(),
        Ending::Exit { code } => format!("[exit {code}]"),
        Ending::Kill { cause } => format!("[killed: {}]", cause.describe()),
        Ending::Raise(exception) => format!("[{}]", exception.kind),
        other => format!("[{}]", other.kind()),
    };
    format!("{printed} {ending}").trim().to_owned()
}

async fn assert_collected_files_hold_no_secret(bench: &Bench, hostile: &Hostile, session: &dyn Session) {
    if bench.engine.profile().isolation == Isolation::None {
        return;
    }
    for entry in session.files().list(1000).await.unwrap() {
        let bytes = session.files().read(&entry.path, 1024 * 1024).await.unwrap_or_default();
        assert!(
            !bytes.windows(SECRET.len()).any(|window| window == SECRET.as_bytes()),
            "{} gave away {}",
            hostile.name,
            entry.path
        );
    }
}

/// Processes of the machine that have anything to do with a workspace.
fn left_behind(workspace: &Path, mark: &str) -> Vec<String> {
    let name = workspace.file_name().unwrap().to_string_lossy().into_owned();
    let own = std::process::id().to_string();
    let pids =
        fs::read_dir("/proc").unwrap().flatten().filter_map(|entry| entry.file_name().into_string().ok());
    let pids = pids.filter(|pid| *pid != own && pid.bytes().all(|byte| byte.is_ascii_digit()));
    let mine = pids.filter(|pid| {
        let text = |file: &str| {
            fs::read(format!("/proc/{pid}/{file}"))
                .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
                .unwrap_or_default()
        };
        let folder = fs::read_link(format!("/proc/{pid}/cwd")).unwrap_or_default();
        text("mountinfo").contains(&name) || text("cmdline").contains(mark) || folder.starts_with(workspace)
    });
    mine.map(|pid| {
        format!("{pid} {}", fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default().trim())
    })
    .collect()
}

/// Cgroups that an engine keeps for its next jail: one jail at a time has one in each of two hierarchies, and the engine that
/// looked what this machine can do has made the same.
const CGROUPS_KEPT: usize = 4;

/// Cgroups that this process has made, and how many of them have a process in them.
fn cgroups(folder: &Path) -> (usize, usize) {
    let prefix = format!("codemode-jail-{}-", std::process::id());
    let folders = fs::read_dir(folder).into_iter().flatten().flatten().filter(|entry| entry.path().is_dir());
    folders.fold((0, 0), |(made, used), entry| {
        let (below_made, below_used) = cgroups(&entry.path());
        let own = entry.file_name().to_string_lossy().starts_with(&prefix);
        let pids = fs::read_to_string(entry.path().join("cgroup.procs")).unwrap_or_default();
        let in_use = own && !pids.is_empty();
        (made + below_made + usize::from(own), used + below_used + usize::from(in_use))
    })
}

/// Runs a test again in a process of its own, where what is counted by process is its own: true inside that process.
fn is_alone(test: &str) -> bool {
    if std::env::var_os("CODEMODE_TEST_ALONE").is_some() {
        return true;
    }
    let mut command = Command::new(std::env::current_exe().unwrap());
    let output =
        command.args(["--exact", test, "--nocapture"]).env("CODEMODE_TEST_ALONE", "1").output().unwrap();
    let said =
        [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
    print!("{said}");
    false
}

/// Runs the whole table on an engine: name and what was seen, and what was left behind.
async fn run_all(kind: EngineKind, control: bool) -> (Vec<(&'static str, String)>, Vec<String>) {
    let (mut all, mut traces, mut made_most) = (Vec::new(), Vec::new(), 0);
    let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap();
    let outside = Outside::new();
    let mut bench = Bench::with(kind, 0, limits());
    for hostile in table() {
        // What poisons a workspace is followed by the run that would be harmed.
        if !hostile.name.ends_with("-seen") {
            bench.workspace = tempfile::tempdir().unwrap();
        }
        if !hostile.fits_this_machine() || (control && hostile.expected.contains_key("never")) {
            println!("skipped: {} {:?}", hostile.name, hostile.expected.get("never"));
            continue;
        }
        all.push((hostile.name, seen(&bench, &hostile, &outside).await));
        traces.extend(
            left_behind(bench.workspace.path(), &outside.mark)
                .into_iter()
                .map(|trace| format!("{}: {trace}", hostile.name)),
        );
        // Without a jail this is not a process of its own, and cgroups of other tests would be counted.
        let (made, used) = if control { (0, 0) } else { cgroups(Path::new("/sys/fs/cgroup")) };
        made_most = made_most.max(made);
        if used > 0 || made > CGROUPS_KEPT {
            traces.push(format!("{}: {made} cgroups are left, {used} of them in use", hostile.name));
        }
        if fs::read_to_string(outside.above.path().join("secret.txt")).unwrap() != SECRET {
            traces.push(format!("{}: changed the secret", hostile.name));
        }
    }
    bench.engine.shutdown().await;
    let has_cgroups = bench.engine.profile().isolation == Isolation::Full;
    assert_eq!(made_most > 0, has_cgroups, "the control: cgroups are found where there are some");
    drop(bench);
    let (made, _) = if control { (0, 0) } else { cgroups(Path::new("/sys/fs/cgroup")) };
    if made > 0 {
        traces.push(format!("{made} cgroups are left at the end"));
    }
    if fs::read_to_string("/proc/self/mountinfo").unwrap() != mounts {
        traces.push("the mounts of the machine changed".to_owned());
    }
    (all, traces)
}

/// What the table says of a row, filled in from what was seen where it only says what must not be: `!EPERM` is anything
/// else, and `any` is no control, where the kernel refuses a plain user by itself.
fn expected(rows: [&'static str; 2], seen: &[(&'static str, String)]) -> Vec<(&'static str, String)> {
    let in_jail = rows[1] == "jail";
    let table = table().into_iter().filter(Hostile::fits_this_machine);
    let table = table.filter(|hostile| in_jail || !hostile.expected.contains_key("never"));
    table
        .map(|hostile| {
            let texts = rows.map(|row| hostile.expected.get(row).copied());
            let text = texts.into_iter().flatten().next().unwrap_or("nothing is expected").trim_matches('`');
            let was = seen.iter().find(|(name, _)| *name == hostile.name).map_or("", |(_, was)| was.as_str());
            let fits = text == "any" || text.strip_prefix('!').is_some_and(|refused| was != refused);
            (hostile.name, if fits { was } else { text }.to_owned())
        })
        .collect()
}

#[tokio::test]
async fn no_hostile_program_gets_out_of_the_jail_or_leaves_anything() {
    // The expectations of this table are those of a jail with namespaces.
    if lacks("namespaces") || !is_alone("escape::no_hostile_program_gets_out_of_the_jail_or_leaves_anything")
    {
        return;
    }
    let isolation = Bench::jail().engine.profile().isolation;
    let (seen, traces) = run_all(EngineKind::Jail, false).await;
    assert_eq!(traces, Vec::<String>::new());
    let expected = expected([isolation.name(), "jail"], &seen);
    assert_eq!(differences(&seen, &expected), Vec::<String>::new());
}

#[tokio::test]
async fn the_same_programs_succeed_without_a_jail() {
    let row = if rustix::process::geteuid().is_root() { "root" } else { "user" };
    let (seen, traces) = run_all(EngineKind::Direct, true).await;
    assert_eq!(traces, Vec::<String>::new());
    let expected = expected([row, "direct"], &seen);
    assert_eq!(differences(&seen, &expected), Vec::<String>::new());
}

/// The rows that differ, so that a failure can be read.
fn differences(seen: &[(&'static str, String)], expected: &[(&'static str, String)]) -> Vec<String> {
    assert_eq!(seen.len(), expected.len());
    let pairs = seen.iter().zip(expected).filter(|(seen, expected)| seen != expected);
    pairs
        .map(|((name, seen), (_, expected))| format!("{name}: saw `{seen}`, expected `{expected}`"))
        .collect()
}

#[test]
fn the_table_holds_what_it_says() {
    let table = table();
    assert!(table.len() >= 80, "{}", table.len());
    let mut names: Vec<&str> = table.iter().map(|hostile| hostile.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), table.len());
    for hostile in &table {
        let has = |row| hostile.expected.contains_key(row);
        assert!(
            has("jail") && (has("never") || has("direct") || (has("root") && has("user"))),
            "{}",
            hostile.name
        );
    }
}
