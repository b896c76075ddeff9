//! The parts of a chain of commands, for display. `reader` judges them.

/// The parts of a chain as they are in the line, for people; they are not judged.
///
/// A line whose quotes or parentheses do not match is one part.
pub fn parts(line: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut depth, mut quote, mut escaped) = (0, 0_i32, None, false);
    let mut before = ' ';
    for (index, character) in line.char_indices() {
        let last = std::mem::replace(&mut before, character);
        if escaped {
            escaped = false;
            continue;
        }
        match (quote, character) {
            (Some('\''), '\\') => {}
            (_, '\\') => escaped = true,
            (Some(open), character) if character == open => quote = None,
            (None, '\'' | '"') => quote = Some(character),
            (None, '(' | '{') => depth += 1,
            (None, ')' | '}') => depth -= 1,
            // A part of a redirection.
            (None, '&') if matches!(last, '>' | '<') || line[index + 1..].starts_with('>') => {}
            (None, '|') if last == '>' => {}
            (None, '&' | '|' | ';' | '\n') if depth == 0 => {
                parts.push(&line[start..index]);
                start = index + 1;
            }
            _ => {}
        }
    }
    // The parts of a here-document are not recognisable.
    if quote.is_some() || depth != 0 || line.contains("<<") {
        return vec![line];
    }
    parts.push(&line[start..]);
    parts.retain(|part| !part.trim().is_empty());
    parts.into_iter().map(str::trim).collect()
}
