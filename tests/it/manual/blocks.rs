//! A document as Markdown: its blocks of code, each with its language and the heading above it, and
//! the pieces of code in its sentences. What they mean is not known here.

/// A fenced block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Block {
    /// The language after the fence, or an empty text.
    pub(crate) language: String,
    pub(crate) text: String,
    /// The line of its fence, from 1.
    pub(crate) line: usize,
    /// The last heading above it.
    pub(crate) section: String,
}

/// The code of a document.
#[derive(Debug, Default)]
pub(crate) struct Document {
    pub(crate) blocks: Vec<Block>,
    /// Code inside of sentences and tables, with its line.
    pub(crate) inline: Vec<(usize, String)>,
}

impl Document {
    /// Reads a document. Fences may be indented, as in lists; their indentation is not the code's.
    ///
    /// # Errors
    /// A fence that is not closed, or a fence of tildes, which are not supported.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let mut document = Self::default();
        let mut section = String::new();
        let mut lines = text.lines().zip(1..);
        let mut sentence = Sentence::default();
        while let Some((line, number)) = lines.next() {
            let inside = line.trim_start();
            let indentation = &line[..line.len() - inside.len()];
            if inside.starts_with("~~~") {
                return Err(format!("line {number}: a fence of tildes"));
            }
            let Some(language) = inside.strip_prefix("```") else {
                if let Some(heading) = inside.strip_prefix('#') {
                    heading.trim_start_matches('#').trim().clone_into(&mut section);
                }
                sentence.read(line, number, &mut document.inline);
                continue;
            };
            let (language, section) = (language.trim().to_owned(), section.clone());
            let mut block = Block { language, text: String::new(), line: number, section };
            loop {
                let Some((line, _)) = lines.next() else {
                    return Err(format!("line {number}: a fence that nothing closes"));
                };
                if line.trim() == "```" {
                    break;
                }
                block.text.push_str(line.strip_prefix(indentation).unwrap_or(line));
                block.text.push('\n');
            }
            document.blocks.push(block);
        }
        Ok(document)
    }

    /// The blocks of the section whose heading begins so.
    pub(crate) fn section(&self, heading: &str) -> Vec<&Block> {
        let blocks: Vec<&Block> =
            self.blocks.iter().filter(|block| block.section.starts_with(heading)).collect();
        assert!(!blocks.is_empty(), "no block is under {heading:?}");
        blocks
    }
}

/// Code between single backticks, which may begin on one line and end on the next. A blank line
/// ends it as well.
#[derive(Debug, Default)]
struct Sentence {
    open: Option<(usize, String)>,
}

impl Sentence {
    fn read(&mut self, line: &str, number: usize, found: &mut Vec<(usize, String)>) {
        if line.trim().is_empty() {
            self.open = None;
            return;
        }
        let mut pieces = line.split('`');
        let first = pieces.next().unwrap_or_default();
        if let Some((_, code)) = &mut self.open {
            code.push(' ');
            code.push_str(first.trim_start());
        }
        for piece in pieces {
            match self.open.take() {
                Some(code) => found.push(code),
                None => self.open = Some((number, piece.to_owned())),
            }
        }
    }
}

#[test]
fn blocks_and_code_in_sentences_are_found() {
    let text = "# One\n`a b` and `c\n  d`.\n- x\n  ```sh\n  # no heading\n    curl\n  ```\n\n`lost\n\n## Two `e`\n```\nf `g`\n```\n";
    let document = Document::read(text).expect("a document");
    let block = |language: &str, text: &str, line, section: &str| Block {
        language: language.to_owned(),
        text: text.to_owned(),
        line,
        section: section.to_owned(),
    };
    let expected = [block("sh", "# no heading\n  curl\n", 5, "One"), block("", "f `g`\n", 13, "Two `e`")];
    assert_eq!(document.blocks, expected);
    let inline: Vec<(usize, &str)> =
        document.inline.iter().map(|(line, code)| (*line, code.as_str())).collect();
    assert_eq!(inline, [(2, "a b"), (2, "c d"), (12, "e")]);
    assert!(Document::read("```sh\ncurl\n").is_err() && Document::read("~~~\n~~~\n").is_err());
}
