//! Checks a command's arguments against an entry of the list: every option has to be listed, and operands have to be of the
//! kind that the entry takes.

use std::collections::HashMap;

use super::table::{Check, Entry, Operands, Takes};

/// An option that is listed.
pub(super) struct Found<'a> {
    pub(super) name: String,
    /// How many words it takes.
    pub(super) words: usize,
    pub(super) value: Option<&'a str>,
}

/// The option at the start of `rest`, if the whole word is listed.
pub(super) fn option<'a>(
    options: &HashMap<String, Takes>,
    whole_words: bool,
    mut rest: impl Iterator<Item = &'a str>,
) -> Option<Found<'a>> {
    let word = rest.next()?;
    let (name, attached) = match word.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (word, None),
    };
    let found = |words, value| {
        Some(Found {
            name: name.to_owned(),
            words,
            value,
        })
    };
    // A long option, a whole word, or a single letter that stands alone.
    match (options.get(name), attached) {
        (Some(Takes::Nothing), None) | (Some(Takes::Attached), _) => return found(1, attached),
        (Some(Takes::Value), Some(value)) if name.len() > 2 => return found(1, Some(value)),
        (Some(Takes::Value), None) => {
            let value = rest.next()?;
            // A program of another version may take no value here, and read the next word as an option.
            return is_value(value).then(|| found(2, Some(value))).flatten();
        }
        _ => {}
    }
    if word.starts_with('+') && options.get("+") == Some(&Takes::Attached) {
        return found(1, word.get(1..));
    }
    if whole_words || word.starts_with("--") || word.starts_with('+') {
        return None;
    }
    // Letters in a cluster; the first that takes a value takes the rest of the word, or the next one.
    let letters = word.strip_prefix('-')?;
    for (at, letter) in letters.char_indices() {
        let after = &letters[at + letter.len_utf8()..];
        let name = format!("-{letter}");
        match options.get(&name)? {
            Takes::Nothing => {}
            Takes::Attached => {
                return Some(Found {
                    name,
                    words: 1,
                    value: Some(after).filter(|after| !after.is_empty()),
                });
            }
            Takes::Value if after.is_empty() => {
                let value = rest.next().filter(|value| is_value(value))?;
                return Some(Found {
                    name,
                    words: 2,
                    value: Some(value),
                });
            }
            Takes::Value => {
                return Some(Found {
                    name,
                    words: 1,
                    value: Some(after),
                });
            }
        }
    }
    (!letters.is_empty()).then(|| Found {
        name: word.to_owned(),
        words: 1,
        value: None,
    })
}

/// Whether a word can only be a value: it does not look like an option, or is a number such as `-1` or `-10k`.
fn is_value(word: &str) -> bool {
    match word.strip_prefix('-') {
        None | Some("") => true,
        Some(rest) => {
            let number = rest.trim_end_matches(|unit: char| unit.is_ascii_alphabetic());
            !number.is_empty()
                && rest.len() - number.len() <= 1
                && number.chars().all(|digit| digit.is_ascii_digit())
        }
    }
}

/// Whether the arguments of a program or subcommand are harmless. The first `spelled` of them are those that a rule spells out
/// itself: they are not checked, but they count.
pub(super) fn arguments(entry: &Entry, words: &[&str], spelled: usize) -> Result<(), String> {
    let mut operands = Vec::new();
    let mut at = 0;
    let mut ended = false;
    while let Some(&word) = words.get(at) {
        let is_option = word.starts_with(['-', '+']) && word != "-" && entry.operands != Operands::Words;
        if !ended && word == "--" && is_option {
            ended = true;
            at += 1;
            continue;
        }
        let options = match (&entry.after, ended) {
            (None, true) => None,
            (Some(after), true) => Some(&after.options),
            (_, false) => Some(&entry.options),
        };
        if is_option && entry.options_first && !operands.is_empty() && at >= spelled {
            return Err(format!(
                "the effect of `{word}` after another argument is unknown"
            ));
        }
        if let Some(options) = options.filter(|_| is_option) {
            match option(options, entry.whole_words, words[at..].iter().copied()) {
                Some(found)
                    if at >= spelled
                        && found.value.is_some_and(|value| {
                            value.contains(|character| entry.without.contains(character))
                        }) =>
                {
                    return Err(format!("the effect of `{word}` is unknown"));
                }
                Some(found) => at += found.words,
                None if at < spelled => at += 1,
                None => return Err(format!("the effect of `{word}` is unknown")),
            }
            continue;
        }
        let harmless = is_harmless_operand(entry.operands, word)
            && !word.contains(|character| entry.without.contains(character));
        if at >= spelled && !harmless {
            return Err(format!("the effect of the argument `{word}` is unknown"));
        }
        operands.push(word);
        at += 1;
    }
    if entry.most_operands.is_some_and(|most| operands.len() > most) {
        return Err(format!(
            "the effect of the argument `{}` is unknown",
            operands.last().copied().unwrap_or_default()
        ));
    }
    match entry.check {
        None => Ok(()),
        Some(Check::Sed) => sed(words, &operands),
        Some(Check::Test) => test(words),
        Some(Check::Printf) => printf(words),
    }
}

fn is_harmless_operand(operands: Operands, word: &str) -> bool {
    match operands {
        Operands::Any | Operands::Words | Operands::Inside => true,
        Operands::None => false,
        Operands::Names => {
            !word.is_empty()
                && !word.contains("::")
                && !word.contains("//")
                && word
                    .chars()
                    .all(|character| character.is_ascii_alphanumeric() || "_@./,:+-".contains(character))
        }
    }
}

/// `sed -n SCRIPT FILE…`: addresses and `p`, nothing else; with `-e`, each script.
fn sed(words: &[&str], operands: &[&str]) -> Result<(), String> {
    let quiet = words.iter().any(|word| {
        matches!(
            *word,
            "-n" | "--quiet" | "--silent" | "-nE" | "-En" | "-nr" | "-rn"
        )
    });
    let script = operands.first().copied().unwrap_or_default();
    if quiet && prints_only(script) {
        Ok(())
    } else {
        Err("the effect of the `sed` script is unknown; only `-n` with addresses and `p` is known".to_owned())
    }
}

fn prints_only(script: &str) -> bool {
    script.split([';', '\n']).all(|command| {
        command.strip_suffix('p').is_some_and(|addresses| {
            let mut parts = addresses.splitn(2, ',');
            addresses.is_empty() || (parts.all(is_address) && !addresses.ends_with(','))
        })
    }) && !script.is_empty()
}

/// A line's number, `$`, `+N`, or `/text/` without characters that would need a closer look.
fn is_address(address: &str) -> bool {
    let address = address.trim_matches(' ');
    let digits = address.strip_prefix('+').unwrap_or(address);
    address == "$"
        || (!digits.is_empty() && digits.chars().all(|digit| digit.is_ascii_digit()))
        || address
            .strip_prefix('/')
            .and_then(|rest| rest.strip_suffix('/'))
            .is_some_and(|text| !text.is_empty() && !text.contains(['/', '\\', '[', ';', ',', '\n']))
}

/// `test` and `[`: operators on files and text, and comparisons of plain numbers. Some shells evaluate operands of a
/// comparison as arithmetic, in which a subscript can run a command.
fn test(words: &[&str]) -> Result<(), String> {
    const FILES: [&str; 20] = [
        "-e", "-f", "-d", "-r", "-w", "-x", "-s", "-L", "-h", "-n", "-z", "-b", "-c", "-p", "-S", "-g", "-u",
        "-k", "-O", "-G",
    ];
    const NUMBERS: [&str; 6] = ["-eq", "-ne", "-lt", "-le", "-gt", "-ge"];
    let number = |word: &&str| {
        word.strip_prefix('-')
            .unwrap_or(word)
            .chars()
            .all(|digit| digit.is_ascii_digit())
            && !word.is_empty()
    };
    let unknown = |word: &str| Err(format!("the effect of `{word}` in a test is unknown"));
    for (at, word) in words.iter().enumerate() {
        if NUMBERS.contains(word) {
            let before = at.checked_sub(1).and_then(|before| words.get(before));
            if !before.is_some_and(number) || !words.get(at + 1).is_some_and(number) {
                return unknown(word);
            }
        } else if word.starts_with('-')
            && !FILES.contains(word)
            && !["-nt", "-ot", "-ef", "-a", "-o"].contains(word)
            && !number(word)
        {
            return unknown(word);
        }
    }
    Ok(())
}

/// `printf FORMAT WORD…`: text only, because some shells evaluate numbers as arithmetic.
fn printf(words: &[&str]) -> Result<(), String> {
    let format = words.first().copied().unwrap_or_default();
    let unknown = || Err("the effect of this format of `printf` is unknown".to_owned());
    if format.starts_with('-') {
        return unknown();
    }
    let mut rest = format;
    while let Some((_, after)) = rest.split_once('%') {
        rest = after.trim_start_matches(|flag: char| flag.is_ascii_digit() || flag == '-' || flag == '.');
        if !rest.starts_with(['s', 'b', 'c', '%']) {
            return unknown();
        }
        rest = &rest[1..];
    }
    Ok(())
}
