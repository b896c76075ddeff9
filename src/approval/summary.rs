//! A request in one line, for lists, notifiers and the log.

use crate::runtime::approval::{PendingRequest, RequestDetails};
use crate::text::command_line::unwrapped;

impl PendingRequest {
    /// What is asked, in one line. It is text from outside: sanitise it before it is shown.
    pub fn summary(&self) -> String {
        match self.details() {
            RequestDetails::Command(command) => match &command.network {
                Some((host, _)) if command.line.is_empty() => format!("reach {host}"),
                Some((host, _)) => format!("reach {host}: {}", unwrapped(&command.line)),
                None => unwrapped(&command.line).into_owned(),
            },
            RequestDetails::FileChange { changes, .. } => {
                let files = changes
                    .iter()
                    .map(|change| format!("{} {}", change.kind, change.path));
                files.collect::<Vec<_>>().join(", ")
            }
            RequestDetails::Permissions(asked) => {
                let network = asked.network.then(|| "the network".to_owned());
                let paths = asked.read.iter().map(|path| format!("read {path}"));
                let paths = paths.chain(asked.write.iter().map(|path| format!("write {path}")));
                network
                    .into_iter()
                    .chain(paths)
                    .chain(asked.other)
                    .collect::<Vec<_>>()
                    .join(", ")
            }
            RequestDetails::Questions(questions) => {
                let questions = questions.iter().map(|question| question.question.as_str());
                questions.collect::<Vec<_>>().join(" / ")
            }
            RequestDetails::McpTool {
                server,
                tool,
                arguments,
                ..
            } => format!("{server}/{tool} {arguments}"),
            RequestDetails::Form { server, .. } => {
                format!("{server}: {}", self.request.reason.as_deref().unwrap_or("a form"))
            }
            RequestDetails::Link { server, url } => format!("{server}: {url}"),
            RequestDetails::Tool { tool, arguments } => format!("{tool} {arguments}"),
            RequestDetails::Unknown => format!("{} {}", self.request.method, self.request.params),
        }
    }
}
