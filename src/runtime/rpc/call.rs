//! Calls and their replies: each has a deadline, and is repeated where the server is too busy and repeating is safe.

use std::sync::atomic::Ordering;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use tokio::sync::oneshot;

use crate::runtime::error::RuntimeError;
use crate::runtime::retry::{Retry, retry_until};
use crate::runtime::rpc::connection::{Shared, gone};
use crate::runtime::rpc::refusal::Refusal;
use crate::runtime::transport::outbox::SendError;

/// The server's code for "overloaded, retry later".
const OVERLOADED: i64 = -32001;
/// How often a request that the server was too busy for is repeated.
const OVERLOAD_RETRIES: u32 = 6;
#[derive(Serialize)]
struct Call<'a, Params> {
    id: i64,
    method: &'a str,
    params: &'a Params,
}

#[derive(Serialize)]
struct Notify<'a, Params> {
    method: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    params: Option<&'a Params>,
}

impl Shared {
    pub(crate) async fn call<R: DeserializeOwned>(
        &self,
        method: &str,
        params: &(impl Serialize + Sync),
    ) -> Result<R, RuntimeError> {
        let raw = self.call_raw(method, params).await?;
        serde_json::from_str(raw.get()).map_err(|error| RuntimeError::bad_reply(method, error))
    }

    pub(crate) async fn call_raw(
        &self,
        method: &str,
        params: &(impl Serialize + Sync),
    ) -> Result<Box<RawValue>, RuntimeError> {
        let limit = if starts_mcp_servers(method) {
            self.session_timeout
        } else {
            self.request_timeout
        };
        self.call_within(limit, method, params).await
    }

    /// Calls a method with a deadline of its own, which begins anew with each repetition.
    pub(crate) async fn call_within(
        &self,
        limit: Duration,
        method: &str,
        params: &(impl Serialize + Sync),
    ) -> Result<Box<RawValue>, RuntimeError> {
        let calling = self.call_until_answered(limit, method, params);
        if !starts_mcp_servers(method) {
            return calling.await;
        }
        let reply = tokio::select! {
            // What it asks, it asks first.
            biased;
            never = self.learn_of_required_mcp_servers() => match never {},
            reply = calling => reply,
        };
        self.forget_required_mcp_servers();
        reply
    }

    async fn call_until_answered(
        &self,
        limit: Duration,
        method: &str,
        params: &(impl Serialize + Sync),
    ) -> Result<Box<RawValue>, RuntimeError> {
        let retry = Retry::backing_off(if repeatable(method) { OVERLOAD_RETRIES } else { 0 });
        let is_answer = |outcome: &Result<Result<_, Refusal>, _>| !matches!(outcome, Ok(Err(Refusal::Error(error))) if error.code == OVERLOADED);
        let attempt = || self.call_once(limit, method, params);
        let refusal = match retry_until(retry, is_answer, attempt).await? {
            Ok(result) => return Ok(result),
            Err(refusal) => refusal,
        };
        let method = method.to_owned();
        Err(match refusal {
            Refusal::Error(error) if error.code == OVERLOADED => RuntimeError::Overloaded { method },
            Refusal::Error(error) => RuntimeError::Server {
                method,
                code: error.code,
                message: error.message,
                data: error.data.map(Box::new),
            },
            Refusal::TooLong(bytes) => RuntimeError::BadReply {
                method,
                reason: format!("a reply of {bytes} bytes, more than the frame limit"),
                source: None,
            },
            Refusal::Gone(closed) => gone(&closed),
        })
    }

    pub(in crate::runtime) async fn call_once(
        &self,
        limit: Duration,
        method: &str,
        params: &(impl Serialize + Sync),
    ) -> Result<Result<Box<RawValue>, Refusal>, RuntimeError> {
        let (sender, receiver) = oneshot::channel();
        let id = self.pending().insert(sender);
        let _guard = PendingGuard { shared: self, id };
        if self.ended_here.load(Ordering::Acquire) {
            return Err(RuntimeError::Closed { what: "client" });
        }
        // After the insert, so that the end of the connection cannot slip in between.
        if let Some(closed) = self.closed.borrow().clone() {
            return Err(gone(&closed));
        }
        self.send(method, &Call { id, method, params }).await?;
        match tokio::time::timeout(limit, receiver).await {
            Ok(Ok(outcome)) => Ok(outcome),
            Ok(Err(_)) => Err(self.gone_error().await),
            Err(_) => Err(RuntimeError::RequestTimeout {
                method: method.to_owned(),
                after: limit,
                starting: if starts_mcp_servers(method) {
                    self.mcp_servers().awaited()
                } else {
                    Vec::new()
                },
            }),
        }
    }

    async fn send(&self, method: &str, message: &(impl Serialize + Sync)) -> Result<(), RuntimeError> {
        match self.outbox.send(&to_line(method, message)?) {
            Ok(()) => Ok(()),
            // The reader learns of the end at the same time and knows more about it.
            Err(SendError::Closed) => Err(self.gone_error().await),
            Err(error @ SendError::Full) => Err(self.not_sent(&error)),
        }
    }

    pub(crate) fn notify(&self, method: &str, params: Option<&impl Serialize>) -> Result<(), RuntimeError> {
        self.send_now(method, &Notify { method, params })
    }

    /// Sends a message whose fate nobody waits for.
    pub(crate) fn send_now(&self, method: &str, message: &impl Serialize) -> Result<(), RuntimeError> {
        self.send_line(&to_line(method, message)?)
    }
}

/// Forgets a call whose caller stopped waiting.
struct PendingGuard<'a> {
    shared: &'a Shared,
    id: i64,
}

impl Drop for PendingGuard<'_> {
    fn drop(&mut self) {
        self.shared.pending().take(self.id);
    }
}

fn to_line(method: &str, message: &impl Serialize) -> Result<Vec<u8>, RuntimeError> {
    let mut line = serde_json::to_vec(message)
        .map_err(|error| RuntimeError::invalid_because(format_args!("the params of {method}"), error))?;
    line.push(b'\n');
    Ok(line)
}

/// Whether the reply comes only when the MCP servers that are required have started.
fn starts_mcp_servers(method: &str) -> bool {
    matches!(method, "thread/start" | "thread/resume" | "thread/fork")
}

/// Whether a request that the server may or may not have seen can be sent again without doing something twice.
fn repeatable(method: &str) -> bool {
    matches!(
        method,
        "initialize" | "thread/start" | "thread/resume" | "turn/interrupt"
    ) || method.ends_with("/read")
        || method.ends_with("/list")
}
