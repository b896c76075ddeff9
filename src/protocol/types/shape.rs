//! The macros that declare the generated types: objects with required and optional fields, words, and objects of several
//! kinds. No type of the protocol is declared here.

use std::fmt::{Debug, DebugStruct};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer, ser};
use serde_json::Value;

use crate::protocol::brief;

/// Objects. A `: new` behind the name adds a constructor of the required fields; an object without any has `Default`.
/// Fields after `optional` are `Option`s, and none is not written. The first token is the case of the wire names.
macro_rules! objects {
    ($case:tt; $(
        $(#[$meta:meta])* struct $name:ident $(: $flag:ident)? { $($required:tt)* } $(optional { $($optional:tt)* })?
    )*) => { $(
        $crate::protocol::types::shape::object! {
            [$($flag)?] $case [$(#[$meta])*] $name { $($required)* } { $($($optional)*)? }
        }
    )* };
}

macro_rules! object {
    ([] $case:tt $meta:tt $name:ident {} $optional:tt) => {
        $crate::protocol::types::shape::object! { @declare [Default,] $case $meta $name {} $optional }
    };
    ([] $case:tt $meta:tt $name:ident $required:tt $optional:tt) => {
        $crate::protocol::types::shape::object! { @declare [] $case $meta $name $required $optional }
    };
    ([new] $case:tt $meta:tt $name:ident $required:tt $optional:tt) => {
        $crate::protocol::types::shape::object! { @declare [] $case $meta $name $required $optional }
        $crate::protocol::types::shape::object! { @new $name $required $optional }
    };
    (@new $name:ident
        { $($(#[$rm:meta])* $required:ident: $rt:ty),* $(,)? } { $($(#[$om:meta])* $optional:ident: $ot:ty),* $(,)? }
    ) => {
        impl $name {
            /// Creates one with the required fields only.
            pub fn new($($required: impl Into<$rt>),*) -> Self {
                Self {
                    $($required: $required.into(),)*
                    $($optional: None,)*
                    other: serde_json::Map::new(),
                }
            }
        }
    };
    (@declare [$($derive:ident,)*] $case:tt [$(#[$meta:meta])*] $name:ident
        { $($(#[$rm:meta])* $required:ident: $rt:ty),* $(,)? } { $($(#[$om:meta])* $optional:ident: $ot:ty),* $(,)? }
    ) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, serde::Serialize, serde::Deserialize, $($derive),*)]
        #[serde(rename_all = $case)]
        pub struct $name {
            $($(#[$rm])* pub $required: $rt,)*
            $(
                $(#[$om])*
                #[serde(default, skip_serializing_if = "Option::is_none")]
                pub $optional: Option<$ot>,
            )*
            /// Fields that this type does not declare.
            #[serde(flatten)]
            pub other: serde_json::Map<String, serde_json::Value>,
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                $crate::protocol::brief::capped(formatter, |formatter| {
                    let mut shown = formatter.debug_struct(stringify!($name));
                    $($crate::protocol::types::shape::show(&mut shown, stringify!($required), &self.$required);)*
                    $(
                        if let Some(value) = &self.$optional {
                            $crate::protocol::types::shape::show(&mut shown, stringify!($optional), value);
                        }
                    )*
                    $crate::protocol::types::shape::show(&mut shown, "other", &self.other);
                    shown.finish()
                })
            }
        }
    };
}

/// Strings with names for the known ones.
macro_rules! words {
    ($($(#[$meta:meta])* enum $name:ident { $($(#[$vm:meta])* $variant:ident = $word:literal),* $(,)? })*) => { $(
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        pub enum $name {
            $(
                #[doc = concat!("`", $word, "`")]
                $(#[$vm])*
                $variant,
            )*
            /// Any other word, as received.
            Unrecognized(String),
        }

        impl $name {
            /// The word as it is written on the wire.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)*
                    Self::Unrecognized(word) => word,
                }
            }
        }

        impl From<String> for $name {
            fn from(word: String) -> Self {
                match word.as_str() {
                    $($word => Self::$variant,)*
                    _ => Self::Unrecognized(word),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.pad(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer).map(Self::from)
            }
        }
    )* };
}

/// Objects of several kinds, told apart by a field (`by "type"`).
macro_rules! kinds {
    ($($(#[$meta:meta])* enum $name:ident by $tag:literal {
        $($(#[$vm:meta])* $variant:ident($content:ty) = $word:literal),* $(,)?
    })*) => { $(
        $(#[$meta])*
        #[derive(Clone, PartialEq)]
        pub enum $name {
            $($(#[$vm])* #[doc = concat!("(`", $word, "`)")] $variant($content),)*
            /// An unknown kind, or a known one in another shape; the whole object, as received.
            Unrecognized(serde_json::Value),
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                $crate::protocol::brief::capped(formatter, |formatter| match self {
                    $(Self::$variant(content) => formatter.debug_tuple(stringify!($variant)).field(content).finish(),)*
                    Self::Unrecognized(value) => formatter.debug_tuple("Unrecognized").field(value).finish(),
                })
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    $(Self::$variant(content) => {
                        $crate::protocol::types::shape::write_tagged(serializer, ($tag, $word), content)
                    })*
                    Self::Unrecognized(value) => value.serialize(serializer),
                }
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let mut value = serde_json::Value::deserialize(deserializer)?;
                let word = $crate::protocol::types::shape::take_tag(&mut value, $tag);
                let known = match word.as_deref() {
                    $(Some($word) => $crate::protocol::types::shape::read(&value).map(Self::$variant),)*
                    _ => None,
                };
                Ok(known.unwrap_or_else(|| {
                    $crate::protocol::types::shape::put_tag(&mut value, $tag, word);
                    Self::Unrecognized(value)
                }))
            }
        }
    )* };
}

/// Words, and objects whose only field is a word with a value.
macro_rules! choices {
    ($($(#[$meta:meta])* enum $name:ident {
        words { $($(#[$pm:meta])* $plain:ident = $word:literal),* $(,)? }
        with { $($(#[$vm:meta])* $variant:ident($content:ty) = $key:literal),* $(,)? }
    })*) => { $(
        $(#[$meta])*
        #[derive(Clone, PartialEq)]
        pub enum $name {
            $(#[doc = concat!("`", $word, "`")] $(#[$pm])* $plain,)*
            $($(#[$vm])* #[doc = concat!("(`", $key, "`)")] $variant($content),)*
            /// Any other value, or a known one in another shape; the whole value, as received.
            Unrecognized(serde_json::Value),
        }

        impl $name {
            /// The word, or the name of the first field, as it is written on the wire; empty for any other value.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$plain => $word,)*
                    $(Self::$variant(_) => $key,)*
                    Self::Unrecognized(value) => $crate::protocol::types::shape::word_of(value),
                }
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                $crate::protocol::brief::capped(formatter, |formatter| match self {
                    $(Self::$plain => formatter.write_str(stringify!($plain)),)*
                    $(Self::$variant(content) => formatter.debug_tuple(stringify!($variant)).field(content).finish(),)*
                    Self::Unrecognized(value) => formatter.debug_tuple("Unrecognized").field(value).finish(),
                })
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    $(Self::$plain => serializer.serialize_str($word),)*
                    $(Self::$variant(content) => serializer.collect_map([($key, content)]),)*
                    Self::Unrecognized(value) => value.serialize(serializer),
                }
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let value = serde_json::Value::deserialize(deserializer)?;
                let known = match (value.as_str(), $crate::protocol::types::shape::only_field(&value)) {
                    $((Some($word), _) => Some(Self::$plain),)*
                    $((None, Some(($key, content))) => {
                        $crate::protocol::types::shape::read(content).map(Self::$variant)
                    })*
                    _ => None,
                };
                Ok(known.unwrap_or(Self::Unrecognized(value)))
            }
        }
    )* };
}

/// Values of one of several shapes, without a field that tells them apart: the first that fits.
macro_rules! unions {
    ($($(#[$meta:meta])* enum $name:ident { $($(#[$vm:meta])* $variant:ident($content:ty)),* $(,)? })*) => { $(
        $(#[$meta])*
        #[derive(Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(untagged)]
        pub enum $name {
            $($(#[$vm])* $variant($content),)*
            /// Any other value, as received.
            Unrecognized(serde_json::Value),
        }

        $crate::protocol::brief::capped_debug!($name { $($variant,)* Unrecognized });
    )* };
}

pub(in crate::protocol::types) use {choices, kinds, object, objects, unions, words};

/// Shows a field, unless its name says that it may be a secret.
pub(super) fn show(shown: &mut DebugStruct<'_, '_>, name: &str, value: &dyn Debug) {
    shown.field(name, brief::field(name, value));
}

/// Writes a kind of object with the field that says which.
pub(super) fn write_tagged<T: Serialize, S: Serializer>(
    serializer: S,
    (tag, word): (&str, &str),
    content: &T,
) -> Result<S::Ok, S::Error> {
    let mut value = serde_json::to_value(content).map_err(<S::Error as ser::Error>::custom)?;
    put_back(&mut value, tag, Value::from(word));
    value.serialize(serializer)
}

/// Takes the field that says which kind of object a value is out of it.
pub(super) fn take_tag(value: &mut Value, tag: &str) -> Option<String> {
    match value.as_object_mut()?.remove(tag)? {
        Value::String(word) => Some(word),
        other => {
            // Something else by the same name: it stays where it was.
            put_back(value, tag, other);
            None
        }
    }
}

/// Undoes [`take_tag`].
pub(super) fn put_tag(value: &mut Value, tag: &str, word: Option<String>) {
    if let Some(word) = word {
        put_back(value, tag, Value::String(word));
    }
}

fn put_back(value: &mut Value, name: &str, field: Value) {
    if let Value::Object(fields) = value {
        fields.insert(name.to_owned(), field);
    }
}

pub(super) fn read<T: DeserializeOwned>(value: &Value) -> Option<T> {
    T::deserialize(value).ok()
}

/// The name and the value of the only field of an object.
pub(super) fn only_field(value: &Value) -> Option<(&str, &Value)> {
    let fields = value.as_object()?;
    let (name, field) = fields.iter().next()?;
    (fields.len() == 1).then_some((name.as_str(), field))
}

/// A word, or the name of the first field of an object; otherwise empty.
pub(super) fn word_of(value: &Value) -> &str {
    match value {
        Value::String(word) => word,
        Value::Object(fields) => fields.keys().next().map_or("", String::as_str),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => "",
    }
}

/// For fields where null and absent differ: null is `Some(None)`.
#[expect(clippy::option_option, reason = "null and absent are told apart")]
pub(super) fn nullable<'de, T, D>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::deserialize(deserializer).map(Some)
}
