//! What may be chosen anew while a runner works. A run that has begun keeps to what was chosen then.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use super::{Runner, RunnerOptions};
use crate::engine::Isolation;
use crate::packages::PackageRules;
use crate::policy::Policy;

/// What is in force for the runs that come in.
#[derive(Debug, Clone)]
pub struct Choices {
    /// The one engine to use; the first that fits when absent.
    pub engine: Option<String>,
    /// Weakest isolation that may be chosen without being named.
    pub minimum: Isolation,
    /// What is refused before anything runs.
    pub policy: Policy,
    /// Attempts that one request may ask for.
    pub retries: u32,
    /// What may be installed.
    pub rules: PackageRules,
    /// Wall clock of a run that names no timeout.
    pub wall: Duration,
    /// Longest timeout that a run may name.
    pub wall_max: Duration,
}

impl From<&RunnerOptions> for Choices {
    fn from(options: &RunnerOptions) -> Self {
        Self {
            engine: options.engine.clone(),
            minimum: options.minimum,
            policy: options.policy.clone(),
            retries: options.limits.retries,
            rules: options.packages.rules.clone(),
            wall: options.limits.wall,
            wall_max: options.limits.wall_max,
        }
    }
}

impl Runner {
    /// What is in force now.
    pub fn choices(&self) -> Arc<Choices> {
        Arc::clone(&self.choices.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Chooses anew for every run that comes in from now on.
    pub fn choose_anew(&self, choices: Choices) {
        *self.choices.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(choices);
    }
}
