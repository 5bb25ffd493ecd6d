//! Source text as tokens, and the paths that it names. It is no compiler's tree: what a path means
//! is for the tests that ask.

/// A piece of source text: a name, or one other character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Token<'a> {
    Name(&'a str),
    Sign(char),
}

/// Splits source text into tokens; comments, texts and characters are left out.
pub(crate) fn tokens(source: &str) -> Vec<(usize, Token<'_>)> {
    let bytes = source.as_bytes();
    let mut tokens = Vec::new();
    let (mut at, mut line) = (0, 1);
    while at < bytes.len() {
        let rest = &source[at..];
        let length = match bytes[at] {
            _ if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            _ if rest.starts_with("/*") => block_comment(rest),
            b'"' => quoted(rest),
            b'r' | b'b' if raw_text(rest).is_some() => raw_text(rest).expect("just seen"),
            b'\'' => character_or_lifetime(rest),
            byte if byte.is_ascii_alphanumeric() || byte == b'_' => {
                let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
                tokens.push((line, Token::Name(&rest[..end])));
                end
            }
            _ => {
                let sign = rest.chars().next().expect("not at the end");
                if !sign.is_whitespace() {
                    tokens.push((line, Token::Sign(sign)));
                }
                sign.len_utf8()
            }
        };
        line += rest[..length].matches('\n').count();
        at += length;
    }
    tokens
}

fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        match rest.get(at..at + 2) {
            Some("/*") => (depth, at) = (depth + 1, at + 2),
            Some("*/") if depth == 1 => return at + 2,
            Some("*/") => (depth, at) = (depth - 1, at + 2),
            _ => at += rest[at..].chars().next().map_or(1, char::len_utf8),
        }
    }
    rest.len()
}

fn quoted(rest: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in rest.bytes().enumerate().skip(1) {
        match byte {
            b'"' if !escaped => return at + 1,
            b'\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    rest.len()
}

/// The length of `r"…"`, `r#"…"#`, `b"…"` and `br#"…"#`; `None` when it is a name.
fn raw_text(rest: &str) -> Option<usize> {
    let after_b = rest.strip_prefix('b').unwrap_or(rest);
    let Some(after_r) = after_b.strip_prefix('r') else {
        return after_b.starts_with('"').then(|| 1 + quoted(after_b));
    };
    let hashes = after_r.bytes().take_while(|byte| *byte == b'#').count();
    let inside = after_r[hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let before = rest.len() - inside.len();
    Some(inside.find(&end).map_or(rest.len(), |at| before + at + end.len()))
}

/// `'a'` and `'\n'` are characters, `'a` is a lifetime.
fn character_or_lifetime(rest: &str) -> usize {
    let mut characters = rest.char_indices().skip(1);
    match characters.next() {
        Some((_, '\\')) => rest[3..].find('\'').map_or(rest.len(), |at| at + 4),
        Some(_) => match characters.next() {
            Some((at, '\'')) => at + 1,
            _ => 1,
        },
        None => 1,
    }
}

/// All paths of a `use` tree or of an expression, up to where the names end.
pub(crate) fn paths<'a>(tokens: &[(usize, Token<'a>)]) -> Vec<Vec<&'a str>> {
    let mut paths = Vec::new();
    let mut prefix: Vec<&str> = Vec::new();
    let mut groups: Vec<usize> = Vec::new();
    let mut at = 0;
    while let Some((_, token)) = tokens.get(at) {
        match token {
            Token::Name("as") => at += 1,
            Token::Name(name) => {
                prefix.push(name);
                paths.push(prefix.clone());
            }
            Token::Sign('{') => groups.push(prefix.len()),
            Token::Sign(',') if !groups.is_empty() => prefix.truncate(*groups.last().expect("not empty")),
            Token::Sign('}') if groups.len() > 1 => {
                groups.pop();
            }
            Token::Sign('*') => {}
            Token::Sign(':') if matches!(tokens.get(at + 1), Some((_, Token::Sign(':')))) => at += 1,
            Token::Sign(_) => break,
        }
        at += 1;
    }
    paths
}

/// Whether the next token goes on with a path: `a::` stands before it.
pub(crate) fn is_path_before(before: &[(usize, Token<'_>)]) -> bool {
    matches!(before, [.., (_, Token::Sign(':')), (_, Token::Sign(':'))])
}
