//! The curl commands of the documents, sent to a server on the store of `serve --demo`: every
//! request must succeed, and its response must be the one that the document shows below it.
//! Documents that other tests carry out as a whole are not read here.

use std::io::BufRead as _;
use std::path::Path;
use std::process::{Command, Stdio};

use super::blocks::{Block, Document};
use super::commands::address;
use super::shell::Shell;
use crate::project::{files, name, read};
use crate::support::program::{Server, atelier, until};

/// Documents that other tests carry out, with commands and responses.
pub(crate) const CARRIED_OUT: [&str; 4] =
    ["docs/drills.md", "docs/identity.md", "docs/migrate.md", "docs/moderation.md"];

/// Options for curl's output. The test sets its own.
const WITH_A_VALUE: [&str; 4] = ["-o", "--output", "-w", "--write-out"];

/// A server on a store like that of `serve --demo`, and its address.
struct Demo {
    server: Server,
    metrics: String,
}

impl Demo {
    /// Serves the store in a file. The first time it is made there.
    fn on(file: &Path) -> Self {
        let options =
            ["--demo", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--rate-limits", "off"];
        let store = format!("sqlite:{}", file.display());
        let mut command = atelier(&[&["serve"], &options[..]].concat(), Some(&store));
        let mut server = Server::of(command.stderr(Stdio::null()));
        let mut line = String::new();
        server.said.read_line(&mut line).expect("the server says where its metrics are");
        let metrics =
            line.trim().strip_prefix("Metrics on http://").and_then(|rest| rest.strip_suffix("/metrics"));
        let metrics = metrics.unwrap_or_else(|| panic!("no address in {line:?}")).to_owned();
        let mut client = server.client();
        until("the server is ready", || {
            client.exchange("GET", "/readyz", "").is_ok_and(|response| response.status == 200)
        });
        Self { server, metrics }
    }

    /// Sends what a command line of curl says, to this server instead of the one that it names.
    fn send(&self, words: &[String]) -> (String, String) {
        let mut command = Command::new("curl");
        let mut words = words[1..].iter();
        while let Some(word) = words.next() {
            if WITH_A_VALUE.contains(&word.as_str()) {
                words.next();
                continue;
            }
            match address(word) {
                Some(url) => {
                    let here = if url.path() == "/metrics" {
                        self.metrics.clone()
                    } else {
                        self.server.address.to_string()
                    };
                    // As it is written, so that a mistake in it stays one.
                    let path = word.splitn(4, '/').nth(3).unwrap_or_default();
                    command.arg(format!("http://{here}/{path}"));
                }
                None => drop(command.arg(word)),
            }
        }
        let output = command.args(["-s", "-w", "\n%{http_code}"]).output().expect("curl is missing");
        let output = String::from_utf8(output.stdout).expect("UTF-8");
        let (body, status) = output.rsplit_once('\n').unwrap_or_default();
        (status.to_owned(), body.to_owned())
    }
}

/// Whether a text is what a document shows; `…` stands for anything.
pub(crate) fn is_like(text: &str, shown: &str) -> bool {
    let mut pieces = shown.split('…');
    let Some(mut rest) = text.strip_prefix(pieces.next().unwrap_or_default()) else { return false };
    let mut pieces = pieces.peekable();
    while let Some(piece) = pieces.next() {
        let is_last = pieces.peek().is_none();
        let found = if is_last {
            rest.ends_with(piece).then_some(rest.len())
        } else {
            rest.find(piece).map(|at| at + piece.len())
        };
        let Some(end) = found else { return false };
        rest = &rest[end..];
    }
    rest.is_empty()
}

/// The response that a document shows for the last request of a block. It is the next block, if
/// that is JSON, in the same section, with no other block in between.
fn shown_below(blocks: &[Block], at: usize) -> Option<&str> {
    let below = blocks.get(at + 1).filter(|below| below.section == blocks[at].section)?;
    (below.language == "json").then(|| below.text.trim_end())
}

/// Sends all requests of a document, in order, and says what is wrong with the answers.
fn failures(document: &Document, demo: &Demo) -> (usize, Vec<String>) {
    let (mut sent, mut wrong) = (0, Vec::new());
    let mut shell = Shell::default();
    for (at, block) in document.blocks.iter().enumerate().filter(|(_, block)| block.language == "sh") {
        let mut last = None;
        for command in shell.read(&block.text).expect("commands") {
            if command.words.first().is_some_and(|program| program == "curl") {
                let (status, body) = demo.send(&command.words);
                sent += 1;
                if !status.starts_with('2') {
                    wrong.push(format!(
                        "line {}: {:?} is answered {status} {body}",
                        block.line, command.words
                    ));
                }
                last = Some(body);
            }
        }
        if let (Some(body), Some(shown)) = (last, shown_below(&document.blocks, at))
            && !is_like(&body, shown)
        {
            wrong.push(format!("line {}: shown is\n{shown}\nbut the answer is\n{body}", block.line));
        }
    }
    (sent, wrong)
}

#[test]
fn every_request_is_answered_as_its_document_says() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let fresh = folder.path().join("fresh.db");
    let mut maker = Demo::on(&fresh);
    maker.server.process.terminate();
    assert!(maker.server.process.wait().success());
    let (mut all, mut wrong) = (0, Vec::new());
    for path in files("md") {
        let document = Document::read(&read(&path)).expect("a document");
        let asks = document.blocks.iter().any(|block| block.language == "sh" && block.text.contains("curl "));
        if !asks || CARRIED_OUT.contains(&name(&path).as_str()) {
            continue;
        }
        // Each document has a server of its own, so one does not see the rows of another.
        let store = folder.path().join("store.db");
        std::fs::copy(&fresh, &store).expect("a copy");
        let demo = Demo::on(&store);
        let (sent, found) = failures(&document, &demo);
        all += sent;
        wrong.extend(found.into_iter().map(|problem| format!("{}, {problem}", name(&path))));
        drop(demo);
        for left in ["store.db", "store.db-wal", "store.db-shm"] {
            let _ = std::fs::remove_file(folder.path().join(left));
        }
    }
    assert!(all >= 5, "{all} requests were sent");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn wrong_requests_and_answers_are_noticed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let demo = Demo::on(&folder.path().join("store.db"));
    let text = "```sh\ncurl -o a 'http://shop.example/qa/questions?product_id=7'\ncurl http://x/readyz\n```\n```json\nrea…y\n```\n\
        ```sh\ncurl -X PUT http://x:1/qa/questions/1/helpful\ncurl http://x:1/metrics\n```\n";
    assert_eq!(failures(&Document::read(text).expect("a document"), &demo), (4, Vec::new()));
    let text = "```sh\ncurl http://x/qa/question\ncurl http://x/qa/questions\ncurl http://x/readyz\n```\n```json\nrea…y!\n```\n";
    let (sent, wrong) = failures(&Document::read(text).expect("a document"), &demo);
    assert_eq!((sent, wrong.len()), (3, 3), "{wrong:?}");
}

#[test]
fn ellipses_stand_for_anything() {
    for (text, shown) in
        [("a", "a"), ("abc", "a…c"), ("ac", "a…c"), ("abcbc", "…bc"), ("a1b2", "a…b…"), ("", "…")]
    {
        assert!(is_like(text, shown), "{text} {shown}");
    }
    for (text, shown) in
        [("a", "b"), ("abc", "a…d"), ("a1c", "a…b…c"), ("ab", "a"), ("ab", "b…"), ("abab", "…aba")]
    {
        assert!(!is_like(text, shown), "{text} {shown}");
    }
}
