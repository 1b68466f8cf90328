//! Plain HTTP through the proxy, and its secret.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use codemode_engines::network::Bounds;
use codemode_run::network::NetworkMode;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::bench::{Bench, HELLO, soon, status};

async fn bench() -> Bench {
    Bench::new(NetworkMode::Hosts, &["allowed.test"]).await
}

#[tokio::test]
async fn a_request_reaches_its_server_as_if_there_were_no_proxy() {
    let bench = bench().await;
    let head = "POST http://allowed.test/a/b?c=d#e HTTP/1.1\r\nHost: Allowed.test\r\nUser-Agent: me\r\nX-Hop: 1\r\n\
                Keep-Alive: timeout=5\r\nProxy-Connection: keep-alive\r\nConnection: x-hop, content-length, host\r\n\
                TE: trailers\r\nExpect: 100-continue\r\nContent-Length: 5\r\nCookie: a=b\r\n";
    let answer = bench.request(head, "12345").await;
    assert!(answer.ends_with("\r\n\r\nhello"), "{answer}");
    assert_eq!(
        bench.origin.take(),
        [
            "POST /a/b?c=d HTTP/1.1\r\nHost: allowed.test\r\nUser-Agent: me\r\nContent-Length: 5\r\nCookie: a=b\r\n\
          \r\n12345"
        ]
    );
}

#[tokio::test]
async fn an_answer_comes_back_as_it_was_without_what_is_about_one_connection() {
    let reply = "HTTP/1.1 418 I am a teapot\r\nX-Tea: Green\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\n\
                 Keep-Alive: timeout=5\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nte\r\n1\r\na\r\n0\r\n\r\n";
    let bench = Bench::with(NetworkMode::Hosts, &["allowed.test"], reply, Bounds::default()).await;
    assert_eq!(
        bench.get("http://allowed.test/").await,
        "HTTP/1.1 418 I am a teapot\r\nX-Tea: Green\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n\
         2\r\nte\r\n1\r\na\r\n0\r\n\r\n"
    );
}

#[tokio::test]
async fn a_chunked_body_is_passed_on_chunked() {
    let bench = bench().await;
    let head = "POST http://allowed.test/ HTTP/1.1\r\nHost: allowed.test\r\nTransfer-Encoding: chunked\r\n";
    assert_eq!(status(&bench.request(head, "5\r\nhello\r\n0\r\n\r\n").await), 200);
    assert_eq!(
        bench.origin.take(),
        [
            "POST / HTTP/1.1\r\nHost: allowed.test\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
        ]
    );
}

#[tokio::test]
async fn a_connection_serves_one_request_after_the_other() {
    let bench = bench().await;
    let credentials = bench.credentials();
    let mut stream = bench.dial().await;
    for path in ["1", "2", "3"] {
        let head =
            format!("GET http://allowed.test/{path} HTTP/1.1\r\nHost: allowed.test\r\n{credentials}\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = vec![0; HELLO.len()];
        soon(stream.read_exact(&mut answer)).await.unwrap();
        assert_eq!(String::from_utf8(answer).unwrap(), HELLO);
    }
    let asked = bench.origin.take();
    assert_eq!(
        asked,
        ["1", "2", "3"].map(|path| format!("GET /{path} HTTP/1.1\r\nHost: allowed.test\r\n\r\n"))
    );
}

#[tokio::test]
async fn an_old_client_may_leave_the_host_out() {
    let bench = bench().await;
    assert!(bench.request("GET http://allowed.test/ HTTP/1.0\r\n", "").await.ends_with("hello"));
    assert!(bench.connect("allowed.test:443").await.is_ok());
    let credentials = bench.credentials();
    let tunnel = bench
        .exchange(
            format!("CONNECT allowed.test:80 HTTP/1.0\r\n{credentials}\r\nGET / HTTP/1.1\r\nHost: other.test\r\n\r\n")
                .as_bytes(),
        )
        .await;
    assert!(tunnel.starts_with("HTTP/1.0 200 OK\r\n"), "{tunnel}");
}

#[tokio::test]
async fn a_server_that_does_not_speak_http_is_a_bad_gateway() {
    let bench =
        Bench::with(NetworkMode::Hosts, &["allowed.test"], "220 mail\r\n\r\n", Bounds::default()).await;
    let answer = bench.get("http://allowed.test/").await;
    let expected = "HTTP/1.1 502 codemode: allowed.test:80 was not reached: its answer is not HTTP";
    assert_eq!(answer.lines().next(), Some(expected));
}

#[tokio::test]
async fn without_the_secret_nothing_passes() {
    let bench = bench().await;
    let right = bench.secret.reveal();
    let basic = |pair: String| format!("Proxy-Authorization: Basic {}\r\n", STANDARD.encode(pair));
    let cases = [
        (basic(format!("run:{right}")), 200),
        (basic(format!("run:{right}")).replace("Basic", "bAsIc"), 200),
        (String::new(), 407),
        (basic("run:".to_owned()), 407),
        (basic(format!("run:{right}x")), 407),
        (basic(format!("run:{}", &right[1..])), 407),
        (basic(format!("RUN:{right}")), 407),
        (basic(right.to_owned()), 407),
        (format!("Proxy-Authorization: Bearer {right}\r\n"), 407),
        ("Proxy-Authorization: Basic ???\r\n".to_owned(), 407),
        (format!("{0}{0}", basic(format!("run:{right}"))), 407),
        (basic(format!("run:{right}")).replace("Proxy-", ""), 407),
    ];
    for (header, expected) in &cases {
        for head in [
            "GET http://allowed.test/ HTTP/1.1\r\nHost: allowed.test",
            "GET / HTTP/1.1\r\nHost: allowed.test",
        ] {
            let answer =
                bench.exchange(format!("{head}\r\n{header}Connection: close\r\n\r\n").as_bytes()).await;
            let expected = if head.contains("http:") || *expected == 407 { *expected } else { 400 };
            assert_eq!(status(&answer), expected, "{head} {header}: {answer}");
        }
    }
    let answer = bench.exchange(
        b"CONNECT allowed.test:443 HTTP/1.1\r\nHost: allowed.test:443\r\nConnection: close\r\n\r\n",
    );
    assert!(answer.await.contains("proxy-authenticate: Basic realm=\"codemode\"\r\n"));
    assert_eq!(bench.connected().len(), 2);
}

#[tokio::test]
async fn without_the_secret_socks_does_not_pass_either() {
    let bench = bench().await;
    for (sent, expected) in [
        (&b"\x05\x01\x00"[..], &b"\x05\xff"[..]),
        (b"\x05\x00", b"\x05\xff"),
        (b"\x05\x01\x02\x01\x03run\x05wrong", b"\x05\x02\x01\x01"),
        (b"\x05\x01\x02\x01\x00\x00", b"\x05\x02\x01\x01"),
        (b"\x04\x01\x00\x50\x7f\x00\x00\x01\x00", b"HTTP/1.1 400 Bad Request"),
    ] {
        let mut stream = bench.dial().await;
        stream.write_all(sent).await.unwrap();
        let mut reply = vec![0; expected.len()];
        soon(stream.read_exact(&mut reply)).await.unwrap();
        assert_eq!(reply, expected, "{sent:?}");
    }
    assert_eq!(bench.connected(), Vec::<String>::new());
    assert!(bench.socks("allowed.test", 80).await.is_ok());
}
