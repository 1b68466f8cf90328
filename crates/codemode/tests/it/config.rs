//! `codemode config`, and what is said of settings that cannot be used.

use std::fs;

use expect_test::expect;

use crate::support::User;

#[test]
fn later_layers_win_and_every_value_knows_its_origin() {
    let user = User::new()
        .variable("CODEMODE_LIMITS_MEMORY", "1GiB")
        .file("codemode.toml", "[limits]\nfile = \"1MiB\"\nmemory = \"2GiB\"\n");
    fs::write(user.config(), "yield_after = 5\n[limits]\nprocesses = 7\nfile = 10\n").unwrap();
    let shown = user.codemode("config show --origin --set limits.queue=3");
    let changed: Vec<&str> = shown.lines().filter(|line| !line.ends_with("# default")).collect();
    assert_eq!(
        changed,
        [
            "yield_after = \"5s\"  # HOME/config.toml:1",
            "limits.memory = \"1GiB\"  # $CODEMODE_LIMITS_MEMORY",
            "limits.processes = 7  # HOME/config.toml:3",
            "limits.file = \"1MiB\"  # codemode.toml:2",
            "limits.queue = 3  # --set limits.queue=3",
        ]
    );
}

#[test]
fn a_value_that_is_none_names_file_line_key_and_what_is_valid() {
    let cases = [
        (
            "engine = \"jial\"",
            "! error: codemode.toml:1: `engine` cannot be `\"jial\"`; expected one of auto, jail, wasm, docker, direct\n",
        ),
        (
            "\n[limits]\nmemroy = 1",
            "! error: codemode.toml:3: unknown key `limits.memroy`; did you mean `limits.memory`?\n",
        ),
        (
            "[limits]\nwall = -5",
            "! error: codemode.toml:2: `limits.wall` cannot be `-5`; expected a time above 0, a number of seconds or text such as \"45s\", \"500ms\", \"2m\", \"1h\"\n",
        ),
        ("limits = 3", "! error: codemode.toml:1: unknown key `limits`; did you mean `limits.file`?\n"),
        (
            "structured_output = \"yes\"",
            "! error: codemode.toml:1: `structured_output` cannot be `\"yes\"`; expected true or false\n",
        ),
        (
            "[network]\nhosts = [1]",
            "! error: codemode.toml:2: `network.hosts` cannot be `[1]`; expected a list of text\n",
        ),
        ("a = = 1", "! error: codemode.toml:1: extra `=`, expected nothing; expected TOML\n"),
    ];
    for (text, expected) in cases {
        let said = User::new().file("codemode.toml", text).codemode("config show");
        assert_eq!(said, format!("{expected}exit 125\n"), "{text}");
    }
}

#[test]
fn a_variable_or_flag_that_is_none_is_named_too() {
    expect![[r#"
        ! error: $CODEMODE_LIMITS_WAL: `limits_wal` is no setting; did you mean `limits.wall`?
        exit 125
    "#]]
    .assert_eq(&User::new().variable("CODEMODE_LIMITS_WAL", "1").codemode("config show"));
    expect![[r#"
        ! error: $CODEMODE_TOOLS: unknown tool or preset `everything`; presets are lean, pyrunner, agent, sandbox, all; tools are execute_code, search_tools, wait_run, get_system_context, run_python, run_python_stream, run_with_retry, add_learning, record_semantic_failure, get_learnings, pip_install, configure; expected a preset or a comma list of names
        exit 125
    "#]]
    .assert_eq(&User::new().variable("CODEMODE_TOOLS", "everything").codemode("serve"));
    expect![[r#"
        ! error: --set limits.wall: there is no `=`; expected KEY=VALUE
        exit 125
    "#]]
    .assert_eq(&User::new().codemode("config show --set limits.wall"));
}

#[test]
fn variables_of_the_systems_before_it_are_understood() {
    let user = User::new()
        .variable("EXEC_TIMEOUT", "30")
        .variable("MCP_PORT", "9000")
        .variable("CONTAINER_MEMORY_LIMIT", "256m");
    let user = user
        .variable("MCP_EXECUTOR", "pyodide")
        .variable("POOL_SIZE", "4")
        .variable("CODEMODE_DOCKER_POOL_SIZE", "5");
    let get = |key: &str| user.codemode(&format!("config get {key}"));
    let keys = ["default_timeout", "http.bind", "docker.memory", "engine", "docker.pool_size"];
    assert_eq!(keys.map(get), ["30s\n", "127.0.0.1:9000\n", "256MiB\n", "wasm\n", "5\n"]);
}

#[test]
fn set_changes_one_value_and_keeps_the_file_as_it_is() {
    let user = User::new();
    fs::write(
        user.config(),
        "# mine\nengine = \"direct\" # for now\n\n[limits]\n# small\nmemory = \"64MiB\"\n",
    )
    .unwrap();
    assert_eq!(
        user.codemode("config set limits.memory 128MiB"),
        "! limits.memory is set in HOME/config.toml\n"
    );
    assert_eq!(
        user.codemode("config set network.hosts a.org,b.org:443"),
        "! network.hosts is set in HOME/config.toml\n"
    );
    expect![[r#"
        # mine
        engine = "direct" # for now

        [limits]
        # small
        memory = "128MiB"

        [network]
        hosts = ["a.org", "b.org:443"]
    "#]]
    .assert_eq(&fs::read_to_string(user.config()).unwrap());
    expect![[r#"
        ! error: config set limits.memory: `limits.memory` cannot be `lots`; expected a size above 0, a number of bytes or text such as "512MiB"
        exit 125
    "#]]
    .assert_eq(&user.codemode("config set limits.memory lots"));
    assert_eq!(user.codemode("config get limits.memory"), "128MiB\n");
    assert_eq!(user.codemode("config get limits.memory --json"), "134217728\n");
}

#[test]
fn the_default_file_is_one_that_is_understood_and_changes_nothing() {
    let user = User::new();
    let uncommented: String = user
        .codemode("config default")
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            Some(setting) if setting.split_once(" = ").is_some_and(|(name, _)| !name.contains(' ')) => {
                format!("{setting}\n")
            }
            _ => format!("{line}\n"),
        })
        .collect();
    // Empty text stands for what has no default.
    fs::write(user.config(), uncommented).unwrap();
    let values = |text: &str| -> Vec<String> {
        text.lines().map(|line| line.split("  #").next().unwrap().to_owned()).collect()
    };
    assert_eq!(
        values(&user.codemode("config show --origin")),
        values(&User::new().codemode("config show --origin"))
    );
}

#[test]
fn what_a_checkout_says_of_isolation_is_told() {
    let user = User::new().file("codemode.toml", "engine = \"direct\"\n");
    let said = user.codemode_with("run -", "print(1)");
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!((lines[0], lines.len()), ("1", 3), "{said}");
    assert!(lines[1].ends_with("codemode.toml of this folder sets engine"), "{said}");
}
