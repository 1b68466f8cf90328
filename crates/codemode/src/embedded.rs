//! The embedded engine as the command line sees it: whether this build has it, and how it is made ready.

#[cfg(feature = "wasm")]
mod present {
    use std::sync::Arc;

    use codemode_run::Engine;
    use codemode_wasm::{Embedded, Index, Progress, Step};

    use crate::cli::Failure;
    use crate::compose::{self, Variables};
    use crate::config::Settings;
    use crate::paths::Paths;
    use crate::terminal::{self, note};

    fn embedded(settings: &Settings, paths: &Paths, variables: &Variables) -> Embedded {
        Embedded::new(&compose::options(settings, paths), paths.cache.join("wasm"), Index::find(variables))
    }

    /// The engine.
    pub(crate) fn engine(
        settings: &Settings,
        paths: &Paths,
        variables: &Variables,
    ) -> Option<Arc<dyn Engine>> {
        Some(embedded(settings, paths, variables).engine())
    }

    /// Fetches, compiles and warms what is missing, and says how far it is.
    pub(crate) async fn prepare(
        settings: &Settings,
        paths: &Paths,
        variables: &Variables,
    ) -> Result<(), Failure> {
        let embedded = embedded(settings, paths, variables);
        if embedded.is_prepared() {
            note("the engine `wasm` is ready");
            return Ok(());
        }
        let line = std::sync::Mutex::new(terminal::Progress::default());
        let show = |progress: Progress| {
            if let Ok(mut line) = line.lock() {
                line.show(&text(progress));
            }
        };
        embedded.prepare(&show).await.map_err(|error| Failure {
            error: error.into(),
            hint: Some("run `codemode doctor --prepare wasm` again: what is there is used".to_owned()),
        })?;
        drop(line);
        note("the engine `wasm` is ready");
        Ok(())
    }

    /// Makes it ready when it is the engine that programs will run on and it is not.
    pub(crate) async fn prepare_if_chosen(
        settings: &Settings,
        paths: &Paths,
        variables: &Variables,
    ) -> Result<(), Failure> {
        let is_chosen = settings.engine.as_deref() == Some("wasm");
        if is_chosen && !embedded(settings, paths, variables).is_prepared() {
            prepare(settings, paths, variables).await?;
        }
        Ok(())
    }

    /// Makes it ready in the background when it is the engine that programs will run on and it is not.
    pub(crate) fn begin_if_chosen(settings: &Settings, paths: &Paths, variables: &Variables) {
        if settings.engine.as_deref() != Some("wasm") {
            return;
        }
        let embedded = embedded(settings, paths, variables);
        if !embedded.is_prepared() {
            embedded.begin();
        }
    }

    /// Takes back the last run of the session whose states are in this folder. False when there is none.
    pub(crate) fn undo(checkpoints: &std::path::Path) -> std::io::Result<bool> {
        codemode_wasm::undo(checkpoints)
    }

    fn text(progress: Progress) -> String {
        const WIDTH: u64 = 30;
        let Progress { step, done, total } = progress;
        let filled = (WIDTH * done.min(total)).checked_div(total).unwrap_or(0);
        let bar: String = (0..WIDTH).map(|place| if place < filled { '#' } else { '.' }).collect();
        let amount = match step {
            Step::Fetch => format!("{} of {} MB", done / 1_000_000, total / 1_000_000),
            _ => format!("{} %", done * 100 / total.max(1)),
        };
        format!(
            "wasm is being {:<11} [{bar}] {amount}, about {} s left",
            step.name(),
            progress.seconds_left()
        )
    }
}

#[cfg(not(feature = "wasm"))]
mod present {
    use std::sync::Arc;

    use codemode_run::Engine;

    use crate::cli::Failure;
    use crate::compose::Variables;
    use crate::config::Settings;
    use crate::paths::Paths;

    /// No engine.
    pub(crate) fn engine(_: &Settings, _: &Paths, _: &Variables) -> Option<Arc<dyn Engine>> {
        None
    }

    /// Says that there is nothing to prepare.
    pub(crate) async fn prepare(_: &Settings, _: &Paths, _: &Variables) -> Result<(), Failure> {
        Err(Failure::from("the engine `wasm` is not in this build"))
    }

    /// Nothing to do.
    pub(crate) fn begin_if_chosen(_: &Settings, _: &Paths, _: &Variables) {}

    /// Nothing that could be taken back.
    pub(crate) fn undo(_: &std::path::Path) -> std::io::Result<bool> {
        Ok(false)
    }

    /// Nothing to do.
    pub(crate) async fn prepare_if_chosen(_: &Settings, _: &Paths, _: &Variables) -> Result<(), Failure> {
        Ok(())
    }
}

pub(crate) use present::{begin_if_chosen, engine, prepare, prepare_if_chosen, undo};
