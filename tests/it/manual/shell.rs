//! Parses a block of commands as a shell does, without running any: simple commands with their
//! words, without quotes and with the values of known variables. It supports the syntax that the
//! documents use, and refuses the rest.

use std::collections::{BTreeSet, HashMap};

/// Keywords of the shell before a command.
const BEFORE_COMMANDS: [&str; 10] = ["!", "do", "elif", "else", "if", "then", "time", "until", "while", "{"];

/// Keywords of the shell that stand alone.
const ALONE: [&str; 3] = ["done", "fi", "}"];

/// A simple command: a program and its arguments, or assignments alone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Command {
    /// `NAME=value` in front of it.
    pub(crate) assignments: Vec<(String, String)>,
    pub(crate) words: Vec<String>,
}

/// What a shell remembers from block to block of a document.
#[derive(Debug, Default)]
pub(crate) struct Shell {
    variables: HashMap<String, String>,
    pub(crate) functions: BTreeSet<String>,
}

impl Shell {
    /// The commands of a block, those inside of `$(…)` before the one that they are part of.
    ///
    /// # Errors
    /// What is not understood.
    pub(crate) fn read(&mut self, text: &str) -> Result<Vec<Command>, String> {
        let mut reading = Reading {
            shell: self,
            rest: text,
            found: Vec::new(),
            command: Command::default(),
            here: Vec::new(),
        };
        reading.all()?;
        Ok(reading.found)
    }
}

/// A block that is being read.
struct Reading<'a> {
    shell: &'a mut Shell,
    rest: &'a str,
    found: Vec<Command>,
    /// The command whose words are being read.
    command: Command,
    /// The end marks of the texts that begin below this line.
    here: Vec<String>,
}

impl Reading<'_> {
    fn all(&mut self) -> Result<(), String> {
        while let Some(sign) = self.rest.chars().next() {
            match sign {
                ' ' | '\t' => self.skip(1),
                '\\' if self.rest.starts_with("\\\n") => self.skip(2),
                '#' => self.skip(self.rest.find('\n').unwrap_or(self.rest.len())),
                '\n' => {
                    self.skip(1);
                    self.end_of_command();
                    self.skip_texts()?;
                }
                ';' | '&' | '|' | '(' | ')' => {
                    self.skip(1);
                    self.end_of_command();
                }
                '<' | '>' => self.redirection()?,
                '0'..='9' if self.rest[1..].starts_with(['<', '>']) => {
                    self.skip(1);
                    self.redirection()?;
                }
                _ => self.next_word()?,
            }
        }
        self.end_of_command();
        if self.here.is_empty() { Ok(()) } else { Err("a text that nothing ends".to_owned()) }
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = &self.rest[bytes..];
    }

    /// `>file`, `2>&1`, `<<'END'`.
    fn redirection(&mut self) -> Result<(), String> {
        let is_text = self.rest.starts_with("<<");
        let signs = self.rest.len() - self.rest.trim_start_matches(['<', '>', '&']).len();
        self.skip(signs);
        self.rest = self.rest.trim_start_matches([' ', '\t']);
        if self.rest.starts_with('(') {
            return Err("a process in the place of a file".to_owned());
        }
        let word = self.word()?;
        if is_text {
            self.here.push(word);
        }
        Ok(())
    }

    /// Reads the here-documents of the line that has just ended.
    fn skip_texts(&mut self) -> Result<(), String> {
        for end in std::mem::take(&mut self.here) {
            let mut length = 0;
            let ended = self.rest.split_inclusive('\n').any(|line| {
                length += line.len();
                line.trim_end() == end
            });
            if !ended {
                return Err(format!("a text that no {end} ends"));
            }
            self.skip(length);
        }
        Ok(())
    }

    fn next_word(&mut self) -> Result<(), String> {
        let name = self.rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
        let (name, behind) = self.rest.split_at(name);
        let begins = self.command.words.is_empty();
        if begins && behind.starts_with('=') && !name.is_empty() {
            let name = name.to_owned();
            self.skip(name.len() + 1);
            let value = self.word()?;
            self.command.assignments.push((name, value));
            return Ok(());
        }
        if begins && behind.starts_with("()") {
            self.shell.functions.insert(name.to_owned());
            self.skip(name.len() + 2);
            return Ok(());
        }
        let word = self.word()?;
        if !(begins && BEFORE_COMMANDS.contains(&word.as_str())) {
            self.command.words.push(word);
        }
        Ok(())
    }

    /// One word, without its quotes. A part that is only known at run time stays as it is written.
    fn word(&mut self) -> Result<String, String> {
        let mut word = String::new();
        let mut quoted = false;
        while let Some(sign) = self.rest.chars().next() {
            match sign {
                '"' => {
                    quoted = !quoted;
                    self.skip(1);
                }
                '$' => self.dollar(&mut word)?,
                '`' => return Err("a command between backticks".to_owned()),
                '\\' => {
                    let next = self.rest[1..].chars().next().ok_or("a backslash at the end")?;
                    if quoted && !matches!(next, '"' | '\\' | '$' | '`' | '\n') {
                        word.push('\\');
                    }
                    if next != '\n' {
                        word.push(next);
                    }
                    self.skip(1 + next.len_utf8());
                }
                '\'' if !quoted => {
                    let length = self.rest[1..].find('\'').ok_or("a quote that nothing closes")?;
                    word.push_str(&self.rest[1..=length]);
                    self.skip(length + 2);
                }
                ' ' | '\t' | '\n' | ';' | '&' | '|' | '(' | ')' | '<' | '>' if !quoted => break,
                _ => {
                    word.push(sign);
                    self.skip(sign.len_utf8());
                }
            }
        }
        if quoted { Err("a quote that nothing closes".to_owned()) } else { Ok(word) }
    }

    /// A variable, a sum, or commands whose output stands there.
    fn dollar(&mut self, word: &mut String) -> Result<(), String> {
        let behind = &self.rest[1..];
        if behind.starts_with("((") {
            let length = behind.find("))").ok_or("a sum that nothing closes")?;
            word.push('0');
            self.skip(length + 3);
        } else if behind.starts_with('(') {
            let inside = inside_of_parentheses(behind)?;
            self.found.extend(self.shell.read(inside)?);
            word.push_str("$(…)");
            self.skip(inside.len() + 3);
        } else {
            let braces = behind.starts_with('{');
            let written = if braces { behind[1..].split('}').next().unwrap_or_default() } else { behind };
            let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
            let name = &written[..written.bytes().take_while(is_name).count()];
            if name.is_empty() && !braces {
                // `$?`, `$!` and the like.
                let length = 1 + behind.chars().next().map_or(0, char::len_utf8);
                word.push_str(&self.rest[..length]);
                self.skip(length);
                return Ok(());
            }
            let length = if braces { written.len() + 3 } else { name.len() + 1 };
            match self.shell.variables.get(name) {
                Some(value) if !braces || written == name => word.push_str(value),
                _ => word.push_str(&self.rest[..length]),
            }
            self.skip(length);
        }
        Ok(())
    }

    fn end_of_command(&mut self) {
        let command = std::mem::take(&mut self.command);
        let variables = &mut self.shell.variables;
        match command.words.first().map(String::as_str) {
            None if command.assignments.is_empty() => {}
            None => {
                variables.extend(command.assignments.iter().cloned());
                self.found.push(command);
            }
            Some(word) if ALONE.contains(&word) => {}
            // The first of them stands for all.
            Some("for") => {
                if let [_, name, _, first, ..] = &command.words[..] {
                    variables.insert(name.clone(), first.clone());
                }
            }
            Some("export") => {
                let words = command.words[1..].iter().filter_map(|word| word.split_once('='));
                let assigned = words.map(|(name, value)| (name.to_owned(), value.to_owned()));
                let command = Command { assignments: assigned.collect(), words: Vec::new() };
                variables.extend(command.assignments.iter().cloned());
                self.found.push(command);
            }
            Some(_) => self.found.push(command),
        }
    }
}

/// What is between a text's first parenthesis and the one that closes it.
fn inside_of_parentheses(text: &str) -> Result<&str, String> {
    let (mut depth, mut quote) = (0_usize, None);
    let mut at = 0;
    while let Some(sign) = text[at..].chars().next() {
        match (quote, sign) {
            (None | Some('"'), '\\') => at += 1,
            (None | Some('"'), '$') if text[at + 1..].starts_with('(') => {
                at += 2 + inside_of_parentheses(&text[at + 1..])?.len();
            }
            (Some(open), _) if open == sign => quote = None,
            (None, '\'' | '"') => quote = Some(sign),
            (None, '(') => depth += 1,
            (None, ')') => {
                depth -= 1;
                if depth == 0 {
                    return Ok(&text[1..at]);
                }
            }
            _ => {}
        }
        at += text[at..].chars().next().map_or(0, char::len_utf8);
    }
    Err("a parenthesis that nothing closes".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let commands = Shell::default().read(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        let named = commands.into_iter().filter(|command| !command.words.is_empty());
        named.map(|command| command.words.join("|")).collect()
    }

    #[test]
    fn words_are_what_a_shell_makes_of_them() {
        for (text, expected) in [
            ("a 'b c' \"d $e\" f\\ g # h", &["a|b c|d $e|f g"][..]),
            ("a \\\n  b; c && d | e & f", &["a|b", "c", "d", "e", "f"]),
            ("a >b 2>&1 </c c >>d", &["a|c"]),
            ("A=1 B=\"$A\"; c $A ${B} ${B%x} $? $1", &["c|1|$A|${B%x}|$?|$1"]),
            ("A=1\nB=\"$A$A\"\nexport C=\"$B\"\nc \"$C.$D\"", &["c|11.$D"]),
            ("a \"$(b \"$(c 'd)')\" e)\" $((1 + 2))", &["c|d)", "b|$(…)|e", "a|$(…)|0"]),
            ("cat <<'END' >a\nb c\nEND\nd", &["cat", "d"]),
            ("for x in 1 2; do a $x; done >b", &["a|1"]),
            ("until a; do b; done\nif ! c; then d; else e; fi", &["a", "b", "c", "d", "e"]),
            ("f() { a \"$1\"; }\n(cd b && c)", &["a|$1", "cd|b", "c"]),
            ("a 'b\nc' \"d\\n\"", &["a|b\nc|d\\n"]),
        ] {
            assert_eq!(words(text), expected, "{text}");
        }
    }

    #[test]
    fn what_stands_before_a_command_is_kept() {
        let mut shell = Shell::default();
        let commands = shell.read("f() { c; }\nA=4 d\nexport B=5").expect("commands");
        assert!(shell.functions.contains("f"));
        assert_eq!(commands[1].assignments, [("A".to_owned(), "4".to_owned())]);
        assert_eq!(commands[2].assignments, [("B".to_owned(), "5".to_owned())]);
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for text in ["a `b`", "a 'b", "a \"b", "a $(b", "a <<END\nb\n", "a < <(b)", "a $((1", "a \\"] {
            assert!(Shell::default().read(text).is_err(), "{text}");
        }
    }
}
