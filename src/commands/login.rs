//! `turnwise login` and `turnwise logout`: credentials, through the server's account methods. Codex keeps them in its own
//! directory; nothing of them is kept here, and no key is ever on a command line.

use std::io::{IsTerminal, Write};
use std::os::unix::fs::DirBuilderExt;
use std::time::Duration;

use clap::Args;

use super::context::Context;
use super::deadline::Deadline;
use super::duration::{OptionalDuration, limit};
use super::failure::Failure;
use super::run::Signals;
use super::say;
use crate::app_server::{AppServer, AppServerConfig, Filter};
use crate::commands::tokio_runtime::runtime;
use crate::exit::Exit;
use crate::input::stdin;
use crate::protocol::types::{
    Account, AccountLoginCancel, AccountLoginCompleted, AccountLoginCompletedNotification, AccountLoginStart,
    AccountLogout, AccountRead, ApiKeyLogin, CancelLoginAccountParams, ChatgptLogin, Empty, GetAccountParams,
    LoginAccountParams, LoginAccountResponse,
};
use crate::render::output;
use crate::runtime::servers_ended;
use crate::text::sanitize;

/// How long the server may take to end.
const LAST_WAIT: Duration = Duration::from_secs(5);
/// How long logging out may take.
const LOGOUT_LIMIT: Duration = Duration::from_secs(60);

/// Log in to Codex
///
/// Prints a page to open in a browser and waits until you have logged in there. Codex keeps the credentials in its own
/// directory (`CODEX_HOME`).
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  turnwise login\n  turnwise login --device\n  printenv OPENAI_API_KEY | turnwise login --key-stdin"
)]
pub(crate) struct LoginArgs {
    /// Log in from another device, with a code to type there
    #[arg(long, conflicts_with = "key_stdin")]
    device: bool,
    /// Read an API key from stdin
    #[arg(long)]
    key_stdin: bool,
    /// Maximum time to wait; 0 for no limit
    #[arg(long, value_name = "DURATION", value_parser = limit, default_value = "15m")]
    timeout: OptionalDuration,
}

/// Remove Codex's saved credentials
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  turnwise logout")]
pub(crate) struct LogoutArgs {}

/// Runs `login`.
pub(crate) fn login(args: &LoginArgs, context: &Context) -> Result<Exit, Failure> {
    make_codex_home(context)?;
    let params = if args.key_stdin {
        LoginAccountParams::ApiKey(ApiKeyLogin::new(key(context)?))
    } else if args.device {
        LoginAccountParams::ChatgptDeviceCode(Empty::default())
    } else {
        LoginAccountParams::Chatgpt(ChatgptLogin::default())
    };
    let mut deadline = context.deadline;
    if args.key_stdin && context.stdin_terminal {
        // The time in which a person typed the key does not count.
        deadline = Deadline::begin(args.timeout.0);
    }
    with_server(context, deadline, async |server, signals| {
        log_in(server, &params, deadline, signals).await
    })
}

/// Runs `logout`.
pub(crate) fn logout(_: &LogoutArgs, context: &Context) -> Result<Exit, Failure> {
    let deadline = Deadline::begin(Some(LOGOUT_LIMIT));
    with_server(context, deadline, async |server, signals| {
        let logging_out = deadline.hold(server.call::<AccountLogout>(&()), || "logging out".to_owned());
        tokio::select! {
            outcome = logging_out => outcome??,
            exit = signals.next() => return Ok(exit),
        };
        say("Logged out.");
        Ok(Exit::Success)
    })
}

/// Codex does not start without its directory, which is missing at the first login.
fn make_codex_home(context: &Context) -> Result<(), Failure> {
    if context.endpoint().is_some() {
        return Ok(());
    }
    let home = context.codex_home();
    let made = std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&home);
    made.map_err(|error| {
        Failure::system(
            format!("cannot create Codex's directory {}", home.display()),
            error,
        )
        .hint("choose another with --codex-home")
    })
}

/// The key, without the newline at its end.
fn key(context: &Context) -> Result<String, Failure> {
    let missing = || {
        Failure::usage("--key-stdin: stdin has no key")
            .hint("printenv OPENAI_API_KEY | turnwise login --key-stdin")
    };
    let text = if std::io::stdin().is_terminal() {
        // There is nowhere left to complain to.
        let _ = write!(output::stderr(), "API key (not shown): ");
        let read = console::Term::stderr().read_secure_line();
        read.map_err(|error| Failure::system("reading the key", error))?
    } else {
        let bytes = stdin::read_now(context.deadline.moment())?;
        String::from_utf8(bytes).map_err(|_| Failure::usage("--key-stdin: the key is not UTF-8"))?
    };
    let key = text.trim();
    if key.is_empty() {
        return Err(missing());
    }
    if key
        .chars()
        .any(|character| character.is_whitespace() || character.is_control())
    {
        return Err(Failure::usage(
            "--key-stdin: expected one line with the key and nothing else",
        ));
    }
    Ok(key.to_owned())
}

/// Starts a server for `task` and always ends it.
fn with_server(
    context: &Context,
    deadline: Deadline,
    task: impl AsyncFnOnce(&AppServer, &mut Signals) -> Result<Exit, Failure>,
) -> Result<Exit, Failure> {
    let config = AppServerConfig::new(context.client()?).directories(context.directories.clone());
    let runtime = runtime()?;
    runtime.block_on(async {
        let mut signals = Signals::listen().map_err(|error| Failure::system("the signals", error))?;
        let starting = deadline.hold(AppServer::start(config), || {
            "starting codex app-server".to_owned()
        });
        let server = tokio::select! {
            server = starting => server??,
            exit = signals.next() => return Ok(exit),
        };
        let outcome = task(&server, &mut signals).await;
        server.close().await;
        servers_ended(LAST_WAIT).await;
        outcome
    })
}

async fn log_in(
    server: &AppServer,
    params: &LoginAccountParams,
    deadline: Deadline,
    signals: &mut Signals,
) -> Result<Exit, Failure> {
    let mut completed = server.subscribe(Filter::all().notification::<AccountLoginCompleted>());
    let starting = deadline.hold(server.call::<AccountLoginStart>(params), || {
        "the login was starting".to_owned()
    });
    let started = tokio::select! {
        started = starting => started??,
        exit = signals.next() => return Ok(exit),
    };
    let login_id = match started {
        LoginAccountResponse::Chatgpt(started) => {
            say("Open this page in a browser on this machine, and log in there:");
            say(&format!("\n  {}\n", started.auth_url));
            Some(started.login_id)
        }
        LoginAccountResponse::ChatgptDeviceCode(started) => {
            say("Open this page on any device, and type the code there:");
            say(&format!(
                "\n  {}\n  code: {}\n",
                started.verification_url, started.user_code
            ));
            Some(started.login_id)
        }
        _ => None,
    };
    if let Some(login_id) = login_id {
        say("Waiting for the login; Ctrl-C cancels it.");
        let waiting = async {
            loop {
                let notification = completed
                    .next()
                    .await
                    .map_err(|end| Failure::new(Exit::Codex, "server_gone", end.to_string()))?;
                let Some(ended) = notification.parse::<AccountLoginCompleted>()? else {
                    continue;
                };
                if ended.login_id.as_ref().is_none_or(|id| *id == login_id) {
                    return Ok::<_, Failure>(ended);
                }
            }
        };
        let waiting = deadline.hold(waiting, || "waiting for the login".to_owned());
        let ended = tokio::select! {
            ended = waiting => ended.and_then(|ended| ended),
            exit = signals.next() => {
                cancel(server, login_id).await;
                say("Login cancelled.");
                return Ok(exit);
            }
        };
        match ended {
            Ok(ended) => successful(&ended)?,
            Err(failure) => {
                cancel(server, login_id).await;
                return Err(failure);
            }
        }
    }
    let params = GetAccountParams::default();
    let reading = server.call::<AccountRead>(&params);
    let account = deadline
        .hold(reading, || "reading the account".to_owned())
        .await??;
    say(&match account.account {
        Some(account) => format!("Logged in {}.", described(&account)),
        None => "Logged in.".to_owned(),
    });
    Ok(Exit::Success)
}

/// Cancels the login, so that the server stops listening for the browser.
async fn cancel(server: &AppServer, login_id: String) {
    let params = CancelLoginAccountParams::new(login_id);
    let cancelling = server.call::<AccountLoginCancel>(&params);
    let _ = tokio::time::timeout(LAST_WAIT, cancelling).await;
}

fn successful(ended: &AccountLoginCompletedNotification) -> Result<(), Failure> {
    if ended.success {
        return Ok(());
    }
    let reason = ended.error.as_deref().unwrap_or("Codex gave no reason");
    let message = format!("the login failed: {reason}");
    Err(Failure::new(Exit::Unauthorized, "login_failed", message).hint("run `turnwise login` to try again"))
}

/// The login method, for use in a sentence.
fn described(account: &Account) -> String {
    match account {
        Account::ApiKey(_) => "with an API key".to_owned(),
        Account::Chatgpt(account) => match &account.email {
            Some(email) => format!(
                "with ChatGPT as {} ({} plan)",
                sanitize::line(email),
                account.plan_type
            ),
            None => format!("with ChatGPT ({} plan)", account.plan_type),
        },
        Account::AmazonBedrock(_) => "with credentials for Amazon Bedrock".to_owned(),
        Account::Gcp(_) => "with credentials for Google Cloud".to_owned(),
        Account::Unrecognized(_) => "with an account of an unknown kind".to_owned(),
    }
}
