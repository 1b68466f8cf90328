//! The catalog inside a tool's description, within a budget of tokens that the servers share fairly.

use super::tokens::estimate;
use super::{Catalog, Found, ServerState, stubs, text};

/// Longest first sentence of a description.
const SENTENCE_CHARS_MAX: usize = 90;

/// Longest signature; a longer one is shown without its parameters.
const SIGNATURE_CHARS_MAX: usize = 400;

/// Longest name of a server that is listed.
const NAME_CHARS_MAX: usize = 64;

/// Tokens that are kept for the line about servers that are left out.
const REST_TOKENS: usize = 24;

/// How much is said of each tool, most first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Detail {
    Sentence,
    Signature,
}

/// The lines of one server.
struct Section {
    header_tokens: usize,
    lines: Vec<(String, usize)>,
    name: String,
    shown: usize,
    /// Why there are no tools.
    state: Option<String>,
}

impl Catalog {
    /// What there is to call, in at most `tokens_max` tokens: every tool with its signature when that fits, else as many
    /// of each server as fit. The same catalog always gives the same text.
    pub fn summary(&self, tokens_max: usize) -> String {
        let details = [Detail::Sentence, Detail::Signature];
        let whole = details
            .into_iter()
            .map(|detail| self.sections(detail))
            .find(|sections| total(sections) <= tokens_max);
        let sections = whole.map(|mut sections| {
            sections.iter_mut().for_each(|section| section.shown = section.lines.len());
            sections
        });
        render(&sections.unwrap_or_else(|| self.share(tokens_max)))
    }

    fn sections(&self, detail: Detail) -> Vec<Section> {
        let section = |(server, name): (usize, &str)| {
            let entry = &self.entries[server];
            let tools = (0..entry.names.len()).map(|tool| Found { catalog: self, server, tool });
            let lines =
                tools.map(|found| line(&found, detail)).map(|line| (line.clone(), estimate(&line) + 1));
            let name = text::one_line(name, NAME_CHARS_MAX);
            let state = self.servers[server].tools.is_empty().then(|| state(&self.servers[server].state));
            let lines: Vec<_> = lines.collect();
            let header_tokens =
                estimate(&header(&name, lines.len(), lines.len().max(1), state.as_deref())) + 8;
            Section { header_tokens, lines, name, shown: 0, state }
        };
        self.server_names().enumerate().map(section).collect()
    }

    /// Servers take turns; each adds its next tool while there is room. A server that needs less leaves more to others.
    fn share(&self, tokens_max: usize) -> Vec<Section> {
        let mut sections = self.sections(Detail::Signature);
        let mut left = tokens_max;
        let fits = sections.iter().take_while(|section| {
            let enough = left >= section.header_tokens + REST_TOKENS;
            left = left.saturating_sub(if enough { section.header_tokens } else { 0 });
            enough
        });
        let listed = fits.count();
        sections.iter_mut().skip(listed).for_each(|section| section.lines.clear());
        if listed < sections.len() {
            left = left.saturating_sub(REST_TOKENS);
        }
        let mut open: Vec<usize> = (0..listed).filter(|place| !sections[*place].lines.is_empty()).collect();
        let mut spent = vec![0; sections.len()];
        while let Some(place) = open.iter().copied().min_by_key(|place| (spent[*place], *place)) {
            let section = &mut sections[place];
            let tokens = section.lines[section.shown].1;
            if tokens <= left {
                section.shown += 1;
                spent[place] += tokens;
                left -= tokens;
            }
            if tokens > left || section.shown == section.lines.len() {
                open.retain(|other| {
                    *other != place || (tokens <= left && section.shown < section.lines.len())
                });
            }
        }
        let unlisted = sections.len() - listed;
        sections.truncate(listed);
        if unlisted > 0 {
            let state = Some(format!("{unlisted} more servers; search for their tools"));
            sections.push(Section {
                header_tokens: 0,
                lines: Vec::new(),
                name: String::new(),
                shown: 0,
                state,
            });
        }
        sections
    }
}

fn total(sections: &[Section]) -> usize {
    sections
        .iter()
        .map(|section| section.header_tokens + section.lines.iter().map(|(_, tokens)| tokens).sum::<usize>())
        .sum()
}

fn line(found: &Found<'_>, detail: Detail) -> String {
    let signature = stubs::one_line(found);
    let signature = if signature.len() > SIGNATURE_CHARS_MAX {
        format!("{}(...)", text::one_line(found.name(), NAME_CHARS_MAX))
    } else {
        signature
    };
    let sentence = if detail == Detail::Sentence { found.summary(SENTENCE_CHARS_MAX) } else { String::new() };
    if sentence.is_empty() { signature } else { format!("{signature} # {sentence}") }
}

fn header(name: &str, shown: usize, all: usize, state: Option<&str>) -> String {
    match state {
        Some(state) if name.is_empty() => format!("# {state}"),
        Some(state) => format!("# {name}: {state}"),
        None if shown == all => format!("# {name}: all {all} tools"),
        None => format!("# {name}: {shown} of {all} tools; search for the rest"),
    }
}

fn state(state: &ServerState) -> String {
    match state {
        ServerState::Connecting => "connecting; search for its tools later".to_owned(),
        ServerState::Disabled { .. } => "disabled".to_owned(),
        ServerState::Failed { reason } => format!("unavailable, {}", text::one_line(reason, 60)),
        ServerState::Ready => "no tools".to_owned(),
    }
}

fn render(sections: &[Section]) -> String {
    let mut lines = Vec::new();
    for section in sections {
        lines.push(header(&section.name, section.shown, section.lines.len(), section.state.as_deref()));
        lines.extend(section.lines.iter().take(section.shown).map(|(line, _)| line.clone()));
    }
    lines.join("\n")
}
