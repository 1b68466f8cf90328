//! Search by words over names, descriptions and parameters (BM25, Robertson and Zaragoza 2009).

use std::collections::HashMap;

use super::{Catalog, Found, text};

/// How soon a word that is said again stops counting.
const SATURATION: f32 = 1.2;

/// How much a long text is held against it.
const LENGTH_WEIGHT: f32 = 0.6;

/// Weights of the places where a word stands.
const NAME_WEIGHT: f32 = 4.0;
const SERVER_WEIGHT: f32 = 2.0;
const TEXT_WEIGHT: f32 = 1.0;

/// What a query word is worth that only begins a word of the tool.
const PREFIX_WORTH: f32 = 0.5;

/// Characters of a description, and words of a query, that are read.
const TEXT_CHARS_MAX: usize = 2000;
const QUERY_WORDS_MAX: usize = 32;

/// Words by the tools that say them.
#[derive(Debug, Clone, Default)]
pub(super) struct Index {
    average_length: f32,
    lengths: Vec<f32>,
    /// Places as (server, tool), in the order of the catalog.
    places: Vec<(usize, usize)>,
    words: HashMap<String, Vec<(usize, f32)>>,
}

impl Catalog {
    /// The tools that fit a query best, best first. A query that is the name of a tool finds that one first.
    pub fn search(&self, query: &str, limit: usize) -> Vec<Found<'_>> {
        let index = self.index.get_or_init(|| Index::new(self));
        let mut scores = index.scores(query);
        let exact = self.tool_at(query.trim()).ok();
        for (document, score) in &mut scores {
            let (server, tool) = index.places[*document];
            if exact.is_some_and(|found| (found.server, found.tool) == (server, tool)) {
                *score = f32::MAX;
            }
        }
        scores.retain(|(_, score)| *score > 0.0);
        scores.sort_by(|(left, a), (right, b)| b.total_cmp(a).then(left.cmp(right)));
        let found = |(document, _): (usize, f32)| {
            let (server, tool) = index.places[document];
            Found { catalog: self, server, tool }
        };
        scores.into_iter().take(limit).map(found).collect()
    }
}

impl Index {
    fn new(catalog: &Catalog) -> Self {
        let mut index = Self::default();
        for found in catalog.all() {
            let document = index.places.len();
            index.places.push((found.server, found.tool));
            let mut length = 0.0;
            for (word, weight) in words_of(&found) {
                length += 1.0;
                let documents = index.words.entry(word).or_default();
                match documents.last_mut() {
                    Some((last, frequency)) if *last == document => *frequency += weight,
                    _ => documents.push((document, weight)),
                }
            }
            index.lengths.push(length);
        }
        let count = as_f32(index.lengths.len().max(1));
        index.average_length = (index.lengths.iter().sum::<f32>() / count).max(1.0);
        index
    }

    fn scores(&self, query: &str) -> Vec<(usize, f32)> {
        let mut scores = vec![0.0_f32; self.places.len()];
        for word in words(query).into_iter().take(QUERY_WORDS_MAX) {
            if let Some(documents) = self.words.get(&word) {
                self.add(&mut scores, documents, 1.0);
            } else if word.chars().count() >= 3 {
                let longer = self.words.iter().filter(|(known, _)| known.starts_with(word.as_str()));
                for (_, documents) in longer {
                    self.add(&mut scores, documents, PREFIX_WORTH);
                }
            }
        }
        scores.into_iter().enumerate().collect()
    }

    fn add(&self, scores: &mut [f32], documents: &[(usize, f32)], worth: f32) {
        let (all, with) = (as_f32(self.places.len()), as_f32(documents.len()));
        let rarity = (1.0 + (all - with + 0.5) / (with + 0.5)).ln();
        for (document, frequency) in documents {
            let length = 1.0 - LENGTH_WEIGHT + LENGTH_WEIGHT * self.lengths[*document] / self.average_length;
            let weight = frequency * (SATURATION + 1.0) / (frequency + SATURATION * length);
            scores[*document] += worth * rarity * weight;
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of tools are far below 2^24")]
fn as_f32(count: usize) -> f32 {
    count as f32
}

fn words_of(found: &Found<'_>) -> Vec<(String, f32)> {
    let tool = found.tool();
    let title = tool.title.as_deref().unwrap_or_default();
    let mut all = Vec::new();
    let mut add = |text: &str, weight: f32| all.extend(words(text).into_iter().map(|word| (word, weight)));
    add(&tool.name, NAME_WEIGHT);
    add(&tool.server, SERVER_WEIGHT);
    add(title, SERVER_WEIGHT);
    add(&text::clip(&tool.description, TEXT_CHARS_MAX), TEXT_WEIGHT);
    for field in &found.parameters().fields {
        add(&field.name, TEXT_WEIGHT);
        add(&text::one_line(field.description.as_deref().unwrap_or_default(), 200), TEXT_WEIGHT / 2.0);
    }
    all
}

/// The stems of a text's words; `createIssue` and `create_issue` are two words each.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut before = ' ';
    for c in text.chars().chain([' ']) {
        let starts_new = c.is_uppercase() && before.is_lowercase() || c.is_numeric() != before.is_numeric();
        if (!c.is_alphanumeric() || starts_new) && !word.is_empty() {
            words.push(stem(&std::mem::take(&mut word)));
        }
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
        before = c;
    }
    words.retain(|word| !STOP_WORDS.contains(&word.as_str()));
    words
}

const STOP_WORDS: &[&str] = &["a", "an", "and", "for", "in", "is", "of", "on", "or", "the", "to", "with"];

/// Takes common endings off English words. Light: a stem may not be a word, as long as both sides get the same one.
fn stem(word: &str) -> String {
    let strip =
        |ending: &str, at_least: usize| word.strip_suffix(ending).filter(|stem| stem.len() >= at_least);
    if let Some(stem) = strip("ies", 2) {
        return format!("{stem}y");
    }
    let stem = strip("ing", 3)
        .or_else(|| strip("ed", 3))
        .or_else(|| strip("es", 3))
        .or_else(|| strip("s", 2).filter(|stem| !stem.ends_with('s')))
        .unwrap_or(word);
    stem.strip_suffix('e').filter(|stem| stem.len() >= 3).unwrap_or(stem).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_stemmed_and_lowered() {
        assert_eq!(
            words("createIssue list_files HTTPServer2 the Queries, renamed boxes"),
            ["creat", "issu", "list", "fil", "httpserver", "2", "query", "renam", "box"]
        );
    }
}
