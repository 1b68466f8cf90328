//! Which system calls a program may make. The lists are data: `seccomp/*.calls`, one call a line with its reason.

use std::io;

use codemode_run::Isolation;
use seccompiler::{BpfProgram, TargetArch};
use serde_json::{Value, json};

const AARCH64: &str = include_str!("../../seccomp/aarch64.calls");
const CGROUP: &str = include_str!("../../seccomp/cgroup.calls");
const COMMON: &str = include_str!("../../seccomp/common.calls");
const NAMESPACES: &str = include_str!("../../seccomp/namespaces.calls");
const NETWORK: &str = include_str!("../../seccomp/network.calls");
const X86_64: &str = include_str!("../../seccomp/x86_64.calls");

/// The programs for this machine, in the order of their loading.
///
/// The first answers EPERM to whatever is not listed (numbers of other call tables, such as x32, too). The second
/// answers ENOSYS to calls whose absence programs know how to live with. A foreign machine word kills the process.
pub(super) fn programs(machine: &str, level: Isolation, host_network: bool) -> Result<Vec<Vec<u64>>, String> {
    let own = match machine {
        "aarch64" => AARCH64,
        "x86_64" => X86_64,
        other => return Err(format!("no list of system calls for {other}")),
    };
    let has_namespaces = level >= Isolation::NoCgroup;
    let namespaces = has_namespaces.then_some(NAMESPACES);
    let cgroup = (level == Isolation::Full).then_some(CGROUP);
    // Without a network namespace the only wall is that no socket can be made.
    let network = (has_namespaces || host_network).then_some(NETWORK);
    let lists = [Some(COMMON), Some(own), namespaces, cgroup, network];
    let lines: Vec<Line<'_>> = lists
        .iter()
        .flatten()
        .flat_map(|list| list.lines())
        .filter_map(Line::parse)
        .collect::<Result<_, _>>()?;
    let (absent, allowed): (Vec<Line<'_>>, Vec<Line<'_>>) =
        lines.into_iter().partition(|line| line.is_absent);
    let programs = [
        compile(machine, &allowed, json!({"errno": libc::EPERM}), json!("allow"))?,
        compile(machine, &absent, json!("allow"), json!({"errno": libc::ENOSYS}))?,
    ];
    Ok(programs.iter().map(pack).collect())
}

/// One line: `name`, `name CONDITION & CONDITION`, or `name absent`.
struct Line<'a> {
    conditions: Vec<Value>,
    is_absent: bool,
    name: &'a str,
}

impl<'a> Line<'a> {
    fn parse(line: &'a str) -> Option<Result<Self, String>> {
        let text = line.split('#').next().unwrap_or_default().trim();
        let (name, rest) = text.split_once(' ').unwrap_or((text, ""));
        if name.is_empty() {
            return None;
        }
        let rest = rest.trim();
        if rest.is_empty() || rest == "absent" {
            return Some(Ok(Self { conditions: Vec::new(), is_absent: rest == "absent", name }));
        }
        let conditions: Option<Vec<Value>> = rest.split('&').map(condition).collect();
        let line = conditions.map(|conditions| Self { conditions, is_absent: false, name });
        Some(line.ok_or_else(|| format!("the list of system calls holds `{text}`")))
    }

    fn rule(&self) -> Value {
        match self.conditions.as_slice() {
            [] => json!({"syscall": self.name}),
            conditions => json!({"syscall": self.name, "args": conditions}),
        }
    }
}

/// `arg0 == 1`, `arg1 != 2`, `arg0 & 0xff == 0` written as `arg0 mask 0xff 0`.
fn condition(text: &str) -> Option<Value> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let (argument, operator, value) = match words.as_slice() {
        [argument, "mask", mask, value] => (*argument, json!({"masked_eq": number(mask)?}), *value),
        [argument, "==", value] => (*argument, json!("eq"), *value),
        [argument, "!=", value] => (*argument, json!("ne"), *value),
        _ => return None,
    };
    let index: u8 = argument.strip_prefix("arg")?.parse().ok()?;
    Some(json!({"index": index, "type": "dword", "op": operator, "val": number(value)?}))
}

fn number(text: &str) -> Option<u64> {
    match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}

fn compile(
    machine: &str,
    lines: &[Line<'_>],
    otherwise: Value,
    matched: Value,
) -> Result<BpfProgram, String> {
    let rules: Vec<Value> = lines.iter().map(Line::rule).collect();
    let text =
        json!({"jail": {"mismatch_action": otherwise, "match_action": matched, "filter": rules}}).to_string();
    let arch = TargetArch::try_from(machine).map_err(|error| error.to_string())?;
    let mut programs =
        seccompiler::compile_from_json(text.as_bytes(), arch).map_err(|error| error.to_string())?;
    programs.remove("jail").ok_or_else(|| "no program was compiled".to_owned())
}

fn pack(program: &BpfProgram) -> Vec<u64> {
    let one = |instruction: &seccompiler::sock_filter| {
        u64::from(instruction.code) << 48
            | u64::from(instruction.jt) << 40
            | u64::from(instruction.jf) << 32
            | u64::from(instruction.k)
    };
    program.iter().map(one).collect()
}

fn unpack(program: &[u64]) -> BpfProgram {
    let one = |packed: &u64| {
        let [code_high, code_low, jt, jf, k @ ..] = packed.to_be_bytes();
        let (code, k) = (u16::from_be_bytes([code_high, code_low]), u32::from_be_bytes(k));
        seccompiler::sock_filter { code, jt, jf, k }
    };
    program.iter().map(one).collect()
}

/// Loads the programs for this process and all that it starts.
pub(super) fn apply(programs: &[Vec<u64>]) -> io::Result<()> {
    for program in programs {
        seccompiler::apply_filter(&unpack(program)).map_err(io::Error::other)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_compiles_for_every_machine_and_level() {
        for machine in ["aarch64", "x86_64"] {
            for level in [Isolation::Landlock, Isolation::NoCgroup, Isolation::Full] {
                for host_network in [false, true] {
                    let programs = programs(machine, level, host_network).unwrap();
                    assert!(
                        programs.iter().all(|program| program.len() > 10 && program.len() < 4096),
                        "{machine} {level:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_program_is_the_same_after_its_journey() {
        let program = programs("x86_64", Isolation::Full, false).unwrap();
        assert_eq!(pack(&unpack(&program[0])), program[0]);
    }

    #[test]
    fn every_line_says_why() {
        for list in [AARCH64, CGROUP, COMMON, NAMESPACES, NETWORK, X86_64] {
            let silent = list
                .lines()
                .filter(|line| !line.is_empty() && !line.starts_with('#') && !line.contains(" # "));
            assert_eq!(silent.collect::<Vec<_>>(), Vec::<&str>::new());
        }
    }

    #[test]
    fn a_line_that_says_nothing_known_is_an_error() {
        assert!(Line::parse("socket arg0 ~ 1").unwrap().is_err());
        assert!(Line::parse("# only a comment").is_none());
    }
}
