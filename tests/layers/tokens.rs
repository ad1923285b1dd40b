//! Rust source as tokens, without comments, literals and what is compiled for tests alone.

/// A word, `::` or one character of punctuation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token<'a> {
    pub(crate) text: &'a str,
    pub(crate) line: usize,
}

impl Token<'_> {
    /// Whether this is an identifier or a keyword.
    pub(crate) fn is_word(&self) -> bool {
        self.text.bytes().next().is_some_and(starts_word)
    }
}

/// The tokens of a source file that a build without tests compiles.
pub(crate) fn of(source: &str) -> Vec<Token<'_>> {
    let mut lexer = Lexer { source, at: 0, line: 1, found: Vec::new() };
    while lexer.step() {}
    without_tests(&lexer.found)
}

struct Lexer<'a> {
    source: &'a str,
    at: usize,
    line: usize,
    found: Vec<Token<'a>>,
}

impl<'a> Lexer<'a> {
    /// Reads one token, comment, literal or space; false at the end of the file.
    fn step(&mut self) -> bool {
        let rest = &self.source[self.at..];
        let Some(first) = rest.bytes().next() else { return false };
        match first {
            b'/' if rest.starts_with("//") => self.skip(rest.find('\n').unwrap_or(rest.len())),
            b'/' if rest.starts_with("/*") => self.skip(block_comment(rest)),
            b'"' => self.skip(string(rest)),
            b'\'' => self.skip(character_or_lifetime(rest)),
            b'0'..=b'9' => self.skip(word(rest)),
            b':' if rest.starts_with("::") => self.push(2),
            _ if starts_word(first) => self.word(rest),
            _ if first.is_ascii_whitespace() => self.skip(1),
            _ => self.push(1),
        }
        true
    }

    /// Reads a word, or the literal that the word is the prefix of.
    fn word(&mut self, rest: &str) {
        let len = word(rest);
        let after = &rest[len..];
        match (&rest[..len], after.bytes().next()) {
            ("b" | "c", Some(b'"')) => self.skip(len + string(after)),
            ("b", Some(b'\'')) => self.skip(len + character_or_lifetime(after)),
            ("r" | "br" | "cr", Some(b'"' | b'#')) => match raw_string(after) {
                Some(raw) => self.skip(len + raw),
                // A raw identifier, whose name follows.
                None => self.skip(len + 1),
            },
            _ => self.push(len),
        }
    }

    fn push(&mut self, len: usize) {
        self.found.push(Token { text: &self.source[self.at..self.at + len], line: self.line });
        self.at += len;
    }

    fn skip(&mut self, len: usize) {
        self.line += self.source[self.at..self.at + len].matches('\n').count();
        self.at += len;
    }
}

fn starts_word(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

/// The length of a word or a number.
fn word(rest: &str) -> usize {
    rest.bytes().position(|b| !starts_word(b) && !b.is_ascii_digit()).unwrap_or(rest.len())
}

/// The length of a block comment, whose nested comments are closed before it.
fn block_comment(rest: &str) -> usize {
    let (mut at, mut depth) = (0, 0);
    while at < rest.len() {
        match rest.as_bytes()[at..] {
            [b'/', b'*', ..] => (at, depth) = (at + 2, depth + 1),
            [b'*', b'/', ..] => (at, depth) = (at + 2, depth - 1),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    rest.len()
}

/// The length of a string with escapes, quotes included.
fn string(rest: &str) -> usize {
    let mut bytes = rest.bytes().enumerate().skip(1);
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'\\' => drop(bytes.next()),
            b'"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// The length of a raw string from behind its prefix, if it is one.
fn raw_string(rest: &str) -> Option<usize> {
    let hashes = rest.bytes().take_while(|&b| b == b'#').count();
    let body = rest[hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    Some(body.find(&end).map_or(rest.len(), |at| hashes + 1 + at + end.len()))
}

/// The length of a character with its quotes, or of a lifetime.
fn character_or_lifetime(rest: &str) -> usize {
    let mut chars = rest.char_indices().skip(1);
    match (chars.next(), chars.next()) {
        (Some((_, '\\')), Some((at, escaped))) => {
            let from = at + escaped.len_utf8();
            rest[from..].find('\'').map_or(rest.len(), |end| from + end + 1)
        }
        (Some(_), Some((at, '\''))) => at + 1,
        _ => 1 + word(&rest[1..]),
    }
}

/// Drops what carries `#[cfg(test)]`, or everything after `#![cfg(test)]`.
fn without_tests<'a>(tokens: &[Token<'a>]) -> Vec<Token<'a>> {
    let mut kept = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        match attribute(tokens, at) {
            Some((inside, end)) if is_test(inside) => {
                if tokens[at + 1].text == "!" {
                    return kept;
                }
                at = item_end(tokens, end);
            }
            _ => {
                kept.push(tokens[at]);
                at += 1;
            }
        }
    }
    kept
}

/// What stands between the brackets of the attribute that begins here, and where the attribute ends.
fn attribute<'t, 'a>(tokens: &'t [Token<'a>], at: usize) -> Option<(&'t [Token<'a>], usize)> {
    let rest = tokens.get(at..)?;
    let open = match rest {
        [hash, bang, open, ..] if hash.text == "#" && bang.text == "!" && open.text == "[" => at + 3,
        [hash, open, ..] if hash.text == "#" && open.text == "[" => at + 2,
        _ => return None,
    };
    let mut depth = 1;
    for (end, token) in tokens.iter().enumerate().skip(open) {
        match token.text {
            "[" => depth += 1,
            "]" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some((&tokens[open..end], end + 1));
        }
    }
    None
}

/// Whether an attribute leaves its item to test builds.
fn is_test(attribute: &[Token<'_>]) -> bool {
    match attribute {
        [test] => test.text == "test",
        [cfg, open, condition @ .., _] if cfg.text == "cfg" && open.text == "(" => needs_test(condition),
        _ => false,
    }
}

/// Whether a condition of `cfg` holds in test builds alone.
fn needs_test(condition: &[Token<'_>]) -> bool {
    match condition {
        [test] => test.text == "test",
        [all, open, parts @ .., _] if all.text == "all" && open.text == "(" => {
            arguments(parts).into_iter().any(needs_test)
        }
        [any, open, parts @ .., _] if any.text == "any" && open.text == "(" => {
            arguments(parts).into_iter().all(needs_test)
        }
        _ => false,
    }
}

/// The arguments between commas that no parenthesis encloses.
fn arguments<'t, 'a>(tokens: &'t [Token<'a>]) -> Vec<&'t [Token<'a>]> {
    let mut depth = 0;
    let split = tokens.split(|token| {
        match token.text {
            "(" => depth += 1,
            ")" => depth -= 1,
            _ => {}
        }
        depth == 0 && token.text == ","
    });
    split.filter(|part| !part.is_empty()).collect()
}

/// Where the item, statement, field or match arm ends that begins here.
fn item_end(tokens: &[Token<'_>], mut at: usize) -> usize {
    while let Some((_, end)) = attribute(tokens, at) {
        at = end;
    }
    let mut words = tokens[at..].iter().map(|token| token.text);
    let first = words.next().unwrap_or_default();
    let is_const_fn = first == "const" && matches!(words.next(), Some("fn" | "unsafe" | "extern"));
    let item = ["pub", "fn", "struct", "enum", "impl", "trait", "mod", "union", "unsafe", "extern", "async"];
    let to_semicolon = !is_const_fn && ["use", "const", "static", "let", "type"].contains(&first);
    let past_commas = to_semicolon || is_const_fn || item.contains(&first);
    let mut depth = 0;
    for (end, token) in tokens.iter().enumerate().skip(at) {
        match token.text {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" if depth == 0 => return end,
            ")" | "]" | "}" => depth -= 1,
            _ => {}
        }
        let ends = match token.text {
            ";" => true,
            "}" => !to_semicolon,
            "," => !past_commas,
            _ => false,
        };
        if depth == 0 && ends {
            return end + 1;
        }
    }
    tokens.len()
}
