//! Packages: installed by pip from wheels that the test makes itself, with no index in reach.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use codemode_engines::guest::Guests;
use codemode_engines::jail::Jail;
use codemode_engines::packages::{PackageOptions, WheelInstaller};
use codemode_engines::{EngineKind, EngineOptions};
use codemode_run::packages::{Installer, PackageRules, Packages, Requirement};
use codemode_run::{
    Choices, Ending, Engine, Isolation, Language, Limits, NoTools, Nothing, Observed, Policy, Report,
    RunError, RunRequest, Runner, RunnerOptions, Value,
};
use serde_json::json;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::support::{lacks, options};

/// A wheel of `humanize` 1.0, which a program can import and which no machine has in this version.
const MAKE_WHEEL: &str = r#"
import sys, zipfile
with zipfile.ZipFile(sys.argv[1] + "/humanize-1.0-py3-none-any.whl", "w") as wheel:
    wheel.writestr("humanize/__init__.py", "WORD = 'installed'\n")
    info = "humanize-1.0.dist-info/"
    wheel.writestr(info + "METADATA", "Metadata-Version: 2.1\nName: humanize\nVersion: 1.0\n")
    wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
    wheel.writestr(info + "RECORD", "humanize/__init__.py,,\n" + info + "METADATA,,\n" + info + "WHEEL,,\n" + info + "RECORD,,\n")
"#;

/// A folder of wheels, a folder of layers, and a workspace.
struct Shop(TempDir);

impl Shop {
    fn new() -> Self {
        let shop = Self(tempfile::tempdir().unwrap());
        for name in ["wheels", "layers"] {
            std::fs::create_dir(shop.0.path().join(name)).unwrap();
        }
        let made =
            Command::new("python3").args(["-c", MAKE_WHEEL]).arg(shop.0.path().join("wheels")).status();
        assert!(made.unwrap().success());
        shop
    }

    fn options(&self) -> PackageOptions {
        let path = std::env::var("PATH").unwrap();
        // Without uv: its settings are other ones, and not every machine has it.
        let without_uv = std::env::split_paths(&path).filter(|folder| !folder.join("uv").exists());
        let variables = BTreeMap::from([
            ("HOME".to_owned(), self.0.path().display().to_string()),
            ("PATH".to_owned(), std::env::join_paths(without_uv).unwrap().into_string().unwrap()),
            ("PIP_FIND_LINKS".to_owned(), self.0.path().join("wheels").display().to_string()),
            ("PIP_NO_INDEX".to_owned(), "1".to_owned()),
        ]);
        PackageOptions {
            cache_bytes_max: 1 << 30,
            folder: self.0.path().join("layers"),
            newer_than: None,
            timeout: Duration::from_secs(120),
            variables,
        }
    }

    fn installer(&self) -> WheelInstaller {
        WheelInstaller::new(self.options()).unwrap()
    }

    fn engine_options(&self) -> EngineOptions {
        EngineOptions { layers: self.0.path().join("layers"), ..options(0, Limits::default()) }
    }

    fn runner(&self, kind: EngineKind, rules: PackageRules) -> Runner {
        self.runner_over(codemode_engines::open(kind, &self.engine_options()), rules)
    }

    fn runner_over(&self, engine: Arc<dyn Engine>, rules: PackageRules) -> Runner {
        self.runner_with(
            engine,
            Packages { installer: Some(Arc::new(self.installer())), preload: Vec::new(), rules },
        )
    }

    fn runner_with(&self, engine: Arc<dyn Engine>, packages: Packages) -> Runner {
        Runner::new(RunnerOptions {
            engine: Some(engine.name().to_owned()),
            engines: vec![engine],
            journal: Arc::new(Nothing),
            limits: Limits::default(),
            memory: Arc::new(codemode_run::NoMemory),
            minimum: Isolation::None,
            packages,
            policy: Policy::default(),
            shapes: Arc::<Observed>::default(),
            spool: self.0.path().join("spool"),
            tools: Arc::<NoTools>::default(),
            workspace: None,
            workspaces: self.0.path().join("workspaces"),
        })
    }

    /// Names of everything in the folder of layers but locks.
    fn kept(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.0.path().join("layers")).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| !name.starts_with(".lock")).collect()
    }
}

async fn run(runner: &Runner, request: RunRequest) -> Result<Report, RunError> {
    let run_id = runner.new_run_id();
    let recorder = runner.recorder(&run_id);
    runner.run(&run_id, request, &recorder, CancellationToken::new()).await
}

fn python(code: &str) -> RunRequest {
    RunRequest::new(Language::Python, code)
}

fn asked(requirements: &[&str]) -> BTreeSet<Requirement> {
    requirements.iter().map(|text| text.parse().unwrap()).collect()
}

/// What is imported ahead is in every fresh interpreter, and what cannot be is left to the program.
#[tokio::test]
async fn fresh_interpreters_have_imported_what_the_settings_name() {
    if lacks("pip") {
        return;
    }
    let code = "import sys\n['humanize' in sys.modules, 'csv' in sys.modules, 'humanize' in globals()]";
    for kind in EngineKind::ALL {
        for (preload, expected) in
            [(vec!["humanize", "csv"], json!([true, true, false])), (vec![], json!([false, false, false]))]
        {
            let shop = Shop::new();
            let packages = Packages {
                installer: Some(Arc::new(shop.installer())),
                preload: preload.into_iter().map(str::to_owned).collect(),
                rules: PackageRules::default(),
            };
            let runner = shop.runner_with(codemode_engines::open(kind, &shop.engine_options()), packages);
            runner.preload().await.unwrap();
            for _ in 0..2 {
                let report = run(&runner, python(code)).await.unwrap();
                let value = Some(Value::Json { json: expected.clone(), cut: false });
                assert_eq!((report.value, report.ending), (value, Some(Ending::Finish)), "{kind}");
            }
            let report = run(&runner, python(USES_IT)).await.unwrap();
            assert_eq!(report.stdout.text, "once\ninstalled\n", "{kind}: {:?}", report.ending);
            let request = RunRequest { session_id: Some("s".to_owned()), ..python(USES_IT) };
            let report = run(&runner, request).await.unwrap();
            assert_eq!(report.stdout.text, "once\ninstalled\n", "{kind}: {:?}", report.ending);
        }
    }
}

const USES_IT: &str = "print('once')\nimport humanize\nprint(humanize.WORD)";

/// Predecessor case B7: a program ran until its import failed, and all of it ran again.
#[tokio::test]
async fn what_a_program_imports_is_there_before_it_starts() {
    if lacks("pip") {
        return;
    }
    for kind in EngineKind::ALL {
        let shop = Shop::new();
        let runner = shop.runner(kind, PackageRules::default());
        let recorder = runner.recorder("first");
        let report = runner.run("first", python(USES_IT), &recorder, CancellationToken::new()).await.unwrap();
        assert_eq!(report.stdout.text, "once\ninstalled\n", "{kind}: {:?}", report.ending);
        assert_eq!(report.packages_installed, ["humanize==1.0"]);
        // Who follows the run knows what it waits for.
        assert_eq!(recorder.take_rest().unwrap(), "[installing `humanize`]\nonce\ninstalled\n");
        // It is kept: another server needs no wheel any more.
        std::fs::remove_dir_all(shop.0.path().join("wheels")).unwrap();
        let again = run(&shop.runner(kind, PackageRules::default()), python(USES_IT)).await.unwrap();
        assert_eq!(again.stdout.text, "once\ninstalled\n");
        assert_eq!(shop.kept().len(), 1);
    }
}

/// What was installed was chosen to go together; an older one of this machine must not come first.
#[tokio::test]
async fn a_layer_stands_before_the_packages_of_this_machine_and_behind_the_standard_library() {
    if lacks("pip") {
        return;
    }
    let code = "import humanize, os, sys\n\
                layer = sys.path.index(os.path.dirname(os.path.dirname(humanize.__file__)))\n\
                sites = [n for n, path in enumerate(sys.path) if path.endswith(('site-packages', 'dist-packages'))]\n\
                [sys.path[0] == os.getcwd(), sys.path.index(os.path.dirname(os.__file__)) < layer, layer < min(sites)]";
    for kind in EngineKind::ALL {
        let report = run(&Shop::new().runner(kind, PackageRules::default()), python(code)).await.unwrap();
        let expected = Value::Json { json: json!([true, true, true]), cut: false };
        assert_eq!(report.value, Some(expected), "{kind}: {:?}", report.ending);
    }
}

#[tokio::test]
async fn every_level_of_the_jail_shows_them() {
    if lacks("pip") {
        return;
    }
    for level in [Isolation::Landlock, Isolation::NoCgroup, Isolation::Full] {
        let shop = Shop::new();
        let engine = Guests::new(Jail::at_most(&shop.engine_options(), level), 0);
        let report =
            run(&shop.runner_over(Arc::new(engine), PackageRules::default()), python(USES_IT)).await.unwrap();
        assert_eq!((report.isolation, report.stdout.text.as_str()), (Some(level), "once\ninstalled\n"));
    }
}

#[tokio::test]
async fn a_session_gets_packages_that_a_later_run_needs() {
    if lacks("pip") {
        return;
    }
    for kind in EngineKind::ALL {
        let shop = Shop::new();
        let runner = shop.runner(kind, PackageRules::default());
        let in_session = |code: &str| RunRequest { session_id: Some("s".to_owned()), ..python(code) };
        run(&runner, in_session("kept = 7")).await.unwrap();
        let report = run(&runner, in_session("import humanize\nprint(kept, humanize.WORD)")).await.unwrap();
        assert_eq!(report.stdout.text, "7 installed\n", "{kind}: {:?}", report.ending);
    }
}

/// What the tool `pip_install` does: the programs to come have it, also those that do not say its name where it can be read.
#[tokio::test]
async fn what_was_installed_is_there_for_every_program_to_come() {
    if lacks("pip") {
        return;
    }
    let shop = Shop::new();
    let runner = shop.runner(EngineKind::Jail, PackageRules::default());
    let hidden = "import importlib\nimportlib.import_module('human' + 'ize').WORD";
    let cancel = CancellationToken::new();
    let before = run(&runner, python(hidden)).await.unwrap();
    assert!(!before.is_success(), "the control: without it the program fails");
    let heard = Mutex::new(Vec::new());
    let hear = |line: &str| heard.lock().unwrap().push(line.to_owned());
    let came = runner.install("package_name", "Humanize >= 1", &hear, &cancel).await.unwrap();
    assert_eq!(came, Some(vec!["humanize==1.0".to_owned()]));
    assert_eq!(heard.into_inner().unwrap(), ["installing `humanize>=1`"]);
    let report = run(&runner, python(hidden)).await.unwrap();
    let expected = Value::Json { json: json!("installed"), cut: false };
    assert_eq!(report.value, Some(expected), "{:?}", report.ending);
    // A list that a person changes afterwards holds for it too.
    let rules = PackageRules { blocked: vec!["humanize".to_owned()], ..PackageRules::default() };
    runner.choose_anew(Choices { rules, ..(*runner.choices()).clone() });
    assert!(!run(&runner, python(hidden)).await.unwrap().is_success());
}

/// Predecessor cases B1 and B2: folders, addresses and options went to pip.
#[tokio::test]
async fn only_a_name_with_a_version_is_installed() {
    let shop = Shop::new();
    let runner = shop.runner(EngineKind::Jail, PackageRules::default());
    for (given, problem) in [
        ("./evil", "is an address or a path, not a requirement"),
        ("-r/etc/hostname", "is an option of an installer, not a requirement"),
        ("os-sys", "is on `packages.blocked`"),
        ("json", "is part of the standard library and is never installed"),
    ] {
        let rules = PackageRules { blocked: vec!["os_sys".to_owned()], ..PackageRules::default() };
        runner.choose_anew(Choices { rules, ..(*runner.choices()).clone() });
        let error = runner
            .install("package_name", given, &|_: &str| {}, &CancellationToken::new())
            .await
            .unwrap_err();
        assert!(
            error.message.starts_with("argument `package_name`: ") && error.message.contains(problem),
            "{error}"
        );
    }
    assert_eq!(shop.kept(), Vec::<String>::new());
}

#[tokio::test]
async fn the_argument_is_installed_and_what_is_wrong_with_it_is_named() {
    if lacks("pip") {
        return;
    }
    let shop = Shop::new();
    let runner = shop.runner(EngineKind::Jail, PackageRules::default());
    let with = |package: &str, code: &str| RunRequest { packages: vec![package.to_owned()], ..python(code) };
    let report = run(&runner, with("Humanize>=1", "import humanize\nprint(humanize.WORD)")).await.unwrap();
    assert_eq!((report.stdout.text.as_str(), report.packages_installed.len()), ("installed\n", 1));
    let mut seen = Vec::new();
    for package in ["-r/etc/hostname", "./local", "json", "no-such-dist"] {
        let error = run(&runner, with(package, "print(1)")).await.unwrap_err();
        seen.push((error.code, error.message));
    }
    let expected = [
        (
            "invalid_argument",
            "argument `packages`: `-r/etc/hostname`: is an option of an installer, not a requirement",
        ),
        ("invalid_argument", "argument `packages`: `./local`: is an address or a path, not a requirement"),
        (
            "invalid_argument",
            "argument `packages`: `json`: is part of the standard library and is never installed",
        ),
        ("package_not_found", "`no-such-dist`: no such distribution or version"),
    ];
    assert_eq!(seen, expected.map(|(code, message)| (code, message.to_owned())));
    let bash =
        RunRequest { packages: vec!["humanize".to_owned()], ..RunRequest::new(Language::Bash, "true") };
    let error = run(&runner, bash).await.unwrap_err();
    assert_eq!(error.message, "argument `packages`: packages are installed for python only, not for bash");
}

/// A source distribution whose setup leaves a mark when it runs.
const MAKE_SOURCE: &str = r#"
import io, sys, tarfile
setup = ("open(%r, 'w').close()\n" % sys.argv[2]).encode()
with tarfile.open(sys.argv[1] + "/onlysource-1.0.tar.gz", "w:gz") as archive:
    for name, text in [("setup.py", setup), ("PKG-INFO", b"Metadata-Version: 2.1\nName: onlysource\nVersion: 1.0\n")]:
        entry = tarfile.TarInfo("onlysource-1.0/" + name)
        entry.size = len(text)
        archive.addfile(entry, io.BytesIO(text))
"#;

#[tokio::test]
async fn code_of_a_package_does_not_run_while_it_is_installed() {
    if lacks("pip") {
        return;
    }
    let shop = Shop::new();
    let (wheels, mark) = (shop.0.path().join("wheels"), shop.0.path().join("mark"));
    let made = Command::new("python3").args(["-c", MAKE_SOURCE]).arg(&wheels).arg(&mark).status();
    assert!(made.unwrap().success());
    let error = shop
        .installer()
        .install(&asked(&["onlysource"]), &|_: &str| {}, &CancellationToken::new())
        .await
        .unwrap_err();
    assert_eq!((error.code, mark.exists()), ("package_not_found", false));
    // The control: the same without our options runs it.
    let mut plain = Command::new("python3");
    plain.args(["-m", "pip", "install", "--no-index", "--no-build-isolation", "--find-links"]).arg(&wheels);
    plain.arg("--target").arg(shop.0.path().join("elsewhere")).arg("onlysource");
    plain.output().unwrap();
    assert!(mark.exists());
}

/// Predecessor case B5: text that a program printed named what was installed.
#[tokio::test]
async fn nothing_is_installed_for_what_a_program_only_says() {
    let shop = Shop::new();
    let runner = shop.runner(EngineKind::Jail, PackageRules::default());
    for code in [
        "from json import nope",
        "import sys\nprint(\"No module named '-r/etc/hostname'\", file=sys.stderr)\nsys.exit(1)",
        "try:\n    import humanize\nexcept ImportError:\n    print('guarded')",
        "text = 'import humanize'",
    ] {
        let report = run(&runner, python(code)).await.unwrap();
        assert_eq!(report.packages_installed, Vec::<String>::new(), "{code}");
    }
    assert_eq!(shop.kept(), Vec::<String>::new());
}

#[tokio::test]
async fn the_settings_refuse_before_anything_runs() {
    let shop = Shop::new();
    let off = PackageRules { auto_install: false, ..PackageRules::default() };
    let blocked = PackageRules { blocked: vec!["HUMANIZE".to_owned()], ..PackageRules::default() };
    for (rules, said) in [(off, "`packages.auto_install` is off"), (blocked, "is on `packages.blocked`")] {
        let report = run(&shop.runner(EngineKind::Jail, rules), python(USES_IT)).await.unwrap();
        let Some(Ending::Refuse(refusal)) = &report.ending else { panic!("{:?}", report.ending) };
        let text = refusal.to_string();
        assert!(text.starts_with("IMPORT_NOT_FOUND (line 2): `humanize`") && text.contains(said), "{text}");
        assert_eq!(report.stdout.text, "");
    }
}

#[tokio::test]
async fn a_program_cannot_write_to_a_layer() {
    if lacks("pip") {
        return;
    }
    let code = "import humanize\ntry:\n    open(humanize.__file__, 'a').close()\n    print('written')\nexcept OSError as error:\n    print(error.strerror)";
    let mut seen = Vec::new();
    for kind in EngineKind::ALL {
        let shop = Shop::new();
        let report = run(&shop.runner(kind, PackageRules::default()), python(code)).await.unwrap();
        seen.push(report.stdout.text);
    }
    // The control: without a sandbox root writes where it likes.
    let control = if rustix::process::geteuid().is_root() { "written\n" } else { "Permission denied\n" };
    assert!(matches!(seen[0].as_str(), "Read-only file system\n" | "Permission denied\n"), "{}", seen[0]);
    assert_eq!(seen[1], control);
}

#[tokio::test]
async fn two_servers_that_install_the_same_make_one_layer() {
    if lacks("pip") {
        return;
    }
    let shop = Shop::new();
    let (one, other) = (shop.installer(), shop.installer());
    let (needed, never) = (asked(&["humanize"]), CancellationToken::new());
    let (one, other) = tokio::join!(
        one.install(&needed, &|_: &str| {}, &never),
        other.install(&needed, &|_: &str| {}, &never)
    );
    assert_eq!(one.unwrap(), other.unwrap());
    assert_eq!(shop.kept().len(), 1);
}

/// Whether a process has this word in its command line.
fn is_running(word: &str) -> bool {
    let mut processes = std::fs::read_dir("/proc").unwrap().flatten();
    processes.any(|process| {
        std::fs::read(process.path().join("cmdline"))
            .is_ok_and(|line| String::from_utf8_lossy(&line).contains(word))
    })
}

/// A uv that never ends.
fn endless(shop: &Shop, mark: &str) -> PackageOptions {
    with_uv(shop, &format!("sleep {mark} &\nsleep {mark}"))
}

/// A uv that is this shell script, on a PATH of its own.
fn with_uv(shop: &Shop, script: &str) -> PackageOptions {
    use std::os::unix::fs::PermissionsExt;
    let folder = shop.0.path().join("bin");
    std::fs::create_dir_all(&folder).unwrap();
    let uv = folder.join("uv");
    std::fs::write(&uv, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&uv, std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut options = shop.options();
    let path = format!("{}:{}", folder.display(), options.variables["PATH"]);
    options.variables.insert("PATH".to_owned(), path);
    options
}

async fn until(what: impl Fn() -> bool) {
    let waited = async {
        while !what() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), waited).await.unwrap();
}

/// An address names the index, which stays in the log; a name that is no name is not told at all.
#[tokio::test]
async fn downloads_are_told_while_they_go_on() {
    let shop = Shop::new();
    let script = "echo 'Downloading numpy (16.1MiB)' >&2\n\
                  echo '  Downloading http://index.test/a/b/humanize-1.0-py3-none-any.whl (12 kB)'\n\
                  printf 'Downloading \\033[2J (1 kB)\\nDownloading half' >&2\nexit 1";
    let installer = WheelInstaller::new(with_uv(&shop, script)).unwrap();
    let heard = Mutex::new(Vec::new());
    let hear = |line: &str| heard.lock().unwrap().push(line.to_owned());
    let error = installer.install(&asked(&["humanize"]), &hear, &CancellationToken::new()).await.unwrap_err();
    assert_eq!(error.code, "install_failed");
    let mut heard = heard.into_inner().unwrap();
    heard[1..].sort();
    assert_eq!(
        heard,
        [
            "installing `humanize`",
            "downloading humanize-1.0-py3-none-any.whl, 12 kB",
            "downloading numpy, 16.1MiB",
        ]
    );
}

/// A pip that finds the disk full, in a mount namespace of its own where temporary files have 4 kB.
#[tokio::test]
async fn a_full_disk_is_said() {
    if lacks("pip") || lacks("namespaces") {
        return;
    }
    let shop = Shop::new();
    let script = |size: &str| {
        format!(
            r#"while [ "$1" != --target ]; do shift; done
exec unshare --map-root-user --mount --propagation private sh -c '
    mount -t tmpfs -o size={size} none . && cd . &&
    TMPDIR=$PWD exec python3 -I -m pip install --only-binary :all: --target "$1" humanize' sh "$2""#
        )
    };
    let install = async |size| {
        let installer = WheelInstaller::new(with_uv(&shop, &script(size))).unwrap();
        installer.install(&asked(&["humanize"]), &|_: &str| {}, &CancellationToken::new()).await
    };
    let error = install("4k").await.unwrap_err();
    assert_eq!(
        (error.code, error.message.as_str()),
        ("install_failed", "`humanize` cannot be installed: the disk is full")
    );
    assert_eq!(shop.kept(), Vec::<String>::new());
    assert_eq!(install("1m").await.unwrap().unwrap().distributions, ["humanize==1.0"]);
}

#[tokio::test]
async fn an_installation_that_is_taken_back_leaves_nothing() {
    let (shop, mark) = (Shop::new(), "4711.125");
    let installer = WheelInstaller::new(endless(&shop, mark)).unwrap();
    let (needed, cancel) = (asked(&["humanize"]), CancellationToken::new());
    let stop = async {
        until(|| is_running(mark)).await;
        cancel.cancel();
    };
    let (ended, ()) = tokio::join!(installer.install(&needed, &|_: &str| {}, &cancel), stop);
    assert_eq!(ended.unwrap(), None);
    until(|| !is_running(mark)).await;
    assert_eq!(shop.kept(), Vec::<String>::new());
}

#[tokio::test]
async fn an_installation_that_takes_too_long_is_ended_and_said() {
    let (shop, mark) = (Shop::new(), "4711.375");
    let options = PackageOptions { timeout: Duration::from_millis(300), ..endless(&shop, mark) };
    let installer = WheelInstaller::new(options).unwrap();
    let error =
        installer.install(&asked(&["humanize"]), &|_: &str| {}, &CancellationToken::new()).await.unwrap_err();
    assert_eq!(
        (error.code, error.message.as_str()),
        ("install_timeout", "installing `humanize` took more than 0 s")
    );
    until(|| !is_running(mark)).await;
    assert_eq!(shop.kept(), Vec::<String>::new());
}

#[tokio::test]
async fn a_cut_off_that_pip_cannot_hold_is_refused() {
    let shop = Shop::new();
    let options = PackageOptions { newer_than: Some("7d".to_owned()), ..shop.options() };
    let installer = WheelInstaller::new(options).unwrap();
    let error =
        installer.install(&asked(&["humanize"]), &|_: &str| {}, &CancellationToken::new()).await.unwrap_err();
    assert_eq!(error.message, "`packages.newer_than` is set, and pip cannot hold it");
    assert_eq!(shop.kept(), Vec::<String>::new());
}

#[tokio::test]
async fn layers_that_nobody_used_for_longest_go_when_the_cache_is_full() {
    if lacks("pip") {
        return;
    }
    let shop = Shop::new();
    let old = shop.0.path().join("layers/old");
    let recent = shop.0.path().join("layers/recent");
    let left_behind = shop.0.path().join("layers/.draft-of-a-server-that-was-killed");
    for layer in [&old, &recent, &left_behind] {
        std::fs::create_dir(layer).unwrap();
        std::fs::write(layer.join("module.py"), "x = 1").unwrap();
    }
    let days_ago = std::time::SystemTime::now() - Duration::from_secs(3 * 24 * 60 * 60);
    for layer in [&old, &left_behind] {
        std::fs::File::open(layer).unwrap().set_modified(days_ago).unwrap();
    }
    let never = CancellationToken::new();
    // The control: with room enough only what was left behind goes.
    shop.installer().install(&asked(&["humanize"]), &|_: &str| {}, &never).await.unwrap();
    assert_eq!((left_behind.exists(), old.exists(), shop.kept().len()), (false, true, 3));
    let options = PackageOptions { cache_bytes_max: 1, ..shop.options() };
    let installer = WheelInstaller::new(options).unwrap();
    installer.install(&asked(&["humanize==1.0"]), &|_: &str| {}, &never).await.unwrap();
    assert_eq!((old.exists(), recent.exists(), shop.kept().len()), (false, true, 3));
}
