//! Tunnels: what a client states inside, who speaks first, and protocols that take a connection over.

use codemode_engines::network::Bounds;
use codemode_run::network::NetworkMode;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::bench::{Bench, HELLO, ask, read_all, soon, status};
use super::opening::{SNI, hello, in_records};

const ALERT: &str = "\u{15}\u{3}\u{3}\0\u{2}\u{2}p";
const ANSWER: &str = "a server hello";

/// What comes back for a TLS hello in a tunnel.
async fn tls(bench: &Bench, destination: &str, records: &[u8]) -> String {
    let mut tunnel = bench.connect(destination).await.unwrap();
    tunnel.write_all(records).await.unwrap();
    tunnel.shutdown().await.unwrap();
    read_all(&mut tunnel).await
}

#[tokio::test]
async fn a_listed_name_is_no_front_for_another_one() {
    let bench = Bench::new(NetworkMode::Hosts, &["allowed.test", "listed.test", "93.184.215.14"]).await;
    let with = |extensions: &[(u16, Vec<u8>)]| in_records(&hello(extensions), 16_000);
    let sni = |name: &str| with(&[(SNI.0, SNI.1(name))]);
    for (destination, records, expected) in [
        ("allowed.test:443", sni("allowed.test"), ANSWER),
        ("allowed.test:443", sni("ALLOWED.test"), ANSWER),
        ("allowed.test:443", sni("other.test"), ALERT),
        ("allowed.test:443", sni("listed.test"), ALERT),
        ("allowed.test:443", sni("x.allowed.test"), ALERT),
        ("allowed.test:443", with(&[]), ALERT),
        ("allowed.test:443", with(&[(SNI.0, SNI.1("allowed.test")), (0xfe0d, vec![0; 40])]), ALERT),
        ("93.184.215.14:443", with(&[]), ANSWER),
        ("93.184.215.14:443", sni("listed.test"), ANSWER),
        ("93.184.215.14:443", sni("other.test"), ALERT),
    ] {
        assert_eq!(tls(&bench, destination, &records).await, expected, "{destination} {records:?}");
    }
    assert_eq!(bench.origin.take(), ["TLS"; 4]);
    assert_eq!(bench.proxy.take_traffic().refused, 6);
}

#[tokio::test]
async fn a_hello_in_many_small_records_is_read_as_one() {
    let bench = Bench::new(NetworkMode::Hosts, &["allowed.test"]).await;
    for (name, expected) in [("allowed.test", ANSWER), ("other.test", ALERT)] {
        let records = in_records(&hello(&[(SNI.0, SNI.1(name))]), 1);
        let mut tunnel = bench.connect("allowed.test:443").await.unwrap();
        for piece in records.chunks(7) {
            // The proxy may be done with it before the last piece.
            let _ = tunnel.write_all(piece).await;
            tokio::task::yield_now().await;
        }
        assert_eq!(read_all(&mut tunnel).await, expected, "{name}");
    }
}

#[tokio::test]
async fn plain_requests_in_a_tunnel_have_to_name_its_host() {
    let bench = Bench::new(NetworkMode::Hosts, &["allowed.test"]).await;
    for (host, expected) in [
        ("allowed.test", 200),
        ("Allowed.TEST:80", 200),
        ("other.test", 403),
        ("allowed.test@other.test", 403),
    ] {
        let tunnel = bench.connect("allowed.test:80").await.unwrap();
        assert_eq!(status(&ask(tunnel, host).await), expected, "{host}");
    }
    for request in [
        "GET / HTTP/1.1\r\nHost: allowed.test\r\nHost: other.test\r\n\r\n",
        "GET http://other.test/ HTTP/1.1\r\nHost: allowed.test\r\n\r\n",
        "\r\n\r\nGET / HTTP/1.1\r\nHost: other.test\r\n\r\n",
        "get\t/ http/1.1\r\nhost: other.test\r\n\r\n",
        "GET / HTTP/1.1\r\nX: 1\r\n\r\n",
    ] {
        let mut tunnel = bench.connect("allowed.test:80").await.unwrap();
        tunnel.write_all(request.as_bytes()).await.unwrap();
        assert_eq!(status(&read_all(&mut tunnel).await), 403, "{request}");
    }
    assert_eq!(bench.origin.take().len(), 2);
}

#[tokio::test]
async fn the_mode_public_has_no_list_that_a_name_could_pass_by() {
    let bench = Bench::new(NetworkMode::Public, &[]).await;
    let records = in_records(&hello(&[(SNI.0, SNI.1("other.test"))]), 16_000);
    assert_eq!(tls(&bench, "allowed.test:443", &records).await, ANSWER);
    let tunnel = bench.connect("allowed.test:80").await.unwrap();
    assert_eq!(ask(tunnel, "other.test").await, HELLO);
}

#[tokio::test]
async fn a_server_that_speaks_first_is_heard_and_other_protocols_pass() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let bench = Bench::new(NetworkMode::Hosts, &["127.0.0.1"]).await;
    let mut tunnel = bench.connect(&format!("127.0.0.1:{port}")).await.unwrap();
    let (mut server, _) = listener.accept().await.unwrap();
    server.write_all(b"220 ready\r\n").await.unwrap();
    let mut greeting = [0; 11];
    soon(tunnel.read_exact(&mut greeting)).await.unwrap();
    tunnel.write_all(b"EHLO me\r\n").await.unwrap();
    let mut said = [0; 9];
    soon(server.read_exact(&mut said)).await.unwrap();
    assert_eq!((&greeting, &said), (b"220 ready\r\n", b"EHLO me\r\n"));
    // Each side can close its half and still hear the other.
    tunnel.shutdown().await.unwrap();
    assert_eq!(soon(server.read(&mut said)).await.unwrap(), 0);
    server.write_all(b"221 bye\r\n").await.unwrap();
    drop(server);
    assert_eq!(read_all(&mut tunnel).await, "221 bye\r\n");
}

#[tokio::test]
async fn bytes_that_come_with_the_request_are_not_lost() {
    for mode in [NetworkMode::Hosts, NetworkMode::Public] {
        let bench = Bench::new(mode, &["allowed.test"]).await;
        let credentials = bench.credentials();
        let sent = format!(
            "CONNECT allowed.test:80 HTTP/1.1\r\nHost: allowed.test:80\r\n{credentials}\r\n\
             GET / HTTP/1.1\r\nHost: allowed.test\r\n\r\n"
        );
        let mut stream = bench.dial().await;
        stream.write_all(sent.as_bytes()).await.unwrap();
        let mut answer = vec![0; "HTTP/1.1 200 OK\r\n\r\n".len() + HELLO.len()];
        soon(stream.read_exact(&mut answer)).await.unwrap();
        assert_eq!(String::from_utf8(answer).unwrap(), format!("HTTP/1.1 200 OK\r\n\r\n{HELLO}"), "{mode}");
    }
}

#[tokio::test]
async fn no_other_protocol_takes_a_connection_over() {
    let bench = Bench::new(NetworkMode::Hosts, &["allowed.test"]).await;
    let head = "GET http://allowed.test/ HTTP/1.1\r\nHost: allowed.test\r\nUpgrade: h2c\r\n";
    let credentials = bench.credentials();
    let sent = format!("{head}{credentials}Connection: upgrade, close\r\n\r\n");
    assert!(bench.exchange(sent.as_bytes()).await.ends_with("hello"));
    assert_eq!(bench.origin.take(), ["GET / HTTP/1.1\r\nHost: allowed.test\r\n\r\n"]);
}

#[tokio::test]
async fn a_web_socket_takes_the_connection_over() {
    let reply = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nframe";
    let bench = Bench::with(NetworkMode::Hosts, &["allowed.test"], reply, Bounds::default()).await;
    let credentials = bench.credentials();
    let head = format!(
        "GET ws://allowed.test/ws HTTP/1.1\r\nHost: allowed.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         {credentials}\r\n"
    );
    let mut stream = bench.dial().await;
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"frame") {
        assert!(soon(stream.read_buf(&mut answer)).await.unwrap() > 0);
    }
    stream.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    while answer.windows(5).filter(|window| window == b"frame").count() < 2 {
        assert!(soon(stream.read_buf(&mut answer)).await.unwrap() > 0);
    }
    assert_eq!(
        bench.origin.take(),
        [
            "GET /ws HTTP/1.1\r\nHost: allowed.test\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
            "GET / HTTP/1.1\r\n\r\n"
        ]
    );
}
