//! What the fuzz targets call where the code that they try is private. Compiled for fuzzing alone.
#![expect(clippy::unwrap_used, reason = "a failure is the finding")]

use serde_json::value::RawValue;

use crate::protocol::framing::{Frame, Framer};
use crate::runtime::Notification;
use crate::runtime::event::Event;
use crate::runtime::session::reducer::Reducer;

const LIMIT: usize = 64;

const METHODS: [&str; 10] = [
    "turn/started",
    "turn/completed",
    "item/started",
    "item/completed",
    "turn/plan/updated",
    "turn/diff/updated",
    "thread/tokenUsage/updated",
    "error",
    "configWarning",
    "something/new",
];

fn frames(chunks: &[&[u8]]) -> Vec<Result<Vec<u8>, usize>> {
    let mut framer = Framer::new(LIMIT);
    let mut frames = Vec::new();
    for chunk in chunks {
        framer.buffer().extend_from_slice(chunk);
        while let Some(frame) = framer.next_frame() {
            frames.push(match frame {
                Frame::Line(line) => Ok(line.to_vec()),
                Frame::TooLong(oversize) => Err(oversize.length),
            });
        }
    }
    frames
}

/// Any bytes, in any chunks: the frames are the same as those of the whole, and none is over the limit.
pub fn framing(cuts: &[u8], bytes: &[u8]) {
    let mut cuts = cuts
        .iter()
        .map(|cut| usize::from(*cut).min(bytes.len()))
        .collect::<Vec<_>>();
    cuts.extend([0, bytes.len()]);
    cuts.sort_unstable();
    let chunks = cuts
        .windows(2)
        .map(|pair| &bytes[pair[0]..pair[1]])
        .collect::<Vec<_>>();
    let whole = frames(&[bytes]);
    assert_eq!(frames(&chunks), whole);
    for frame in whole {
        assert!(frame.map_or(true, |line| line.len() <= LIMIT
            && !line.is_empty()
            && !line.contains(&b'\n')));
    }
}

/// Any notifications in any order: the reducer makes events and never panics, and every event survives its JSON.
pub fn reducer(messages: Vec<(u8, String)>) {
    let mut reducer = Reducer::new("t");
    reducer.begin_turn();
    for (method, params) in messages {
        let Ok(params) = RawValue::from_string(params) else {
            continue;
        };
        let method = METHODS[usize::from(method) % METHODS.len()].to_owned();
        reducer.notification(&Notification { method, params }, &mut |event| {
            let line = serde_json::to_string(&event).unwrap();
            serde_json::from_str::<Event>(&line).unwrap();
        });
    }
}
