//! What each mode lets pass, by every way that a program can ask.

use codemode_engines::network::{Outside, System, Traffic};
use codemode_run::network::NetworkMode;

use super::bench::{Bench, HELLO, PUBLIC, ask, status};

/// Asks for a destination by a plain request, by CONNECT and by SOCKS5: which of them answered hello.
async fn ways(bench: &Bench, host: &str, port: u16) -> [bool; 3] {
    let get = bench.get(&format!("http://{host}:{port}/")).await;
    let connect = match bench.connect(&format!("{host}:{port}")).await {
        Ok(tunnel) => ask(tunnel, host).await == HELLO,
        Err(reply) => {
            assert_eq!(status(&reply), 403, "{reply}");
            false
        }
    };
    let socks = match bench.socks(host, port).await {
        Ok(tunnel) => ask(tunnel, host).await == HELLO,
        Err(code) => {
            assert_eq!(code, 2);
            false
        }
    };
    if !connect {
        assert_eq!(status(&get), 403, "{get}");
    }
    [get.ends_with("hello"), connect, socks]
}

const ALL: [bool; 3] = [true; 3];
const NO_WAY: [bool; 3] = [false; 3];

#[tokio::test]
async fn none_lets_nothing_pass() {
    let bench = Bench::new(NetworkMode::None, &["allowed.test"]).await;
    for host in ["allowed.test", "127.0.0.1", PUBLIC] {
        assert_eq!(ways(&bench, host, bench.origin.port).await, NO_WAY, "{host}");
    }
    assert_eq!(bench.connected(), Vec::<String>::new());
    assert_eq!(*bench.elsewhere.lookups.lock().unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn hosts_lets_pass_what_is_listed_and_resolves_nothing_else() {
    let bench = Bench::new(NetworkMode::Hosts, &["allowed.test", "*.below.test:80", "127.0.0.1:PORT"]).await;
    bench.name("a.below.test", &[&[PUBLIC]]);
    for (host, port, expected) in [
        ("allowed.test", 80, ALL),
        ("ALLOWED.Test.", 81, ALL),
        ("a.below.test", 80, ALL),
        ("a.below.test", 81, NO_WAY),
        ("below.test", 80, NO_WAY),
        ("other.test", 80, NO_WAY),
        ("127.0.0.1", bench.origin.port, ALL),
        ("127.1", bench.origin.port, ALL),
        ("127.0.0.1", 1, NO_WAY),
        (PUBLIC, 80, NO_WAY),
    ] {
        assert_eq!(ways(&bench, host, port).await, expected, "{host}:{port}");
    }
    let mut looked_up = bench.elsewhere.lookups.lock().unwrap().clone();
    looked_up.dedup();
    assert_eq!(looked_up, ["allowed.test", "a.below.test"]);
}

#[tokio::test]
async fn public_lets_public_addresses_pass_and_no_other() {
    let bench = Bench::new(NetworkMode::Public, &["127.0.0.1"]).await;
    let port = bench.origin.port;
    bench.name("rebound.test", &[&["127.0.0.1"]]);
    bench.name("inner.test", &[&["10.0.0.7", "192.168.1.1", "fd00::1", "fe80::1", "::ffff:127.0.0.1"]]);
    bench.name("keys.test", &[&["169.254.169.254"]]);
    bench.name("own.test", &[&["93.184.215.99"]]);
    bench.elsewhere.own.lock().unwrap().push("93.184.215.99".parse().unwrap());
    for (host, expected) in [
        ("allowed.test", ALL),
        (PUBLIC, ALL),
        ("[2606:4700::1]", ALL),
        ("127.0.0.1", NO_WAY),
        ("localhost", NO_WAY),
        ("rebound.test", NO_WAY),
        ("inner.test", NO_WAY),
        ("keys.test", NO_WAY),
        ("own.test", NO_WAY),
        ("metadata.google.internal", NO_WAY),
        ("[::1]", NO_WAY),
        ("0.0.0.0", NO_WAY),
    ] {
        assert_eq!(ways(&bench, host, port).await, expected, "{host}");
    }
}

/// Spellings of 127.0.0.1 that ASCII can carry.
const SPELLINGS: &[&str] = &[
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f000001",
    "0x7F.0.0.1",
    "0177.0.0.01",
    "127.0.0.1.",
    "%31%32%37.0.0.1",
    "[::ffff:127.0.0.1]",
    "[::FFFF:7f00:1]",
    "[0:0:0:0:0:ffff:127.0.0.1]",
];

#[tokio::test]
async fn loopback_is_loopback_however_it_is_spelled() {
    let public = Bench::new(NetworkMode::Public, &[]).await;
    let listed = Bench::new(NetworkMode::Hosts, &["127.0.0.1"]).await;
    for host in SPELLINGS {
        let refused = public.get(&format!("http://{host}:{}/", public.origin.port)).await;
        assert!([400, 403].contains(&status(&refused)), "{host}: {refused}");
        // The library that parses requests knows no percent signs in a host.
        let expected = if host.starts_with('%') { 400 } else { 200 };
        let passed = listed.get(&format!("http://{host}:{}/", listed.origin.port)).await;
        assert_eq!(status(&passed), expected, "{host}: {passed}");
    }
    assert_eq!(public.connected(), Vec::<String>::new());
}

#[tokio::test]
async fn names_in_punycode_pass_and_other_letters_are_a_bad_request() {
    let bench = Bench::new(NetworkMode::Hosts, &["bücher.test"]).await;
    bench.name("xn--bcher-kva.test", &[&[PUBLIC]]);
    let sent = [
        ("http://xn--bcher-kva.test/", 200),
        ("http://XN--BCHER-KVA.test./", 200),
        ("http://xn--mnchen-3ya.test/", 403),
        ("http://bücher.test/", 400),
        ("http://127。0。0。1/", 400),
    ];
    for (url, expected) in sent {
        let answer = bench.get(url).await;
        assert_eq!(status(&answer), expected, "{url}: {answer}");
    }
}

#[tokio::test]
async fn a_name_is_looked_up_once_and_the_judged_address_is_the_one_that_is_connected_to() {
    let bench = Bench::new(NetworkMode::Public, &[]).await;
    bench.name("rebind.test", &[&[PUBLIC], &["127.0.0.1"]]);
    let url = format!("http://rebind.test:{}/", bench.origin.port);
    assert_eq!(status(&bench.get(&url).await), 200);
    assert_eq!(bench.connected(), [format!("{PUBLIC}:{}", bench.origin.port)]);
    assert_eq!(*bench.elsewhere.lookups.lock().unwrap(), ["rebind.test"]);

    assert_eq!(status(&bench.get(&url).await), 403);
    assert_eq!(bench.connected(), Vec::<String>::new());
}

#[tokio::test]
async fn of_mixed_addresses_only_the_allowed_ones_are_tried() {
    let bench = Bench::new(NetworkMode::Public, &[]).await;
    bench.name("mixed.test", &[&["127.0.0.1", "10.0.0.1", PUBLIC, "::1"]]);
    assert_eq!(status(&bench.get("http://mixed.test/").await), 200);
    assert_eq!(bench.connected(), [format!("{PUBLIC}:80")]);
}

#[tokio::test]
async fn a_redirect_to_a_private_address_is_judged_like_any_request() {
    let reply = "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n";
    let bench = Bench::with(NetworkMode::Public, &[], reply, Default::default()).await;
    let redirect = bench.get("http://allowed.test/").await;
    let location = redirect.lines().find_map(|line| line.strip_prefix("Location: ")).unwrap();
    assert_eq!((status(&redirect), location), (302, "http://127.0.0.1/"));
    assert_eq!(status(&bench.get(location).await), 403);
}

#[tokio::test]
async fn a_refusal_says_why_in_its_status_line_and_its_body() {
    let bench = Bench::new(NetworkMode::Hosts, &["allowed.test:443"]).await;
    let why = "codemode: network.mode is hosts and other.test:80 is not listed; listed: allowed.test:443; ask the \
               user to add \"other.test:80\" to network.hosts if it is needed";
    let expected = format!(
        "HTTP/1.1 403 {why}\r\ncontent-type: text/plain; charset=utf-8\r\nconnection: close\r\ncontent-length: {}\
         \r\n\r\n{why}\n",
        why.len() + 1
    );
    assert_eq!(bench.get("http://other.test/").await, expected);
    assert!(
        bench.connect("other.test:80").await.unwrap_err().starts_with(&format!("HTTP/1.1 403 {why}\r\n"))
    );
}

#[tokio::test]
async fn a_name_that_nobody_knows_and_a_server_that_is_not_there_are_bad_gateways() {
    let bench = Bench::new(NetworkMode::Hosts, &["nobody.test", "127.0.0.1"]).await;
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let unknown = bench.get("http://nobody.test/").await;
    assert_eq!(
        unknown.lines().next(),
        Some("HTTP/1.1 502 codemode: the name of nobody.test:80 was not found")
    );
    let refused = bench.get(&format!("http://127.0.0.1:{port}/")).await;
    let expected = format!("HTTP/1.1 502 codemode: 127.0.0.1:{port} was not reached: connection refused");
    assert_eq!(refused.lines().next(), Some(expected.as_str()));
    assert_eq!(bench.socks("nobody.test", 80).await.unwrap_err(), 4);
    assert_eq!(bench.socks("127.0.0.1", port).await.unwrap_err(), 5);
}

#[tokio::test]
async fn socks_takes_addresses_as_bytes_and_only_connects() {
    let bench = Bench::new(NetworkMode::Public, &[]).await;
    let v4 = [1, 93, 184, 215, 14];
    let mut v6 = vec![4];
    v6.extend("2606:4700::1".parse::<std::net::Ipv6Addr>().unwrap().octets());
    let mut mapped = vec![4];
    mapped.extend("::ffff:127.0.0.1".parse::<std::net::Ipv6Addr>().unwrap().octets());
    for (command, address, expected) in [
        (1, &v4[..], 0),
        (1, &v6, 0),
        (1, &mapped, 2),
        (1, &[1, 127, 0, 0, 1], 2),
        (2, &v4, 7),
        (3, &v4, 7),
        (1, &[3, 1, b'\n'], 1),
        (1, &[3, 0], 1),
    ] {
        let code = bench.socks_request(command, address, 80).await.err().unwrap_or(0);
        assert_eq!(code, expected, "{command} {address:?}");
    }
}

#[tokio::test]
async fn what_went_through_is_counted_and_refusals_are_named() {
    let bench = Bench::new(NetworkMode::Hosts, &["allowed.test"]).await;
    bench.get("http://allowed.test/").await;
    for _ in 0..2 {
        bench.get("http://other.test/").await;
    }
    bench
        .exchange(b"GET http://allowed.test/ HTTP/1.1\r\nHost: allowed.test\r\nConnection: close\r\n\r\n")
        .await;
    let sent: usize = bench.origin.take().iter().map(String::len).sum();
    let expected = Traffic {
        bytes_in: HELLO.len() as u64,
        bytes_out: sent as u64,
        connected: 1,
        refused: 2,
        refused_destinations: vec!["other.test:80".to_owned()],
        unauthorized: 1,
    };
    assert_eq!(bench.proxy.take_traffic(), expected);
    assert_eq!(bench.proxy.take_traffic(), Traffic::default());
}

#[tokio::test]
async fn this_machine_s_own_addresses_are_known_without_a_packet() {
    for (address, expected) in [("127.0.0.1", true), ("192.0.2.1", false)] {
        assert_eq!(System.is_this_machine(address.parse().unwrap()), expected, "{address}");
    }
    let loopback = System.resolve("localhost").await.unwrap();
    assert!(!loopback.is_empty() && loopback.iter().all(std::net::IpAddr::is_loopback), "{loopback:?}");
}
