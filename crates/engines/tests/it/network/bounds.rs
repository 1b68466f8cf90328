//! Everything that a program can make grow has a bound, and everything ends with the proxy.

use std::time::{Duration, Instant};

use codemode_engines::network::Bounds;
use codemode_run::network::NetworkMode;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::bench::{Bench, HELLO, ask, read_all, soon, status};

async fn bounded(bounds: Bounds) -> Bench {
    Bench::with(NetworkMode::Hosts, &["allowed.test"], HELLO, bounds).await
}

const SHORT: Duration = Duration::from_millis(200);

#[tokio::test]
async fn a_client_that_does_not_finish_its_head_is_cut_off() {
    let bench = bounded(Bounds { head_within: SHORT, ..Bounds::default() }).await;
    for start in ["", "G", "GET http://allowed.test/ HTTP/1.1\r\nHost: allo", "\u{5}", "\u{5}\u{1}\u{2}\u{1}"]
    {
        let mut stream = bench.dial().await;
        stream.write_all(start.as_bytes()).await.unwrap();
        let answer = read_all(&mut stream).await;
        assert!(["", "\u{5}\u{2}"].contains(&answer.as_str()) || status(&answer) == 408, "{start}: {answer}");
    }
    // A client that only drips is no better than one that is silent.
    let mut stream = bench.dial().await;
    let mut sent = 0;
    while stream.write_all(b"X").await.is_ok() {
        sent += 1;
        assert!(sent < 200);
        tokio::time::sleep(SHORT / 10).await;
    }
    assert_eq!(status(&bench.get("http://allowed.test/").await), 200);
}

#[tokio::test]
async fn a_tunnel_whose_opening_never_ends_is_cut_off() {
    let bench = bounded(Bounds { head_within: SHORT, head_bytes_max: 8 << 10, ..Bounds::default() }).await;
    for start in [&b"\x16"[..], b"\x16\x03\x01\x20\x00\x01", b"GET / HTTP/1.1\r\nHost: allowed.test\r\n"] {
        let mut tunnel = bench.connect("allowed.test:80").await.unwrap();
        tunnel.write_all(start).await.unwrap();
        assert_eq!(status(&read_all(&mut tunnel).await), 403, "{start:?}");
    }
    let mut tunnel = bench.connect("allowed.test:80").await.unwrap();
    let long = format!("GET / HTTP/1.1\r\nX: {}", "x".repeat(9 << 10));
    tunnel.write_all(long.as_bytes()).await.unwrap();
    assert_eq!(status(&read_all(&mut tunnel).await), 403);
    assert_eq!(bench.origin.take(), Vec::<String>::new());
}

#[tokio::test]
async fn a_head_that_is_too_long_is_refused() {
    let bench = bounded(Bounds { head_bytes_max: 8 << 10, ..Bounds::default() }).await;
    for (bytes, expected) in [(4 << 10, 200), (9 << 10, 431)] {
        let head = format!(
            "GET http://allowed.test/ HTTP/1.1\r\nHost: allowed.test\r\nX: {}\r\n",
            "x".repeat(bytes)
        );
        assert_eq!(status(&bench.request(&head, "").await), expected);
    }
    for (count, expected) in [(100, 200), (200, 431)] {
        let head = format!(
            "GET http://allowed.test/ HTTP/1.1\r\nHost: allowed.test\r\n{}",
            "X: y\r\n".repeat(count)
        );
        assert_eq!(status(&bench.request(&head, "").await), expected);
    }
}

#[tokio::test]
async fn a_tunnel_without_a_byte_for_long_is_ended() {
    let idle = SHORT * 5;
    let bench = bounded(Bounds { idle, ..Bounds::default() }).await;
    let mut tunnel = bench.connect("allowed.test:80").await.unwrap();
    assert_eq!(read_all(&mut tunnel).await, "");
    // One that carries bytes lives longer than that.
    let mut tunnel = bench.connect("allowed.test:80").await.unwrap();
    let since = Instant::now();
    while since.elapsed() < idle * 2 {
        tunnel.write_all(b"GET / HTTP/1.1\r\nHost: allowed.test\r\n\r\n").await.unwrap();
        let mut answer = vec![0; HELLO.len()];
        soon(tunnel.read_exact(&mut answer)).await.unwrap();
        tokio::time::sleep(idle / 20).await;
    }
}

#[tokio::test]
async fn a_client_that_goes_away_takes_its_connection_outside_with_it() {
    let server = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = server.local_addr().unwrap().port();
    let bench = Bench::with(NetworkMode::Hosts, &["127.0.0.1"], HELLO, Bounds::default()).await;
    let credentials = bench.credentials();
    let mut client = bench.dial().await;
    let head =
        format!("GET http://127.0.0.1:{port}/ HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{credentials}\r\n");
    client.write_all(head.as_bytes()).await.unwrap();
    let (mut outside, _) = server.accept().await.unwrap();
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        assert!(soon(outside.read_buf(&mut request)).await.unwrap() > 0);
    }
    drop(client);
    assert_eq!(soon(outside.read(&mut [0; 16])).await.unwrap_or(0), 0);
}

#[tokio::test]
async fn a_hundred_connections_at_once_are_served() {
    let bench = bounded(Bounds::default()).await;
    let mut tunnels = Vec::new();
    for _ in 0..100 {
        tunnels.push(bench.connect("allowed.test:80").await.unwrap());
    }
    let mut asked = JoinSet::new();
    for tunnel in tunnels {
        asked.spawn(ask(tunnel, "allowed.test"));
    }
    assert_eq!(asked.join_all().await, vec![HELLO; 100]);
}

#[tokio::test]
async fn connections_over_the_bound_wait_for_a_place() {
    let bench = bounded(Bounds { connections_max: 2, ..Bounds::default() }).await;
    let first = bench.connect("allowed.test:80").await.unwrap();
    let _second = bench.connect("allowed.test:80").await.unwrap();
    let third = bench.connect("allowed.test:80");
    tokio::pin!(third);
    assert!(tokio::time::timeout(SHORT, &mut third).await.is_err());
    drop(first);
    assert!(soon(third).await.is_ok());
}

#[tokio::test]
async fn dropping_the_proxy_ends_everything_at_once() {
    let bench = bounded(Bounds::default()).await;
    let mut open: Vec<TcpStream> = Vec::new();
    for _ in 0..20 {
        open.push(bench.connect("allowed.test:80").await.unwrap());
        open.push(bench.socks("allowed.test", 80).await.unwrap());
        let mut half = bench.dial().await;
        half.write_all(b"GET http://allo").await.unwrap();
        open.push(half);
    }
    let Bench { proxy, port, .. } = bench;
    drop(proxy);
    let since = Instant::now();
    for mut stream in open {
        assert_eq!(read_all(&mut stream).await, "");
    }
    while TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
        assert!(since.elapsed() < Duration::from_secs(5));
        tokio::task::yield_now().await;
    }
    assert!(since.elapsed() < Duration::from_secs(5));
}
