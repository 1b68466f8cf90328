//! Questions for clients that servers do not ask by themselves: from protocol version 2026-07-28 on a question travels in the
//! answer to a request, and the reply in the request that is made again (basic/patterns/mrtr).

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rmcp::model::{
    ClientCapabilities, ElicitRequest, ElicitRequestParams, ElicitResult, ElicitationAction, InputRequest,
    InputRequests, InputResponses,
};
use rmcp::service::ElicitationMode;
use tokio::sync::{Notify, oneshot};

/// Questions that are open at once; further ones are not asked.
const OPEN_MAX: usize = 64;

/// The questions that nobody has answered yet.
#[derive(Debug, Default)]
pub(crate) struct Desk {
    asked: Notify,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    count: u64,
    /// What the client that spoke last can show its person.
    modes: Vec<ElicitationMode>,
    open: BTreeMap<String, Open>,
}

#[derive(Debug)]
struct Open {
    question: ElicitRequestParams,
    reply: oneshot::Sender<ElicitResult>,
    shown: bool,
}

impl Desk {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes what the client of a request can do: true when it can be asked anything.
    pub(crate) fn note(&self, capabilities: Option<&ClientCapabilities>) -> bool {
        let modes = match capabilities.and_then(|capabilities| capabilities.elicitation.as_ref()) {
            None => Vec::new(),
            Some(elicitation) => {
                let (form, url) = (elicitation.form.is_some(), elicitation.url.is_some());
                let can = [(ElicitationMode::Form, form || !url), (ElicitationMode::Url, url)];
                can.into_iter().filter(|(_, can)| *can).map(|(mode, _)| mode).collect()
            }
        };
        let can_ask = !modes.is_empty();
        self.state().modes = modes;
        can_ask
    }

    /// Asks in the answer to the next request, and waits for the reply. `None` when the client cannot be asked so.
    pub(crate) async fn ask(
        &self,
        mode: ElicitationMode,
        question: ElicitRequestParams,
        within: Duration,
    ) -> Option<ElicitResult> {
        let (reply, replied) = oneshot::channel();
        let id = {
            let mut state = self.state();
            if !state.modes.contains(&mode) || state.open.len() >= OPEN_MAX {
                return None;
            }
            state.count += 1;
            let id = format!("question-{}", state.count);
            state.open.insert(id.clone(), Open { question, reply, shown: false });
            id
        };
        let _taken_back = TakenBack { desk: self, id };
        self.asked.notify_waiters();
        let cancel = || ElicitResult::new(ElicitationAction::Cancel);
        let replied = tokio::time::timeout(within, replied).await;
        Some(replied.ok().and_then(Result::ok).unwrap_or_else(cancel))
    }

    /// Waits for questions that no answer has carried yet, and takes them for one.
    pub(crate) async fn questions(&self) -> InputRequests {
        loop {
            // Registered before the look, so that nothing that comes in between is missed.
            let asked = self.asked.notified();
            let questions = self.unshown();
            if !questions.is_empty() {
                return questions;
            }
            asked.await;
        }
    }

    fn unshown(&self) -> InputRequests {
        let mut state = self.state();
        let unshown = state.open.iter_mut().filter(|(_, open)| !open.shown);
        let shown = unshown.map(|(id, open)| {
            open.shown = true;
            (id.clone(), InputRequest::Elicitation(ElicitRequest::new(open.question.clone())))
        });
        shown.collect()
    }

    /// Gives the replies to who asked. A question that was carried to the client and has none was not answered.
    pub(crate) fn reply(&self, carried: &[String], mut replies: InputResponses) {
        for id in carried {
            let Some(open) = self.state().open.remove(id) else { continue };
            let reply = replies.remove(id).and_then(|reply| serde_json::from_value(reply).ok());
            let _ = open.reply.send(reply.unwrap_or_else(|| ElicitResult::new(ElicitationAction::Cancel)));
        }
    }
}

/// Removes a question that nobody waits for any more.
struct TakenBack<'a> {
    desk: &'a Desk,
    id: String,
}

impl Drop for TakenBack<'_> {
    fn drop(&mut self) {
        self.desk.state().open.remove(&self.id);
    }
}
