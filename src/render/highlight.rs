//! Source code as coloured pieces: comments, strings, numbers and keywords of common languages.
//!
//! A scanner and not a parser: code that it does not understand is plain, and no character is lost. Pure; the text may be
//! hostile.

/// The meaning of a piece of code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Token {
    Plain,
    Comment,
    Text,
    Number,
    Keyword,
}

/// What a family of languages has in common.
struct Family {
    /// Signs that start a comment up to the end of the line.
    line_comments: &'static [&'static str],
    /// Signs around a comment of several lines.
    block_comment: Option<(&'static str, &'static str)>,
    /// Characters around strings.
    quotes: &'static [char],
    /// Strings that may contain newlines.
    long_quotes: &'static [&'static str],
    /// Whether `'` is around single characters only.
    characters: bool,
    keywords: &'static str,
}

const PLAIN: Family = Family {
    line_comments: &[],
    block_comment: None,
    quotes: &[],
    long_quotes: &[],
    characters: false,
    keywords: "",
};

const C: Family = Family {
    line_comments: &["//"],
    block_comment: Some(("/*", "*/")),
    quotes: &['"'],
    characters: true,
    keywords: "as async await auto bool break case catch char class const continue crate default defer delete do double else \
               enum export extends extern false final finally float fn for func function go goto if impl implements import in \
               int interface internal let long loop match mod move mut namespace new nil null nullptr operator override \
               package private protected pub public range ref return self short signed sizeof static struct super switch this \
               throw throws trait true try type typedef union unsafe unsigned use using var virtual void volatile where while \
               yield",
    ..PLAIN
};

const SCRIPT: Family = Family {
    quotes: &['"', '\''],
    long_quotes: &["`"],
    characters: false,
    keywords: "abstract any as async await boolean break case catch class const constructor continue debugger declare default \
               delete do else enum export extends false finally for from function get if implements import in instanceof \
               interface let new null number of private protected public readonly return set static string super switch this \
               throw true try type typeof undefined var void while with yield",
    ..C
};

const PYTHON: Family = Family {
    line_comments: &["#"],
    quotes: &['"', '\''],
    long_quotes: &["\"\"\"", "'''"],
    keywords: "False None True and as assert async await begin break case class continue def del do elif else elsif end ensure \
               except finally for from global if import in is lambda match module nil nonlocal not or pass raise require rescue \
               return self then try unless until while with yield true false",
    ..PLAIN
};

const SHELL: Family = Family {
    line_comments: &["#"],
    quotes: &['"', '\''],
    keywords: "case do done elif else esac export fi for function if in local return select set then until unset while",
    ..PLAIN
};

const DATA: Family = Family {
    line_comments: &["#"],
    quotes: &['"', '\''],
    long_quotes: &["\"\"\"", "'''"],
    keywords: "true false null yes no",
    ..PLAIN
};

const JSON: Family = Family {
    line_comments: &["//"],
    quotes: &['"'],
    keywords: "true false null",
    ..PLAIN
};

const SQL: Family = Family {
    line_comments: &["--"],
    block_comment: Some(("/*", "*/")),
    quotes: &['\'', '"'],
    keywords: "add all alter and as asc begin between by case check column commit constraint create default delete desc distinct \
               drop else end exists foreign from group having if in index inner insert into is join key left like limit not null \
               on or order outer primary references returning right rollback select set table then union unique update values \
               view when where with",
    ..PLAIN
};

const STYLE: Family = Family {
    block_comment: Some(("/*", "*/")),
    quotes: &['"', '\''],
    ..PLAIN
};

fn family(language: &str) -> Option<&'static Family> {
    Some(match language {
        "rust" | "rs" | "c" | "h" | "cpp" | "c++" | "cc" | "hpp" | "java" | "go" | "swift" | "kotlin"
        | "kt" | "csharp" | "cs" | "c#" | "scala" | "zig" | "proto" | "dart" => &C,
        "javascript" | "js" | "jsx" | "typescript" | "ts" | "tsx" | "mjs" | "php" => &SCRIPT,
        "python" | "py" | "ruby" | "rb" | "elixir" => &PYTHON,
        "sh" | "bash" | "zsh" | "shell" | "fish" | "console" | "dockerfile" | "make" | "makefile" => &SHELL,
        "toml" | "yaml" | "yml" | "ini" | "conf" => &DATA,
        "json" | "json5" | "jsonc" | "jsonl" => &JSON,
        "sql" => &SQL,
        "css" | "scss" => &STYLE,
        _ => return None,
    })
}

/// The pieces of a text in this language, in order; together they are the text. An unknown language is one plain piece.
pub(crate) fn tokens<'a>(language: &str, code: &'a str) -> Vec<(Token, &'a str)> {
    let language = language.trim().to_ascii_lowercase();
    let Some(family) = family(&language) else {
        return vec![(Token::Plain, code)];
    };
    let ignore_case = language == "sql";
    let mut tokens = Vec::new();
    let mut plain = 0;
    let mut at = 0;
    while at < code.len() {
        let (token, length) = family.next(code, at, ignore_case);
        if token != Token::Plain {
            if plain < at {
                tokens.push((Token::Plain, &code[plain..at]));
            }
            tokens.push((token, &code[at..at + length]));
            plain = at + length;
        }
        at += length;
    }
    if plain < code.len() {
        tokens.push((Token::Plain, &code[plain..]));
    }
    tokens
}

impl Family {
    /// The token at a place, and its length in bytes, which is never 0.
    fn next(&self, code: &str, at: usize, ignore_case: bool) -> (Token, usize) {
        let rest = &code[at..];
        let before = code[..at].chars().next_back();
        let starts = |sign: &&str| {
            rest.starts_with(*sign) && !(**sign == *"#" && before.is_some_and(|c| !c.is_whitespace()))
        };
        if self.line_comments.iter().any(|sign| starts(&sign)) {
            return (Token::Comment, rest.find('\n').unwrap_or(rest.len()));
        }
        if let Some((open, close)) = self.block_comment
            && rest.starts_with(open)
        {
            return (Token::Comment, through(rest, open.len(), close));
        }
        if let Some(quote) = self.long_quotes.iter().find(|quote| rest.starts_with(**quote)) {
            return (Token::Text, through(rest, quote.len(), quote));
        }
        let Some(first) = rest.chars().next() else {
            return (Token::Plain, rest.len().max(1));
        };
        if self.quotes.contains(&first) {
            return quoted(rest, first)
                .map_or((Token::Plain, first.len_utf8()), |length| (Token::Text, length));
        }
        if self.characters && first == '\'' {
            // A lifetime has no second quote.
            let length = quoted(rest, first).filter(|length| rest[..*length].chars().count() <= 12);
            let single = |length: &usize| {
                let inside = rest[1..length - 1].chars().count();
                inside == 1 || rest[1..].starts_with('\\')
            };
            return length
                .filter(single)
                .map_or((Token::Plain, 1), |length| (Token::Text, length));
        }
        if first.is_alphanumeric() || first == '_' {
            let end = |character: char| !(character.is_alphanumeric() || character == '_');
            let length = rest.find(end).unwrap_or(rest.len());
            let word = &rest[..length];
            if first.is_ascii_digit() {
                return (Token::Number, length);
            }
            let is_keyword = self
                .keywords
                .split_whitespace()
                .any(|keyword| keyword == word || ignore_case && keyword.eq_ignore_ascii_case(word));
            // `--for` and `a-if` are words of a shell.
            let alone = before != Some('-') && !rest[length..].starts_with('-');
            let token = if is_keyword && alone {
                Token::Keyword
            } else {
                Token::Plain
            };
            return (token, length);
        }
        (Token::Plain, first.len_utf8())
    }
}

/// The length of a text that ends with a sign, or with everything.
fn through(text: &str, from: usize, sign: &str) -> usize {
    text[from..]
        .find(sign)
        .map_or(text.len(), |end| from + end + sign.len())
}

/// The length of a string on one line, with its quotes.
fn quoted(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (index, character) in text.char_indices().skip(1) {
        match character {
            '\n' => return None,
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if character == quote => return Some(index + character.len_utf8()),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn coloured(language: &str, code: &str) -> Vec<(Token, String)> {
        tokens(language, code)
            .into_iter()
            .filter(|(token, _)| *token != Token::Plain)
            .map(|(token, text)| (token, text.to_owned()))
            .collect()
    }

    #[test]
    fn comments_strings_numbers_and_keywords_are_found() {
        let owned = |token, text: &str| (token, text.to_owned());
        assert_eq!(
            coloured(
                "rust",
                "let x: &'a str = \"// no\"; // 'yes'\nif c == '\\n' { 12 }"
            ),
            [
                owned(Token::Keyword, "let"),
                owned(Token::Text, "\"// no\""),
                owned(Token::Comment, "// 'yes'"),
                owned(Token::Keyword, "if"),
                owned(Token::Text, "'\\n'"),
                owned(Token::Number, "12"),
            ]
        );
        assert_eq!(
            coloured("bash", "echo a#b 'c' # d"),
            [owned(Token::Text, "'c'"), owned(Token::Comment, "# d")]
        );
        assert_eq!(coloured("sql", "SELECT a"), [owned(Token::Keyword, "SELECT")]);
        assert_eq!(coloured("unheard-of", "if \"x\""), []);
    }

    proptest! {
        #[test]
        fn no_character_is_lost(
            language in prop::sample::select(vec!["rust", "js", "python", "sh", "toml", "json", "sql", "css", "x"]),
            code in "([a-z0-9 \n\"'`#/*\\\\-]|\\PC){0,40}",
        ) {
            let whole: String = tokens(language, &code).into_iter().map(|(_, text)| text).collect();
            prop_assert_eq!(whole, code);
        }
    }
}
