//! Methods as marker types that name their params and results. The markers themselves are generated.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Error, Value};

use crate::protocol::Direction;
use crate::protocol::brief;

/// A request of the client with the types of its params and its result.
///
/// ```
/// use turnwise::protocol::types::Request;
///
/// struct ListApps;
///
/// impl Request for ListApps {
///     const METHOD: &'static str = turnwise::protocol::inventory::APP_LIST;
///     type Params = serde_json::Value;
///     type Result = serde_json::Value;
/// }
/// ```
pub trait Request {
    /// Its name on the wire.
    const METHOD: &'static str;
    /// The type of its params.
    type Params: Serialize + Send + Sync;
    /// The type of its result.
    type Result: DeserializeOwned;
}

/// A notification of the server with the type of its params.
pub trait TypedNotification {
    /// Its name on the wire.
    const METHOD: &'static str;
    /// The type of its params.
    type Params: DeserializeOwned;
}

/// A request of the server with the types of its params and its reply.
pub trait TypedServerRequest {
    /// Its name on the wire.
    const METHOD: &'static str;
    /// The type of its params.
    type Params: DeserializeOwned;
    /// The type of its reply.
    type Reply: Serialize;
}

/// A method with types.
#[derive(Debug, Clone, Copy)]
pub struct TypedMethod {
    /// Its name on the wire.
    pub name: &'static str,
    /// Who sends it.
    pub direction: Direction,
    pub(super) params: Rewrite,
    pub(super) result: Option<Rewrite>,
}

/// Reads a value into a type and writes it again, together with the `Debug` text of the read value.
pub(super) type Rewrite = fn(&Value) -> Result<(Value, String), Error>;

impl TypedMethod {
    /// Reads params into their type and writes them again. The text is `Debug` of the read params.
    ///
    /// # Errors
    /// When they do not fit the type.
    pub fn rewrite_params(&self, params: &Value) -> Result<(Value, String), Error> {
        (self.params)(params)
    }

    /// The same for a result, or for the reply to a request of the server; none for notifications.
    ///
    /// # Errors
    /// When it does not fit the type.
    pub fn rewrite_result(&self, result: &Value) -> Option<Result<(Value, String), Error>> {
        self.result.map(|rewrite| rewrite(result))
    }
}

pub(super) fn rewrite<T: DeserializeOwned + Serialize + std::fmt::Debug>(
    value: &Value,
) -> Result<(Value, String), Error> {
    let read = T::deserialize(value)?;
    Ok((serde_json::to_value(&read)?, brief::whole(|| format!("{read:?}"))))
}

macro_rules! requests {
    ($($(#[$doc:meta])* $name:ident($method:ident): $params:ty => $result:ty;)*) => {
        $(
            $(#[$doc])*
            #[doc = concat!("\n\nSee [`", stringify!($method), "`](crate::protocol::inventory::", stringify!($method), ").")]
            #[derive(Debug, Clone, Copy)]
            pub struct $name;

            impl $crate::protocol::types::method::Request for $name {
                const METHOD: &'static str = $crate::protocol::inventory::$method;
                type Params = $params;
                type Result = $result;
            }
        )*

        pub(super) const REQUESTS: &[$crate::protocol::types::method::TypedMethod] = &[$(
            $crate::protocol::types::method::TypedMethod {
                name: $crate::protocol::inventory::$method,
                direction: $crate::protocol::Direction::ClientRequest,
                params: $crate::protocol::types::method::rewrite::<$params>,
                result: Some($crate::protocol::types::method::rewrite::<$result>),
            },
        )*];
    };
}

macro_rules! notifications {
    ($($(#[$doc:meta])* $name:ident($method:ident): $params:ty;)*) => {
        $(
            $(#[$doc])*
            #[doc = concat!("\n\nSee [`", stringify!($method), "`](crate::protocol::inventory::", stringify!($method), ").")]
            #[derive(Debug, Clone, Copy)]
            pub struct $name;

            impl $crate::protocol::types::method::TypedNotification for $name {
                const METHOD: &'static str = $crate::protocol::inventory::$method;
                type Params = $params;
            }
        )*

        pub(super) const NOTIFICATIONS: &[$crate::protocol::types::method::TypedMethod] = &[$(
            $crate::protocol::types::method::TypedMethod {
                name: $crate::protocol::inventory::$method,
                direction: $crate::protocol::Direction::ServerNotification,
                params: $crate::protocol::types::method::rewrite::<$params>,
                result: None,
            },
        )*];
    };
}

macro_rules! server_requests {
    ($($(#[$doc:meta])* $name:ident($method:ident): $params:ty => $reply:ty;)*) => {
        $(
            $(#[$doc])*
            #[doc = concat!("\n\nSee [`", stringify!($method), "`](crate::protocol::inventory::", stringify!($method), ").")]
            #[derive(Debug, Clone, Copy)]
            pub struct $name;

            impl $crate::protocol::types::method::TypedServerRequest for $name {
                const METHOD: &'static str = $crate::protocol::inventory::$method;
                type Params = $params;
                type Reply = $reply;
            }
        )*

        pub(super) const SERVER_REQUESTS: &[$crate::protocol::types::method::TypedMethod] = &[$(
            $crate::protocol::types::method::TypedMethod {
                name: $crate::protocol::inventory::$method,
                direction: $crate::protocol::Direction::ServerRequest,
                params: $crate::protocol::types::method::rewrite::<$params>,
                result: Some($crate::protocol::types::method::rewrite::<$reply>),
            },
        )*];
    };
}

pub(super) use {notifications, requests, server_requests};
