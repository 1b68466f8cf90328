//! The guest protocol: what is accepted, and what is not.

use codemode_engines::guest::{FrameReader, FromGuest};
use codemode_run::{Display, Ending, Exception, Stream, Value};
use serde_json::json;

/// Every message in these bytes, then `end` or the error.
async fn read(bytes: &[u8]) -> Vec<String> {
    let mut reader = FrameReader::new(bytes);
    let mut said = Vec::new();
    loop {
        match reader.next().await {
            Ok(Some(message)) => said.push(format!("{message:?}")),
            Ok(None) => {
                said.push("end".to_owned());
                return said;
            }
            Err(error) => {
                said.push(format!("error: {error}"));
                return said;
            }
        }
    }
}

fn framed(body: &str) -> Vec<u8> {
    [&u32::try_from(body.len()).unwrap().to_be_bytes(), body.as_bytes()].concat()
}

async fn one(body: serde_json::Value) -> FromGuest {
    let bytes = framed(&body.to_string());
    FrameReader::new(&bytes[..]).next().await.unwrap().unwrap()
}

#[tokio::test]
async fn every_message_is_read() {
    let exception = json!({"type": "ValueError", "message": "bad", "traceback": "Traceback", "module": null});
    let cases = [
        (json!({"type": "ready", "version": 1, "runtime": "x"}), FromGuest::Ready { version: 1 }),
        (
            json!({"type": "output", "nonce": "n", "stream": "stderr", "text": "t"}),
            FromGuest::Output { nonce: "n".into(), stream: Stream::Stderr, text: "t".into() },
        ),
        (
            json!({"type": "display", "nonce": "n", "mime_type": "image/png", "base64": "AAEC", "name": "a.png"}),
            FromGuest::Display {
                display: Display {
                    bytes: vec![0, 1, 2],
                    mime_type: "image/png".into(),
                    name: Some("a.png".into()),
                },
                nonce: "n".into(),
            },
        ),
        (
            json!({"type": "call", "nonce": "n", "id": 7, "server": "s", "tool": "t", "arguments": {"a": 1}}),
            FromGuest::Call {
                arguments: json!({"a": 1}).as_object().unwrap().clone(),
                id: 7,
                nonce: "n".into(),
                server: "s".into(),
                tool: "t".into(),
            },
        ),
        (
            json!({"type": "done", "nonce": "n", "ending": {"kind": "exit", "code": -1}, "value": null}),
            FromGuest::Done { ending: Ending::Exit { code: 255 }, nonce: "n".into(), value: None },
        ),
        (
            json!({"type": "done", "nonce": "n", "ending": {"kind": "raise", "exception": {"type": "E", "message": "", "module": "m", "traceback": "", "shown": true}}, "value": null}),
            FromGuest::Done {
                ending: Ending::Raise(Exception {
                    kind: "E".into(),
                    message: String::new(),
                    module: Some("m".into()),
                    shown: true,
                    traceback: String::new(),
                }),
                nonce: "n".into(),
                value: None,
            },
        ),
        (
            json!({"type": "done", "nonce": "n", "ending": {"kind": "exit", "code": 0}, "value": {"json": null}}),
            FromGuest::Done {
                ending: Ending::Finish,
                nonce: "n".into(),
                value: Some(Value::Json { json: serde_json::Value::Null, cut: false }),
            },
        ),
        (
            json!({"type": "done", "nonce": "n", "ending": {"kind": "raise", "exception": exception}, "value": {"text": "<x>", "cut": true}}),
            FromGuest::Done {
                ending: Ending::Raise(Exception {
                    kind: "ValueError".into(),
                    message: "bad".into(),
                    module: None,
                    shown: false,
                    traceback: "Traceback".into(),
                }),
                nonce: "n".into(),
                value: Some(Value::Text { text: "<x>".into(), cut: true }),
            },
        ),
    ];
    for (body, expected) in cases {
        assert_eq!(one(body).await, expected);
    }
}

#[tokio::test]
async fn what_breaks_the_protocol_is_an_error_that_says_how() {
    let ready = framed(r#"{"type":"ready","version":1}"#);
    let cases: Vec<(Vec<u8>, &str)> = vec![
        (Vec::new(), "end"),
        (ready[..2].to_vec(), "error: the link to the guest broke"),
        (ready[..9].to_vec(), "error: the link to the guest broke"),
        (vec![0xFF; 8], "error: the guest sent a frame of 4294967295 bytes, more than 16777216"),
        (
            framed(""),
            "error: the guest sent a message that is none: EOF while parsing a value at line 1 column 0",
        ),
        (
            framed("[1]"),
            "error: the guest sent a message that is none: invalid type: integer `1`, expected variant identifier at line 1 column 2",
        ),
        (
            framed(r#"{"type":"ready"}"#),
            "error: the guest sent a message that is none: missing field `version`",
        ),
        (
            framed(r#"{"type":"display","nonce":"n","mime_type":"a/b"}"#),
            "error: the guest sent a message that is none: a display needs either `text` or `base64`",
        ),
    ];
    for (bytes, expected) in cases {
        assert_eq!(read(&bytes).await.last().unwrap(), expected);
    }
}

#[tokio::test]
async fn frames_that_come_byte_by_byte_or_together_are_the_same() {
    let two = [framed(r#"{"type":"ready","version":1}"#), framed(r#"{"type":"ready","version":2}"#)].concat();
    let expected = ["Ready { version: 1 }", "Ready { version: 2 }", "end"];
    assert_eq!(read(&two).await, expected);
    let (mut writer, reader) = tokio::io::duplex(1);
    let slow = tokio::spawn(async move { tokio::io::AsyncWriteExt::write_all(&mut writer, &two).await });
    let mut reader = FrameReader::new(reader);
    assert_eq!(reader.next().await.unwrap(), Some(FromGuest::Ready { version: 1 }));
    assert_eq!(reader.next().await.unwrap(), Some(FromGuest::Ready { version: 2 }));
    slow.await.unwrap().unwrap();
}
