//! Finds out what this machine lets us do: the whole way into the jail is walked once, in a process that is thrown away.
//! Nothing is inferred from settings, because several of them let a step succeed and fail a later one.

use std::fmt;
use std::io::{BufRead, BufReader, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::process::{Command, Stdio};
use std::time::Duration;

use codemode_run::Isolation;

use super::spec::{Spec, Step};
use crate::helper;
use crate::init::{HELPER, JAIL};
use crate::registry::EngineOptions;

/// What was found on this machine, for people and for `doctor`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnosis {
    /// The best level that works, if any does.
    pub level: Option<Isolation>,
    /// What is missing for a better one, in words.
    pub missing: Vec<String>,
    /// The line that mends it, when there is one.
    pub mend: Option<String>,
    /// Every step that was tried, in order.
    pub steps: Vec<StepReport>,
}

/// One step of a trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepReport {
    /// The error number, when it failed.
    pub errno: Option<i32>,
    /// The level that it is part of.
    pub level: Isolation,
    /// The step.
    pub step: Step,
}

impl fmt::Display for StepReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.errno {
            Some(errno) => {
                write!(f, "{} {}: {}", self.level.name(), self.step, std::io::Error::from_raw_os_error(errno))
            }
            None => write!(f, "{} {}: ok", self.level.name(), self.step),
        }
    }
}

/// How long a trial may take before it counts as failed.
const TRIAL_WITHIN: Duration = Duration::from_secs(10);

/// Walks the way of one level. The steps that were taken, the last one with its error when the trial failed.
pub(super) fn walk(options: &EngineOptions, spec: &Spec, level: Isolation) -> Vec<StepReport> {
    let failed = match try_out(options, spec) {
        Ok(failed) => failed,
        Err(error) => Some((Step::Start, error.raw_os_error().unwrap_or(libc::EIO))),
    };
    let taken = Step::ALL.into_iter().filter(|step| *step != Step::Cgroup && belongs(*step, level));
    let until = taken.take_while(|step| failed.is_none_or(|(last, _)| *step < last));
    let mut steps: Vec<StepReport> = until.map(|step| StepReport { errno: None, level, step }).collect();
    steps.extend(failed.map(|(step, errno)| StepReport { errno: Some(errno), level, step }));
    steps
}

fn belongs(step: Step, level: Isolation) -> bool {
    level != Isolation::Landlock
        || matches!(step, Step::Capabilities | Step::Limits | Step::Landlock | Step::Seccomp | Step::Start)
}

fn try_out(options: &EngineOptions, spec: &Spec) -> std::io::Result<Option<(Step, i32)>> {
    let (mut control, theirs) = UnixStream::pair()?;
    let mut command = Command::new(&options.helper);
    command.args(&options.helper_arguments).args([HELPER, JAIL]).env_clear();
    command.stdin(OwnedFd::from(theirs)).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn()?;
    drop(command);
    let (protocol, _) = UnixStream::pair()?;
    helper::send_descriptors(&control, &[protocol.as_fd()])?;
    let text = serde_json::to_vec(spec)?;
    control.write_all(
        &[&u32::try_from(text.len()).unwrap_or_default().to_be_bytes(), text.as_slice()].concat(),
    )?;
    control.set_read_timeout(Some(TRIAL_WITHIN))?;
    let verdict = read_verdict(BufReader::new(&control));
    drop(control);
    child.wait()?;
    verdict
}

fn read_verdict(lines: impl BufRead) -> std::io::Result<Option<(Step, i32)>> {
    for line in lines.lines() {
        let line = line?;
        if line == "proven" {
            return Ok(None);
        }
        if let Some(fault) = parse_fault(&line) {
            return Ok(Some(fault));
        }
    }
    Err(std::io::ErrorKind::UnexpectedEof.into())
}

/// `failed STEP ERRNO`, as a launcher says it.
pub(super) fn parse_fault(line: &str) -> Option<(Step, i32)> {
    let (step, errno) = line.strip_prefix("failed ")?.split_once(' ')?;
    Some((Step::of_name(step)?, errno.parse().ok()?))
}

/// What a failed step means, and what mends it.
pub(super) fn explain(report: &StepReport) -> (String, Option<String>) {
    let error =
        report.errno.map(|errno| std::io::Error::from_raw_os_error(errno).to_string()).unwrap_or_default();
    let missing = |what: &str| format!("{what} ({}: {error})", report.step);
    let is_restricted = || {
        let setting = std::fs::read_to_string("/proc/sys/kernel/apparmor_restrict_unprivileged_userns");
        setting.is_ok_and(|value| value.trim() == "1")
    };
    match (report.step, report.errno) {
        (Step::Cgroup, _) => (
            missing("no cgroup that codemode may divide, so memory and processes are watched instead of bounded"),
            Some("start codemode in a scope of its own: systemd-run --user --scope -p Delegate=yes codemode".to_owned()),
        ),
        (Step::Namespaces, Some(libc::ENOSPC)) => {
            (missing("user namespaces are switched off"), Some("sudo sysctl -w user.max_user_namespaces=15000".to_owned()))
        }
        (step, _) if step < Step::Capabilities && is_restricted() => {
            (missing("AppArmor keeps programs of users from using namespaces"), Some(apparmor_profile()))
        }
        (Step::Proc, _) => (
            missing("this container hides parts of /proc, so no new one can be mounted"),
            Some("docker run --security-opt systempaths=unconfined --security-opt seccomp=unconfined".to_owned()),
        ),
        (step, _) if step < Step::Capabilities => (
            missing("this container or kernel refuses new namespaces"),
            Some("in a container: docker run --security-opt seccomp=unconfined --security-opt systempaths=unconfined; on a host: sudo sysctl -w kernel.unprivileged_userns_clone=1".to_owned()),
        ),
        (Step::Landlock, _) => (
            missing("this kernel does not enforce Landlock"),
            Some("use Linux 5.13 or later with `landlock` in the `lsm=` list of the boot line".to_owned()),
        ),
        (Step::Seccomp, _) => (missing("this kernel does not enforce seccomp filters"), None),
        _ => (missing("a program could not be started in the jail"), None),
    }
}

/// The usual cure on Ubuntu 23.10 and later: a profile that says of our own program that it may use user namespaces.
fn apparmor_profile() -> String {
    let program = std::env::current_exe().unwrap_or_else(|_| "/usr/local/bin/codemode".into());
    let program = program.display();
    format!(
        "printf 'abi <abi/4.0>,\\ninclude <tunables/global>\\nprofile codemode {program} flags=(unconfined) {{\\n  userns,\\n}}\\n' | sudo tee /etc/apparmor.d/codemode && sudo apparmor_parser -r /etc/apparmor.d/codemode"
    )
}
