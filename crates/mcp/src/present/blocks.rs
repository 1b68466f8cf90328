//! What a run displayed and the files that it made, as content blocks: images, then text, then everything else.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use codemode_run::Report;
use codemode_run::artifacts::Artifact;
use rmcp::model::{ContentBlock, Resource, ResourceContents};

use super::{Shown, session_file};

/// Files of a run that are shown; the section `[files]` names all.
pub const FILES_SHOWN_MAX: usize = 5;

/// Longest picture in bytes that is shown: what the models behind the clients take.
const IMAGE_BYTES_MAX: usize = 5 * 1024 * 1024;

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
    mime_type: &'a str,
    name: Option<&'a str>,
    size: u64,
    uri: String,
}

/// The files that are worth reading for a result, in the order of their blocks, each with the most bytes to read.
pub(crate) fn candidates(files: &[Artifact]) -> Vec<(&Artifact, u64)> {
    let mut candidates: Vec<(&Artifact, usize)> =
        files.iter().filter(|file| file.bytes > 0).map(|file| (file, bytes_max(file.mime_type))).collect();
    candidates.sort_by_key(|(_, bytes_max)| match *bytes_max {
        IMAGE_BYTES_MAX => 0,
        TEXT_BYTES_MAX => 1,
        _ => 2,
    });
    candidates.truncate(FILES_SHOWN_MAX);
    candidates.into_iter().map(|(file, bytes_max)| (file, bytes_max as u64)).collect()
}

fn bytes_max(mime_type: &str) -> usize {
    if is_image(mime_type) {
        IMAGE_BYTES_MAX
    } else if is_text(mime_type) || mime_type == UNKNOWN {
        TEXT_BYTES_MAX
    } else {
        EMBEDDED_BYTES_MAX
    }
}

/// The blocks behind the text of a result.
pub(super) fn blocks(report: &Report, files: &[Shown<'_>]) -> Vec<ContentBlock> {
    let displays = report.displays.iter().enumerate().map(|(place, display)| Item {
        bytes: Some(&display.bytes),
        mime_type: &display.mime_type,
        name: display.name.as_deref(),
        size: display.bytes.len() as u64,
        uri: format!("codemode://runs/{}/display/{place}", report.run_id),
    });
    let files = files.iter().map(|(file, content)| Item {
        bytes: content.as_deref(),
        mime_type: file.mime_type,
        name: Some(&file.name),
        size: file.bytes,
        uri: session_file(report.session_id.as_deref(), &file.name),
    });
    let items: Vec<Item<'_>> = displays.chain(files).collect();
    let (mut texts, mut others, mut room) = (Vec::new(), Vec::new(), TEXT_CHARS_MAX);
    let mut blocks: Vec<ContentBlock> = Vec::new();
    for item in &items {
        if let Some(image) = item.image() {
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
        let bytes = self.bytes.filter(|_| is_text(self.mime_type) || self.mime_type == UNKNOWN)?;
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
        || matches!(mime_type, "application/json" | "application/xml" | "application/yaml")
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
        "application/xml" => "xml",
        "application/yaml" => "yaml",
        "text/csv" => "csv",
        "text/html" => "html",
        "text/javascript" => "javascript",
        "text/markdown" => "markdown",
        "text/x-python" => "python",
        "text/x-shellscript" => "bash",
        _ => "",
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
