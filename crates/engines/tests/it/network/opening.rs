//! What is read from the first bytes of a tunnel.

use codemode_engines::network::opening::Opening;
use codemode_run::network::Host;

/// The extension `server_name`: its number, and its data for a name.
pub(super) const SNI: (u16, fn(&str) -> Vec<u8>) = (0, |name| {
    let name_length = u16::try_from(name.len()).unwrap();
    let mut data = (name_length + 3).to_be_bytes().to_vec();
    data.push(0);
    data.extend(name_length.to_be_bytes());
    data.extend(name.as_bytes());
    data
});

/// A ClientHello as a handshake message.
pub(super) fn hello(extensions: &[(u16, Vec<u8>)]) -> Vec<u8> {
    let mut all = Vec::new();
    for (kind, data) in extensions {
        all.extend(kind.to_be_bytes());
        all.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
        all.extend(data);
    }
    let mut body = vec![3, 3];
    body.extend([7; 32]);
    body.push(32);
    body.extend([9; 32]);
    body.extend([0, 4, 0x13, 0x01, 0x13, 0x02, 1, 0]);
    body.extend(u16::try_from(all.len()).unwrap().to_be_bytes());
    body.extend(all);
    let mut message = vec![1, 0];
    message.extend(u16::try_from(body.len()).unwrap().to_be_bytes());
    message.extend(body);
    message
}

/// A handshake message in records of at most `size` bytes.
pub(super) fn in_records(message: &[u8], size: usize) -> Vec<u8> {
    let record = |part: &[u8]| {
        let mut record = vec![22, 3, 1];
        record.extend(u16::try_from(part.len()).unwrap().to_be_bytes());
        record.extend(part);
        record
    };
    message.chunks(size).flat_map(record).collect()
}

fn tls(name: &str) -> Opening {
    Opening::Tls { hidden: false, server_name: Some(Host::parse(name).unwrap()) }
}

fn usual() -> Vec<u8> {
    hello(&[(23, vec![]), (SNI.0, SNI.1("www.example.com")), (16, vec![0, 3, 2, b'h', b'2'])])
}

#[test]
fn the_name_of_a_hello_is_read_from_records_of_any_size() {
    for size in [1, 2, 3, 5, 50, 16_000] {
        assert_eq!(Opening::of(&in_records(&usual(), size)), tls("www.example.com"), "{size}");
    }
}

#[test]
fn every_part_of_a_hello_but_the_whole_is_incomplete() {
    for size in [16, 16_000] {
        let records = in_records(&usual(), size);
        for end in 0..records.len() {
            assert_eq!(Opening::of(&records[..end]), Opening::Incomplete, "{end} of {}", records.len());
        }
    }
}

#[test]
fn a_hello_that_could_be_read_in_two_ways_is_malformed() {
    let two_names = {
        let mut data = SNI.1("a.test")[2..].to_vec();
        data.extend(&SNI.1("b.test")[2..]);
        let mut whole = u16::try_from(data.len()).unwrap().to_be_bytes().to_vec();
        whole.extend(data);
        whole
    };
    let mut trailing = usual();
    trailing.push(0);
    let mut longer = usual();
    longer.push(0);
    longer[3] += 1;
    let mut other_kind = usual();
    other_kind[0] = 2;
    let cases = [
        ("two names", hello(&[(SNI.0, two_names)])),
        ("two extensions", hello(&[(SNI.0, SNI.1("a.test")), (SNI.0, SNI.1("b.test"))])),
        ("no host", hello(&[(SNI.0, SNI.1("a b"))])),
        ("empty", hello(&[(SNI.0, vec![])])),
        ("a NUL", hello(&[(SNI.0, SNI.1("a.test\0.b.test"))])),
        ("another message behind it", trailing),
        ("bytes behind its extensions", longer),
        ("no ClientHello", other_kind),
    ];
    for (what, message) in cases {
        assert_eq!(Opening::of(&in_records(&message, 16_000)), Opening::Malformed, "{what}");
    }
    for (what, bytes) in [
        ("an empty record", vec![22, 3, 1, 0, 0]),
        ("a record that is too long", vec![22, 3, 1, 0xff, 0xff]),
        ("another version", vec![22, 2, 0, 0, 5]),
    ] {
        assert_eq!(Opening::of(&bytes), Opening::Malformed, "{what}");
    }
}

#[test]
fn an_encrypted_name_is_noticed_beside_the_open_one() {
    let message = hello(&[(SNI.0, SNI.1("a.test")), (0xfe0d, vec![1, 2, 3])]);
    let expected = Opening::Tls { hidden: true, server_name: Some(Host::parse("a.test").unwrap()) };
    assert_eq!(Opening::of(&in_records(&message, 16_000)), expected);
}

#[test]
fn http_is_known_by_its_first_line_and_other_protocols_are_not_taken_for_it() {
    let http = |host: &str| Opening::Http(Some(Host::parse(host).unwrap()));
    let cases = [
        ("", Opening::Incomplete),
        ("\r\n", Opening::Incomplete),
        ("GET", Opening::Incomplete),
        ("GET / HT", Opening::Incomplete),
        ("GET / HTTP/1.1\r\nHost: a.test", Opening::Incomplete),
        ("GET / HTTP/1.1\r\nHost: a.test:8080\r\n\r\n", http("a.test")),
        ("\nPATCH / HTTP/1.0\nHOST: a.test\n\n", http("a.test")),
        ("GET / HTTP/1.0\r\n\r\n", Opening::Http(None)),
        ("GET / HTTP/1.1\r\nHost: a.test\r\nhost: b.test\r\n\r\n", Opening::Malformed),
        ("GET http://b.test/ HTTP/1.1\r\nHost: a.test\r\n\r\n", Opening::Malformed),
        ("GET / HTTP/1.1\r\nHost : b.test\r\n\r\n", Opening::Malformed),
        ("GET / HTTP/1.1\r\nHost: b@a.test\r\n\r\n", Opening::Malformed),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", Opening::Other),
        ("EHLO me\r\n", Opening::Other),
        ("*1\r\n$4\r\nPING\r\n", Opening::Other),
        ("SSH-2.0-client\r\n", Opening::Other),
        ("\0\0\0\u{8}", Opening::Other),
    ];
    let found = cases.clone().map(|(text, _)| (text, Opening::of(text.as_bytes())));
    assert_eq!(found, cases);
}

/// Numbers that look random and are the same every time.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap()
    }
}

/// Whatever is changed in a hello: reading it ends, never panics, and never finds a name that is not in the bytes.
#[test]
fn garbled_hellos_never_panic_and_never_yield_a_name_that_is_not_there() {
    let mut numbers = Numbers(0x9E37_79B9_7F4A_7C15);
    let originals = [in_records(&usual(), 16_000), in_records(&usual(), 40)];
    for round in 0..100_000 {
        let mut bytes = originals[round % 2].clone();
        for _ in 0..=numbers.next() % 4 {
            let place = numbers.next() % bytes.len();
            match numbers.next() % 3 {
                0 => bytes[place] = u8::try_from(numbers.next() % 256).unwrap(),
                1 => bytes.truncate(place.max(1)),
                _ => bytes.insert(place, u8::try_from(numbers.next() % 256).unwrap()),
            }
        }
        if let Opening::Tls { server_name: Some(Host::Name(name)), .. } = Opening::of(&bytes)
            && round % 2 == 0
        {
            let there = bytes.windows(name.len()).any(|window| window.eq_ignore_ascii_case(name.as_bytes()));
            assert!(there, "{name} is not in {bytes:?}");
        }
    }
}
