//! `codemode serve`: MCP on stdio.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use codemode_mcp::ClientPerson;
use tokio_util::sync::CancellationToken;

use super::{Outcome, Surroundings};
use crate::configure::Configurator;
use crate::{compose, embedded, spool, upstreams};

#[derive(Debug, clap::Args)]
#[command(after_help = "Example: codemode serve --engine direct --tools lean")]
pub(super) struct Arguments {}

/// How long the servers are left alone at the start, unless a request wants them.
const GREETING_FIRST: Duration = Duration::from_millis(25);

pub(super) fn run(surroundings: Surroundings) -> Outcome {
    let (settings, layers) = surroundings.settings()?;
    let runtime = super::runtime()?;
    let person = Arc::<ClientPerson>::default();
    let asked = Some(Arc::clone(&person) as _);
    let hub = Arc::new(upstreams::hub(&layers, &surroundings.paths, &surroundings.variables, asked)?);
    let served = runtime.block_on(async {
        let runs =
            compose::runs(&settings, &surroundings.paths, &surroundings.variables, Arc::clone(&hub) as _);
        let (paths, runner) = (surroundings.paths.clone(), Arc::clone(runs.runner()));
        embedded::begin_if_chosen(&settings, &paths, &surroundings.variables);
        let reload = Box::new(move || surroundings.layers());
        let configure = Arc::new(Configurator::new(paths.clone(), reload, runner));
        let options = compose::server(&settings, configure, person, &runs);
        compose::prewarm(&runs);
        let above = paths.spool;
        tokio::task::spawn_blocking(move || spool::clear(&above));
        // What is known of the servers is read, and what is not is asked for, beside the client's first requests: behind its
        // greeting, for which it waits, while many servers that start take all cores.
        let begun = Arc::clone(&hub);
        tokio::spawn(async move {
            tokio::time::sleep(GREETING_FIRST).await;
            let _ = tokio::task::spawn_blocking(move || begun.begin()).await;
        });
        let served = codemode_mcp::serve_stdio(options, runs, stop_on_signal()).await;
        hub.close().await;
        served
    });
    // A read of stdin cannot be taken back; it must not hold the end up.
    runtime.shutdown_timeout(Duration::ZERO);
    served?;
    Ok(ExitCode::SUCCESS)
}

/// A token that fires when this process is told to end.
pub(super) fn stop_on_signal() -> CancellationToken {
    let stop = CancellationToken::new();
    let fired = stop.clone();
    tokio::spawn(async move {
        told_to_end().await;
        fired.cancel();
    });
    stop
}

#[cfg(unix)]
async fn told_to_end() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut hang_up), Ok(mut terminate)) =
        (signal(SignalKind::hangup()), signal(SignalKind::terminate()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = hang_up.recv() => {}
        _ = terminate.recv() => {}
    }
}

#[cfg(not(unix))]
async fn told_to_end() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
