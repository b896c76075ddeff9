//! The ids of threads, turns, items and approvals: each a type of its own, so that none is taken for another. Opaque text.

use std::borrow::Borrow;
use std::convert::Infallible;
use std::fmt;
use std::ops::Deref;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[doc = $doc:literal])+ $name:ident) => {
        $(#[doc = $doc])+
        ///
        /// Text in JSON. It can be used wherever a `&str` is wanted.
        #[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The id of this text.
            pub fn new(id: impl Into<String>) -> Self {
                Self(id.into())
            }

            /// As text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.pad(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = Infallible;

            fn from_str(id: &str) -> Result<Self, Infallible> {
                Ok(Self::from(id))
            }
        }

        impl Deref for $name {
            type Target = str;

            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl From<String> for $name {
            fn from(id: String) -> Self {
                Self(id)
            }
        }

        impl From<&String> for $name {
            fn from(id: &String) -> Self {
                Self(id.clone())
            }
        }

        impl From<&str> for $name {
            fn from(id: &str) -> Self {
                Self(id.to_owned())
            }
        }

        impl From<&$name> for $name {
            fn from(id: &$name) -> Self {
                id.clone()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                self.0 == other
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                self.0 == *other
            }
        }

        impl PartialEq<String> for $name {
            fn eq(&self, other: &String) -> bool {
                self.0 == *other
            }
        }

        impl PartialEq<$name> for str {
            fn eq(&self, other: &$name) -> bool {
                *self == other.0
            }
        }

        impl PartialEq<$name> for &str {
            fn eq(&self, other: &$name) -> bool {
                **self == *other.0
            }
        }

        impl PartialEq<$name> for String {
            fn eq(&self, other: &$name) -> bool {
                *self == other.0
            }
        }
    };
}

id! {
    /// Id of a thread, which is a session's, too (`threadId`; `conversationId` in the older protocol).
    ThreadId
}
id! {
    /// Id of a turn (`turnId`). Unique within its thread at least.
    TurnId
}
id! {
    /// Id of an item (`itemId`; `callId` in the older protocol). Unique within its thread.
    ItemId
}
id! {
    /// Id of a request for approval: its turn's id and the server's request id, which begins at 0 for each server. A request
    /// without a turn has a random mark of its connection instead. Unique across connections and hosts.
    ApprovalId
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_plain_text_in_json_and_in_print() {
        let id: ThreadId = serde_json::from_str("\"0199-a\"").unwrap();
        assert_eq!(serde_json::to_string(&id).unwrap(), "\"0199-a\"");
        assert_eq!(format!("{id:>8}"), "  0199-a");
        assert_eq!("0199-a".parse::<ThreadId>().unwrap(), id);
        assert_eq!((id == "0199-a", "0199-a" == id), (true, true));
    }
}
