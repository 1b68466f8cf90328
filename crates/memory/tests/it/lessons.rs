//! What a failure and the run behind it teach: ten pairs that teach something, and ten successes that teach nothing.

use codemode_memory::Learnings;
use codemode_run::{Ending, Exception, Language, Lesson, Memory, Report, RunRequest};
use std::time::Duration;

use crate::learnings::{place, report};

/// A program of a session.
fn program(code: &str) -> RunRequest {
    RunRequest { session_id: Some("s".to_owned()), ..RunRequest::new(Language::Python, code) }
}

/// An exception at this line of the program.
fn raised(kind: &str, message: &str, line: usize) -> Report {
    let traceback = format!(
        "Traceback (most recent call last):\n  File \"main.py#2\", line {line}, in <module>\n{kind}: {message}"
    );
    let exception =
        Exception { kind: kind.into(), message: message.into(), module: None, shown: false, traceback };
    report("1", Ending::Raise(exception))
}

fn exited(stderr: &str) -> Report {
    let mut report = report("1", Ending::Exit { code: 1 });
    report.stderr.text = stderr.to_owned();
    report
}

/// What is known after a failure and a success: pattern and solution.
async fn learned(failed: (&RunRequest, Report), worked: &[RunRequest]) -> Vec<(String, String)> {
    let (_folder, path) = place();
    let learnings = Learnings::new(path);
    learnings.note(failed.0, &failed.1);
    for (number, request) in worked.iter().enumerate() {
        learnings.note(request, &report(&format!("{}", number + 2), Ending::Finish));
        learnings.settle().await;
    }
    let lessons = learnings.list(10).await.unwrap().into_iter().map(|learning| match learning.lesson {
        Lesson::Error { pattern, solution } => (pattern, solution),
        other @ Lesson::Semantic { .. } => panic!("{other:?}"),
    });
    lessons.collect()
}

/// A pair of programs that teaches this.
async fn teaches(failed: &str, error: Report, worked: &str, lesson: [&str; 2]) {
    let found = learned((&program(failed), error), &[program(worked)]).await;
    assert_eq!(found, [(lesson[0].to_owned(), lesson[1].to_owned())], "{failed}\n->\n{worked}");
}

#[tokio::test]
async fn a_mended_statement_is_a_lesson() {
    teaches(
        "import pandas as pd\ndf = pd.read_csv('sales.csv')\nprint(df.groupby('region').sum())",
        raised(
            "UnicodeDecodeError",
            "'utf-8' codec can't decode byte 0xe9 in position 512: invalid continuation byte",
            2,
        ),
        "import pandas as pd\ndf = pd.read_csv('sales.csv', encoding='latin-1')\nprint(df.groupby('region').sum())",
        [
            r"UnicodeDecodeError: 'utf\-\d+' codec can't decode byte 0x[0-9a-fA-F]+ in position \d+: invalid continuation byte",
            "instead of: df = pd.read_csv('sales.csv')\nwrite: df = pd.read_csv('sales.csv', encoding='latin-1')",
        ],
    )
    .await;
    teaches(
        "df = df.append({'a': 1}, ignore_index=True)\nprint(len(df))",
        raised("AttributeError", "'DataFrame' object has no attribute 'append'", 1),
        "df = pd.concat([df, pd.DataFrame([{'a': 1}])], ignore_index=True)\nprint(len(df))",
        [
            "AttributeError: 'DataFrame' object has no attribute 'append'",
            "instead of: df = df.append({'a': 1}, ignore_index=True)\nwrite: df = pd.concat([df, pd.DataFrame([{'a': 1}])], \
             ignore_index=True)",
        ],
    )
    .await;
    teaches(
        "rows = fetch()\ntext = json.dumps(rows)\nprint(text)",
        raised("TypeError", "Object of type datetime is not JSON serializable", 2),
        "rows = fetch()\n# dates as text\ntext = json.dumps(rows, default=str)\nprint(text)",
        [
            "TypeError: Object of type datetime is not JSON serializable",
            "instead of: text = json.dumps(rows)\nwrite: text = json.dumps(rows, default=str)",
        ],
    )
    .await;
    teaches(
        "conn.execute('insert into t values (?)', name)",
        raised(
            "sqlite3.ProgrammingError",
            "Incorrect number of bindings supplied. The current statement uses 1, and there are 5 supplied.",
            1,
        ),
        "conn.execute('insert into t values (?)', (name,))",
        [
            r"sqlite\d+\.ProgrammingError: Incorrect number of bindings supplied\. The current statement uses \d+, and there are \d+ supplied\.",
            "instead of: conn.execute('insert into t values (?)', name)\nwrite: conn.execute('insert into t values (?)', \
             (name,))",
        ],
    )
    .await;
}

#[tokio::test]
async fn so_is_a_statement_that_was_missing() {
    teaches(
        "import matplotlib.pyplot as plt\nplt.plot([1, 2, 3])\nplt.savefig('a.png')",
        raised("_tkinter.TclError", "no display name and no $DISPLAY environment variable", 2),
        "import matplotlib\nmatplotlib.use('Agg')\nimport matplotlib.pyplot as plt\nplt.plot([1, 2, 3])\nplt.savefig('a.png')",
        [
            r"_tkinter\.TclError: no display name and no \$DISPLAY environment variable",
            "add: import matplotlib\nmatplotlib.use('Agg')",
        ],
    )
    .await;
    teaches(
        "total = df['amount'].sum()\nprint(total)",
        raised("KeyError", "'amount' in the columns", 1),
        "df.columns = df.columns.str.strip()\ntotal = df['amount'].sum()\nprint(total)",
        ["KeyError: 'amount' in the columns", "add: df.columns = df.columns.str.strip()"],
    )
    .await;
}

#[tokio::test]
async fn a_path_in_an_error_is_left_open() {
    teaches(
        "data = open('/data/2024/input.csv').read()",
        raised("FileNotFoundError", "[Errno 2] No such file or directory: '/data/2024/input.csv'", 1),
        "data = open('input.csv').read()",
        [
            r#"FileNotFoundError: \[Errno \d+\] No such file or directory: ['"].*['"]"#,
            "instead of: data = open('/data/2024/input.csv').read()\nwrite: data = open('input.csv').read()",
        ],
    )
    .await;
}

#[tokio::test]
async fn what_stood_around_the_same_program_is_a_lesson_too() {
    let code = "import weasel\nweasel.run()";
    let mended = RunRequest { packages: vec!["weasel-tools".into()], ..program(code) };
    let error = raised("ImportError", "weasel needs its native parts", 1);
    let lesson =
        ("ImportError: weasel needs its native parts".into(), "name the packages: weasel-tools".into());
    assert_eq!(learned((&program(code), error), &[mended]).await, [lesson]);

    let short = RunRequest { timeout: Some(Duration::from_secs(5)), ..program("train(model)") };
    let long = RunRequest { timeout: Some(Duration::from_secs(120)), ..program("train(model)") };
    let ended = report("1", Ending::Timeout { after: Duration::from_secs(5) });
    let lesson = ("Timeout: stopped after".into(), "a timeout of 120 s instead of 5 s was enough".into());
    assert_eq!(learned((&short, ended), &[long]).await, [lesson]);
}

#[tokio::test]
async fn a_shell_teaches_by_what_it_says_last() {
    let shell = |code: &str| RunRequest { language: Language::Bash, ..program(code) };
    let error = exited("warming up\nmain.sh: line 2: jq: command not found\n");
    let worked = shell("cat a.json\ncat a.json | python3 -m json.tool");
    let lesson = (
        r"main\.sh: line \d+: jq: command not found".to_owned(),
        "instead of: cat a.json | jq .\nwrite: cat a.json | python3 -m json.tool".to_owned(),
    );
    assert_eq!(learned((&shell("cat a.json\ncat a.json | jq ."), error), &[worked]).await, [lesson]);
}

#[tokio::test]
async fn who_looks_around_first_still_learns_and_only_once() {
    let failed = program("total = sum(row['price'] for row in rows)\nprint(total)");
    let error = || raised("TypeError", "unsupported operand type(s) for +: 'int' and 'str'", 1);
    let mended = program("total = sum(float(row['price']) for row in rows)\nprint(total)");
    let look = program("print(rows[0])");
    let again = program("total = sum(float(row['price']) for row in rows)\nprint(round(total))");
    let found = learned((&failed, error()), &[look.clone(), mended.clone(), again]).await;
    assert_eq!(found.len(), 1);
    assert!(found[0].1.ends_with("write: total = sum(float(row['price']) for row in rows)"), "{found:?}");
    // After five other runs nobody knows any more what a success has to do with it.
    let five = std::iter::repeat_n(look, 5).chain([mended]).collect::<Vec<_>>();
    assert_eq!(learned((&failed, error()), &five).await, []);
}

/// Ten successes that have nothing to do with the failure before them, or say nothing about it.
#[tokio::test]
async fn an_unrelated_success_teaches_nothing() {
    let failed = "import json\nrows = json.load(open('rows.json'))\nprint(rows['items'][0]['price'] * 2)";
    let error = || raised("KeyError", "'items' is no key here", 3);
    let successes = [
        // Another task.
        "print(1 + 1)",
        "import math\nprint(math.pi)",
        "import os\nfor name in sorted(os.listdir('.')):\n    print(name)",
        "def fib(n):\n    return n if n < 2 else fib(n - 1) + fib(n - 2)\nprint(fib(20))",
        "print(rows)",
        "print(type(rows), len(rows))",
        // The same program: luck, or the world changed.
        failed,
        // What failed is only left out.
        "import json\nrows = json.load(open('rows.json'))",
        // Only a remark was changed.
        "import json\n# the rows\nrows = json.load(open('rows.json'))\nprint(rows['items'][0]['price'] * 2)",
        // It tells a secret.
        "import json\napi_key = 'abc'\nrows = json.load(open('rows.json'))\nprint(rows['data'][0]['price'] * 2)",
    ];
    for worked in successes {
        let found = learned((&program(failed), error()), &[program(worked)]).await;
        assert_eq!(found, [], "{worked}");
    }
    // The same failure teaches when it is mended.
    let mended = "import json\nrows = json.load(open('rows.json'))\nprint(rows['data'][0]['price'] * 2)";
    assert_eq!(learned((&program(failed), error()), &[program(mended)]).await.len(), 1);
}

#[tokio::test]
async fn slips_and_errors_without_words_teach_nothing() {
    let (failed, worked) = ("value = f(1)\nprint(value)", "value = f(2)\nprint(value)");
    let errors = [
        raised("NameError", "name 'f' is not defined", 1),
        raised("SyntaxError", "invalid syntax", 1),
        raised("AssertionError", "the value is not what it should be", 1),
        raised("ValueError", "", 1),
        raised("KeyError", "'x'", 1),
        report("1", Ending::Kill { cause: codemode_run::KillCause::Memory }),
        report("1", Ending::Cancel),
    ];
    for error in errors {
        let said = format!("{:?}", error.ending);
        assert_eq!(learned((&program(failed), error), &[program(worked)]).await, [], "{said}");
    }
    // The same pair teaches with an error that says something.
    let error = raised("ValueError", "the value is out of range", 1);
    assert_eq!(learned((&program(failed), error), &[program(worked)]).await.len(), 1);
}

#[tokio::test]
async fn who_does_not_want_it_learns_nothing() {
    let failed = program("data = open('/data/input.csv').read()");
    let error = raised("FileNotFoundError", "No such file: '/data/input.csv'", 1);
    let mended = program("data = open('input.csv').read()");
    for (learns, lessons) in [(true, 1), (false, 0)] {
        let (_folder, path) = place();
        let learnings = Learnings::with_learning(path, learns);
        learnings.note(&failed, &error);
        learnings.note(&mended, &report("2", Ending::Finish));
        learnings.settle().await;
        assert_eq!(learnings.list(10).await.unwrap().len(), lessons);
    }
}

#[tokio::test]
async fn another_session_and_another_language_teach_nothing() {
    let failed = program("data = open('/data/input.csv').read()");
    let error = || raised("FileNotFoundError", "[Errno 2] No such file or directory: '/data/input.csv'", 1);
    let mended = program("data = open('input.csv').read()");
    let elsewhere = RunRequest { session_id: Some("other".into()), ..mended.clone() };
    let nowhere = RunRequest { session_id: None, ..mended.clone() };
    let shell = RunRequest { language: Language::Bash, ..mended.clone() };
    for request in [elsewhere, nowhere, shell] {
        assert_eq!(learned((&failed, error()), &[request]).await, []);
    }
    // Two runs for the same purpose belong together without a session.
    let purpose = |request: RunRequest| RunRequest {
        description: Some("read the input".into()),
        session_id: None,
        ..request
    };
    assert_eq!(learned((&purpose(failed), error()), &[purpose(mended)]).await.len(), 1);
}
