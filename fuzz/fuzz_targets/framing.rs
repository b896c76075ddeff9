//! Any bytes, in any chunks: the frames are the same as those of the whole, and none is over the limit.
#![no_main]

use libfuzzer_sys::fuzz_target;
use turnwise::runtime::framing::{Frame, Framer};

const LIMIT: usize = 64;

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

fuzz_target!(|input: (Vec<u8>, Vec<u8>)| {
    let (cuts, bytes) = input;
    let mut cuts = cuts.iter().map(|cut| usize::from(*cut).min(bytes.len())).collect::<Vec<_>>();
    cuts.extend([0, bytes.len()]);
    cuts.sort_unstable();
    let chunks = cuts.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect::<Vec<_>>();
    let whole = frames(&[&bytes]);
    assert_eq!(frames(&chunks), whole);
    for frame in whole {
        assert!(frame.map_or(true, |line| line.len() <= LIMIT && !line.is_empty() && !line.contains(&b'\n')));
    }
});
