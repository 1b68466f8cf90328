//! The embedded engine: CPython and QuickJS as WebAssembly, with nothing on the host.
//!
//! Reading order: [`launch`] (how a guest is started), [`worker`] (the process that it runs in), [`guest`] (what is said to
//! it), [`runtime`] (the files that it needs, and how they are made).

mod guest;
mod launch;
mod machine;
mod mathematics;
mod runtime;
mod sys;
mod wheels;
mod worker;

use std::ffi::OsString;
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::sync::Arc;

use codemode_engines::EngineOptions;
use codemode_engines::guest::Guests;
use codemode_run::Engine;

use guest::Kind;

pub use runtime::{FetchError, Index, PrepareError, Progress, Step};

/// The argument that turns this binary into a part of this engine.
const HELPER: &str = "__wasm";

/// The engine and what it needs.
#[derive(Debug, Clone)]
pub struct Embedded {
    options: EngineOptions,
    preparation: Arc<runtime::Preparation>,
}

impl Embedded {
    /// An engine that keeps its files below `folder`. Nothing is made or started.
    pub fn new(options: &EngineOptions, folder: PathBuf, index: Index) -> Self {
        let mounts = options.mounts.iter().map(|mount| worker::Mounted {
            inside: mount.target.to_string_lossy().into_owned(),
            outside: mount.source.clone(),
            writable: mount.writable,
        });
        let preparation = runtime::Preparation {
            helper: options.helper.clone(),
            helper_arguments: options.helper_arguments.clone(),
            index,
            layers: folder.join("layers"),
            mounts: mounts.collect(),
            state: std::sync::Mutex::default(),
            store: runtime::Store::new(folder),
        };
        Self { options: options.clone(), preparation: preparation.shared() }
    }

    /// The engine, which works once it is prepared.
    pub fn engine(&self) -> Arc<dyn Engine> {
        let launch = launch::Wasm::new(&self.options, Arc::clone(&self.preparation));
        Arc::new(Guests::new(launch, self.options.warm))
    }

    /// Whether it is prepared.
    pub fn is_prepared(&self) -> bool {
        Kind::ALL.iter().all(|kind| self.preparation.state(*kind) == runtime::State::Ready)
    }

    /// Fetches, compiles and warms what is missing. Dropping the future ends what it started; what is whole stays.
    pub async fn prepare(&self, report: &(dyn Fn(Progress) + Send + Sync)) -> Result<(), PrepareError> {
        self.preparation.run(report).await
    }

    /// Prepares in the background, unless that is being done, and says how far it is.
    pub fn begin(&self) -> Progress {
        self.preparation.begin()
    }
}

/// Takes back the last run of a session, of whose states this is the folder. False when there is none that could be.
///
/// A server that has the session open sees that at its next run.
pub fn undo(checkpoints: &std::path::Path) -> std::io::Result<bool> {
    worker::undo(checkpoints)
}

/// Plays a part of this engine when the arguments, without the program's name, say so. `Some` is the code to exit with.
pub fn helper_main(arguments: impl Iterator<Item = OsString>) -> Option<i32> {
    let arguments: Vec<OsString> = arguments.collect();
    let place = arguments.iter().take(4).position(|argument| argument == HELPER)?;
    let words: Vec<&str> = arguments[place + 1..].iter().filter_map(|word| word.to_str()).collect();
    let done = match words[..] {
        ["worker"] => return Some(worker::main()),
        ["compile", module, code] => compile(module, code),
        ["image", image] => make_image(image),
        _ => return Some(worker::exits::BROKEN),
    };
    Some(match done {
        Ok(()) => 0,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "codemode: {error:#}");
            worker::exits::BROKEN
        }
    })
}

fn compile(module: &str, code: &str) -> wasmtime::Result<()> {
    let _ = rustix::process::nice(10);
    let module = mathematics::imported(&std::fs::read(module)?)?;
    let compiled = machine::engine()?.precompile_module(&module)?;
    Ok(std::fs::write(code, compiled)?)
}

/// On a thread whose stack is as large as a guest's.
fn make_image(image: &str) -> wasmtime::Result<()> {
    let mut text = Vec::new();
    std::io::stdin().read_to_end(&mut text)?;
    let (spec, pieces): (worker::Spec, Vec<(String, String)>) = serde_json::from_slice(&text)?;
    let mut file = File::create(image)?;
    let thread = std::thread::Builder::new().stack_size(machine::THREAD_STACK_BYTES);
    let made = thread.spawn(move || worker::make_image(&spec, &pieces, &mut file))?.join();
    let modules = made.unwrap_or_else(|_| Err(wasmtime::format_err!("the guest could not begin")))?;
    Ok(std::fs::write(std::path::Path::new(image).with_extension("modules"), modules)?)
}
