//! What a run displayed and the files that it made, as content blocks: images, then text, then everything else.
//!
//! A picture that clients do not show, or that is larger than models look at, comes as one that they do, and the original as a
//! resource.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use codemode_raster::{Picture, SIDE_MAX, is_drawn, size};
use codemode_run::Report;
use codemode_run::artifacts::Artifact;
use rmcp::model::{ContentBlock, Resource, ResourceContents};

use super::{Shown, session_file};

/// Files of a run that are shown; the section `[files]` names all.
pub const FILES_SHOWN_MAX: usize = 5;

/// Longest picture in bytes that is shown: what the models behind the clients take.
const IMAGE_BYTES_MAX: usize = 5 * 1024 * 1024;

/// Longest picture in bytes that is drawn anew, smaller.
const DRAWN_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Longest picture in bytes that is shown as it is, when models look at all of its pixels.
const PLAIN_BYTES_MAX: usize = 1024 * 1024;

/// Longest file in bytes whose text is looked at.
const TEXT_BYTES_MAX: usize = 1024 * 1024;

/// Characters of one text that are shown.
const ONE_TEXT_CHARS_MAX: usize = 20_000;

/// Characters of all texts that one result shows.
pub const TEXT_CHARS_MAX: usize = 50_000;

/// Longest other content in bytes that goes into the result; longer ones are linked to.
const EMBEDDED_BYTES_MAX: usize = 64 * 1024;

/// Something that may become a block.
struct Item<'a> {
    bytes: Option<&'a [u8]>,
    /// Whether a program displayed it, and did not write it to a file.
    is_display: bool,
    mime_type: &'a str,
    name: Option<&'a str>,
    /// What is shown in its place.
    picture: Option<&'a Picture>,
    size: u64,
    uri: String,
}

/// The files that are worth reading for a result, in the order of their blocks, each with the most bytes to read.
pub(crate) fn candidates(files: &[Artifact]) -> Vec<(&Artifact, u64)> {
    let mut candidates: Vec<&Artifact> = files.iter().filter(|file| file.bytes > 0).collect();
    candidates.sort_by_key(|file| kind(file.mime_type));
    candidates.truncate(FILES_SHOWN_MAX);
    candidates.into_iter().map(|file| (file, bytes_max(kind(file.mime_type)))).collect()
}

/// How something is shown, in the order of the blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Picture,
    Text,
    Other,
}

fn kind(mime_type: &str) -> Kind {
    if is_image(mime_type) || is_drawn(mime_type) {
        Kind::Picture
    } else if is_text(mime_type) || mime_type == UNKNOWN {
        Kind::Text
    } else {
        Kind::Other
    }
}

fn bytes_max(kind: Kind) -> u64 {
    let bytes_max = match kind {
        Kind::Picture => DRAWN_BYTES_MAX,
        Kind::Text => TEXT_BYTES_MAX,
        Kind::Other => EMBEDDED_BYTES_MAX,
    };
    bytes_max as u64
}

/// What is to be drawn before the blocks are made: for each place among displays and files its bytes and its type.
pub(crate) fn to_draw<'a>(report: &'a Report, files: &'a [Shown<'_>]) -> Vec<(usize, &'a [u8], &'a str)> {
    let displays = report.displays.iter().map(|display| (Some(&*display.bytes), &*display.mime_type));
    let files = files.iter().map(|(file, content)| (content.as_deref(), file.mime_type));
    let wanting = displays.chain(files).enumerate().filter_map(|(place, (bytes, mime_type))| {
        let bytes =
            bytes.filter(|bytes| bytes.len() <= DRAWN_BYTES_MAX && wants_drawing(bytes, mime_type))?;
        Some((place, bytes, mime_type))
    });
    wanting.take(FILES_SHOWN_MAX).collect()
}

fn wants_drawing(bytes: &[u8], mime_type: &str) -> bool {
    if !is_image(mime_type) {
        return is_drawn(mime_type);
    }
    let is_large = size(bytes).is_some_and(|(width, height)| width.max(height) > SIDE_MAX);
    // An animation would stand still.
    image_type(bytes).is_some_and(|mime_type| mime_type != "image/gif")
        && (bytes.len() > PLAIN_BYTES_MAX || is_large)
}

/// The blocks behind the text of a result.
pub(super) fn blocks(
    report: &Report,
    files: &[Shown<'_>],
    pictures: &BTreeMap<usize, Picture>,
) -> Vec<ContentBlock> {
    let displays = report.displays.iter().enumerate().map(|(place, display)| Item {
        bytes: Some(&display.bytes),
        is_display: true,
        mime_type: &display.mime_type,
        name: display.name.as_deref(),
        picture: pictures.get(&place),
        size: display.bytes.len() as u64,
        uri: format!("codemode://runs/{}/display/{place}", report.run_id),
    });
    let files = (report.displays.len()..).zip(files).map(|(place, (file, content))| Item {
        bytes: content.as_deref(),
        is_display: false,
        mime_type: file.mime_type,
        name: Some(&file.name),
        picture: pictures.get(&place),
        size: file.bytes,
        uri: session_file(report.session_id.as_deref(), &file.name),
    });
    let items: Vec<Item<'_>> = displays.chain(files).collect();
    let (mut texts, mut others, mut room) = (Vec::new(), Vec::new(), TEXT_CHARS_MAX);
    let mut blocks: Vec<ContentBlock> = Vec::new();
    for item in &items {
        if let Some(picture) = item.picture {
            blocks.push(ContentBlock::image(STANDARD.encode(&picture.bytes), picture.mime_type));
            others.push(item.resource());
        } else if let Some(image) = item.image() {
            blocks.push(image);
        } else if let Some(text) = item.text() {
            texts.push(item.fenced(text, &mut room));
        } else {
            others.push(item.resource());
        }
    }
    blocks.extend(texts);
    blocks.extend(others);
    blocks
}

impl Item<'_> {
    /// A picture. What only calls itself one is none: a client that passed it on would have its request refused.
    fn image(&self) -> Option<ContentBlock> {
        let bytes = self.bytes.filter(|bytes| bytes.len() <= IMAGE_BYTES_MAX)?;
        let mime_type = image_type(bytes).filter(|_| is_image(self.mime_type))?;
        Some(ContentBlock::image(STANDARD.encode(bytes), mime_type))
    }

    fn text(&self) -> Option<&str> {
        // How a table looks is for who reads with a browser; a model has it as text already.
        let is_look = self.mime_type == "text/html" && self.is_display;
        let bytes =
            self.bytes.filter(|_| !is_look && (is_text(self.mime_type) || self.mime_type == UNKNOWN))?;
        let text = std::str::from_utf8(bytes).ok()?;
        let is_plain = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
        text.chars().all(is_plain).then_some(text)
    }

    /// Text between fences that are longer than any in it, under its name.
    fn fenced(&self, text: &str, room: &mut usize) -> ContentBlock {
        let title = self.name.map(|name| shown_name(name) + "\n").unwrap_or_default();
        let chars_max = ONE_TEXT_CHARS_MAX.min(*room);
        let end = text.char_indices().nth(chars_max).map(|(end, _)| end);
        let shown = &text[..end.unwrap_or(text.len())];
        *room -= shown.chars().count();
        let cut = end.map_or_else(String::new, |end| {
            format!("\n[... {} more characters: {} ...]", text[end..].chars().count(), self.uri)
        });
        let fence = "`".repeat(fence_length(shown));
        let newline = if shown.ends_with('\n') { "" } else { "\n" };
        let language = fence_language(self.mime_type);
        ContentBlock::text(format!("{title}{fence}{language}\n{shown}{newline}{fence}{cut}"))
    }

    fn resource(&self) -> ContentBlock {
        let Some(bytes) = self.bytes.filter(|bytes| bytes.len() <= EMBEDDED_BYTES_MAX) else {
            let name = self.name.map_or_else(|| "display".to_owned(), shown_name);
            let link = Resource::new(&self.uri, name).with_mime_type(self.mime_type).with_size(self.size);
            return ContentBlock::resource_link(link);
        };
        ContentBlock::resource(contents(bytes, self.mime_type, &self.uri))
    }
}

/// Bytes as a resource: text where they are, base64 elsewhere.
pub(crate) fn contents(bytes: &[u8], mime_type: &str, uri: &str) -> ResourceContents {
    let text = std::str::from_utf8(bytes).ok().filter(|text| !text.contains('\0'));
    let contents = match text {
        Some(text) => ResourceContents::text(text, uri),
        None => ResourceContents::blob(STANDARD.encode(bytes), uri),
    };
    let mime_type = if text.is_some() && mime_type == UNKNOWN { "text/plain" } else { mime_type };
    contents.with_mime_type(mime_type)
}

/// The type of a file whose extension says nothing.
const UNKNOWN: &str = "application/octet-stream";

fn is_image(mime_type: &str) -> bool {
    matches!(mime_type, "image/gif" | "image/jpeg" | "image/png" | "image/webp")
}

/// Whether a type is one of text that reads well between fences.
fn is_text(mime_type: &str) -> bool {
    mime_type.starts_with("text/")
        || matches!(
            mime_type,
            "application/json" | "application/toml" | "application/xml" | "application/yaml"
        )
}

/// The type of a picture by its first bytes.
fn image_type(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => Some("image/png"),
        [0xFF, 0xD8, 0xFF, ..] => Some("image/jpeg"),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some("image/gif"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => None,
    }
}

fn fence_language(mime_type: &str) -> &str {
    match mime_type {
        "application/json" => "json",
        "application/toml" => "toml",
        "application/xml" => "xml",
        "application/yaml" => "yaml",
        "text/css" => "css",
        "text/csv" => "csv",
        "text/html" => "html",
        "text/javascript" => "javascript",
        "text/markdown" => "markdown",
        "text/x-c++" => "cpp",
        "text/x-python" => "python",
        "text/x-shellscript" => "bash",
        // The others are called what they are.
        other => other.strip_prefix("text/x-").unwrap_or_default(),
    }
}

fn fence_length(text: &str) -> usize {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    longest.max(2) + 1
}

/// A name on one line: a line break in it could pass for another section.
pub(super) fn shown_name(name: &str) -> String {
    name.replace(char::is_control, "\u{FFFD}")
}
