//! Any notifications in any order: the reducer makes events and never panics, and every event survives its JSON.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::value::RawValue;
use turnwise::runtime::Notification;
use turnwise::runtime::event::Event;
use turnwise::runtime::reducer::Reducer;

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

fuzz_target!(|messages: Vec<(u8, String)>| {
    let mut reducer = Reducer::new("t");
    reducer.begin_turn();
    for (method, params) in messages {
        let Ok(params) = RawValue::from_string(params) else { continue };
        let method = METHODS[usize::from(method) % METHODS.len()].to_owned();
        reducer.notification(&Notification { method, params }, &mut |event| {
            let line = serde_json::to_string(&event).unwrap();
            serde_json::from_str::<Event>(&line).unwrap();
        });
    }
});
