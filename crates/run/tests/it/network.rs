//! What a program may reach: names, addresses and rules.

use std::net::IpAddr;

use codemode_run::network::{AddressClass, Host, HostRule, Network, NetworkMode, hint};

fn network(mode: NetworkMode, hosts: &[&str]) -> Network {
    Network::new(mode, hosts).unwrap()
}

/// What becomes of a connection to `host` when it resolves to `address`.
fn verdict(network: &Network, host: &str, port: u16, address: &str) -> String {
    let host = Host::parse(host).unwrap();
    let judged = network
        .review(&host, port)
        .and_then(|()| network.review_address(&host, address.parse().unwrap(), port));
    judged.map_or_else(|denied| denied.to_string(), |()| "allowed".to_owned())
}

fn is_allowed(network: &Network, host: &str, port: u16, address: &str) -> bool {
    verdict(network, host, port, address) == "allowed"
}

#[test]
fn every_special_range_has_its_class_up_to_its_edges() {
    use AddressClass::*;
    let cases = [
        ("0.0.0.0", Unspecified),
        ("0.255.255.255", Unspecified),
        ("1.0.0.0", Public),
        ("9.255.255.255", Public),
        ("10.0.0.0", Private),
        ("10.255.255.255", Private),
        ("11.0.0.0", Public),
        ("100.63.255.255", Public),
        ("100.64.0.0", Private),
        ("100.100.100.199", Private),
        ("100.100.100.200", Metadata),
        ("100.127.255.255", Private),
        ("100.128.0.0", Public),
        ("126.255.255.255", Public),
        ("127.0.0.1", Loopback),
        ("127.255.255.255", Loopback),
        ("128.0.0.0", Public),
        ("168.63.129.15", Public),
        ("168.63.129.16", Metadata),
        ("169.253.255.255", Public),
        ("169.254.0.1", LinkLocal),
        ("169.254.0.23", Metadata),
        ("169.254.169.253", LinkLocal),
        ("169.254.169.254", Metadata),
        ("169.254.170.2", Metadata),
        ("169.254.170.23", Metadata),
        ("169.254.255.255", LinkLocal),
        ("169.255.0.0", Public),
        ("172.15.255.255", Public),
        ("172.16.0.0", Private),
        ("172.31.255.255", Private),
        ("172.32.0.0", Public),
        ("192.0.0.0", Reserved),
        ("192.0.0.192", Metadata),
        ("192.0.0.255", Reserved),
        ("192.0.1.0", Public),
        ("192.0.2.1", Documentation),
        ("192.0.3.0", Public),
        ("192.88.99.1", Tunnel),
        ("192.167.255.255", Public),
        ("192.168.0.0", Private),
        ("192.168.255.255", Private),
        ("192.169.0.0", Public),
        ("198.17.255.255", Public),
        ("198.18.0.0", Benchmark),
        ("198.19.255.255", Benchmark),
        ("198.20.0.0", Public),
        ("198.51.100.7", Documentation),
        ("203.0.113.7", Documentation),
        ("203.0.114.0", Public),
        ("223.255.255.255", Public),
        ("224.0.0.1", Multicast),
        ("239.255.255.255", Multicast),
        ("240.0.0.0", Reserved),
        ("255.255.255.254", Reserved),
        ("255.255.255.255", Broadcast),
        ("::", Unspecified),
        ("::1", Loopback),
        ("::2", Reserved),
        ("::7f00:1", Loopback),
        ("::10.0.0.1", Private),
        ("::8.8.8.8", Reserved),
        ("::ffff:8.8.8.8", Public),
        ("::ffff:127.0.0.1", Loopback),
        ("::ffff:169.254.169.254", Metadata),
        ("::ffff:0:10.0.0.1", Private),
        ("64:ff9b::8.8.8.8", Public),
        ("64:ff9b::10.0.0.1", Private),
        ("64:ff9b::169.254.169.254", Metadata),
        ("64:ff9b:1::8.8.8.8", Tunnel),
        ("100::1", Reserved),
        ("1fff:ffff::1", Reserved),
        ("2000::1", Public),
        ("2001::1", Tunnel),
        ("2001:0:4136:e378:8000:63bf:80ff:fffe", Tunnel),
        ("2001:1::1", Reserved),
        ("2001:2::1", Benchmark),
        ("2001:20::1", Reserved),
        ("2001:1ff:ffff::1", Reserved),
        ("2001:200::1", Public),
        ("2001:db8::1", Documentation),
        ("2002:7f00:1::1", Tunnel),
        ("2002:808:808::1", Tunnel),
        ("2606:4700:4700::1111", Public),
        ("3ffe:ffff::1", Public),
        ("3fff::1", Documentation),
        ("3fff:fff:ffff::1", Documentation),
        ("3fff:1000::1", Public),
        ("4000::1", Reserved),
        ("5f00::1", Reserved),
        ("fbff::1", Reserved),
        ("fc00::1", Private),
        ("fd00:ec2::254", Metadata),
        ("fd00:ec2::23", Metadata),
        ("fd20:ce::254", Metadata),
        ("fdff:ffff::1", Private),
        ("fe00::1", Reserved),
        ("fe80::1", LinkLocal),
        ("febf::1", LinkLocal),
        ("fec0::1", Private),
        ("ff02::1", Multicast),
        ("ffff::1", Multicast),
    ];
    let found = cases.map(|(text, _)| (text, AddressClass::of(text.parse::<IpAddr>().unwrap())));
    assert_eq!(found, cases);
}

#[test]
fn the_standard_library_agrees_wherever_it_has_an_answer() {
    for high in 0..=u16::MAX {
        for low in [0_u32, 1, 0x7fff, 0xfffe, 0xffff] {
            let address = std::net::Ipv4Addr::from_bits(u32::from(high) << 16 | low);
            let class = AddressClass::of(address.into());
            let special = address.is_loopback()
                || address.is_private()
                || address.is_link_local()
                || address.is_multicast()
                || address.is_broadcast()
                || address.is_documentation()
                || address.is_unspecified();
            assert!(!(special && class == AddressClass::Public), "{address} is {class:?}");
        }
        let address = std::net::Ipv6Addr::new(high, 0, 0, 0, 0, 0, 0, 9);
        let special = address.is_unique_local() || address.is_unicast_link_local() || address.is_multicast();
        assert!(!(special && AddressClass::of(address.into()) == AddressClass::Public), "{address}");
    }
}

#[test]
fn a_host_has_one_form_however_it_is_written() {
    let cases = [
        ("example.com", "example.com"),
        ("EXAMPLE.Com.", "example.com"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("BÜCHER。example", "xn--bcher-kva.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("ｅｘａｍｐｌｅ.com", "example.com"),
        ("127.1", "127.0.0.1"),
        ("127.0.0.1.", "127.0.0.1"),
        ("2130706433", "127.0.0.1"),
        ("0x7f.0.0.1", "127.0.0.1"),
        ("0x7F000001", "127.0.0.1"),
        ("0177.0.0.1", "127.0.0.1"),
        ("%31%32%37.0.0.1", "127.0.0.1"),
        ("１２７.0.0.1", "127.0.0.1"),
        ("0", "0.0.0.0"),
        ("::1", "::1"),
        ("[::1]", "::1"),
        ("[::ffff:127.0.0.1]", "127.0.0.1"),
        ("[0:0:0:0:0:ffff:7f00:1]", "127.0.0.1"),
        ("_service.example.com", "_service.example.com"),
    ];
    let found =
        cases.map(|(text, _)| (text, Host::parse(text).map_or("bad".to_owned(), |host| host.to_string())));
    assert_eq!(found, cases.map(|(text, expected)| (text, expected.to_owned())));
}

#[test]
fn a_text_that_is_no_host_is_refused() {
    let long_label = format!("{}.com", "a".repeat(64));
    let long_name = "a.".repeat(127) + "aa";
    for text in [
        "",
        ".",
        "..",
        "a..b",
        ".example.com",
        "example.com..",
        "exa mple.com",
        "a/b",
        "a:1",
        "user@host",
        "a\0b",
        "a\r\nb",
        "[::1",
        "::1]",
        "[fe80::1%25eth0]",
        "fe80::1%eth0",
        "127.0.0.256",
        "1.2.3.4.5",
        "0x100000000",
        "%00",
        "a%2fb",
        &long_label,
        &long_name,
    ] {
        assert!(Host::parse(text).is_err(), "{text:?} is {:?}", Host::parse(text));
    }
}

#[test]
fn an_entry_of_the_list_is_read_and_printed_the_same() {
    let cases = [
        ("example.com", "example.com"),
        (" Example.COM.:443 ", "example.com:443"),
        ("*.Example.org", "*.example.org"),
        ("*.example.org:8443", "*.example.org:8443"),
        ("bücher.example:80", "xn--bcher-kva.example:80"),
        ("10.0.0.5", "10.0.0.5"),
        ("10.0.0.5:5432", "10.0.0.5:5432"),
        ("::1", "::1"),
        ("[::1]", "::1"),
        ("[::1]:8080", "[::1]:8080"),
        ("localhost:8080", "localhost:8080"),
    ];
    let found = cases.map(|(entry, _)| (entry, entry.parse::<HostRule>().unwrap().to_string()));
    assert_eq!(found, cases.map(|(entry, expected)| (entry, expected.to_owned())));
}

#[test]
fn a_bad_entry_says_what_to_write_instead() {
    let cases = [
        ("", "is empty; write NAME or NAME:PORT"),
        ("*", "stands for everything; set network.mode to public instead"),
        ("https://example.com", "is a URL; write its host only, as NAME or NAME:PORT"),
        ("10.0.0.0/8", "has a path or a range; list hosts one by one, as NAME or NAME:PORT"),
        ("me@example.com", "has a user name; write the host only, as NAME or NAME:PORT"),
        ("a.com b.com", "has a space in it; list hosts one by one"),
        ("api.*.com", "has a `*` in an odd place; it stands for whole parts in front only, as *.example.org"),
        (
            "*example.com",
            "has a `*` in an odd place; it stands for whole parts in front only, as *.example.org",
        ),
        ("*.10.0.0.1", "has a `*` in front of an address; list addresses one by one"),
        ("example.com:", "has the port ``, which is no number from 1 to 65535"),
        ("example.com:0", "has the port `0`, which is no number from 1 to 65535"),
        ("example.com:+80", "has the port `+80`, which is no number from 1 to 65535"),
        ("example.com:65536", "has the port `65536`, which is no number from 1 to 65535"),
        ("example.com:http", "has the port `http`, which is no number from 1 to 65535"),
        ("a..b", "is neither a host name nor an address"),
        ("[::1", "has the port `:1`, which is no number from 1 to 65535"),
    ];
    let found = cases.map(|(entry, _)| (entry, entry.parse::<HostRule>().unwrap_err().to_string()));
    let expected = cases.map(|(entry, problem)| (entry, format!("network.hosts entry `{entry}` {problem}")));
    assert_eq!(found, expected);
}

#[test]
fn none_lets_nothing_pass() {
    let none = network(NetworkMode::None, &["example.com"]);
    assert_eq!(
        verdict(&none, "example.com", 443, "93.184.215.14"),
        "codemode: network.mode is none and example.com:443 cannot be reached; ask the user to set network.mode to \
         hosts or public"
    );
}

#[test]
fn hosts_lets_pass_what_is_listed_and_nothing_else() {
    let hosts = network(NetworkMode::Hosts, &["example.com:443", "*.example.org", "api.test"]);
    for (host, port, expected) in [
        ("example.com", 443, true),
        ("EXAMPLE.com.", 443, true),
        ("example.com", 80, false),
        ("www.example.com", 443, false),
        ("example.com.evil.test", 443, false),
        ("evil-example.com", 443, false),
        ("a.example.org", 80, true),
        ("a.b.example.org", 8443, true),
        ("example.org", 80, false),
        ("aexample.org", 80, false),
        ("api.test", 1, true),
        ("8.8.8.8", 53, false),
    ] {
        assert_eq!(is_allowed(&hosts, host, port, "8.8.8.8"), expected, "{host}:{port}");
    }
    assert_eq!(
        verdict(&hosts, "other.test", 443, "8.8.8.8"),
        "codemode: network.mode is hosts and other.test:443 is not listed; listed: example.com:443, *.example.org, \
         api.test; ask the user to add \"other.test:443\" to network.hosts if it is needed"
    );
}

#[test]
fn a_listed_name_may_be_private_but_not_by_a_wildcard_and_never_stranger() {
    let hosts = network(
        NetworkMode::Hosts,
        &["localhost:8080", "db.corp.test", "*.example.org", "10.0.0.5", "169.254.169.254", "::1"],
    );
    for (host, port, address, expected) in [
        ("localhost", 8080, "127.0.0.1", true),
        ("localhost", 8080, "::1", true),
        ("localhost", 8081, "127.0.0.1", false),
        ("127.0.0.1", 8080, "127.0.0.1", false),
        ("db.corp.test", 5432, "10.1.2.3", true),
        ("db.corp.test", 5432, "fd12::1", true),
        ("db.corp.test", 80, "169.254.1.1", false),
        ("db.corp.test", 80, "100.100.100.200", false),
        ("db.corp.test", 80, "0.0.0.0", false),
        ("db.corp.test", 80, "224.0.0.1", false),
        ("db.corp.test", 80, "2002:7f00:1::", false),
        ("db.corp.test", 80, "169.254.169.254", true),
        ("a.example.org", 80, "8.8.8.8", true),
        ("a.example.org", 80, "127.0.0.1", false),
        ("a.example.org", 80, "192.168.1.1", false),
        ("10.0.0.5", 22, "10.0.0.5", true),
        ("10.0.0.6", 22, "10.0.0.6", false),
        ("[::1]", 22, "::1", true),
    ] {
        assert_eq!(is_allowed(&hosts, host, port, address), expected, "{host}:{port} at {address}");
    }
}

#[test]
fn public_lets_public_addresses_pass_and_no_list_widens_it() {
    let public = network(NetworkMode::Public, &["localhost", "10.0.0.5"]);
    for (host, address, expected) in [
        ("example.com", "93.184.215.14", true),
        ("example.com", "2606:4700::1", true),
        ("8.8.8.8", "8.8.8.8", true),
        ("rebound.test", "127.0.0.1", false),
        ("rebound.test", "::ffff:10.0.0.1", false),
        ("10.0.0.5", "10.0.0.5", false),
        ("localhost", "8.8.8.8", false),
        ("a.LOCALHOST.", "8.8.8.8", false),
        ("metadata.google.internal", "8.8.8.8", false),
        ("metadata", "8.8.8.8", false),
        ("127.1", "127.0.0.1", false),
        ("0", "0.0.0.0", false),
    ] {
        assert_eq!(is_allowed(&public, host, 80, address), expected, "{host} at {address}");
    }
    assert_eq!(
        verdict(&public, "rebound.test", 80, "10.9.8.7"),
        "codemode: network.mode is public and rebound.test:80 leads to a private address; only public addresses \
         pass; the user can set network.mode to hosts and list \"rebound.test:80\""
    );
}

#[test]
fn full_keeps_only_the_metadata_service_shut() {
    let full = network(NetworkMode::Full, &[]);
    for (host, address, expected) in [
        ("localhost", "127.0.0.1", true),
        ("10.0.0.5", "10.0.0.5", true),
        ("example.com", "8.8.8.8", true),
        ("example.com", "169.254.169.254", false),
        ("[fd00:ec2::254]", "fd00:ec2::254", false),
        ("metadata.google.internal", "8.8.8.8", false),
    ] {
        assert_eq!(is_allowed(&full, host, 80, address), expected, "{host} at {address}");
    }
}

#[test]
fn a_connection_may_not_ask_its_server_for_another_name_than_the_listed_one() {
    let hosts = network(NetworkMode::Hosts, &["a.test", "b.test", "10.0.0.5"]);
    let public = network(NetworkMode::Public, &[]);
    for (network, host, stated, expected) in [
        (&hosts, "a.test", Some("A.test."), true),
        (&hosts, "a.test", Some("b.test"), false),
        (&hosts, "a.test", Some("evil.test"), false),
        (&hosts, "a.test", None, false),
        (&hosts, "10.0.0.5", None, true),
        (&hosts, "10.0.0.5", Some("b.test"), true),
        (&hosts, "10.0.0.5", Some("evil.test"), false),
        (&public, "a.test", Some("b.test"), true),
        (&public, "a.test", None, true),
    ] {
        let stated = stated.map(|name| Host::parse(name).unwrap());
        let judged = network.review_stated(&Host::parse(host).unwrap(), 443, stated.as_ref());
        assert_eq!(judged.is_ok(), expected, "{host} {stated:?}: {judged:?}");
    }
}

#[test]
fn an_error_of_the_network_gets_a_hint_and_no_other_error_does() {
    let none = "this sandbox has no network (network.mode is none, or the isolation level has no way to let \
                some through): work with the data that is there, or ask the user to look at network.mode and \
                `codemode doctor`";
    let proxied = "network.mode is public: the sandbox reaches the network through an HTTP proxy only, and names are \
                   resolved there. Clients that read HTTPS_PROXY work unchanged (requests, httpx, urllib, curl, \
                   fetch; aiohttp with trust_env=True); raw sockets, DNS look-ups, UDP and ping do not";
    let lookup = ("socket.gaierror", "[Errno -3] Temporary failure in name resolution");
    for ((kind, message), mode, expected) in [
        (lookup, NetworkMode::None, Some(none)),
        (lookup, NetworkMode::Public, Some(proxied)),
        (lookup, NetworkMode::Full, None),
        (("ConnectionRefusedError", "[Errno 111] Connection refused"), NetworkMode::None, Some(none)),
        (("OSError", "[Errno 101] Network is unreachable"), NetworkMode::Public, Some(proxied)),
        (
            ("aiohttp.client_exceptions.ClientConnectorDNSError", "Cannot connect"),
            NetworkMode::Public,
            Some(proxied),
        ),
        (("TypeError", "fetch failed"), NetworkMode::None, Some(none)),
        (("Error", "getaddrinfo ENOTFOUND example.com"), NetworkMode::None, Some(none)),
        (
            ("OSError", "Tunnel connection failed: 403 codemode: network.mode is hosts"),
            NetworkMode::Hosts,
            None,
        ),
        (("ValueError", "invalid literal"), NetworkMode::None, None),
        (("TypeError", "x is not a function"), NetworkMode::None, None),
    ] {
        assert_eq!(hint(kind, message, mode).as_deref(), expected, "{kind}: {message}");
    }
}
