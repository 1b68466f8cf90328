//! Bounded output: head and tail, valid JSON, whole lines, the whole in a file.

use codemode_run::output::{Capture, Recorder, Spool, clip, shorten};
use codemode_run::{Event, Host, Limits, Stream};
use serde_json::json;

fn capture(chars_max: usize, pieces: &[&[u8]]) -> (String, u64, bool) {
    let mut capture = Capture::new(chars_max);
    for piece in pieces {
        capture.push(piece);
    }
    let captured = capture.captured();
    (captured.text, captured.bytes, captured.truncated)
}

#[test]
fn what_fits_is_shown_as_it_came() {
    assert_eq!(capture(100, &[b"one\n", b"two"]), ("one\ntwo".to_owned(), 7, false));
    assert_eq!(capture(100, &[]), (String::new(), 0, false));
}

#[test]
fn bytes_that_are_no_text_are_marked_and_counted() {
    assert_eq!(capture(100, &[b"a\xff\x00b"]), ("a\u{FFFD}\0b".to_owned(), 4, false));
}

#[test]
fn a_character_that_comes_in_two_pieces_is_whole() {
    let snowman = "☃".as_bytes();
    assert_eq!(capture(100, &[&snowman[..1], &snowman[1..]]), ("☃".to_owned(), 3, false));
}

#[test]
fn head_and_tail_are_kept_and_what_was_left_out_is_counted() {
    let lines: Vec<String> = (0..1000).map(|number| format!("line {number}\n")).collect();
    let whole = lines.concat();
    let (text, bytes, truncated) = capture(60, &[whole.as_bytes()]);
    assert_eq!(
        text,
        "line 0\nline 1\nline 2\nline 3\n[... 8836 of 8890 bytes left out here ...]\nline 997\nline 998\nline 999\n"
    );
    assert_eq!((bytes, truncated), (8890, true));
}

#[test]
fn the_pieces_that_output_comes_in_do_not_matter() {
    let whole: Vec<u8> = (0..20_000u32).flat_map(|number| format!("{number} ☃\n").into_bytes()).collect();
    let at_once = capture(500, &[&whole]);
    for size in [1, 2, 3, 7, 4096] {
        let pieces: Vec<&[u8]> = whole.chunks(size).collect();
        assert_eq!(capture(500, &pieces), at_once, "pieces of {size}");
    }
}

#[test]
fn one_endless_line_is_cut_inside() {
    let (text, bytes, truncated) = capture(20, &[&[b'x'; 32 * 1024]]);
    assert_eq!(text, "xxxxxxxxxx\n[... 32748 of 32768 bytes left out here ...]\nxxxxxxxxxx");
    assert_eq!((bytes, truncated), (32768, true));
}

#[test]
fn memory_is_flat_at_any_volume() {
    let mut capture = Capture::new(1000);
    let piece = [b'y'; 64 * 1024];
    for _ in 0..1024 {
        capture.push(&piece);
    }
    assert_eq!((capture.bytes(), capture.captured().text.len() < 1200), (64 * 1024 * 1024, true));
}

#[test]
fn json_that_is_too_long_stays_json() {
    let text = json!({"items": (0..1000).collect::<Vec<u32>>(), "name": "x"}).to_string();
    let clipped = clip(&text, text.len() as u64, 120);
    assert!(clipped.truncated);
    let value: serde_json::Value = serde_json::from_str(&clipped.text).unwrap();
    assert_eq!(
        value,
        json!({"items": [0, 1, 2, 3, 4, 5, 6, 7, "... 992 of 1000 items left out ..."], "name": "x"})
    );
}

#[test]
fn every_shortened_value_fits_and_says_what_it_lost() {
    let values = [
        json!("a".repeat(1000)),
        json!((0..500).map(|number| json!({"id": number, "text": "t".repeat(50)})).collect::<Vec<_>>()),
        json!({"deep": {"deeper": {"deepest": (0..900).collect::<Vec<u32>>()}}}),
        (0..60).fold(json!(1), |below, _| json!([below])),
    ];
    for value in values {
        for chars_max in [100, 200, 1000] {
            let short = shorten(&value, chars_max).to_string();
            assert!(short.chars().count() <= chars_max, "{} > {chars_max}: {short}", short.len());
            if value.to_string().len() > chars_max {
                assert!(short.contains("left out"), "{short}");
            }
        }
    }
}

#[test]
fn a_spool_makes_a_file_only_when_it_must_and_takes_it_away() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs/1.stdout");
    let mut spool = Spool::new(path.clone(), 200_000);
    spool.push(b"small");
    assert_eq!((spool.read(1, 3).unwrap(), path.exists()), (b"mal".to_vec(), false));
    spool.push(&[b'z'; 100_000]);
    assert_eq!((spool.read(4, 3).unwrap(), spool.kept(), path.exists()), (b"lzz".to_vec(), 100_005, true));
    spool.push(&[b'z'; 200_000]);
    assert_eq!((spool.kept(), spool.read(199_999, 10).unwrap()), (200_000, b"z".to_vec()));
    drop(spool);
    assert!(!path.exists());
}

fn recorder() -> (Recorder, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    (Recorder::new(folder.path(), "r", &Limits::default()), folder)
}

#[test]
fn a_reader_gets_whole_lines_and_the_rest_at_the_end() {
    let (recorder, _folder) = recorder();
    recorder.emit(Event::Output(Stream::Stdout, b"ab"));
    assert_eq!(recorder.take_lines(), None);
    recorder.emit(Event::Output(Stream::Stderr, b"err\n"));
    recorder.emit(Event::Output(Stream::Stdout, b"cd\nef"));
    assert_eq!(recorder.take_lines(), Some("err\nabcd\n".to_owned()));
    assert_eq!(recorder.take_rest(), Some("ef".to_owned()));
    assert_eq!(recorder.take_rest(), None);
}

#[test]
fn a_reader_who_is_slow_is_told_what_was_not_streamed() {
    let (recorder, _folder) = recorder();
    for _ in 0..20 {
        recorder.emit(Event::Output(Stream::Stdout, &[b"l".repeat(63 * 1024), b"\n".to_vec()].concat()));
    }
    // A short line that would fit is not taken either: it would seem to follow what came before the gap.
    recorder.emit(Event::Output(Stream::Stdout, b"short\n"));
    let lines = recorder.take_lines().unwrap();
    assert!(lines.ends_with("[... 258058 bytes were not streamed; the result has their place ...]\n"));
    assert_eq!(lines.len(), 1_032_208 + 69);
    recorder.emit(Event::Output(Stream::Stdout, b"again\n"));
    assert_eq!(recorder.take_lines(), Some("again\n".to_owned()));
}

#[test]
fn a_long_json_output_is_still_json_in_the_result() {
    let (recorder, _folder) = recorder();
    let text = json!((0..200_000).collect::<Vec<u32>>()).to_string();
    recorder.emit(Event::Output(Stream::Stdout, text.as_bytes()));
    let captured = recorder.captured(Stream::Stdout);
    assert!(captured.truncated && captured.text.chars().count() <= 50_001);
    assert!(serde_json::from_str::<serde_json::Value>(&captured.text).is_ok());
    assert_eq!(recorder.read(Stream::Stdout, 0, u64::MAX).unwrap(), text.as_bytes());
}
