//! QuickJS: its own functions, and those that it asks of its host. They are those of the npm package `quickjs-wasi`: a value
//! is a place in the guest's memory, and who is given one frees it.

use std::collections::VecDeque;

use wasmtime::{AsContextMut, Caller, Extern, Instance, Linker, Memory, Store, TypedFunc};

use super::sandbox::{self, State};

/// Stack of the guest in bytes, in its own memory: behind that it throws a RangeError.
const STACK_BYTES: u32 = 400 * 1024;

/// Longest text that the guest hands over at once, in bytes.
const TEXT_BYTES_MAX: usize = 64 * 1024 * 1024;

/// A global script that may wait at its top level: `JS_EVAL_FLAG_ASYNC` of quickjs.h.
const ASYNC: u32 = 1 << 7;

/// Where a value is.
type Value = u32;

/// The functions of an instance that every turn calls.
pub(crate) struct Quick {
    allocate: TypedFunc<u32, u32>,
    evaluate: TypedFunc<(u32, u32, u32, u32), Value>,
    exception: TypedFunc<(), Value>,
    free: TypedFunc<u32, ()>,
    free_value: TypedFunc<Value, ()>,
    is_exception: TypedFunc<Value, i32>,
    text: TypedFunc<Value, u32>,
}

impl Quick {
    pub(crate) fn of(instance: &Instance, store: &mut Store<State>) -> wasmtime::Result<Self> {
        Ok(Self {
            allocate: instance.get_typed_func(&mut *store, "wasm_malloc")?,
            evaluate: instance.get_typed_func(&mut *store, "qjs_eval")?,
            exception: instance.get_typed_func(&mut *store, "qjs_get_exception")?,
            free: instance.get_typed_func(&mut *store, "wasm_free")?,
            free_value: instance.get_typed_func(&mut *store, "qjs_free_value")?,
            is_exception: instance.get_typed_func(&mut *store, "qjs_is_exception")?,
            text: instance.get_typed_func(&mut *store, "qjs_get_string")?,
        })
    }

    /// Begins an interpreter; an image holds one that has.
    pub(crate) fn begin(
        &self,
        instance: &Instance,
        memory: &Memory,
        store: &mut Store<State>,
    ) -> wasmtime::Result<()> {
        instance.get_typed_func::<(), ()>(&mut *store, "_initialize")?.call(&mut *store, ())?;
        let status = instance.get_typed_func::<(), i32>(&mut *store, "qjs_init")?.call(&mut *store, ())?;
        if status != 0 {
            return Err(wasmtime::format_err!("the interpreter did not begin: {status}"));
        }
        let set = |store: &mut Store<State>, name: &str, value: u32| -> wasmtime::Result<()> {
            instance.get_typed_func::<u32, ()>(&mut *store, name)?.call(&mut *store, value)
        };
        set(store, "qjs_set_max_stack_size", STACK_BYTES)?;
        set(store, "qjs_set_promise_rejection_handler", 1)?;
        set(store, "qjs_set_module_loader", 1)?;
        let global: Value =
            instance.get_typed_func::<(), Value>(&mut *store, "qjs_get_global")?.call(&mut *store, ())?;
        let name = put(&mut *store, &self.allocate, memory, HOST.as_bytes())?;
        let length = u32::try_from(HOST.len())?;
        let function = instance
            .get_typed_func::<(u32, u32, i32), Value>(&mut *store, "qjs_new_host_function")?
            .call(&mut *store, (name, length, 0))?;
        instance
            .get_typed_func::<(Value, u32, Value), i32>(&mut *store, "qjs_set_prop_string")?
            .call(&mut *store, (global, name, function))?;
        Ok(())
    }

    /// Evaluates a piece of JavaScript, as a script under this name. What it throws is an error of ours.
    pub(crate) fn turn(
        &self,
        store: &mut Store<State>,
        memory: &Memory,
        code: &str,
        name: &str,
    ) -> wasmtime::Result<()> {
        let text = put(&mut *store, &self.allocate, memory, code.as_bytes())?;
        let file = put(&mut *store, &self.allocate, memory, name.as_bytes())?;
        let result = self.evaluate.call(&mut *store, (text, u32::try_from(code.len())?, file, 0))?;
        self.free.call(&mut *store, text)?;
        self.free.call(&mut *store, file)?;
        let threw = self.is_exception.call(&mut *store, result)? != 0;
        self.free_value.call(&mut *store, result)?;
        match threw {
            false => Ok(()),
            // What no handler could stop has come out here; the guest does what is left to be done.
            true if std::mem::take(&mut store.data_mut().left) => {
                drop(self.thrown(store, memory)?);
                self.turn(store, memory, "__codemode__.left()", name)
            }
            true => Err(self.thrown(store, memory)?),
        }
    }

    /// What was thrown, as an error of ours.
    fn thrown(&self, store: &mut Store<State>, memory: &Memory) -> wasmtime::Result<wasmtime::Error> {
        let exception = self.exception.call(&mut *store, ())?;
        let text = self.text.call(&mut *store, exception)?;
        let bytes = memory.data(&*store).get(text as usize..).unwrap_or_default();
        let length = bytes.iter().take(1000).position(|byte| *byte == 0).unwrap_or(0);
        Ok(wasmtime::format_err!("our own part of the guest: {}", String::from_utf8_lossy(&bytes[..length])))
    }
}

/// What the one function of the host is called, for the guest's own text, which takes it away from programs.
pub(crate) const HOST: &str = "__host__";

/// Adds what QuickJS imports.
pub(crate) fn link(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    linker.func_wrap("env", "host_call", call)?;
    linker.func_wrap("env", "host_interrupt", || 0_i32)?;
    linker.func_wrap("env", "host_promise_rejection", rejected)?;
    linker.func_wrap("env", "host_module_normalize", normalize)?;
    linker.func_wrap("env", "host_module_load", load)?;
    linker.func_wrap("env", "host_get_timezone_offset", |_: i32, _: u32| 0_i32)?;
    Ok(())
}

/// Promises that nobody has taken care of: the place of each, and that of what it was rejected with.
#[derive(Debug, Default)]
pub(crate) struct Rejections(VecDeque<(Value, Value)>);

impl Rejections {
    /// Forgets them: their places are those of a memory that is another guest's now.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}

/// The guest's functions as the host's own see them.
struct Guest<'a, 'b>(&'a mut Caller<'b, State>);

impl Guest<'_, '_> {
    fn function<P, R>(&mut self, name: &str) -> wasmtime::Result<TypedFunc<P, R>>
    where
        P: wasmtime::WasmParams,
        R: wasmtime::WasmResults,
    {
        match self.0.get_export(name) {
            Some(Extern::Func(function)) => function.typed(&*self.0),
            _ => Err(wasmtime::format_err!("the module has no `{name}`")),
        }
    }

    fn ask<P, R>(&mut self, name: &str, parameters: P) -> wasmtime::Result<R>
    where
        P: wasmtime::WasmParams + Send,
        R: wasmtime::WasmResults,
    {
        self.function::<P, R>(name)?.call(&mut *self.0, parameters)
    }

    fn memory(&mut self) -> wasmtime::Result<Memory> {
        match self.0.get_export("memory") {
            Some(Extern::Memory(memory)) => Ok(memory),
            _ => Err(wasmtime::format_err!("the module has no memory")),
        }
    }

    /// The bytes at a place, as far as they are the guest's.
    fn bytes(&mut self, place: u32, length: u32) -> wasmtime::Result<Vec<u8>> {
        let memory = self.memory()?;
        let range = place as usize..(place as usize).saturating_add(length as usize);
        let bytes = memory.data(&*self.0).get(range);
        bytes.map(<[u8]>::to_vec).ok_or_else(|| wasmtime::format_err!("a text outside of the guest's memory"))
    }

    fn word(&mut self, place: u32) -> wasmtime::Result<u32> {
        let bytes = self.bytes(place, 4)?;
        Ok(u32::from_le_bytes(bytes.try_into().unwrap_or_default()))
    }

    /// The bytes up to the first zero.
    fn c_text(&mut self, place: u32) -> wasmtime::Result<String> {
        let memory = self.memory()?;
        let rest = memory.data(&*self.0).get(place as usize..).unwrap_or_default();
        let length = rest.iter().take(TEXT_BYTES_MAX).position(|byte| *byte == 0).unwrap_or(0);
        Ok(String::from_utf8_lossy(&rest[..length]).into_owned())
    }

    fn put(&mut self, text: &[u8]) -> wasmtime::Result<u32> {
        let (allocate, memory) = (self.function("wasm_malloc")?, self.memory()?);
        put(&mut *self.0, &allocate, &memory, text)
    }

    /// A value as text: what `String(value)` gives, or nothing when that is too long.
    fn text(&mut self, value: Value) -> wasmtime::Result<Vec<u8>> {
        let length_at: u32 = self.ask("wasm_malloc", 4_u32)?;
        if length_at == 0 {
            return Ok(Vec::new());
        }
        let place: u32 = self.ask("qjs_get_string_len", (value, length_at))?;
        let length = self.word(length_at)?;
        self.ask::<_, ()>("wasm_free", length_at)?;
        if place == 0 {
            return Ok(Vec::new());
        }
        let is_short = length as usize <= TEXT_BYTES_MAX;
        let bytes = if is_short { self.bytes(place, length)? } else { Vec::new() };
        self.ask::<_, ()>("qjs_free_cstring", place)?;
        Ok(bytes)
    }

    fn new_text(&mut self, bytes: &[u8]) -> wasmtime::Result<Value> {
        let place = self.put(bytes)?;
        if place == 0 {
            return self.ask("qjs_get_null", ());
        }
        let value = self.ask("qjs_new_string", (place, u32::try_from(bytes.len())?))?;
        self.ask::<_, ()>("wasm_free", place)?;
        Ok(value)
    }

    fn evaluate(&mut self, code: &[u8], name: &[u8], flags: u32) -> wasmtime::Result<Value> {
        let (text, file) = (self.put(code)?, self.put(name)?);
        if text == 0 || file == 0 {
            return self.ask("qjs_get_null", ());
        }
        let value = self.ask("qjs_eval", (text, u32::try_from(code.len())?, file, flags))?;
        self.ask::<_, ()>("wasm_free", text)?;
        self.ask::<_, ()>("wasm_free", file)?;
        Ok(value)
    }

    /// Throws what no handler of the program catches.
    fn leave(&mut self) -> wasmtime::Result<Value> {
        self.0.data_mut().left = true;
        let error: Value = self.ask("qjs_new_error", ())?;
        let bytes = self.bytes(error, 8)?;
        let context: u32 = self.ask("qjs_get_context_ptr", ())?;
        let object = i64::from_le_bytes(bytes.try_into().unwrap_or_default());
        self.ask::<_, ()>("JS_SetUncatchableError", (context, object))?;
        let thrown: Value = self.ask("qjs_throw", error)?;
        self.ask::<_, ()>("qjs_free_value", error)?;
        self.ask::<_, ()>("qjs_free_value", thrown)?;
        Ok(0)
    }

    /// The value; 0, with the exception passed on, when it is one. The place of an exception is freed.
    fn or_throw(&mut self, value: Value) -> wasmtime::Result<Value> {
        if self.ask::<_, i32>("qjs_is_exception", value)? == 0 {
            return Ok(value);
        }
        self.ask::<_, ()>("qjs_free_value", value)?;
        let exception: Value = self.ask("qjs_get_exception", ())?;
        let thrown: Value = self.ask("qjs_throw", exception)?;
        self.ask::<_, ()>("qjs_free_value", exception)?;
        self.ask::<_, ()>("qjs_free_value", thrown)?;
        Ok(0)
    }
}

/// What the guest's own text may ask: a word, and texts that belong to it.
fn call(
    mut caller: Caller<'_, State>,
    _name: u32,
    _name_length: u32,
    _this: Value,
    count: i32,
    values: u32,
) -> wasmtime::Result<Value> {
    let mut guest = Guest(&mut caller);
    let mut given = Vec::new();
    for nth in 0..u32::try_from(count).unwrap_or(0).min(4) {
        let value = guest.word(values.saturating_add(nth * 4))?;
        given.push(guest.text(value)?);
    }
    let mut given = given.into_iter();
    let word = given.next().unwrap_or_default();
    let (first, second) = (given.next().unwrap_or_default(), given.next().unwrap_or_default());
    match &word[..] {
        b"call" => match sandbox::answer(guest.0.data(), &first)? {
            Some(answer) => guest.new_text(&answer),
            None => guest.ask("qjs_get_undefined", ()),
        },
        b"bytes" => {
            let answer = sandbox::answer_encoded(guest.0.data(), &first)?;
            guest.new_text(answer.as_bytes())
        }
        b"evaluate" | b"script" => {
            let flags = if word == b"script" { ASYNC } else { 0 };
            let value = guest.evaluate(&first, &second, flags)?;
            guest.or_throw(value)
        }
        b"files" => {
            let answer = guest.0.data().files.answer(&first);
            guest.new_text(&answer)
        }
        b"jobs" => jobs(&mut guest),
        b"rejection" => match guest.0.data_mut().rejections.0.pop_front() {
            Some((promise, reason)) => {
                guest.ask::<_, ()>("qjs_free_value", promise)?;
                let holder: Value = guest.ask("qjs_new_array", ())?;
                guest.ask::<_, i32>("qjs_set_prop_uint32", (holder, 0_u32, reason))?;
                guest.ask::<_, ()>("qjs_free_value", reason)?;
                Ok(holder)
            }
            None => guest.ask("qjs_get_null", ()),
        },
        b"leave" => guest.leave(),
        b"random" => {
            let text: String = sandbox::random().iter().map(|byte| format!("{byte:02x}")).collect();
            guest.new_text(text.as_bytes())
        }
        b"stdout" | b"stderr" => {
            let text = String::from_utf8_lossy(&first);
            sandbox::write(word == b"stderr", text.as_bytes());
            guest.ask("qjs_get_undefined", ())
        }
        _ => guest.ask("qjs_get_undefined", ()),
    }
}

/// Does what promises have made ready. A job that throws is one of QuickJS's own, and ends as an exception of the program.
fn jobs(guest: &mut Guest<'_, '_>) -> wasmtime::Result<Value> {
    while guest.ask::<_, i32>("qjs_is_job_pending", ())? != 0 {
        if guest.ask::<_, i32>("qjs_execute_pending_job", ())? < 0 {
            let exception: Value = guest.ask("qjs_get_exception", ())?;
            let thrown: Value = guest.ask("qjs_throw", exception)?;
            guest.ask::<_, ()>("qjs_free_value", exception)?;
            guest.ask::<_, ()>("qjs_free_value", thrown)?;
            return Ok(0);
        }
    }
    guest.ask("qjs_get_undefined", ())
}

/// A promise was rejected and has no handler, or has one now.
fn rejected(
    mut caller: Caller<'_, State>,
    promise: Value,
    reason: Value,
    is_handled: i32,
) -> wasmtime::Result<()> {
    let mut guest = Guest(&mut caller);
    if is_handled == 0 {
        guest.0.data_mut().rejections.0.push_back((promise, reason));
        return Ok(());
    }
    let object: u32 = guest.ask("qjs_get_value_ptr", promise)?;
    let open = std::mem::take(&mut guest.0.data_mut().rejections.0);
    let mut kept = VecDeque::new();
    let mut done = vec![promise, reason];
    for (other, why) in open {
        if guest.ask::<_, u32>("qjs_get_value_ptr", other)? == object {
            done.extend([other, why]);
        } else {
            kept.push_back((other, why));
        }
    }
    guest.0.data_mut().rejections.0 = kept;
    for value in done {
        guest.ask::<_, ()>("qjs_free_value", value)?;
    }
    Ok(())
}

/// Asks the guest's own text, which knows its modules. The answer is a new text in its memory.
fn ask_text(
    guest: &mut Guest<'_, '_>,
    function: &str,
    words: &[String],
) -> wasmtime::Result<Option<Vec<u8>>> {
    let words = serde_json::to_string(words)?;
    let code = format!("__codemode__.{function}(...{words})");
    let value = guest.evaluate(code.as_bytes(), b"codemode", 0)?;
    let value = guest.or_throw(value)?;
    if value == 0 {
        return Ok(None);
    }
    let text = guest.text(value)?;
    guest.ask::<_, ()>("qjs_free_value", value)?;
    Ok(Some(text))
}

fn normalize(mut caller: Caller<'_, State>, base: u32, name: u32) -> wasmtime::Result<u32> {
    let mut guest = Guest(&mut caller);
    let words = [guest.c_text(base)?, guest.c_text(name)?];
    match ask_text(&mut guest, "normalize", &words)? {
        Some(text) => guest.put(&text),
        None => Ok(0),
    }
}

fn load(mut caller: Caller<'_, State>, name: u32, length_at: u32) -> wasmtime::Result<u32> {
    let mut guest = Guest(&mut caller);
    let words = [guest.c_text(name)?];
    let Some(text) = ask_text(&mut guest, "source", &words)? else { return Ok(0) };
    let memory = guest.memory()?;
    let length = u32::try_from(text.len())?;
    memory.write(&mut *guest.0, length_at as usize, &length.to_le_bytes())?;
    guest.put(&text)
}

/// A text of ours in the guest's memory, ended by a zero. 0 when it has no room for it.
fn put(
    mut store: impl AsContextMut,
    allocate: &TypedFunc<u32, u32>,
    memory: &Memory,
    text: &[u8],
) -> wasmtime::Result<u32> {
    let place = allocate.call(&mut store, u32::try_from(text.len() + 1)?)?;
    if place != 0 {
        memory.write(&mut store, place as usize, text)?;
        memory.write(&mut store, place as usize + text.len(), &[0])?;
    }
    Ok(place)
}
