//! Children of a program: Python, commands and lines of a shell, in the interpreter of their parent and apart from it.

use codemode_run::{Ending, Language};
use tokio_util::sync::CancellationToken;

use crate::prepared::bench;
use crate::support::{Heard, program};

/// What a program prints that ends well.
async fn printed(code: &str) -> String {
    let (ending, out) = bench().python(code).await;
    assert_eq!(ending, Ending::Finish, "{code}\n{out}");
    out
}

/// What `sh -c` says to a line: its status, standard output and standard error.
async fn shell(line: &str) -> (i32, String, String) {
    let code = format!(
        "import json, subprocess\ndone = subprocess.run({line:?}, shell=True, capture_output=True, text=True)\nprint(json.dumps([done.returncode, done.stdout, done.stderr]))"
    );
    serde_json::from_str(&printed(&code).await).unwrap()
}

#[tokio::test]
async fn a_shell_knows_pipes_lists_redirections_variables_and_patterns() {
    let lines = [
        ("echo a b | tr a-z A-Z", (0, "A B\n", "")),
        ("false && echo no || echo yes", (0, "yes\n", "")),
        ("true; false; echo $?", (0, "1\n", "")),
        ("echo out; echo err >&2", (0, "out\n", "err\n")),
        ("echo err >&2 | cat", (0, "", "err\n")),
        ("echo one > f; echo two >> f; cat < f | wc -l", (0, "2\n", "")),
        ("A=1 B='x y'; echo \"$A $B\" '$A' ${C:-none} $(echo inner)", (0, "1 x y $A none inner\n", "")),
        ("A=5 printenv A; echo [$A]", (0, "5\n[]\n", "")),
        ("touch b.txt a.txt; echo *.txt '*.txt'", (0, "a.txt b.txt *.txt\n", "")),
        ("mkdir d && cd d && pwd | grep -o 'd$'; ls ..", (0, "d\nd\n", "")),
        ("exit 4; echo never", (4, "", "")),
        ("nothing-like-that", (127, "", "sh: 1: nothing-like-that: not found\n")),
        ("cat gone", (1, "", "cat: gone: No such file or directory\n")),
        ("printf '%s-%03d|' a 7 b 8", (0, "a-007|b-008|", "")),
        ("seq 1 5 | head -n 3 | tail -1", (0, "3\n", "")),
        ("python3 -c 'import sys; print(sys.argv)' x | cat", (0, "['-c', 'x']\n", "")),
        // What it has not it says, and does nothing else.
        (
            "for x in 1 2; do echo $x; done",
            (2, "", "sh: 1: codemode: `for' is not here; write it in Python\n"),
        ),
        ("(echo a)", (2, "", "sh: 1: codemode: `(' is not here; write it in Python\n")),
        ("echo 'open", (2, "", "sh: 1: codemode: unexpected `''\n")),
        ("echo a >", (2, "", "sh: 1: codemode: a redirection names no file\n")),
        ("ls --what", (2, "", "ls: invalid option -- 'what'\n")),
    ];
    for (line, (status, out, err)) in lines {
        assert_eq!(shell(line).await, (status, out.to_owned(), err.to_owned()), "{line}");
    }
}

#[tokio::test]
async fn the_documentation_names_every_command() {
    let code = "import sys\nprint(', '.join(sorted(sys.modules['_codemode'].COMMANDS)))";
    let page =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/limits/wasm.md")).unwrap();
    let page = page.split_whitespace().collect::<Vec<_>>().join(" ");
    let named = page.split("and these commands: ").nth(1).unwrap().split(", with their").next().unwrap();
    assert_eq!(printed(code).await.trim(), named);
}

#[tokio::test]
async fn a_child_has_names_streams_modules_and_an_environment_of_its_own() {
    let cases = [
        // Its names are not those of its parent.
        ("x = 1\nchild('x = 2; print(x)')\nprint(x)", "2\n1\n"),
        ("child('print(\"name\" in globals(), __name__)')\nprint(__name__)", "False __main__\n__main__\n"),
        // A module of the workspace is read again, and its parent's is what it was.
        (
            "open('m.py', 'w').write('n = 0')\nimport m\nm.n = 5\nchild('import m; print(m.n); m.n = 9')\nprint(m.n, sys.modules['m'] is m)",
            "0\n5 True\n",
        ),
        (
            "child('import os; os.environ[\"A\"] = \"1\"; os.chdir(\"/tmp\")')\nimport os\nprint('A' in os.environ, os.getcwd())",
            "False /workspace\n",
        ),
        ("child('import sys; sys.stdout = None; sys.argv = 3')\nprint(sys.argv)", "['main.py']\n"),
        // It ends as a process does.
        ("print(child('import sys; sys.exit(\"words\")'))", "1\n"),
        ("print(child('import os; os._exit(5)'), child('import sys; sys.exit(300)'))", "5 44\n"),
        (
            "child('import atexit; atexit.register(print, \"child ends\"); print(\"child\")')\nprint('parent')",
            "child\nchild ends\nparent\n",
        ),
        (
            "child('import threading; threading.Timer(0.01, print, [\"timer\"]).start()')\nprint('after')",
            "timer\nafter\n",
        ),
        // A child of a child.
        ("child('import subprocess, sys; subprocess.run([sys.executable, \"-c\", \"print(3)\"])')", "3\n"),
        ("print(child('print(eval(\"1 +\"))'))", "1\n"),
    ];
    let start = "import subprocess, sys\ndef child(code): return subprocess.run([sys.executable, '-c', code]).returncode\n";
    for (code, expected) in cases {
        assert_eq!(printed(&format!("{start}{code}")).await, expected, "{code}");
    }
}

#[tokio::test]
async fn a_parent_waits_gives_up_kills_and_reads_in_parts() {
    let cases = [
        // Whoever waits too short is told; the child is still there.
        (
            "p = Popen(['sleep', '30'])\ntry: p.wait(0.05)\nexcept subprocess.TimeoutExpired as error: print(error)\nprint(p.poll())\np.kill()\nprint(p.wait())",
            "Command '['sleep', '30']' timed out after 0.05 seconds\nNone\n-9\n",
        ),
        (
            "try: subprocess.run([sys.executable, '-c', 'import time; print(1, flush=True); time.sleep(30)'], timeout=0.1, capture_output=True)\nexcept subprocess.TimeoutExpired: print('too slow')",
            "too slow\n",
        ),
        // It runs while its parent sleeps, and at the latest when that ends.
        ("import time\nPopen(['echo', 'child'])\ntime.sleep(0.01)\nprint('parent')", "child\nparent\n"),
        ("Popen(['echo', 'child'])\nprint('parent')", "parent\nchild\n"),
        (
            "p = Popen(['cat'], stdin=PIPE, stdout=PIPE, text=True)\np.stdin.write('a\\nb\\n')\np.stdin.close()\nprint([line for line in p.stdout], p.wait())",
            "['a\\n', 'b\\n'] 0\n",
        ),
        (
            "p = Popen(['printf', 'abcdef'], stdout=PIPE)\nprint(p.stdout.read(2), p.stdout.read(), p.poll())",
            "b'ab' b'cdef' 0\n",
        ),
        (
            "print(subprocess.run('echo a; echo b >&2', shell=True, stdout=PIPE, stderr=subprocess.STDOUT).stdout)",
            "b'a\\nb\\n'\n",
        ),
        (
            "print(subprocess.run(['cat'], stdin=open('f', 'w+')).returncode, subprocess.run(['echo', 'x'], stdout=open('f', 'w')).returncode, open('f').read())",
            "0 0 x\n\n",
        ),
        (
            "for bad in (['no-such'], ['./none']):\n    try: Popen(bad)\n    except FileNotFoundError as error: print(error)\ntry: Popen(['ls'], cwd='gone')\nexcept FileNotFoundError as error: print(error)",
            "[Errno 2] No such file or directory: 'no-such'\n[Errno 2] No such file or directory: './none'\n[Errno 2] No such file or directory: 'gone'\n",
        ),
        (
            "open('s.py', 'w').write('#!/usr/bin/env python3\\nprint(\"script\", __file__ != None)')\nsubprocess.run(['./s.py'])",
            "script True\n",
        ),
    ];
    let start = "import subprocess, sys\nfrom subprocess import PIPE, Popen\n";
    for (code, expected) in cases {
        assert_eq!(printed(&format!("{start}{code}")).await, expected, "{code}");
    }
}

#[tokio::test]
async fn a_child_that_nobody_waits_for_has_run_when_a_turn_of_a_session_is_over() {
    let bench = bench();
    let mut session = bench.session(Language::Python).await;
    for expected in ["parent\nchild\n", "parent\nchild\n"] {
        let heard = Heard::default();
        let code = "import subprocess\nsubprocess.Popen(['echo', 'child'])\nprint('parent')";
        session.run(&program(Language::Python, code), &heard, CancellationToken::new()).await.unwrap();
        assert_eq!(heard.stdout(), expected);
    }
}

#[tokio::test]
async fn a_process_has_a_main_module_of_its_own_unless_it_is_forked() {
    let program = "import multiprocessing as mp\ncount = 0\n\ndef bump(queue):\n    global count\n    count += 1\n    queue.put((count, __name__))\n\n\
        if __name__ == '__main__':\n    count = 10\n    context = mp.get_context(METHOD)\n    queue = context.Queue()\n    process = context.Process(target=bump, args=(queue,))\n    \
        process.start()\n    process.join()\n    print(queue.get(), count, process.name, mp.get_start_method())\n";
    for (method, expected) in [
        ("'spawn'", "(1, '__mp_main__') 10 SpawnProcess-1 forkserver\n"),
        ("'fork'", "(11, '__main__') 11 ForkProcess-1 forkserver\n"),
        ("None", "(1, '__mp_main__') 10 ForkServerProcess-1 forkserver\n"),
    ] {
        assert_eq!(printed(&program.replace("METHOD", method)).await, expected, "{method}");
    }
    // One that fails while it reads the program ends as a process does, and so does one that leaves.
    let said = "Process Process-1:\nTraceback (most recent call last):\n  File \"main.py\", line 3, in <module>\n    raise ValueError('here')\nValueError: here\n";
    for (ends, out, err) in
        [("raise ValueError('here')", "1\n", said), ("import sys; sys.exit(7)", "7\n", "")]
    {
        let program = format!(
            "import multiprocessing as mp\nif __name__ != '__main__':\n    {ends}\nelse:\n    process = mp.Process(target=print)\n    process.start()\n    process.join()\n    print(process.exitcode)"
        );
        let (_, heard) = bench().run(Language::Python, &program).await;
        assert_eq!((heard.stdout(), heard.stderr()), (out.to_owned(), err.to_owned()), "{ends}");
    }
    // A program that does not ask which process it is counts as forked: it would start processes without end.
    let bare = "from multiprocessing import Pool\ndef f(n): return n * n\nwith Pool(2) as pool: print(pool.map(f, [1, 2, 3]))";
    assert_eq!(printed(bare).await, "[1, 4, 9]\n");
}
