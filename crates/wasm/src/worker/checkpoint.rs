//! What a session's interpreter was between two runs, on the disk: which pages of its memory are not those of the image.
//!
//! Every run adds one file, with the pages that it changed. So the last run can be taken back by removing a file, and a run
//! that was killed has added none. Now and then a file holds everything, and those before it go.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::pages::{self, PAGE};
use super::sandbox::Sandbox;
use crate::sys::{Map, Watch};

/// The states of one session.
#[derive(Debug)]
pub(crate) struct Checkpoints {
    folder: PathBuf,
    /// The name of the image that pages are counted from.
    image: String,
    /// What is locked while a state is written, once it is open.
    lock: Option<Arc<File>>,
    /// A state that was written and is not yet looked at again.
    saved: Option<Saved>,
    /// States that are there, oldest first; the first holds everything.
    states: Vec<State>,
    /// Which pages are written, where the kernel tells; else all that ever were are looked at.
    watch: Option<Watch>,
    /// In which state a page was written last.
    whereabouts: HashMap<usize, (usize, usize)>,
}

/// A state that [`Checkpoints::save`] wrote.
#[derive(Debug)]
struct Saved {
    memory: usize,
    number: u64,
    /// The pages in it.
    pages: Vec<usize>,
    /// Whether it holds everything.
    whole: bool,
    /// The pages that the run wrote to, where the kernel tells.
    written: Vec<usize>,
}

/// One file.
#[derive(Debug)]
struct State {
    /// The whole file; its pages come last.
    file: Map,
    memory: usize,
    number: u64,
    pages: usize,
}

/// The first block of a file. Behind it come the numbers of the pages, filled up to a whole block, and the pages.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Header {
    /// Over everything behind this block.
    checksum: u32,
    /// The image that the pages are laid over.
    image: String,
    /// Size of the memory in bytes.
    memory: usize,
    /// How many pages.
    pages: usize,
    /// Whether it needs no state before it.
    whole: bool,
}

/// States that are kept one behind the other before one holds everything again.
const CHAIN_MAX: usize = 16;

/// Longest state in bytes: WebAssembly has no more memory.
const STATE_BYTES_MAX: u64 = 4 << 30;

/// A state is being written: the answer that its run is over may be on its way already.
#[derive(Debug)]
pub(crate) struct Keeping {
    file: Arc<File>,
}

impl Drop for Keeping {
    fn drop(&mut self) {
        let _ = self.file.unlock();
    }
}

impl Keeping {
    /// Longest that a state is waited for: its worker may be stopped.
    const MAX: Duration = Duration::from_secs(2);
    /// How often it is looked at meanwhile.
    const LOOK_EVERY: Duration = Duration::from_micros(500);

    /// Waits until no state is being written in this folder, and lets nobody begin one. `None` when nobody ever did, and when
    /// it takes too long.
    pub(crate) fn over(folder: &Path) -> Option<Self> {
        let file = File::open(lock(folder)).ok()?;
        let begun = Instant::now();
        while file.try_lock().is_err() {
            if begun.elapsed() > Self::MAX {
                tracing::warn!("a state of a session is still being written");
                return None;
            }
            std::thread::sleep(Self::LOOK_EVERY);
        }
        Some(Self { file: Arc::new(file) })
    }
}

impl Checkpoints {
    /// The states in a folder, which need not be there. Whatever is damaged, or of another image, ends the chain before it.
    pub(crate) fn open(folder: &Path, image: &Path) -> Self {
        let image = image.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let mut found = Self {
            folder: folder.to_owned(),
            image,
            lock: None,
            saved: None,
            states: Vec::new(),
            watch: None,
            whereabouts: HashMap::new(),
        };
        let _whole = Keeping::over(folder);
        let numbers = found.numbers();
        for (place, number) in numbers.iter().enumerate().rev() {
            let chain: Option<Vec<(State, Header, Vec<usize>)>> = numbers[..=place]
                .iter()
                .rev()
                .map(|number| found.read(*number))
                .scan(true, |goes_on, state| {
                    let state = (*goes_on).then_some(state)?;
                    *goes_on = state.as_ref().is_some_and(|(_, header, _)| !header.whole);
                    Some(state)
                })
                .collect();
            let Some(mut chain) =
                chain.filter(|chain| chain.last().is_some_and(|(_, header, _)| header.whole))
            else {
                tracing::debug!(number, "a state of a session cannot be used");
                continue;
            };
            chain.reverse();
            for (state, _, pages) in chain {
                found.remember(state, &pages);
            }
            break;
        }
        found
    }

    /// What is in the folder now.
    pub(crate) fn open_again(&self, image: &Path) -> Self {
        Self::open(&self.folder, image)
    }

    /// Whether nobody took a state back since, or added one.
    pub(crate) fn is_current(&self) -> bool {
        match self.states.last() {
            Some(State { number, .. }) => {
                file(&self.folder, *number).exists() && !file(&self.folder, number + 1).exists()
            }
            None => self.numbers().is_empty(),
        }
    }

    /// From now on whoever wants these states waits until what is returned is dropped. `None` where that cannot be said.
    pub(crate) fn hold(&mut self) -> Option<Keeping> {
        if self.lock.is_none() {
            fs::create_dir_all(&self.folder).ok()?;
            let options = File::options().write(true).create(true).truncate(false).open(lock(&self.folder));
            self.lock = Some(Arc::new(options.ok()?));
        }
        let file = Arc::clone(self.lock.as_ref()?);
        file.lock().ok()?;
        Some(Keeping { file })
    }

    /// True when there is nothing to go back to.
    pub(crate) fn is_empty(&self) -> bool {
        self.states.is_empty()
    }

    /// Makes the memory of a guest that is as the image says what it was last.
    pub(crate) fn restore(&self, sandbox: &mut Sandbox) -> wasmtime::Result<()> {
        let Some(last) = self.states.last() else { return Ok(()) };
        sandbox.grow(last.memory)?;
        let memory = sandbox.memory_mut();
        for (page, place) in &self.whereabouts {
            if let Some(target) = memory.get_mut(pages::range(*page)) {
                target.copy_from_slice(self.page(*place));
            }
        }
        Ok(())
    }

    /// Keeps what a guest's memory is now. It is on the disk when this returns; [`Self::settle`] does what has time.
    pub(crate) fn save(&mut self, memory: &[u8], image: &[u8]) -> io::Result<()> {
        let whole = self.states.is_empty() || self.states.len() >= CHAIN_MAX;
        let of_this_run = self.watch.as_ref().and_then(|watch| watch.written(memory));
        if of_this_run.is_none() {
            // What is written from here on is the next run's.
            self.watch = Watch::begin(memory);
        }
        let written = of_this_run.clone().unwrap_or_default();
        // A state that holds everything needs every page that ever was written.
        let looked_at = of_this_run.filter(|_| !whole).or_else(|| pages::written(memory));
        let pages: Vec<usize> = looked_at
            .unwrap_or_else(|| (0..memory.len() / PAGE).collect())
            .into_iter()
            .filter(|page| {
                let now = &memory[pages::range(*page)];
                let before = if whole { None } else { self.whereabouts.get(page) };
                match before {
                    Some(place) => now != self.page(*place),
                    None => image.get(pages::range(*page)).is_none_or(|then| now != then),
                }
            })
            .collect();
        let number = self.states.last().map_or(1, |state| state.number + 1);
        if let Err(error) = self.write(number, whole, &pages, memory) {
            // What was written since the last state is known no more: the next looks at everything.
            self.watch = None;
            let _ = fs::remove_file(file(&self.folder, number));
            return Err(error);
        }
        self.saved = Some(Saved { memory: memory.len(), number, pages, whole, written });
        Ok(())
    }

    /// Makes a state that was saved the one that the next is compared with, and forgets an old one.
    pub(crate) fn settle(&mut self, of_guest: &mut [u8]) -> io::Result<()> {
        let Some(Saved { memory, number, pages, whole, written }) = self.saved.take() else { return Ok(()) };
        // The next run probably writes to the same pages: that the kernel notes it is over before it begins.
        for page in written {
            let place = &mut of_guest[page * PAGE];
            *place = std::hint::black_box(*place);
        }
        let map = Map::open(&File::open(file(&self.folder, number))?)?;
        if whole {
            self.whereabouts.clear();
            self.states.clear();
        }
        self.remember(State { file: map, memory, number, pages: pages.len() }, &pages);
        self.forget_old(number);
        Ok(())
    }

    fn remember(&mut self, state: State, pages: &[usize]) {
        let place = self.states.len();
        self.whereabouts.extend(pages.iter().enumerate().map(|(nth, page)| (*page, (place, nth))));
        self.states.push(state);
    }

    /// The file of a chain that is older than the one before this.
    fn forget_old(&self, newest: u64) {
        if let Some(old) = newest.checked_sub(2 * CHAIN_MAX as u64 + 1) {
            let _ = fs::remove_file(file(&self.folder, old));
        }
    }

    fn page(&self, (state, nth): (usize, usize)) -> &[u8] {
        let State { file, pages, .. } = &self.states[state];
        &file[file.len() - (pages - nth) * PAGE..][..PAGE]
    }

    fn numbers(&self) -> Vec<u64> {
        numbers(&self.folder)
    }

    fn write(&self, number: u64, whole: bool, changed: &[usize], memory: &[u8]) -> io::Result<()> {
        if self.states.is_empty() {
            fs::create_dir_all(&self.folder)?;
        }
        let mut table: Vec<u8> = Vec::with_capacity(changed.len() * 4);
        for page in changed {
            table.extend(u32::try_from(*page).map_err(io::Error::other)?.to_le_bytes());
        }
        table.resize(table.len().next_multiple_of(PAGE), 0);
        let mut sum = crc32fast::Hasher::new();
        sum.update(&table);
        for page in changed {
            sum.update(&memory[pages::range(*page)]);
        }
        let header = Header {
            checksum: sum.finalize(),
            image: self.image.clone(),
            memory: memory.len(),
            pages: changed.len(),
            whole,
        };
        let mut first = serde_json::to_vec(&header)?;
        first.resize(PAGE, b' ');
        // Under its name at once: what was cut off does not fit its checksum, and is not used.
        let mut out = io::BufWriter::with_capacity(1 << 16, private(&file(&self.folder, number))?);
        out.write_all(&first)?;
        out.write_all(&table)?;
        for page in changed {
            out.write_all(&memory[pages::range(*page)])?;
        }
        out.flush()
    }

    /// A state with the pages that it holds, when it is whole and of this image.
    fn read(&self, number: u64) -> Option<(State, Header, Vec<usize>)> {
        let file = File::open(file(&self.folder, number)).ok()?;
        if file.metadata().ok()?.len() > STATE_BYTES_MAX {
            return None;
        }
        let pages = Map::open(&file).ok()?;
        let text = pages.get(..PAGE)?.trim_ascii_end();
        let header: Header = serde_json::from_slice(text).ok()?;
        let table = (header.pages * 4).next_multiple_of(PAGE);
        let fits = header.image == self.image
            && pages.len() == PAGE + table + header.pages * PAGE
            && crc32fast::hash(&pages[PAGE..]) == header.checksum;
        if !fits {
            return None;
        }
        let numbers = pages[PAGE..PAGE + header.pages * 4].as_chunks().0.iter();
        let numbers: Vec<usize> = numbers.map(|number| u32::from_le_bytes(*number) as usize).collect();
        let inside = numbers.iter().all(|page| (page + 1) * PAGE <= header.memory);
        let state = State { file: pages, memory: header.memory, number, pages: header.pages };
        inside.then_some((state, header, numbers))
    }
}

fn lock(folder: &Path) -> PathBuf {
    folder.join("keeping.lock")
}

fn file(folder: &Path, number: u64) -> PathBuf {
    folder.join(format!("{number:012}.state"))
}

/// Numbers of the states in a folder, oldest first.
fn numbers(folder: &Path) -> Vec<u64> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut numbers: Vec<u64> = entries
        .filter_map(|entry| entry.file_name().to_str()?.strip_suffix(".state")?.parse().ok())
        .collect();
    numbers.sort_unstable();
    numbers
}

fn private(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    File::options().write(true).create(true).truncate(true).mode(0o600).open(path)
}

/// Takes back the last run of a session, in whichever of the languages below this folder that was. False when there is
/// none that could be.
pub(crate) fn undo(folder: &Path) -> io::Result<bool> {
    let languages: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    let _whole: Vec<_> = languages.iter().map(|language| Keeping::over(language)).collect();
    let newest = languages.into_iter().filter_map(|language| {
        let last = file(&language, *numbers(&language).last()?);
        Some((last.metadata().ok()?.modified().ok()?, last))
    });
    match newest.max() {
        Some((_, last)) => fs::remove_file(last).map(|()| true),
        None => Ok(false),
    }
}
