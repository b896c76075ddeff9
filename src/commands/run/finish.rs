//! The end of a run: the report, the answer's check, the files, the last lines on stderr, the exit code.

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use crate::environment;
use crate::exit::Exit;
use crate::files;
use crate::render::github::{annotation, outputs, step_summary};
use crate::render::output;
use crate::render::report::{RUN_SCHEMA, ReportedApproval};
use crate::render::{RunReport, build};
use crate::runtime::Transcript;
use crate::runtime::event::{Item, ItemDetails, TurnEnd, TurnStatus};
use crate::text::sanitize;
use anyhow::Context as _;

use super::Plan;
use super::drive::{Run, Stop};
use super::options::{FormatArg, render_options};
use crate::commands::context::Context;
use crate::commands::failure::Failure;
use crate::input::on_thread;
use crate::input::output::OutputFile;

/// How long the output of a run may take whose deadline has passed.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// How a run ended, for the report and for the user.
struct Outcome {
    exit: Exit,
    status: TurnStatus,
    failure: Option<Failure>,
}

impl Outcome {
    fn of(stop: Stop, end: Option<&TurnEnd>) -> Self {
        match stop {
            Stop::TurnEnded => Self::of_turn(end),
            Stop::Failed(failure) => {
                let timed_out = failure.exit == Exit::Timeout;
                let status = if timed_out {
                    TurnStatus::TimedOut
                } else {
                    TurnStatus::Failed
                };
                Self {
                    exit: failure.exit,
                    status,
                    failure: Some(failure),
                }
            }
            Stop::Signal(exit) => {
                let failure = Failure::new(exit, "interrupted", "interrupted");
                Self {
                    exit,
                    status: TurnStatus::Interrupted,
                    failure: Some(failure),
                }
            }
            Stop::OutputClosed => Self {
                exit: Exit::Success,
                status: TurnStatus::Interrupted,
                failure: None,
            },
        }
    }

    fn of_turn(end: Option<&TurnEnd>) -> Self {
        let Some(end) = end else {
            let failure = Failure::new(Exit::Codex, "server_gone", "the turn ended without a result");
            return Self {
                exit: failure.exit,
                status: TurnStatus::Failed,
                failure: Some(failure),
            };
        };
        let failure = end.error.as_ref().map(Failure::from_turn);
        Self {
            exit: end.into(),
            status: end.status,
            failure,
        }
    }

    fn fail(&mut self, failure: Failure) {
        self.exit = failure.exit;
        self.failure = Some(failure);
    }
}

/// Ends a run: everything is written, everything is stopped.
pub(super) async fn finish(run: Run, stop: Stop) -> Exit {
    let Run {
        plan,
        mut pump,
        mut signals,
        transcript,
        client,
        deadline,
        given_up,
        started,
        started_at,
        mut host,
        ..
    } = run;
    let output_closed = matches!(stop, Stop::OutputClosed);
    let signalled = matches!(stop, Stop::Signal(_));
    let mut outcome = Outcome::of(stop, transcript.end());
    // Whoever wants no more of a server that is still at something does not wait for its end in order either.
    let killed = given_up || ((signalled || outcome.exit == Exit::Timeout) && transcript.end().is_none());
    let structured = check_answer(&plan, &transcript, &mut outcome);
    name_the_schema(&plan, &transcript, &mut outcome);
    if let Some(output) = &plan.output
        && !transcript.text().is_empty()
    {
        let limit = deadline
            .moment()
            .map(|moment| moment.max(Instant::now() + LAST_WORDS));
        tokio::select! {
            written = write_to(output, transcript.text(), limit) => if let Err(failure) = written
                && outcome.failure.is_none()
            {
                outcome.fail(failure);
            },
            exit = signals.next() => if outcome.failure.is_none() {
                let message = format!("interrupted; --output {} was not written", output.path().display());
                outcome.fail(Failure::new(exit, "interrupted", message));
            },
        }
    }
    let duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    let report = report(&transcript, &outcome, structured, started_at, duration_ms);
    if plan.github {
        write_github(&report);
    }
    pump.finish(report);
    let stopping = async {
        match client {
            Some(client) if killed => client.kill(),
            Some(client) if only_talked(&transcript) => client.leave().await,
            Some(client) => client.close().await,
            None => {}
        }
    };
    // The output may be blocked for as long as its reader pleases; a signal ends that, too, and the deadline, unless the
    // reader is a person.
    let shown = async {
        if output_closed {
            return Ok(());
        }
        tokio::select! {
            outcome = pump.done() => written(outcome),
            _ = signals.next() => Ok(()),
            () = deadline.reached_after(LAST_WORDS), if !plan.render.stdout.terminal => {
                Err(deadline.failure("writing the output, which nobody reads"))
            }
        }
    };
    let farewell = async {
        if let Some(host) = &mut host {
            host.farewell().await;
        }
    };
    let ((), shown, ()) = tokio::join!(stopping, shown, farewell);
    if let Err(failure) = shown
        && outcome.failure.is_none()
    {
        outcome.fail(failure);
    }
    // Gone before the last lines, so that no live display is drawn over them.
    drop(pump);
    conclude(&outcome, plan.github);
    outcome.exit
}

/// Writes the answer to a file. A pipe that does not take it is waited for until the deadline.
async fn write_to(output: &OutputFile, answer: &str, deadline: Option<Instant>) -> Result<(), Failure> {
    let write = || {
        let (output, answer) = (output.try_clone()?, answer.to_owned());
        Ok(on_thread(move || output.write(&answer, deadline)))
    };
    let written = match write() {
        Ok(writing) => writing.await,
        Err(error) => Err(error),
    };
    written.map_err(|error| {
        let name = output.path().display();
        match error.kind() {
            io::ErrorKind::TimedOut => {
                Failure::new(Exit::Timeout, "timeout", format!("--output {name}: {error}"))
            }
            _ => Failure::system(name, error),
        }
    })
}

/// A reader that went away has seen enough.
fn written(outcome: io::Result<()>) -> Result<(), Failure> {
    match outcome {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::system("stdout", error)),
        _ => Ok(()),
    }
}

/// Whether the turn was completed and ran nothing, so that its server has nothing left to do but to end. One that ran
/// commands is waited for: until they are gone, they could still write.
fn only_talked(transcript: &Transcript) -> bool {
    let completed = transcript
        .end()
        .is_some_and(|end| end.status == TurnStatus::Completed);
    let talk = |item: &Item| {
        matches!(
            item.details,
            ItemDetails::UserMessage { .. }
                | ItemDetails::AgentMessage { .. }
                | ItemDetails::Reasoning { .. }
                | ItemDetails::Plan { .. }
        )
    };
    completed && transcript.items().iter().all(talk)
}

/// The last lines on stderr.
fn conclude(outcome: &Outcome, github: bool) {
    let Some(failure) = &outcome.failure else { return };
    if github {
        let hint = failure
            .hint
            .as_deref()
            .map(|hint| format!(" ({hint})"))
            .unwrap_or_default();
        // There is nowhere left to complain to.
        let _ = output::workflow_command(&annotation(&format!("{}{hint}", failure.message)));
    } else {
        failure.print();
    }
}

/// A run that ends before it begins is told in the same forms.
pub(crate) fn fail_early(failure: &Failure, format: FormatArg, context: &Context) -> Exit {
    let render = render_options(format, false, false, context);
    let outcome = Outcome {
        exit: failure.exit,
        status: TurnStatus::Failed,
        failure: Some(failure.clone()),
    };
    if matches!(format, FormatArg::Json | FormatArg::Jsonl) {
        let report = report(&Transcript::default(), &outcome, None, jiff::Timestamp::now(), 0);
        // A closed output changes nothing about the failure.
        let _ = build(render).finish(&report);
    }
    failure.print();
    failure.exit
}

/// The report of a turn that was not driven here: it completed, or this is why not.
pub(crate) fn report_of(
    transcript: &Transcript,
    failure: Option<&Failure>,
    structured: Option<serde_json::Value>,
    started_at: jiff::Timestamp,
    duration_ms: u64,
) -> RunReport {
    let outcome = Outcome {
        exit: failure.map_or(Exit::Success, |failure| failure.exit),
        status: match failure {
            Some(_) => TurnStatus::Failed,
            None => TurnStatus::Completed,
        },
        failure: failure.cloned(),
    };
    report(transcript, &outcome, structured, started_at, duration_ms)
}

/// A schema that the model's API does not take is in a file of the user's.
fn name_the_schema(plan: &Plan, transcript: &Transcript, outcome: &mut Outcome) {
    let error = transcript.end().and_then(|end| end.error.as_ref());
    let refused = error.is_some_and(|error| error.code.as_deref() == Some("invalid_json_schema"));
    if refused
        && let Some(schema) = &plan.schema
        && let Some(failure) = &mut outcome.failure
        && let Some(hint) = &mut failure.hint
    {
        hint.push_str(&format!(", {}", schema.path.display()));
    }
}

/// With a schema: the answer as JSON, or exit code 6.
fn check_answer(plan: &Plan, transcript: &Transcript, outcome: &mut Outcome) -> Option<serde_json::Value> {
    let schema = plan.schema.as_ref()?;
    match schema.check(transcript.text()) {
        Ok(value) => Some(value),
        Err(mismatch) => {
            if outcome.exit == Exit::Success && outcome.status == TurnStatus::Completed {
                outcome.fail(Failure::new(Exit::Schema, "schema_mismatch", mismatch));
            }
            None
        }
    }
}

fn report(
    transcript: &Transcript,
    outcome: &Outcome,
    structured: Option<serde_json::Value>,
    started_at: jiff::Timestamp,
    duration_ms: u64,
) -> RunReport {
    let approvals = transcript
        .approvals()
        .iter()
        .map(|(request, resolution)| ReportedApproval {
            id: request.id.clone(),
            kind: request.kind,
            command: request.command.clone(),
            reason: request.reason.clone(),
            decision: resolution.as_ref().map(|resolution| resolution.decision.clone()),
            by: resolution.as_ref().map(|resolution| resolution.by.clone()),
        });
    let thread = transcript.thread();
    RunReport {
        schema: RUN_SCHEMA,
        status: outcome.status,
        exit_code: outcome.exit.code(),
        session_id: thread.map(|thread| thread.thread_id.clone()),
        turn_id: transcript.turn_id().map(str::to_owned),
        text: Some(transcript.text().to_owned()).filter(|text| !text.is_empty()),
        structured,
        items: transcript.items().to_vec(),
        approvals: approvals.collect(),
        usage: transcript.usage(),
        diff: transcript.diff().map(str::to_owned),
        model: thread.and_then(|thread| thread.model.clone()),
        started_at: started_at.to_string(),
        duration_ms,
        warnings: transcript.warnings().to_vec(),
        error: outcome.failure.as_ref().map(Failure::reported),
    }
}

/// Appends to the files that GitHub names. What does not work is worth a warning and no more.
fn write_github(report: &RunReport) {
    let outcomes = [
        append_to("GITHUB_OUTPUT", |_| outputs(report)),
        append_to("GITHUB_STEP_SUMMARY", |used| step_summary(report, used)),
    ];
    for error in outcomes.into_iter().filter_map(Result::err) {
        // There is nowhere left to complain to.
        let _ = writeln!(
            output::stderr(),
            "warning: {}",
            sanitize::text(&format!("{error:#}"))
        );
    }
}

/// Appends to the file that a variable names, if it names one; `text` is given how much is in it.
fn append_to(variable: &str, text: impl Fn(usize) -> String) -> anyhow::Result<()> {
    let Some(path) = environment::variable(variable) else {
        return Ok(());
    };
    let path = Path::new(&path);
    let append = || {
        let mut file = files::append(path, 0o666)?;
        let used = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
        let text = text(used);
        // In one piece, so that another writer's lines do not come in between.
        if ends_in_a_line(path, used) {
            file.write_all(text.as_bytes())
        } else {
            file.write_all(format!("\n{text}").as_bytes())
        }
    };
    append().with_context(|| format!("{variable} ({})", path.display()))
}

/// Whether what a file holds ends in a newline, so that more can follow. A pipe or a device holds nothing.
fn ends_in_a_line(path: &Path, length: usize) -> bool {
    let last = || {
        let mut file = files::open_regular(path)?;
        let mut last = [0];
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)?;
        io::Result::Ok(last[0])
    };
    // One that may be written and not read gets an empty line more than it needs.
    length == 0 || last().is_ok_and(|last| last == b'\n')
}
