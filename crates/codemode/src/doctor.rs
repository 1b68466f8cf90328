//! What works on this machine: for `codemode doctor`, and in short for `codemode://context`.

use std::fmt::Write;

use codemode_engines::interpreter;
use codemode_run::catalog::one_line;
use codemode_run::network::NetworkMode;
use codemode_run::{Engine, Language, Learning, Lesson, Runner};
use futures::future::join_all;
use serde_json::{Map, Value, json};

use crate::compose::NOT_IN_THIS_BUILD;
use crate::paths::Paths;
use crate::terminal::{BAD, GOOD, HEADING, styled};

/// The diagnosis as JSON, in the shape that programs rely on.
pub async fn json(engines: &[std::sync::Arc<dyn Engine>], paths: &Paths) -> Value {
    let found = join_all(
        engines.iter().map(|engine| async { (engine.name().to_owned(), engine_json(&**engine).await) }),
    )
    .await;
    let mut table: Map<String, Value> = found.into_iter().collect();
    for name in NOT_IN_THIS_BUILD {
        table.insert(
            (*name).to_owned(),
            json!({
                "available": false, "level": null, "languages": [], "prepared": false,
                "missing": [format!("the engine `{name}` is not in this build")], "mend": "use a build of codemode that has it",
            }),
        );
    }
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "platform": format!("{}-{}", std::env::consts::OS, std::env::consts::ARCH),
        "engines": table,
        "upstreams": {},
        "model": {"provider": null, "model": null, "state": "not in this build"},
        "paths": {
            "config": paths.config, "project": paths.project, "database": paths.database, "workspaces": paths.workspaces,
        },
    })
}

async fn engine_json(engine: &dyn Engine) -> Value {
    let profile = engine.profile();
    let mut languages = Vec::new();
    let mut missing = Vec::new();
    let mut mends = Vec::new();
    for language in &profile.languages {
        match engine.probe(*language).await {
            Ok(()) => languages.push(language.name()),
            Err(unavailable) => {
                missing.push(format!("{language}: {}", unavailable.missing));
                mends.push(unavailable.mend);
            }
        }
    }
    let available = !languages.is_empty();
    if let Some(shortfall) = engine.shortfall().filter(|_| available) {
        missing.insert(0, format!("isolation full: {}", shortfall.missing));
        mends.insert(0, shortfall.mend);
    }
    mends.dedup();
    json!({
        "available": available,
        "level": available.then(|| profile.isolation.name()),
        "languages": languages,
        "prepared": available,
        "missing": missing,
        "mend": (!mends.is_empty()).then(|| mends.join("; ")),
    })
}

/// The diagnosis as a person reads it.
pub fn text(diagnosis: &Value) -> String {
    let mut text = format!(
        "{} {} on {}\n\n{}\n",
        styled(HEADING, "codemode"),
        word(&diagnosis["version"]),
        word(&diagnosis["platform"]),
        styled(HEADING, "engines")
    );
    for (name, engine) in diagnosis["engines"].as_object().into_iter().flatten() {
        let mark = if engine["available"] == true { styled(GOOD, "yes") } else { styled(BAD, "no ") };
        let _ = writeln!(text, "  {name:<8} {mark}  {}", engine_text(engine));
        for line in engine["missing"].as_array().into_iter().flatten() {
            let _ = writeln!(text, "                missing: {}", word(line));
        }
        if let Some(mend) = engine["mend"].as_str() {
            let _ = writeln!(text, "                mend: {mend}");
        }
    }
    let _ = writeln!(text, "\n{}", styled(HEADING, "upstream servers"));
    for (name, server) in diagnosis["upstreams"].as_object().into_iter().flatten() {
        let ready = server["state"] == "ready";
        let state = styled(if ready { GOOD } else { BAD }, word(&server["state"]));
        let said =
            if ready { format!("{} tools", server["tools"]) } else { word(&server["reason"]).to_owned() };
        let _ = writeln!(text, "  {name:<14} {state}  {said}");
    }
    let _ = writeln!(text, "\n{}", styled(HEADING, "paths"));
    for (name, path) in diagnosis["paths"].as_object().into_iter().flatten() {
        let _ = writeln!(text, "  {name:<11} {}", word(path));
    }
    text
}

fn engine_text(engine: &Value) -> String {
    let Some(level) = engine["level"].as_str() else { return String::new() };
    let languages: Vec<&str> = engine["languages"].as_array().into_iter().flatten().map(word).collect();
    let warning = if level == "none" { " (no isolation: a program can do what you can)" } else { "" };
    format!("isolation {level}{warning}; {}", languages.join(", "))
}

fn word(value: &Value) -> &str {
    value.as_str().unwrap_or("-")
}

/// Learnings that the context names.
const LEARNINGS_NAMED_MAX: usize = 5;

/// Characters of a learning that the context shows.
const LEARNING_CHARS_MAX: usize = 100;

/// What a program can count on, in a few lines for a model.
pub async fn context(runner: &Runner, network: NetworkMode) -> String {
    let mut text = format!(
        "codemode {} on {} {}\n",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::OS,
        std::env::consts::ARCH
    );
    for (engine, works) in runner.candidates().await {
        let state = if works { engine.profile().isolation.name() } else { "not to be had here" };
        let _ = writeln!(text, "engine {}: {state}", engine.name());
    }
    let versions =
        join_all([Language::Python, Language::JavaScript, Language::Bash].map(interpreter::version)).await;
    for (language, version) in ["python", "javascript", "bash"].iter().zip(versions) {
        let _ = writeln!(text, "{language}: {}", version.unwrap_or_else(|| "not installed".to_owned()));
    }
    let packages = if runner.choices().rules.auto_install {
        "what a Python program imports and lacks is installed before it starts"
    } else {
        "only what is named in `packages` is installed"
    };
    let _ = writeln!(text, "network: {network}\npackages: {packages}");
    let limits = runner.limits();
    let _ = write!(
        text,
        "limits: {} s of wall clock unless a run names a timeout, {} MiB of memory, {} MiB a file, {} characters of output shown\n\
         a run without session_id starts a fresh interpreter in the same folder; with one, variables stay\n",
        runner.choices().wall.as_secs_f64(),
        limits.memory >> 20,
        limits.file >> 20,
        limits.output_chars,
    );
    text + &learnings(runner).await
}

/// The newest learnings, so that a model knows that there are some.
async fn learnings(runner: &Runner) -> String {
    let newest = match runner.memory().list(LEARNINGS_NAMED_MAX).await {
        Ok(newest) if !newest.is_empty() => newest,
        Ok(_) => return String::new(),
        Err(error) => {
            tracing::warn!(%error, "learnings are not in the context");
            return String::new();
        }
    };
    let line = |learning: &Learning| {
        let (what, mend) = match &learning.lesson {
            Lesson::Error { pattern, solution } => (pattern, solution),
            Lesson::Semantic { objective, successful_approach, .. } => (objective, successful_approach),
        };
        let short = |text| one_line(text, LEARNING_CHARS_MAX);
        format!("- {}: {}\n", short(what), short(mend))
    };
    format!("the newest learnings:\n{}", newest.iter().map(line).collect::<String>())
}
