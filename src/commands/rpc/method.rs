//! A method's name as an argument: shells complete the known ones, and any other is taken as well.

use std::ffi::OsStr;

use crate::protocol::Direction;
use crate::protocol::inventory::inventory;
use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::{Arg, Command};

/// Which names are offered.
#[derive(Debug, Clone, Copy)]
pub(super) enum Offered {
    /// The requests of a client.
    Requests,
    /// The server's notifications.
    Notifications,
    /// All of them.
    Everything,
}

impl TypedValueParser for Offered {
    type Value = String;

    fn parse_ref(
        &self,
        command: &Command,
        argument: Option<&Arg>,
        value: &OsStr,
    ) -> Result<String, clap::Error> {
        StringValueParser::new().parse_ref(command, argument, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let offered = inventory().iter().filter(|method| match self {
            Self::Requests => method.direction == Direction::ClientRequest,
            Self::Notifications => method.direction == Direction::ServerNotification,
            Self::Everything => true,
        });
        Some(Box::new(offered.map(|method| PossibleValue::new(method.name))))
    }
}
