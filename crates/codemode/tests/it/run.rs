//! `codemode run`: output, values, endings, exit codes.

use expect_test::{Expect, expect};

use crate::support::User;

#[track_caller]
fn check(flags: &str, program: &str, expected: Expect) {
    expected.assert_eq(&User::new().codemode_with(&format!("run - --engine direct {flags}"), program));
}

#[test]
fn a_program_s_output_is_streamed_and_its_value_is_shown_beside_it() {
    check(
        "",
        "print('hi')\n6 * 7",
        expect![[r#"
        hi
        ! [value]
        ! 42
        ! [run RUN · direct/none · N ms]
    "#]],
    );
}

#[test]
fn the_exit_code_is_the_program_s_own() {
    check(
        "",
        "import sys\nprint('bye', file=sys.stderr)\nsys.exit(3)",
        expect![[r#"
        ! bye
        ! Exit code 3
        ! [run RUN · direct/none · N ms]
        exit 3
    "#]],
    );
}

#[test]
fn an_exception_is_shown_with_the_program_s_own_lines() {
    check(
        "",
        "def f(x):\n    return 1 / x\n\nf(0)",
        expect![[r#"
        ! Traceback (most recent call last):
        !   File "main.py", line 4, in <module>
        !     f(0)
        !   File "main.py", line 2, in f
        !     return 1 / x
        !            ~~^~~
        ! ZeroDivisionError: division by zero
        ! [run RUN · direct/none · N ms]
        exit 1
    "#]],
    );
}

#[test]
fn a_hook_of_the_program_s_own_shows_its_exception_and_nobody_shows_it_again() {
    check(
        "",
        "import sys\nsys.excepthook = lambda kind, error, trace: print(f'{kind.__name__} in line {trace.tb_lineno}', file=sys.stderr)\nraise KeyError('x')",
        expect![[r#"
        ! KeyError in line 3
        ! [run RUN · direct/none · N ms]
        exit 1
    "#]],
    );
    check(
        "",
        "import sys\nsys.excepthook = lambda *_: 1 / 0\nraise KeyboardInterrupt",
        expect![[r#"
            ! Error in sys.excepthook:
            ! Traceback (most recent call last):
            !   File "main.py", line 2, in <lambda>
            !     sys.excepthook = lambda *_: 1 / 0
            !                                 ~~^~~
            ! ZeroDivisionError: division by zero
            ! 
            ! Original exception was:
            ! Traceback (most recent call last):
            !   File "main.py", line 3, in <module>
            !     raise KeyboardInterrupt
            ! KeyboardInterrupt
            ! [run RUN · direct/none · N ms]
            exit 130
        "#]],
    );
}

#[test]
fn a_package_that_cannot_come_is_told_so() {
    check(
        "--language javascript",
        "require('no-such-package')",
        expect![[r#"
        ! main.js:1
        ! require('no-such-package')
        ! ^
        ! 
        ! Error: Cannot find module 'no-such-package'
        ! Require stack:
        ! - HOME/data/workspaces/default/main.js
        !     at main.js:1:1 {
        !   code: 'MODULE_NOT_FOUND',
        !   requireStack: [ 'HOME/data/workspaces/default/main.js' ]
        ! }
        ! hint: `no-such-package` is not installed; do without it, or give its file in `files` and import that
        ! [run RUN · direct/none · N ms]
        exit 1
    "#]],
    );
}

#[test]
fn a_timeout_keeps_what_was_printed() {
    check(
        "--timeout 500ms",
        "import time\nprint('partial')\ntime.sleep(60)",
        expect![[r#"
        partial
        ! Timeout: stopped after 0.5 s
        ! hint: the program was stopped after 0.5 s; pass a larger `timeout` or do less in one run
        ! [run RUN · direct/none · N ms]
        exit 124
    "#]],
    );
}

#[test]
fn a_syntax_error_has_its_line_and_starts_nothing() {
    check(
        "",
        "print('before')\nx = = 1",
        expect![[r#"
        !   File "main.py", line 2
        !     x = = 1
        !         ^
        ! SyntaxError: Expected an expression
        ! [run RUN · N ms]
        exit 1
    "#]],
    );
}

#[test]
fn what_the_policy_refuses_is_not_started() {
    check(
        "--set policy.preset=strict --set policy.imports=json,math",
        "print('before')\nx = 1; import os",
        expect![[r#"
        ! POLICY_VIOLATION (policy.imports, line 2): import of `os` is not allowed; use only json, math
        ! [run RUN · N ms]
        exit 126
    "#]],
    );
}

#[test]
fn no_isolation_is_never_chosen_by_itself() {
    // Without a python3 no engine that isolates can run Python, and `direct` is not asked whether it could.
    let said = User::new().variable("PATH", "/nowhere").codemode_with("run -", "print(1)");
    let error = said.lines().next().unwrap();
    assert!(error.ends_with("direct is not isolated and has to be asked for"), "{said}");
    assert!(said.ends_with("runs programs without isolation\nexit 125\n"), "{said}");
}

#[test]
fn what_codemode_cannot_do_is_its_own_failure() {
    let user = User::new().file("notes.md", "# no program");
    expect![[r#"
        ! error: `nothing.py` cannot be read: No such file or directory (os error 2)
        exit 125
    "#]]
    .assert_eq(&user.codemode("run nothing.py --engine direct"));
    expect![[r#"
        ! error: the language of `notes.md` is not known by its extension
        ! hint: name it with --language python, javascript, typescript or bash
        exit 125
    "#]]
    .assert_eq(&user.codemode("run notes.md --engine direct"));
    expect![[r#"
        ! error: argument `timeout`: 90000 s is out of range; expected more than 0 and at most 86400 s
        exit 125
    "#]]
    .assert_eq(&user.codemode_with("run - --engine direct --timeout 25h", "1"));
    expect![[r#"
        ! error: argument `session_id`: `../up` is not a session id; expected 1 to 64 letters, digits, `-`, `_` or `.`, not starting with a dot
        exit 125
    "#]]
    .assert_eq(&user.codemode_with("run - --engine direct --session ../up", "1"));
}

#[test]
fn the_report_is_json_when_asked_for() {
    check(
        "--json",
        "print('out')\nopen('made.csv', 'w').write('a,b\\n')\n[1, 2]",
        expect![[r#"
        {
          "run_id": "RUN",
          "engine": "direct",
          "isolation": "none",
          "language": "python",
          "session_id": null,
          "ending": {
            "kind": "finish"
          },
          "success": true,
          "exit_code": 0,
          "value": [
            1,
            2
          ],
          "stdout": "out\n",
          "stderr": "",
          "stdout_bytes": 4,
          "stderr_bytes": 0,
          "truncated": false,
          "duration_ms": 0,
          "cpu_ms": 0,
          "memory_peak_bytes": 0,
          "packages_installed": [],
          "tool_calls": [],
          "files": [
            {
              "name": "made.csv",
              "mime_type": "text/csv",
              "bytes": 4,
              "uri": "codemode://sessions/default/made.csv"
            }
          ],
          "attempts": 1,
          "hints": []
        }
    "#]],
    );
}

#[test]
fn a_folder_with_main_py_is_a_project() {
    let user = User::new()
        .file("app/main.py", "import lib.words\nprint(lib.words.hello(), open('data.txt').read())");
    let user = user.file("app/lib/words.py", "def hello():\n    return 'hello'").file("app/data.txt", "data");
    let user = user.file("app/.git/config", "not part of it");
    expect![[r#"
        hello data
        ! [run RUN · direct/none · N ms]
    "#]]
    .assert_eq(&user.codemode("run app --engine direct"));
    expect![[r#"
        ! error: `app/lib` has no main.py
        ! hint: a project starts at one of main.py, main.mjs, main.js, main.ts, main.sh
        exit 125
    "#]]
    .assert_eq(&user.codemode("run app/lib --engine direct"));
}

#[test]
fn programs_work_in_the_workspace_that_is_named() {
    let user = User::new()
        .file("data/in.txt", "42")
        .file("p.py", "print(open('in.txt').read())\nopen('out.txt', 'w').close()");
    expect![[r#"
        42
        ! [file out.txt, 0 bytes]
        ! [run RUN · direct/none · N ms]
    "#]]
    .assert_eq(&user.codemode("run p.py --engine direct --workspace data"));
    assert!(user.work().join("data/out.txt").exists());
}

#[test]
fn a_program_does_not_see_the_environment_of_its_user() {
    let program = "import os\nprint(os.environ.get('SECRET_KEY'), os.environ.get('HOME') is not None)";
    let said = User::new().variable("SECRET_KEY", "hush").codemode_with("run - --engine direct", program);
    expect![[r#"
        None True
        ! [run RUN · direct/none · N ms]
    "#]]
    .assert_eq(&said);
}

/// The command `tool` is this binary too: it has to know itself again.
#[test]
fn bash_has_the_command_tool() {
    let user = User::new().file("servers.json", r#"{"mcpServers": {"down": {"command": "false"}}}"#);
    let program = "tool down.echo message=hi\necho \"ended with $?\"";
    let said = user.codemode_with("run - --engine direct --language bash --servers servers.json", program);
    let of_the_program: Vec<&str> = said.lines().filter(|line| !line.contains(" WARN ")).collect();
    assert_eq!(
        of_the_program,
        [
            "ended with 1",
            "! [connecting down]",
            "! tool: down.echo cannot be called: it cannot be reached: its process ended (exit status: 1)",
            "! [run RUN · direct/none · N ms]",
        ]
    );
}
