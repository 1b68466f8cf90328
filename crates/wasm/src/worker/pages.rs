//! Which pages of a guest's memory were written since it was laid over its image: `proc_pid_pagemap(5)`.

use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt;

/// A page of memory in bytes; everything here counts in these.
pub(crate) const PAGE: usize = 4096;

/// The page is in memory.
const PRESENT: u64 = 1 << 63;
/// The page is in the swap.
const SWAPPED: u64 = 1 << 62;
/// The page is one of a file, which nobody wrote to.
const OF_FILE: u64 = 1 << 61;

/// The pages of this memory that are no longer those of the file that was laid over it, in order. `None` where the kernel
/// does not say.
pub(crate) fn written(memory: &[u8]) -> Option<Vec<usize>> {
    if rustix::param::page_size() != PAGE {
        return None;
    }
    let count = memory.len() / PAGE;
    let mut entries = vec![0; count * 8];
    let first = memory.as_ptr().addr() / PAGE;
    let table = File::open("/proc/self/pagemap").ok()?;
    table.read_exact_at(&mut entries, u64::try_from(first * 8).ok()?).ok()?;
    let entries = entries.as_chunks().0.iter().map(|entry| u64::from_ne_bytes(*entry));
    let is_own = |entry: u64| entry & SWAPPED != 0 || (entry & PRESENT != 0 && entry & OF_FILE == 0);
    Some(entries.enumerate().filter(|(_, entry)| is_own(*entry)).map(|(page, _)| page).collect())
}

/// Where a page is in its memory.
pub(crate) fn range(page: usize) -> Range<usize> {
    page * PAGE..(page + 1) * PAGE
}
