//! What hooks report during a run: shown as warnings among its events, and after its last event on stderr.

use std::io::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc::Sender;

use crate::render::output;
use crate::runtime::event::Event;
use crate::text::sanitize;

/// Where the notices of hooks go.
#[derive(Clone, Default)]
pub(crate) struct Notices(Arc<Mutex<Place>>);

#[derive(Default)]
enum Place {
    /// Nowhere yet.
    #[default]
    Kept,
    /// Among the events of a run.
    Events(Sender<Event>),
    /// On stderr, because nobody takes events any longer.
    Stderr,
}

impl std::fmt::Debug for Notices {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Notices")
    }
}

impl Notices {
    fn place(&self, place: Place) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = place;
    }

    /// From now on among these events.
    pub(crate) fn to_events(&self, events: Sender<Event>) {
        self.place(Place::Events(events));
    }

    /// From now on on stderr.
    pub(crate) fn to_stderr(&self) {
        self.place(Place::Stderr);
    }

    pub(super) fn send(&self, message: &str) {
        let place = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Place::Events(events) = &*place {
            let event = Event::Warning {
                message: message.to_owned(),
            };
            if events.try_send(event).is_ok() {
                return;
            }
        }
        drop(place);
        // There is nowhere left to complain to.
        let _ = writeln!(output::stderr(), "warning: {}", sanitize::line(message));
    }
}
