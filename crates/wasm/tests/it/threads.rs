//! Threads of a program in an interpreter that has one: each goes on where it stopped.

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

/// A thread that does this while another one waits for it to wait: `go()` lets the other one go on.
async fn beside(body: &str) -> String {
    let code = format!(
        "import functools, queue, threading, time\nfrom concurrent.futures import ThreadPoolExecutor\n\
         gate, said = threading.Event(), []\ndef go():\n    gate.wait()\n{body}\n\
         thread = threading.Thread(target=work)\nthread.start()\nsaid.append('main')\ngate.set()\nthread.join()\nprint(*said)"
    );
    printed(&code).await
}

/// Every way to call something can be left and returned to, with what was done before it done once.
#[tokio::test]
async fn a_thread_is_left_in_every_kind_of_call() {
    let cases = [
        ("def work():\n    said.append('a')\n    go()\n    said.append('b')", "a main b"),
        ("work = lambda: (said.append('a'), go(), said.append('b'))", "a main b"),
        (
            "class Worker:\n    def wait(self, *, times=1):\n        for _ in range(times):\n            said.append('a')\n            go()\n        return 'b'\n\
             work = lambda: said.append(Worker().wait(times=2))",
            "a main a b",
        ),
        (
            "def twice(function):\n    @functools.wraps(function)\n    def both(*given):\n        return function(*given) + function(*given)\n    return both\n\
             @twice\ndef ask(word):\n    said.append(word)\n    go()\n    return word\n\
             def work():\n    said.append(ask('a'))",
            "a main a aa",
        ),
        (
            "def work():\n    try:\n        said.append('a')\n        go()\n        raise ValueError('b')\n    except ValueError as error:\n        said.append(str(error))\n    finally:\n        said.append('c')",
            "a main b c",
        ),
        (
            "def work():\n    for n in (1, 2):\n        if n == 2:\n            go()\n            continue\n        said.append(n)\n    else:\n        said.append('else')\n    while True:\n        said.append('turn')\n        break",
            "1 main else turn",
        ),
        (
            "lock = threading.Lock()\ndef work():\n    with lock, open('file', 'w') as file:\n        said.append(lock.locked())\n        go()\n        file.write('x')\n    said.append(lock.locked())\n    said.append(open('file').read())",
            "True main False x",
        ),
        (
            "def outer(n):\n    def inner():\n        nonlocal n\n        n += 1\n        go()\n        return n\n    return inner() + n\n\
             def work():\n    said.append(outer(1))",
            "main 4",
        ),
        (
            "def fact(n):\n    if n == 0:\n        go()\n        return 1\n    return n * fact(n - 1)\ndef work():\n    said.append(fact(5))",
            "main 120",
        ),
        (
            "class Own(threading.Thread):\n    def run(self):\n        super().run()\n        said.append(f'{self.name} is over')\n\
             def step():\n    go()\n    said.append('b')\n\
             def work():\n    own = Own(target=step, name='own')\n    own.start()\n    said.append('a')\n    own.join()",
            "a main b own is over",
        ),
        // In a generator it is led, not left: what it waits for comes from those that lie above it.
        (
            "def numbers():\n    for n in range(2):\n        time.sleep(0.001)\n        yield n\ndef work():\n    said.extend(numbers())\n    said.extend(n for n in numbers())",
            "0 1 0 1 main",
        ),
        (
            "def work():\n    found = queue.Queue()\n    for item in iter(found.get, None):\n        pass\n    said.append('never')\nthreading.Thread(target=lambda: gate.wait()).start()\n\
             work = functools.partial(lambda word: (go(), said.append(word)), 'b')",
            "main b",
        ),
    ];
    for (body, expected) in cases {
        assert_eq!(beside(body).await.trim(), expected, "{body}");
    }
}

/// Modules of the workspace are copied like the program itself.
#[tokio::test]
async fn functions_of_modules_and_of_earlier_runs_are_left_too() {
    let module = "import time\ndef step(said, word):\n    said.append(word)\n    time.sleep(0.01)\n    said.append(word)\n";
    let code = format!(
        "import threading\nopen('own.py', 'w').write({module:?})\nimport own\nsaid = []\n\
         threads = [threading.Thread(target=own.step, args=(said, word)) for word in 'ab']\n\
         for thread in threads: thread.start()\nfor thread in threads: thread.join()\nprint(*said)"
    );
    assert_eq!(printed(&code).await, "a b a b\n");
    let bench = bench();
    let mut session = bench.session(Language::Python).await;
    let mut said = String::new();
    for code in [
        "import threading, time\ndef step(word):\n    print(word)\n    time.sleep(0.01)\n    print(word)",
        "def both(*words):\n    threads = [threading.Thread(target=step, args=(word,)) for word in words]\n    for thread in threads: thread.start()\n    return threads",
        "for thread in both('a', 'b'): thread.join()",
        // What goes on when a run is over does so while the next one waits.
        "both('c', 'd')[0].name[:7]",
        "time.sleep(0.05)",
    ] {
        let heard = Heard::default();
        let outcome =
            session.run(&program(Language::Python, code), &heard, CancellationToken::new()).await.unwrap();
        assert_eq!(outcome.ending, Ending::Finish, "{code}");
        said += &heard.stdout();
    }
    assert_eq!(said, "a\nb\na\nb\nc\nd\nc\nd\n");
}

/// A program whose threads wait for each other for ever says so.
#[tokio::test]
async fn a_standstill_is_an_error_and_not_a_standstill() {
    let codes = [
        "import threading\nthreading.Event().wait()",
        "import threading\nlock = threading.Lock()\nlock.acquire()\nlock.acquire()",
        "import threading\ngate = threading.Event()\nthread = threading.Thread(target=gate.wait)\nthread.start()\nthread.join()",
        "import queue\nqueue.Queue().get()",
        "import socket\nsocket.create_server(('127.0.0.1', 0)).accept()",
        "import os\nos.read(os.pipe()[0], 1)",
        "import asyncio\nasyncio.run(asyncio.Event().wait())",
    ];
    for code in codes {
        let (ending, _) = bench().python(code).await;
        let Ending::Raise(raised) = ending else { panic!("{code}: {ending:?}") };
        assert!(raised.message.starts_with("this program waits for what never comes"), "{code}: {raised:?}");
    }
    // With a time it is none.
    assert_eq!(printed("import threading\nprint(threading.Event().wait(0.01))").await, "False\n");
}

/// Who is left at the end of a program does nothing more, not even what `finally` says.
#[tokio::test]
async fn daemons_stop_where_they_are() {
    let code = "import threading, time\ndef tick():\n    try:\n        while True:\n            print('tick')\n            time.sleep(30)\n    finally:\n        print('never')\n\
                threading.Thread(target=tick, daemon=True).start()\nprint('over')";
    assert_eq!(printed(code).await, "tick\nover\n");
}

/// Who asks again and again whether something has happened lets it happen.
#[tokio::test]
async fn a_program_that_asks_without_a_pause_is_answered() {
    let begin = "import queue, threading, time\nfrom concurrent.futures import ThreadPoolExecutor\n\
                 gate, items = threading.Event(), queue.Queue()\ndef work():\n    time.sleep(0.02)\n    items.put(1)\n    gate.set()\n";
    let start = "thread = threading.Thread(target=work)\nthread.start()\n";
    let cases = [
        format!("{start}while thread.is_alive(): pass"),
        format!("{start}while not gate.is_set(): pass"),
        format!("{start}while items.empty(): pass"),
        format!("{start}while threading.active_count() > 1: pass"),
        "with ThreadPoolExecutor() as pool:\n    job = pool.submit(work)\n    while not job.done(): pass"
            .to_owned(),
    ];
    for code in cases {
        assert_eq!(printed(&format!("{begin}{code}\nprint(items.get())")).await, "1\n", "{code}");
    }
}

/// A thread that computes is interrupted as CPython does it, so that nobody has to wait for its end.
#[tokio::test]
async fn a_thread_that_computes_gives_others_a_turn() {
    let code = "import threading, time\nover, turns = [], 0\ndef spin():\n    global turns\n    while not over:\n        turns += 1\n\
                thread = threading.Thread(target=spin)\nthread.start()\ntime.sleep(0.05)\nover.append(True)\nthread.join()\nprint(turns > 100)";
    assert_eq!(printed(code).await, "True\n");
}
