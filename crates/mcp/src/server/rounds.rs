//! Requests of 2026-07-28 that are answered with a question: the work goes on meanwhile, and the request that is made again
//! with the reply waits for the same work.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rmcp::ErrorData;
use rmcp::RoleServer;
use rmcp::model::{CallToolRequestParams, CallToolResponse, CallToolResult, InputRequiredResult};
use rmcp::service::RequestContext;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use super::Server;

/// Pieces of work that wait for a client to come back; the oldest goes for a new one.
const WAITING_MAX: usize = 64;

/// Work that goes on between two requests.
#[derive(Debug)]
struct Work {
    cancel: CancellationToken,
    /// Questions that the client has.
    carried: Vec<String>,
    task: AbortOnDropHandle<Result<CallToolResult, ErrorData>>,
}

/// All of it, by what the client was given to come back with.
#[derive(Debug, Default)]
pub(super) struct Rounds(Mutex<VecDeque<(String, Work)>>);

impl Rounds {
    fn waiting(&self) -> MutexGuard<'_, VecDeque<(String, Work)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, state: String, work: Work) {
        let mut waiting = self.waiting();
        if waiting.len() >= WAITING_MAX {
            waiting.pop_front();
        }
        waiting.push_back((state, work));
    }

    /// A word of the client's is not believed: it only finds what was put here.
    fn take(&self, state: &str) -> Option<Work> {
        let mut waiting = self.waiting();
        let place = waiting.iter().position(|(known, _)| known == state)?;
        waiting.remove(place).map(|(_, work)| work)
    }
}

impl Server {
    /// Answers a request whose client can be asked.
    pub(super) async fn call_in_rounds(
        &self,
        mut request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let desk = self.shared.options.person.desk();
        let over = context.ct.clone();
        let mut work = match request.request_state.take() {
            None => self.begin(request, context),
            Some(state) => {
                let unknown = || ErrorData::invalid_params("nothing waits for this requestState", None);
                let work = self.shared.rounds.take(&state).ok_or_else(unknown)?;
                desk.reply(&work.carried, request.input_responses.take().unwrap_or_default());
                work
            }
        };
        let ended = tokio::select! {
            biased;
            () = over.cancelled() => {
                work.cancel.cancel();
                (&mut work.task).await
            }
            ended = &mut work.task => ended,
            questions = desk.questions() => {
                work.carried = questions.keys().cloned().collect();
                let state = self.shared.runs.runner().new_run_id();
                self.shared.rounds.put(state.clone(), work);
                return Ok(InputRequiredResult::new(Some(questions), Some(state)).into());
            }
        };
        let result = ended.map_err(|error| ErrorData::internal_error(error.to_string(), None))?;
        result.map(Into::into)
    }

    fn begin(&self, request: CallToolRequestParams, mut context: RequestContext<RoleServer>) -> Work {
        let (server, cancel) = (self.clone(), CancellationToken::new());
        // The work outlives the request that began it, and is taken back with the one that waits for it.
        context.ct = cancel.clone();
        let task = AbortOnDropHandle::new(tokio::spawn(async move { server.work(request, context).await }));
        Work { cancel, carried: Vec::new(), task }
    }
}
