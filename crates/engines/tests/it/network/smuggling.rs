//! Requests that two readers could read in two ways.

use codemode_run::network::NetworkMode;

use super::bench::{Bench, status};

async fn bench() -> Bench {
    Bench::new(NetworkMode::Hosts, &["allowed.test"]).await
}

#[tokio::test]
async fn a_request_that_is_not_clear_goes_nowhere() {
    let bench = bench().await;
    let host = "Host: allowed.test\r\n";
    for (head, body) in [
        (format!("POST http://allowed.test/ HTTP/1.1\r\n{host}Host: other.test\r\n"), ""),
        (format!("POST http://allowed.test/ HTTP/1.1\r\n{host}{host}"), ""),
        ("POST http://allowed.test/ HTTP/1.1\r\nHost: other.test\r\n".to_owned(), ""),
        ("POST http://allowed.test/ HTTP/1.1\r\nHost: allowed.test:81\r\n".to_owned(), ""),
        ("POST http://allowed.test/ HTTP/1.1\r\nHost: allowed.test@other.test\r\n".to_owned(), ""),
        ("POST http://allowed.test/ HTTP/1.1\r\n".to_owned(), ""),
        (
            format!("POST http://allowed.test/ HTTP/1.1\r\n{host}Content-Length: 5\r\nContent-Length: 6\r\n"),
            "hello",
        ),
        (format!("POST http://allowed.test/ HTTP/1.1\r\n{host}Content-Length: +5\r\n"), "hello"),
        (
            format!("POST http://allowed.test/ HTTP/1.1\r\n{host}Transfer-Encoding: chunked, identity\r\n"),
            "hello",
        ),
        (
            format!(
                "POST http://allowed.test/ HTTP/1.1\r\n{host}Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n"
            ),
            "0\r\n\r\n",
        ),
        (format!("POST http://allowed.test/ HTTP/1.0\r\n{host}Transfer-Encoding: chunked\r\n"), "0\r\n\r\n"),
        (format!("POST http://allowed.test/ HTTP/1.1\r\n{host}Content-Length : 5\r\n"), "hello"),
        (format!("POST http://allowed.test/ HTTP/1.1\r\n{host}X: a\r\n b: c\r\n"), ""),
        (format!("GET http://other.test@allowed.test/ HTTP/1.1\r\n{host}"), ""),
        (format!("GET http://allowed.test:99999/ HTTP/1.1\r\n{host}"), ""),
        (format!("GET / HTTP/1.1\r\n{host}"), ""),
        (format!("GET ftp://allowed.test/ HTTP/1.1\r\n{host}"), ""),
        (format!("GET https://allowed.test/ HTTP/1.1\r\n{host}"), ""),
        (format!("CONNECT allowed.test HTTP/1.1\r\n{host}"), ""),
        (format!("CONNECT allowed.test:0 HTTP/1.1\r\n{host}"), ""),
        ("CONNECT allowed.test:443 HTTP/1.1\r\nHost: other.test:443\r\n".to_owned(), ""),
    ] {
        let answer = bench.request(&head, body).await;
        assert!([400, 501].contains(&status(&answer)), "{head}: {answer}");
    }
    assert_eq!(bench.origin.take(), Vec::<String>::new());
    // The same bench passes what is right.
    let head = format!("POST http://allowed.test/ HTTP/1.1\r\n{host}Content-Length: 5\r\n");
    assert_eq!(status(&bench.request(&head, "hello").await), 200);
}

#[tokio::test]
async fn what_is_hidden_behind_a_chunked_body_is_not_a_request_of_its_own() {
    let bench = bench().await;
    let hidden = "GET /hidden HTTP/1.1\r\nHost: other.test\r\n\r\n";
    let (chunked, length) = ("Transfer-Encoding: chunked\r\n", "Content-Length: 5\r\n");
    for fields in [format!("{chunked}{length}"), format!("{length}{chunked}")] {
        let head = format!("POST http://allowed.test/ HTTP/1.1\r\nHost: allowed.test\r\n{fields}");
        bench.request(&head, &format!("0\r\n\r\n{hidden}")).await;
        // What goes out has one reading only, and the bytes behind it never do.
        let expected = "POST / HTTP/1.1\r\nHost: allowed.test\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
        assert_eq!(bench.origin.take(), [expected], "{fields}");
    }
}

#[tokio::test]
async fn a_request_behind_another_needs_the_secret_and_the_rules_again() {
    let bench = bench().await;
    let credentials = bench.credentials();
    let first = format!("GET http://allowed.test/1 HTTP/1.1\r\nHost: allowed.test\r\n{credentials}\r\n");
    let listed_not = format!("GET http://other.test/2 HTTP/1.1\r\nHost: other.test\r\n{credentials}\r\n");
    let secret_not = "GET http://allowed.test/3 HTTP/1.1\r\nHost: allowed.test\r\nConnection: close\r\n\r\n";
    let answers = bench.exchange(format!("{first}{listed_not}{secret_not}").as_bytes()).await;
    let codes: Vec<u16> = answers.match_indices("HTTP/1.1 ").map(|(at, _)| status(&answers[at..])).collect();
    assert_eq!(codes, [200, 403, 407]);
    assert_eq!(bench.origin.take().len(), 1);
}
