//! The end of a run: the report, the answer's check, the files, the last lines on stderr, the exit code.

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use crate::environment;
use crate::exit::Exit;
use crate::files;
use crate::plugin::HookReport;
use crate::render::build;
use crate::render::github::{annotation, outputs, step_summary};
use crate::render::output::{self, unless_closed};
use crate::run::{RunEnd, RunError, RunReport, RunTime, check_answer};
use crate::runtime::Transcript;
use crate::runtime::event::{TurnEnd, TurnError, TurnErrorKind, TurnStatus};
use crate::text::sanitize;
use anyhow::Context as _;

use super::Plan;
use super::advice;
use super::options::FormatArg;
use super::parts::{Run, Stop};
use super::plan::render_options;
use crate::commands::context::Context;
use crate::commands::failure::Failure;
use crate::input::on_thread;
use crate::input::output::OutputFile;

/// How long the output of a run may take whose deadline has passed.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// How a run ended that stopped like this.
fn end_of(stop: Stop, end: Option<&TurnEnd>) -> RunEnd {
    match stop {
        Stop::TurnEnded => RunEnd::of_turn(end),
        Stop::Failed(failure) => failure.end(),
        Stop::Signal(exit) => RunEnd::interrupted(exit, Some(RunError::new("interrupted", "interrupted"))),
        Stop::OutputClosed => RunEnd::interrupted(Exit::Success, None),
    }
}

/// Something besides the turn failed.
fn fail(end: &mut RunEnd, failure: &Failure) {
    end.fail(failure.exit, failure.reported());
}

/// Ends a run: everything is written, everything is stopped.
pub(super) async fn finish(run: Run, stop: Stop) -> Exit {
    let Run {
        plan,
        mut display,
        mut record,
        mut signals,
        log,
        client,
        driver,
        deadline,
        started,
        started_at,
        mut server,
        ..
    } = run;
    let transcript = log.transcript();
    // What hooks say from now on has no place among the events.
    plan.hooks.notices.to_stderr();
    let output_closed = matches!(stop, Stop::OutputClosed);
    let signalled = matches!(stop, Stop::Signal(_));
    let mut end = end_of(stop, transcript.end());
    // Whoever wants no more of a server that is still at something does not wait for its end in order either.
    let kill = (signalled || end.exit == Exit::Timeout) && transcript.end().is_none();
    let schema = plan.schema.as_ref().map(|schema| &schema.checked);
    let structured = check_answer(schema, &transcript, &mut end);
    name_the_schema(&plan, &transcript, &mut end);
    if let (Some(driver), Some(shown)) = (&driver, &mut end.error)
        && let Some(error) = transcript.end().and_then(|end| end.error.as_ref())
    {
        advice::add(error, driver, shown).await;
    }
    if let Some(output) = &plan.output
        && !transcript.text().is_empty()
    {
        let limit = deadline
            .moment()
            .map(|moment| moment.max(Instant::now() + LAST_WORDS));
        tokio::select! {
            written = write_to(output, transcript.text(), limit) => if let Err(failure) = written
                && end.error.is_none()
            {
                fail(&mut end, &failure);
            },
            exit = signals.next() => if end.error.is_none() {
                let message = format!("interrupted; --output {} was not written", output.path().display());
                end.fail(exit, RunError::new("interrupted", message));
            },
        }
    }
    let time = RunTime {
        started_at: Some(started_at),
        duration: started.elapsed(),
    };
    let of_turn = transcript.end().and_then(|end| end.error.clone());
    let report = RunReport::new(transcript, &end, structured, time);
    if let Some(runner) = &plan.hooks.runner {
        let session = driver.as_ref().map(|driver| driver.session().id().clone());
        let told = HookReport {
            status: report.status,
            text: report.text().unwrap_or_default().to_owned(),
            usage: report.usage,
            error: of_turn.or_else(|| {
                let error = report.error.as_ref()?;
                Some(TurnError::new(TurnErrorKind::Failed, &error.message))
            }),
            exit_code: Some(report.exit_code),
            duration_ms: Some(report.duration_ms),
        };
        runner.after_run(&plan.spec.cwd, session.as_ref(), told);
    }
    if plan.github {
        write_github(&report);
    }
    if let Some(record) = &record {
        record.finish(report.clone());
    }
    display.finish(report);
    let stopping = async {
        match (driver, client) {
            (Some(driver), _) => driver.close(kill).await,
            (None, Some(client)) if kill => client.kill(),
            (None, Some(client)) => client.close().await,
            (None, None) => {}
        }
    };
    // The output may be blocked for as long as its reader pleases; a signal ends that, too, and the deadline, unless the
    // reader is a person.
    let shown = async {
        if output_closed {
            return Ok(());
        }
        tokio::select! {
            outcome = display.done() => unless_closed(outcome).map_err(|error| Failure::system("stdout", error)),
            _ = signals.next() => Ok(()),
            () = deadline.reached_after(LAST_WORDS), if !plan.render.stdout.terminal => {
                Err(deadline.failure("writing the output, which has no reader"))
            }
        }
    };
    let draining = async {
        if let Some(server) = &mut server {
            server.drain().await;
        }
    };
    let ((), shown, ()) = tokio::join!(stopping, shown, draining);
    if let Err(failure) = shown
        && end.error.is_none()
    {
        fail(&mut end, &failure);
    }
    if let Some(record) = &mut record {
        // As with the output: a pipe without a reader holds the end up until the deadline or a signal.
        let recorded = tokio::select! {
            recorded = record.done() => recorded,
            _ = signals.next() => Ok(()),
            () = deadline.reached_after(LAST_WORDS) => Err(deadline.failure("writing the recording, which has no reader")),
        };
        if let Err(failure) = recorded
            && end.error.is_none()
        {
            fail(&mut end, &failure);
        }
    }
    // Gone before the last lines, so that no live display is drawn over them.
    drop(display);
    if let Some(runner) = &plan.hooks.runner {
        // A signal ends the wait for hooks, too.
        tokio::select! {
            () = runner.drained() => {}
            _ = signals.next() => {}
        }
    }
    let exit = end.exit;
    conclude(end, plan.github);
    exit
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

/// The last lines on stderr.
fn conclude(end: RunEnd, github: bool) {
    let Some(error) = end.error else { return };
    if github {
        let hint = error
            .hint
            .as_deref()
            .map(|hint| format!(" ({hint})"))
            .unwrap_or_default();
        // There is nowhere left to complain to.
        let _ = output::workflow_command(&annotation(&format!("{}{hint}", error.message)));
    } else {
        Failure::from_run(end.exit, error).print();
    }
}

/// A run that ends before it begins is told in the same forms.
pub(crate) fn fail_early(failure: &Failure, format: FormatArg, context: &Context) -> Exit {
    let render = render_options(format, false, false, context);
    if matches!(format, FormatArg::Json | FormatArg::Jsonl) {
        let mut end = failure.end();
        end.status = TurnStatus::Failed;
        let time = RunTime {
            started_at: Some(SystemTime::now()),
            duration: Duration::ZERO,
        };
        let report = RunReport::new(Arc::default(), &end, None, time);
        // A closed output changes nothing about the failure.
        let _ = build(render).finish(&report);
    }
    failure.print();
    failure.exit
}

/// A schema that the model's API does not take is in a file of the user's.
fn name_the_schema(plan: &Plan, transcript: &Transcript, outcome: &mut RunEnd) {
    let error = transcript.end().and_then(|end| end.error.as_ref());
    let refused = error.is_some_and(|error| error.code.as_deref() == Some("invalid_json_schema"));
    if refused
        && let Some(schema) = &plan.schema
        && let Some(error) = &mut outcome.error
        && let Some(hint) = &mut error.hint
    {
        hint.push_str(&format!(", {}", schema.path.display()));
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
