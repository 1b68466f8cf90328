//! What can be mended mechanically when a run failed. Pure: a report in, the next try or the reason why there is none out.

use std::time::Duration;

use crate::outcome::{Ending, Exception};
use crate::packages::distribution_of;
use crate::program::RunRequest;
use crate::report::Report;

/// What a failed run leads to.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// Starting the program again would bring the same failure: the reason.
    GiveUp(String),
    /// The next try, and what is different in it.
    TryAgain {
        /// What was changed, for the person who reads the result.
        change: String,
        /// How long to wait before it.
        pause: Duration,
        /// The next try.
        request: Box<RunRequest>,
    },
}

/// The first pause before a try that changes nothing; each next one is twice as long.
const PAUSE: Duration = Duration::from_millis(500);

/// The longest pause.
const PAUSE_MAX: Duration = Duration::from_secs(8);

/// Exceptions of the world around a program, which may pass by themselves.
const PASSING: [&str; 14] = [
    "BrokenPipeError",
    "ChunkedEncodingError",
    "ClientConnectorError",
    "ConnectError",
    "ConnectTimeout",
    "ConnectionAbortedError",
    "ConnectionError",
    "ConnectionRefusedError",
    "ConnectionResetError",
    "IncompleteRead",
    "ReadTimeout",
    "RemoteDisconnected",
    "ServerDisconnectedError",
    "URLError",
];

/// What text files are most likely in that are not in UTF-8: Windows Latin, of which ISO 8859-1 is a part.
const OLDER_ENCODING: &str = "cp1252";

/// Whether a program may open text files without naming an encoding; whatever else it decodes, the next try would too.
fn opens_files(code: &str) -> bool {
    ["open(", "read_text("].iter().any(|call| code.contains(call))
}

/// Judges the `attempt`-th try, counted from 1, of a request that failed.
pub fn judge(request: &RunRequest, report: &Report, attempt: u32, wall_max: Duration) -> Verdict {
    match &report.ending {
        Some(Ending::Raise(Exception { kind, module: Some(module), .. })) => package(request, kind, module),
        Some(Ending::Raise(Exception { kind, .. }))
            if kind == "UnicodeDecodeError"
                && request.text_encoding.is_none()
                && opens_files(&request.code) =>
        {
            let change = format!(
                "text files are read as {OLDER_ENCODING}, which is what most files are that are no UTF-8"
            );
            let request = Box::new(RunRequest { text_encoding: Some(OLDER_ENCODING), ..request.clone() });
            Verdict::TryAgain { change, pause: Duration::ZERO, request }
        }
        Some(Ending::Raise(Exception { kind, .. })) if PASSING.contains(&last_part(kind)) => {
            let pause = PAUSE.saturating_mul(1 << (attempt - 1).min(8)).min(PAUSE_MAX);
            let change = format!("{kind} may pass by itself: the same again after {} s", pause.as_secs_f64());
            Verdict::TryAgain { change, pause, request: Box::new(request.clone()) }
        }
        Some(Ending::Raise(Exception { kind, .. })) => {
            Verdict::GiveUp(format!("{kind} is the program's own and would come again: change the program"))
        }
        Some(Ending::Timeout { after }) => longer(request, *after, wall_max),
        Some(Ending::Exit { code }) => {
            Verdict::GiveUp(format!("the program decided to end with exit code {code}: change the program"))
        }
        Some(Ending::Kill { cause }) => {
            Verdict::GiveUp(format!("killed ({}): it would come again", cause.describe()))
        }
        Some(Ending::Refuse(_)) => Verdict::GiveUp("the policy refuses this program".to_owned()),
        Some(Ending::Cancel | Ending::Finish) | None => {
            Verdict::GiveUp("there is nothing to mend".to_owned())
        }
    }
}

/// A module that nobody saw before the program ran, such as one that it imports by a computed name.
fn package(request: &RunRequest, kind: &str, module: &str) -> Verdict {
    let Some(distribution) = distribution_of(module) else {
        return Verdict::GiveUp(format!(
            "{kind}: which distribution has `{module}` is not known; name it in `packages`"
        ));
    };
    if request.packages.contains(&distribution) {
        return Verdict::GiveUp(format!("`{distribution}` was installed and `{module}` is still missing"));
    }
    let mut request = Box::new(request.clone());
    let change = format!("`{distribution}` is installed for `{module}`");
    request.packages.push(distribution);
    Verdict::TryAgain { change, pause: Duration::ZERO, request }
}

fn longer(request: &RunRequest, after: Duration, wall_max: Duration) -> Verdict {
    let timeout = after.saturating_mul(2).min(wall_max);
    if timeout <= after {
        return Verdict::GiveUp(format!("{} s is the longest timeout", after.as_secs_f64()));
    }
    let change = format!("timeout {} s instead of {} s", timeout.as_secs_f64(), after.as_secs_f64());
    let request = Box::new(RunRequest { timeout: Some(timeout), ..request.clone() });
    Verdict::TryAgain { change, pause: Duration::ZERO, request }
}

/// `requests.exceptions.ConnectionError` is a `ConnectionError`.
fn last_part(kind: &str) -> &str {
    kind.rsplit('.').next().unwrap_or(kind)
}
