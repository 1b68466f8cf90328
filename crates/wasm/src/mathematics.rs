//! The functions of mathematics that a module brings with it are replaced by those of this machine's C library, before it is
//! compiled: what a program computes is then, to the last digit, what `python3` on this machine computes.
//!
//! A function is found by its name in the module's name section, keeps its number, and becomes a call of an import.

use std::collections::BTreeMap;

use wasm_encoder::reencode::{Error, Reencode, utils};
use wasm_encoder::{CodeSection, EntityType, Function, ImportSection, Module};
use wasmparser::{
    CompositeInnerType, FunctionBody, ImportSectionReader, KnownCustom, Name, Parser, Payload, TypeRef,
    ValType,
};
use wasmtime::Linker;

use crate::sys::{MATHEMATICS, Mathematics};

/// The module that the imports come from.
const MODULE: &str = "mathematics";

/// Why a module stays as it is.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PatchError {
    #[error("the module cannot be read: {0}")]
    Module(#[from] wasmparser::BinaryReaderError),
    #[error("the module cannot be written again: {0}")]
    Written(#[from] Error),
}

/// The same module, whose mathematics are imports. A function that it does not have, or has otherwise, is left out.
pub(crate) fn imported(module: &[u8]) -> Result<Vec<u8>, PatchError> {
    let mut patch = Patch::read(module)?;
    if patch.added.is_empty() {
        return Ok(module.to_owned());
    }
    let mut written = Module::new();
    patch.parse_core_module(&mut written, Parser::new(0), module)?;
    Ok(written.finish())
}

/// Gives a guest the functions that [`imported`] made imports of.
pub(crate) fn link<T: 'static>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    for (name, function) in MATHEMATICS {
        match *function {
            Mathematics::One(function) => linker.func_wrap(MODULE, name, move |x: f64| function(x))?,
            Mathematics::Two(function) => {
                linker.func_wrap(MODULE, name, move |x: f64, y: f64| function(x, y))?
            }
        };
    }
    Ok(())
}

/// What is replaced by what.
struct Patch {
    /// The number of the function whose body comes next.
    body: u32,
    /// Functions that the module imports itself.
    imports: u32,
    /// Imports that are added: their names and types.
    added: Vec<(&'static str, u32)>,
    /// Which of them takes the place of the function of this number; and how many arguments it has.
    replaced: BTreeMap<u32, (u32, u32)>,
}

impl Patch {
    fn read(module: &[u8]) -> Result<Self, PatchError> {
        let mut patch = Self { body: 0, imports: 0, added: Vec::new(), replaced: BTreeMap::new() };
        let (mut types, mut defined, mut names) = (Vec::new(), Vec::new(), BTreeMap::new());
        for payload in Parser::new(0).parse_all(module) {
            match payload? {
                Payload::TypeSection(section) => {
                    for group in section {
                        types.extend(group?.into_types().map(|kind| arguments(&kind.composite_type.inner)));
                    }
                }
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        patch.imports += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                    }
                }
                Payload::FunctionSection(section) => {
                    defined = section.into_iter().collect::<Result<Vec<u32>, _>>()?;
                }
                Payload::CustomSection(section) => {
                    if let KnownCustom::Name(section) = section.as_known() {
                        read_names(section, &mut names)?;
                    }
                }
                _ => {}
            }
        }
        patch.body = patch.imports;
        for (name, function) in MATHEMATICS {
            let Some(number) = names.get(name) else { continue };
            let kind =
                number.checked_sub(patch.imports).and_then(|place| defined.get(place as usize).copied());
            let Some(kind) = kind else { continue };
            let takes = types.get(kind as usize).copied().flatten();
            if takes == Some(function.arguments()) {
                let import = patch.imports + u32::try_from(patch.added.len()).unwrap_or(u32::MAX);
                patch.added.push((name, kind));
                patch.replaced.insert(*number, (import, function.arguments()));
            }
        }
        Ok(patch)
    }
}

/// How many floats a function takes that gives one.
fn arguments(kind: &CompositeInnerType) -> Option<u32> {
    let CompositeInnerType::Func(kind) = kind else { return None };
    let is_of_floats =
        kind.params().iter().all(|kind| *kind == ValType::F64) && kind.results() == [ValType::F64];
    if is_of_floats { u32::try_from(kind.params().len()).ok() } else { None }
}

fn read_names<'a>(
    section: wasmparser::NameSectionReader<'a>,
    names: &mut BTreeMap<&'a str, u32>,
) -> Result<(), PatchError> {
    for part in section {
        if let Name::Function(map) = part? {
            for naming in map {
                let naming = naming?;
                names.insert(naming.name, naming.index);
            }
        }
    }
    Ok(())
}

impl Reencode for Patch {
    type Error = std::convert::Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, Error<Self::Error>> {
        let added = u32::try_from(self.added.len()).unwrap_or(u32::MAX);
        Ok(if function < self.imports { function } else { function + added })
    }

    fn parse_import_section(
        &mut self,
        imports: &mut ImportSection,
        section: ImportSectionReader<'_>,
    ) -> Result<(), Error<Self::Error>> {
        utils::parse_import_section(self, imports, section)?;
        for (name, kind) in &self.added {
            imports.import(MODULE, name, EntityType::Function(*kind));
        }
        Ok(())
    }

    fn parse_function_body(
        &mut self,
        code: &mut CodeSection,
        body: FunctionBody<'_>,
    ) -> Result<(), Error<Self::Error>> {
        let number = self.body;
        self.body += 1;
        let Some((import, arguments)) = self.replaced.get(&number) else {
            return utils::parse_function_body(self, code, body);
        };
        let mut function = Function::new([]);
        for argument in 0..*arguments {
            function.instructions().local_get(argument);
        }
        function.instructions().call(*import).end();
        code.function(&function);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use wasm_encoder::{ExportKind, ExportSection, FunctionSection, NameMap, NameSection, TypeSection};
    use wasmtime::{Engine, Instance, Store};

    use super::*;

    /// A module with a `sin` that is always 7 and an `atan2` that takes one number, by whatever names they go, and a function
    /// that adds to both what an import gives.
    fn module(sine: &str) -> Vec<u8> {
        let mut types = TypeSection::new();
        types.ty().function([wasm_encoder::ValType::F64], [wasm_encoder::ValType::F64]);
        let mut imports = ImportSection::new();
        imports.import("env", "more", EntityType::Function(0));
        let mut functions = FunctionSection::new();
        let mut code = CodeSection::new();
        let mut body = |write: &dyn Fn(&mut wasm_encoder::InstructionSink<'_>)| {
            functions.function(0);
            let mut function = Function::new([]);
            write(&mut function.instructions());
            function.instructions().end();
            code.function(&function);
        };
        body(&|sink| {
            sink.f64_const(7.0.into());
        });
        body(&|sink| {
            sink.f64_const(8.0.into());
        });
        body(&|sink| {
            sink.local_get(0).call(1).local_get(0).call(2).f64_add().local_get(0).call(0).f64_add();
        });
        let mut exports = ExportSection::new();
        exports.export("all", ExportKind::Func, 3);
        let mut map = NameMap::new();
        map.append(1, sine);
        map.append(2, "atan2");
        let mut names = NameSection::new();
        names.functions(&map);
        let mut module = Module::new();
        module.section(&types).section(&imports).section(&functions).section(&exports).section(&code);
        module.section(&names);
        module.finish()
    }

    fn called(module: &[u8], x: f64) -> f64 {
        let engine = Engine::default();
        let mut linker = Linker::new(&engine);
        link(&mut linker).unwrap();
        linker.func_wrap("env", "more", |x: f64| x * 1000.0).unwrap();
        let mut store = Store::new(&engine, ());
        let module = wasmtime::Module::new(&engine, module).unwrap();
        let instance: Instance = linker.instantiate(&mut store, &module).unwrap();
        instance.get_typed_func::<f64, f64>(&mut store, "all").unwrap().call(&mut store, x).unwrap()
    }

    #[test]
    fn a_function_of_this_name_and_type_is_this_machines() {
        let plain = module("sin");
        assert_eq!(called(&plain, 2.0), 7.0 + 8.0 + 2000.0);
        assert_eq!(called(&imported(&plain).unwrap(), 2.0), 2.0_f64.sin() + 8.0 + 2000.0);
    }

    #[test]
    fn a_module_without_such_names_stays_as_it_is() {
        let plain = module("sine");
        assert_eq!(imported(&plain).unwrap(), plain);
        assert!(matches!(imported(b"no module"), Err(PatchError::Module(_))));
    }

    #[test]
    fn every_function_is_the_one_of_its_name() {
        let expected = [
            ("acos", 0.3_f64.acos()),
            ("acosh", f64::NAN),
            ("asin", 0.3_f64.asin()),
            ("asinh", 0.3_f64.asinh()),
            ("atan", 0.3_f64.atan()),
            ("atanh", 0.3_f64.atanh()),
            ("cos", 0.3_f64.cos()),
            ("cosh", 0.3_f64.cosh()),
            ("erf", 0.328_626_759_459_127_4),
            ("erfc", 0.671_373_240_540_872_6),
            ("log10", 0.3_f64.log10()),
            ("sin", 0.3_f64.sin()),
            ("sinh", 0.3_f64.sinh()),
            ("tan", 0.3_f64.tan()),
            ("tanh", 0.3_f64.tanh()),
            ("atan2", 0.3_f64.atan2(0.7)),
            ("hypot", 0.3_f64.hypot(0.7)),
        ];
        let names: Vec<&str> = MATHEMATICS.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, expected.map(|(name, _)| name));
        for ((name, function), (_, value)) in MATHEMATICS.iter().zip(expected) {
            let found = match function {
                Mathematics::One(function) => function(0.3),
                Mathematics::Two(function) => function(0.3, 0.7),
            };
            // Rust has some of its own, which need not be the C library's to the last digit; below 1 `acosh` is no number.
            assert!(
                (found - value).abs() < 1e-14 || found.is_nan() && value.is_nan(),
                "{name}: {found} {value}"
            );
        }
    }
}
