//! What programs reach: the same levels as everywhere, through the same proxy.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::Duration;

use codemode_run::network::{Network, NetworkMode};
use codemode_run::{Ending, Language, Limits};

use crate::prepared::over;
use crate::support::{Bench, options};

/// A server on loopback that answers every request with what it was asked, until its test ends.
fn server() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut request = vec![0; 4096];
            let count = stream.read(&mut request).unwrap_or(0);
            let line =
                String::from_utf8_lossy(&request[..count]).lines().next().unwrap_or_default().to_owned();
            let _ = write!(
                stream,
                "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{line}",
                line.len()
            );
        }
    });
    port
}

/// A server on loopback that answers nobody until so many have asked, each time anew.
fn meeting(count: usize) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        loop {
            let mut streams: Vec<_> = listener.incoming().take(count).map_while(Result::ok).collect();
            for stream in &mut streams {
                let _ = stream.read(&mut [0]).and_then(|_| stream.write_all(b"all"));
            }
        }
    });
    port
}

fn with(mode: NetworkMode, hosts: &[String]) -> Bench {
    let options = codemode_engines::EngineOptions {
        network: Network::new(mode, hosts).unwrap(),
        ..options(0, Limits::default())
    };
    Bench::over(over(&options).engine(), Limits::default())
}

const ASK: &str = "import urllib.request\ndef ask(url):\n    try:\n        print(urllib.request.urlopen(url, timeout=5).read().decode())\n    except OSError as error:\n        print(type(error).__name__, str(error)[:75])\n";

async fn asked(bench: &Bench, url: &str) -> String {
    let (ending, said) = bench.python(&format!("{ASK}ask('{url}')")).await;
    assert_eq!(ending, Ending::Finish, "{url}");
    said.trim().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_reaches_what_is_listed_and_nothing_else() {
    let (listed, other) = (server(), server());
    let bench = with(NetworkMode::Hosts, &[format!("127.0.0.1:{listed}")]);
    assert_eq!(asked(&bench, &format!("http://127.0.0.1:{listed}/a")).await, "GET /a HTTP/1.1");
    let said = asked(&bench, &format!("http://127.0.0.1:{other}/a")).await;
    assert!(
        said.starts_with("URLError <urlopen error [Errno 13] codemode: network.mode is hosts and 127.0.0.1"),
        "{said}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_machine_itself_is_never_public_and_full_reaches_it() {
    let port = server();
    let url = format!("http://127.0.0.1:{port}/x");
    let said = asked(&with(NetworkMode::Public, &[]), &url).await;
    assert!(
        said.starts_with("URLError <urlopen error [Errno 13] codemode: network.mode is public"),
        "{said}"
    );
    let said = asked(&with(NetworkMode::None, &[]), &url).await;
    assert!(said.starts_with("URLError <urlopen error [Errno -3] codemode: network.mode is none"), "{said}");
    assert_eq!(asked(&with(NetworkMode::Full, &[]), &url).await, "GET /x HTTP/1.1", "the control");
}

#[tokio::test(flavor = "multi_thread")]
async fn fetch_reaches_what_is_listed_and_nothing_else() {
    let (listed, other) = (server(), server());
    let bench = with(NetworkMode::Hosts, &[format!("127.0.0.1:{listed}")]);
    let code = format!(
        "const text = async (...given) => (await fetch(...given)).text();\n\
         const all = await Promise.all([1, 2].map((n) => text(`http://127.0.0.1:{listed}/${{n}}`)));\n\
         console.log(all.join(), await text('http://127.0.0.1:{listed}/p?q=1', {{ method: 'POST', body: 'x' }}));\n\
         await text('http://127.0.0.1:{other}/a').catch((error) => console.log(error.message, error.cause.message.slice(0, 45)))"
    );
    let (outcome, heard) = bench.run(Language::JavaScript, &code).await;
    let expected = "GET /1 HTTP/1.1,GET /2 HTTP/1.1 POST /p?q=1 HTTP/1.1\n\
                    fetch failed codemode: network.mode is hosts and 127.0.0.1\n";
    assert_eq!((outcome.ending, heard.stdout().as_str()), (Ending::Finish, expected));
}

/// What a program listens on is there for itself and for nobody else, and what others listen on is not there for it.
#[tokio::test(flavor = "multi_thread")]
async fn a_program_listens_for_itself_alone() {
    let bench = with(NetworkMode::Full, &[]);
    let taken = server();
    let free = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
    let listen = format!(
        "import socket\ninner = socket.create_server(('127.0.0.1', {taken}))\n\
         client = socket.create_connection(('127.0.0.1', {taken}))\nclient.sendall(b'within')\n\
         print(inner.accept()[0].recv(100))\nother = socket.create_server(('127.0.0.1', {free}))\n\
         open('go', 'w').close()\nother.settimeout(2)\n\
         try:\n    other.accept()\nexcept TimeoutError:\n    print('nobody came')"
    );
    let go = bench.workspace.path().join("go");
    let knock = async {
        while !go.exists() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        std::net::TcpStream::connect(("127.0.0.1", free)).map_err(|error| error.kind())
    };
    let ((ending, said), knocked) = tokio::join!(bench.python(&listen), knock);
    assert_eq!((ending, said.as_str()), (Ending::Finish, "b'within'\nnobody came\n"));
    assert_eq!(knocked.unwrap_err(), std::io::ErrorKind::ConnectionRefused);
    assert!(std::net::TcpStream::connect(("127.0.0.1", taken)).is_ok(), "the control");
    // Not even by a name in the workspace.
    let name = bench.workspace.path().join("name");
    let _outer = std::os::unix::net::UnixListener::bind(&name).unwrap();
    assert!(std::os::unix::net::UnixStream::connect(&name).is_ok(), "the control");
    let (_, said) = bench
        .python("import socket\ntry:\n    socket.socket(socket.AF_UNIX).connect('name')\nexcept OSError as error:\n    print(error)")
        .await;
    assert_eq!(said, "[Errno 111] Connection refused\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn threads_wait_for_answers_from_outside_at_once() {
    let port = meeting(3);
    let bench = with(NetworkMode::Full, &[]);
    for code in [
        "from concurrent.futures import ThreadPoolExecutor\nwith ThreadPoolExecutor(3) as pool:\n    print(list(pool.map(ask, range(3))))",
        "import threading\nfound = []\ndef note(n):\n    found.append(ask(n))\nthreads = [threading.Thread(target=note, args=(n,)) for n in range(3)]\nfor thread in threads: thread.start()\nfor thread in threads: thread.join()\nprint(found)",
        "import asyncio\nasync def one():\n    reader, writer = await asyncio.open_connection('127.0.0.1', port)\n    writer.write(b'x')\n    return await reader.read()\nasync def all():\n    print(await asyncio.gather(one(), one(), one()))\nasyncio.run(all())",
    ] {
        let begin = format!(
            "import socket\nport = {port}\ndef ask(n):\n    with socket.create_connection(('127.0.0.1', port)) as stream:\n        stream.sendall(b'x')\n        return stream.recv(100)\n"
        );
        let (ending, said) = bench.python(&format!("{begin}{code}")).await;
        assert_eq!((ending, said.as_str()), (Ending::Finish, "[b'all', b'all', b'all']\n"), "{code}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_are_bounded_and_gone_with_their_program() {
    let port = server();
    let bench = with(NetworkMode::Full, &[]);
    let code = format!(
        "import socket\nkept = []\ntry:\n    while True: kept.append(socket.create_connection(('127.0.0.1', {port})))\nexcept OSError as error:\n    print(len(kept), error)"
    );
    let (ending, said) = bench.python(&code).await;
    assert_eq!(
        (ending, said.as_str()),
        (Ending::Finish, "64 [Errno 24] more than 64 connections are open\n")
    );
    let (_, said) =
        bench.python("import _host\nprint(_host.call(b'w' + (1).to_bytes(4, 'little') + b'x')[:1])").await;
    assert_eq!(said, "b'\\x01'\n", "a stream of an earlier program");
    // To wait for what is not open takes no time; a message that is none is refused.
    let code = "import _host\nfor rest in (b'', b'\\0', b'\\0' * 8, b'\\0' + b'\\xff' * 8 + (9).to_bytes(4, 'little')):\n    print(_host.call(b'a' + rest)[:5])";
    let (_, said) = bench.python(code).await;
    assert_eq!(
        said.replace("b'\\x01{\"ki'", "refused"),
        "refused\nrefused\nrefused\nb'\\x00\\t\\x00\\x00\\x00'\n"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_cannot_be_smuggled_into_the_way_to_the_proxy() {
    let port = server();
    let bench = with(NetworkMode::Hosts, &[format!("127.0.0.1:{port}")]);
    let code = "import socket\nfor host in ('127.0.0.1:1 HTTP/1.1\\r\\nX: y', 'a b', ''):\n    try:\n        socket.create_connection((host, 80))\n        print('open')\n    except OSError as error:\n        print(type(error).__name__)";
    let (ending, said) = bench.python(code).await;
    assert_eq!((ending, said.as_str()), (Ending::Finish, "gaierror\ngaierror\ngaierror\n"));
}
