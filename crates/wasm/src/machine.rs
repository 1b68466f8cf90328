//! The one way in which modules are compiled and loaded here. Every setting is a part of the compiled file's name.
//!
//! What is loaded is one module, known by its digest. Its state is its linear memory: it has one mutable global, the stack
//! pointer, which is back at its start between two turns, and no instruction that changes a table or a segment. That is why an
//! image of the memory is the whole interpreter, and why an instance whose memory is the image again is a new one.

use wasmtime::{Config, Engine};

/// Stack of a guest in bytes. CPython raises RecursionError long before.
const STACK_BYTES: usize = 8 * 1024 * 1024;

/// The native thread that a guest runs on needs room for its stack and for ours.
pub(crate) const THREAD_STACK_BYTES: usize = STACK_BYTES + 8 * 1024 * 1024;

/// What tells files that were compiled apart: change it together with [`engine`] and [`crate::mathematics`].
pub(crate) const SETTINGS: &str = "wasmtime-48.0.8-2";

/// An engine that compiles and runs guests. It has no epochs: whoever runs a guest ends its process.
pub(crate) fn engine() -> wasmtime::Result<Engine> {
    let mut config = Config::new();
    // CPython's own build throws through WebAssembly exceptions, which need references.
    config.wasm_exceptions(true);
    config.memory_init_cow(true);
    config.async_stack_size(STACK_BYTES * 3 / 2);
    config.max_wasm_stack(STACK_BYTES);
    Engine::new(&config)
}
