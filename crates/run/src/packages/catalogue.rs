//! What is known of modules and distributions: data files, read once.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::normalised;

/// Our own knowledge; it wins.
const ADDITIONS: &str = include_str!("data/additions.txt");
/// pipreqs' mapping, with its licence beside it.
const PIPREQS: &str = include_str!("data/pipreqs-mapping.txt");
/// Distributions whose module may be taken to have their name.
const POPULAR: &str = include_str!("data/popular.txt");
/// Standard modules that no version lacks.
const STANDARD: &str = include_str!("data/standard.txt");

static DISTRIBUTIONS: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
    let pairs = lines(PIPREQS).chain(lines(ADDITIONS)).filter_map(|line| line.split_once(':'));
    pairs.collect()
});
static WELL_KNOWN: LazyLock<HashSet<&str>> = LazyLock::new(|| lines(POPULAR).collect());
static EVERYWHERE: LazyLock<HashSet<&str>> = LazyLock::new(|| lines(STANDARD).collect());

fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// The requirement that provides a module, by the longest part of its dotted name that is known.
pub fn distribution_of(module: &str) -> Option<String> {
    let longest_first = std::iter::successors(Some(module), |name| Some(name.rsplit_once('.')?.0));
    let mapped = longest_first.into_iter().find_map(|name| DISTRIBUTIONS.get(name));
    mapped.map(ToString::to_string).or_else(|| {
        let name = normalised(module.split('.').next().unwrap_or(module));
        WELL_KNOWN.contains(name.as_str()).then_some(name)
    })
}

/// True for a module that the standard library of every supported version has.
pub fn is_standard_everywhere(module: &str) -> bool {
    EVERYWHERE.contains(module.split('.').next().unwrap_or(module))
}
