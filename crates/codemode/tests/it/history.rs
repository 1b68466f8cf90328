//! `codemode log` and `codemode sessions`: what was run, and what is kept.

use expect_test::expect;

use crate::support::User;

#[test]
fn the_log_shows_runs_newest_first_without_their_code() {
    let user = User::new();
    user.codemode_with("run - --engine direct --session one", "print('secret text')");
    user.codemode_with("run - --engine direct", "1 / 0");
    expect![[r#"
        time                  run                         ending             ms  language  place        session  description
        TIME  RUN  ZeroDivisionError  MS  python    direct/none
        TIME  RUN  finish             MS  python    direct/none  one
    "#]]
    .assert_eq(&columns(&user.codemode("log")));
    let failed = user.codemode("log --failed --json --since 1h");
    let failed: serde_json::Value = serde_json::from_str(&failed).unwrap();
    assert_eq!(
        (&failed["ending"], &failed["error_type"], &failed["exit_code"]),
        (&"raise".into(), &"ZeroDivisionError".into(), &1.into())
    );
    assert_eq!(user.codemode("log --session other --json"), "");
}

/// The durations of a table are masked, and so is the width that they give their column.
fn columns(table: &str) -> String {
    let milliseconds = regex_lite::Regex::new(r"(finish|ZeroDivisionError)( +)\d+ +python").unwrap();
    let table = milliseconds.replace_all(table, "$1${2}MS  python");
    regex_lite::Regex::new(r"ending( +)ms +language")
        .unwrap()
        .replace_all(&table, "ending${1}ms  language")
        .into_owned()
}

#[test]
fn sessions_are_listed_and_reset_with_their_files() {
    let user = User::new();
    user.codemode_with("run - --engine direct --session notes", "open('a.txt', 'w').write('kept')");
    expect![[r#"
        kept
        ! [run RUN · direct/none · N ms · session notes]
    "#]]
    .assert_eq(&user.codemode_with("run - --engine direct --session notes", "print(open('a.txt').read())"));
    expect![[r#"
        session  language  engine  runs  last used
        notes    python    direct  2     TIME
    "#]]
    .assert_eq(&user.codemode("sessions"));
    expect![[r#"
        ! error: session `notes` ran on direct, which keeps no earlier state
        ! hint: `codemode sessions reset notes` begins it anew
        exit 125
    "#]]
    .assert_eq(&user.codemode("sessions undo notes"));
    assert_eq!(user.codemode("sessions reset notes"), "! session notes is reset\n");
    expect![[r#"
        ! error: no session `notes` is known
        ! hint: `codemode sessions` shows them
        exit 125
    "#]]
    .assert_eq(&user.codemode("sessions reset notes"));
    let gone = user.codemode_with("run - --engine direct --session notes", "import os\nprint(os.listdir())");
    assert!(gone.starts_with("[]\n"), "{gone}");
}
