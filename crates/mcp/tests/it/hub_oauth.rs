//! Remote servers that want OAuth 2.1: a person signs in once, tokens are refreshed, and nothing of them is ever shown.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use codemode_run::ServerState;
use serde_json::{Value, json};

use crate::hub_support::{Bench, mark, upstream};

/// A server on loopback; it ends with this value.
struct Remote {
    child: Child,
    port: u16,
}

impl Remote {
    fn start(kind: &str) -> Self {
        let mut command = Command::new("python3");
        command.arg(upstream("oauth.py")).arg(kind).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        Self { child, port: line.trim().parse().unwrap() }
    }

    fn bench(&self) -> Bench {
        let url = format!("http://127.0.0.1:{}/mcp", self.port);
        Bench::with(json!({"remote": {"url": url, "type": "http"}}), mark(), None)
    }

    async fn counts(&self) -> Value {
        let text = get(format!("http://127.0.0.1:{}/counts", self.port)).await;
        serde_json::from_str(&text).unwrap()
    }

    async fn forget(&self) {
        let client = reqwest::Client::new();
        client.post(format!("http://127.0.0.1:{}/forget", self.port)).send().await.unwrap();
    }
}

impl Drop for Remote {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a browser does with a page: it goes where it is sent.
async fn get(url: String) -> String {
    reqwest::get(url).await.unwrap().text().await.unwrap()
}

/// Signs in as a person with a browser would: what the browser showed at the end.
async fn login(bench: &Bench) -> Result<String, String> {
    let (shown, page) = tokio::sync::oneshot::channel();
    let browser = tokio::spawn(async { get(page.await.unwrap()).await });
    let done = bench.hub.login("remote", |url| shown.send(url.to_owned()).unwrap()).await;
    let page = browser.await.unwrap();
    done.map(|()| page).map_err(|error| error.to_string())
}

fn token_files(bench: &Bench) -> Vec<PathBuf> {
    let entries = fs::read_dir(bench.data.path().join("oauth")).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files
}

#[tokio::test]
async fn a_person_signs_in_once_and_tokens_are_refreshed() {
    use std::os::unix::fs::PermissionsExt;
    let remote = Remote::start("willing");
    let bench = remote.bench();
    bench.hub.connect().await;
    let wants = "it wants authorization: sign in with `codemode tools login`, or set an `Authorization` header in its configuration";
    assert_eq!(bench.state("remote"), ServerState::Failed { reason: wants.to_owned() });

    assert_eq!(login(&bench).await.unwrap(), "You can close this page and go back to codemode.");
    let files = token_files(&bench);
    assert_eq!(files.len(), 1);
    assert_eq!(fs::metadata(&files[0]).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(bench.text("remote", "echo", json!({"text": "hi"})).await, "hi");
    assert_eq!(remote.counts().await["authorization_code"], 1);

    // Another process, later: the access token is old, the refresh token is used, and nobody is asked.
    tokio::time::sleep(std::time::Duration::from_millis(2100)).await;
    let again = bench.again();
    assert_eq!(again.text("remote", "echo", json!({"text": "again"})).await, "again");
    let counts = remote.counts().await;
    assert_eq!(counts["authorization_code"], 1);
    assert!(counts["refresh_token"].as_u64().unwrap() >= 1, "{counts}");
    again.end().await;
    bench.end().await;
}

#[tokio::test]
async fn tokens_that_are_void_are_said_and_those_of_a_logout_are_gone() {
    let remote = Remote::start("willing");
    let bench = remote.bench();
    login(&bench).await.unwrap();
    remote.forget().await;
    tokio::time::sleep(std::time::Duration::from_millis(2100)).await;
    bench.hub.connect().await;
    let reason = bench.failure("remote");
    assert!(reason.contains("authoriz") || reason.contains("token"), "{reason}");
    let kept = fs::read_to_string(&token_files(&bench)[0]).unwrap();
    let kept: Value = serde_json::from_str(&kept).unwrap();
    let secret = kept["token_response"]["refresh_token"].as_str().unwrap();
    assert!(!reason.contains(secret) && !reason.contains("127.0.0.1"), "{reason}");

    assert!(bench.hub.logout("remote").unwrap());
    assert_eq!(token_files(&bench), Vec::<PathBuf>::new());
    assert!(!bench.hub.logout("remote").unwrap());
    bench.end().await;
}

#[tokio::test]
async fn a_person_or_a_server_that_says_no_is_quoted() {
    let remote = Remote::start("refusing");
    let bench = remote.bench();
    let said = login(&bench).await.unwrap_err();
    assert_eq!(said, "`remote` was not authorized: access_denied: the person said no");
    assert_eq!(token_files(&bench), Vec::<PathBuf>::new());
    let said = bench.hub.login("nobody", |_| {}).await.unwrap_err().to_string();
    assert_eq!(said, "no remote server is named `nobody`");
    bench.end().await;
}

/// A page on the way that somebody else opens at our address must not end the waiting, nor pass as the answer.
#[tokio::test]
async fn an_answer_with_a_state_of_its_own_is_not_taken() {
    let remote = Remote::start("willing");
    let bench = remote.bench();
    let (shown, page) = tokio::sync::oneshot::channel::<String>();
    let browser = tokio::spawn(async move {
        let page = reqwest::Url::parse(&page.await.unwrap()).unwrap();
        let word = |name: &str| page.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();
        let back = word("redirect_uri");
        let icon = reqwest::Url::parse(&back).unwrap().join("/favicon.ico").unwrap();
        let missing = reqwest::get(icon).await.unwrap().status().as_u16();
        get(format!("{back}?code=stolen&state=made-up")).await;
        missing
    });
    let done = bench.hub.login("remote", |url| shown.send(url.to_owned()).unwrap()).await;
    assert_eq!(browser.await.unwrap(), 404);
    let said = done.unwrap_err().to_string();
    assert!(said.starts_with("`remote` was not authorized: "), "{said}");
    assert_eq!(token_files(&bench), Vec::<PathBuf>::new());
    bench.end().await;
}
