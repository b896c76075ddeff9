//! `wss://`: a server behind encryption, whom it is trusted by, and what is refused before anything is said.

use crate::approvals::waiting_ids;
use crate::support::listening::Listening;
use crate::support::tls::{Authority, Encrypted};
use crate::support::{Outcome, Test, codex, left_out};
use turnwise::demo::Step;

const FOREVER: i32 = 2099;

struct Far {
    test: Test,
    authority: Authority,
    server: Listening,
}

impl Far {
    /// A server that wants a token, and a model that asks once.
    fn new() -> Self {
        let script = vec![
            vec![Step::escalated("echo made > made", "It has to be made.")],
            vec![Step::text("from afar")],
        ];
        let mut test = Test::rounds(script).with_own_server("it says itself what it connects to");
        let server = if codex::is_oldest() {
            // It wants no token, and is sent one nevertheless.
            Listening::websocket(&test, &[])
        } else {
            Listening::with_token(&test).0
        };
        let authority = Authority::new();
        let trusted = test.root().join("authority.pem");
        std::fs::write(&trusted, &authority.pem).unwrap();
        test.set("SSL_CERT_FILE", trusted);
        test.set("TURNWISE_CONNECT_TOKEN", "the-secret");
        Self {
            test,
            authority,
            server,
        }
    }

    fn behind(&self, name: &str, last_year: i32) -> Encrypted {
        Encrypted::before(&self.server.url, self.authority.vouches_for(name, last_year))
    }

    /// What is refused, without a word having been said.
    #[track_caller]
    fn refuses(&self, encrypted: &Encrypted, said: &[&str]) -> Outcome {
        let outcome = self
            .test
            .run(&["-vv", "--connect", &encrypted.url, "run", "hello"]);
        outcome.exits(3);
        for said in [&[&encrypted.url[..]], said].concat() {
            assert!(outcome.stderr.contains(said), "{said}: {outcome:?}");
        }
        assert_eq!(encrypted.heard(), "");
        assert!(!outcome.stderr.contains("the-secret"), "{outcome:?}");
        outcome
    }
}

#[test]
fn a_turn_with_an_approval_runs_through_an_encrypted_connection() {
    let far = Far::new();
    let encrypted = far.behind("localhost", FOREVER);
    let run = far.test.spawn(&[
        "-vv",
        "--connect",
        &encrypted.url,
        "run",
        "--approval=on-request",
        "--on-approval=wait",
        "--timeout=0",
        "hello",
    ]);
    let id = waiting_ids(&far.test, 1).remove(0);
    assert!(
        far.test
            .processes()
            .iter()
            .all(|line| !line.contains("the-secret"))
    );
    far.test.run(&["approve", "accept", &id]).exits(0);
    let outcome = run.wait();
    assert_eq!(outcome.exits(0).stdout, "from afar\n");
    assert!(!outcome.stderr.contains("the-secret"), "{outcome:?}");
    // Only here, inside the encryption.
    assert!(
        encrypted.heard().contains("Bearer the-secret"),
        "{}",
        encrypted.heard()
    );
    assert!(far.test.work().join("made").exists());
}

#[test]
fn a_certificate_that_is_not_to_be_trusted_is_refused_before_the_token_is_sent() {
    let mut far = Far::new();
    let wrong_name = far.behind("other.example", FOREVER);
    far.refuses(&wrong_name, &["for another name", "other.example", "localhost"]);
    let expired = far.behind("localhost", 2020);
    far.refuses(&expired, &["has expired", "renew it"]);
    let stranger = Encrypted::before(
        &far.server.url,
        Authority::new().vouches_for("localhost", FOREVER),
    );
    far.refuses(&stranger, &["an unknown authority", "SSL_CERT_FILE"]);
    let good = far.behind("localhost", FOREVER);
    far.test.unset("SSL_CERT_FILE");
    // What the system trusts, if anything, is not this authority.
    far.refuses(&good, &["SSL_CERT_FILE"]);
    far.test.set("SSL_CERT_FILE", "/no/such/file");
    far.refuses(&good, &["no certificate authorities", "SSL_CERT_FILE"]);
}

#[test]
fn a_server_that_does_not_encrypt_is_told_apart() {
    if codex::is_oldest() {
        return left_out("the oldest server hangs up without an answer");
    }
    let far = Far::new();
    let plain = far.server.url.replace("ws://127.0.0.1", "wss://localhost");
    let outcome = far.test.run(&["--connect", &plain, "run", "hello"]);
    for said in [&plain[..], "TLS failed", "ws://"] {
        assert!(outcome.exits(3).stderr.contains(said), "{said}: {outcome:?}");
    }
}
