//! Excludes loopback from the environment's proxies, because the scripted model is on this machine.

use std::ffi::{OsStr, OsString};

use crate::environment::variable;

/// The names of loopback, as they stand in `NO_PROXY`.
const LOOPBACK: &str = "127.0.0.1,localhost,::1";

/// Both spellings; of two that differ, programs read either.
const VARIABLES: [&str; 2] = ["NO_PROXY", "no_proxy"];

/// The variables that let a child process reach loopback without a proxy, added to their present values. Proxies for other
/// hosts still apply.
pub fn loopback_without_proxy() -> [(OsString, OsString); 2] {
    let value = extended(VARIABLES.map(variable));
    VARIABLES.map(|name| (name.into(), value.clone()))
}

fn extended(before: [Option<OsString>; 2]) -> OsString {
    let mut parts = before.into_iter().flatten().collect::<Vec<_>>();
    parts.dedup();
    parts.retain(|part| !part.is_empty());
    parts.push(LOOPBACK.into());
    parts.join(OsStr::new(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_excepted_before_stays_excepted() {
        let before = |upper: Option<&str>, lower: Option<&str>| {
            extended([upper, lower].map(|text| text.map(Into::into)))
        };
        assert_eq!(before(None, None), LOOPBACK);
        assert_eq!(
            before(Some(""), Some("a.example")),
            *format!("a.example,{LOOPBACK}")
        );
        assert_eq!(before(Some("x"), Some("x")), *format!("x,{LOOPBACK}"));
        assert_eq!(before(Some("x"), Some("y")), *format!("x,y,{LOOPBACK}"));
    }
}
