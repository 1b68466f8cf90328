//! Streams a run's output to the client while it goes on.

use std::time::Duration;

use codemode_run::RunHandle;
use codemode_run::runs::Finished;
use rmcp::RoleServer;
use rmcp::model::{ProgressNotificationParam, ProgressToken};
use rmcp::service::{Peer, RequestContext};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

/// At most ten messages a second.
const EVERY: Duration = Duration::from_millis(100);

/// Longest message in bytes; more lines go into further ones.
const MESSAGE_BYTES_MAX: usize = 16 * 1024;

/// Follows a run for at most `patience` and hands its lines to the client when it asked for progress. `None` when the run
/// goes on. All lines of a run that ended were sent before this returns.
pub(super) async fn follow(
    run: &RunHandle,
    context: &RequestContext<RoleServer>,
    patience: Duration,
) -> Option<Finished> {
    let token = context.meta.get_progress_token();
    let Some(token) = token else { return run.finish_within(patience).await };
    let mut progress = Progress { peer: &context.peer, sent: 0, token };
    let deadline = Instant::now() + patience;
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            biased;
            end = run.finish() => {
                progress.send(run.recorder().take_rest()).await;
                return Some(end);
            }
            () = sleep_until(deadline) => return None,
            _ = ticks.tick() => progress.send(run.recorder().take_lines()).await,
        }
    }
}

struct Progress<'a> {
    peer: &'a Peer<RoleServer>,
    /// Bytes so far: it grows with every message, as the protocol demands.
    sent: usize,
    token: ProgressToken,
}

impl Progress<'_> {
    async fn send(&mut self, lines: Option<String>) {
        let lines = lines.unwrap_or_default();
        for message in messages(&lines) {
            self.sent += message.len();
            #[expect(clippy::cast_precision_loss, reason = "bytes of one run are far below 2^52")]
            let param =
                ProgressNotificationParam::new(self.token.clone(), self.sent as f64).with_message(message);
            // A client that is gone shows in its connection.
            let _ = self.peer.notify_progress(param).await;
        }
    }
}

/// Cuts lines into messages, at line ends where there are any.
fn messages(lines: &str) -> Vec<&str> {
    let mut messages = Vec::new();
    let mut rest = lines;
    while !rest.is_empty() {
        let mut end = rest.floor_char_boundary(MESSAGE_BYTES_MAX);
        if end < rest.len() {
            end = rest[..end].rfind('\n').map_or(end, |newline| newline + 1);
        }
        let (message, after) = rest.split_at(end);
        messages.push(message);
        rest = after;
    }
    messages
}
