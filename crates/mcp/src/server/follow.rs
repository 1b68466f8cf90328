//! Streams a run's output to the client while it goes on: as progress, as log messages, as it asked for.

use std::time::Duration;

use codemode_run::RunHandle;
use rmcp::RoleServer;
use rmcp::model::{self, ProgressNotificationParam, ProgressToken};
use rmcp::service::{Peer, RequestContext};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};
use tokio_util::sync::CancellationToken;

/// With one more at the end of a run, at most ten messages a second.
const EVERY: Duration = Duration::from_millis(120);

/// Who hears of a run's output.
pub(super) struct Listener<'a> {
    hung_up: &'a CancellationToken,
    /// Whether it asked for log messages at the level of output.
    logs: bool,
    peer: &'a Peer<RoleServer>,
    /// Bytes so far: it grows with every message, as the protocol demands.
    sent: usize,
    token: Option<ProgressToken>,
}

impl<'a> Listener<'a> {
    /// The client of this request. It hears log messages when `logs` is set or the request asks for them.
    pub(super) fn new(
        context: &'a RequestContext<RoleServer>,
        hung_up: &'a CancellationToken,
        logs: bool,
    ) -> Self {
        let logs = context.meta.log_level().map_or(logs, is_heard_at);
        Self { hung_up, logs, peer: &context.peer, sent: 0, token: context.meta.get_progress_token() }
    }

    /// Follows a run for at most `patience`. All lines of a run that ended were sent before this returns.
    pub(super) async fn follow(&mut self, run: &RunHandle, patience: Duration) {
        if self.token.is_none() && !self.logs {
            run.finish_within(patience).await;
            return;
        }
        let deadline = Instant::now() + patience;
        let mut ticks = interval(EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                _ = run.finish() => return self.send(run, run.recorder().take_rest()).await,
                () = sleep_until(deadline) => return,
                _ = ticks.tick() => self.send(run, run.recorder().take_lines()).await,
            }
        }
    }

    /// Sends whole lines, unless the client is gone: then rmcp would never say that they were sent.
    async fn send(&mut self, run: &RunHandle, lines: Option<String>) {
        let Some(lines) = lines else { return };
        let hung_up = self.hung_up;
        tokio::select! {
            () = self.notify(run, lines) => {}
            () = hung_up.cancelled() => {}
        }
    }

    /// Tells of work that is no run.
    pub(super) async fn tell(&mut self, line: String) {
        let hung_up = self.hung_up;
        tokio::select! {
            () = self.progress(line) => {}
            () = hung_up.cancelled() => {}
        }
    }

    /// All in one message: they are bounded where they are collected.
    async fn notify(&mut self, run: &RunHandle, lines: String) {
        if self.logs {
            self.log(run, &lines).await;
        }
        self.progress(lines).await;
    }

    async fn progress(&mut self, lines: String) {
        if let Some(token) = &self.token {
            self.sent += lines.len();
            #[expect(clippy::cast_precision_loss, reason = "bytes of one run are far below 2^52")]
            let param = ProgressNotificationParam::new(token.clone(), self.sent as f64).with_message(lines);
            // A client that is gone shows in its connection.
            let _ = self.peer.notify_progress(param).await;
        }
    }

    #[expect(deprecated, reason = "clients of every version up to 2026-07-28 may ask for log messages")]
    async fn log(&self, run: &RunHandle, lines: &str) {
        let param = model::LoggingMessageNotificationParam::new(model::LoggingLevel::Info, lines.into())
            .with_logger(format!("codemode/{}", run.id));
        let _ = self.peer.notify_logging_message(param).await;
    }
}

/// Whether a client that asked for this level hears a program's output, which is at level info.
#[expect(deprecated, reason = "clients of every version up to 2026-07-28 may ask for log messages")]
pub(super) fn is_heard_at(level: model::LoggingLevel) -> bool {
    matches!(level, model::LoggingLevel::Debug | model::LoggingLevel::Info)
}
