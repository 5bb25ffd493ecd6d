//! A document's commands typed into bash by an ordinary account. They run in a folder of their own
//! with the program and the project's files. All processes that they start end with the session,
//! even when the test program is killed.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs::{self, Permissions};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::blocks::Block;
use super::requests::is_like;
use crate::project::root;
use crate::support::cluster::{SERVER_ACCOUNT, as_server_account, run};

/// No session takes longer.
const DEADLINE: Duration = Duration::from_mins(3);

/// The first commands of a session. All of its processes end together, when the session ends or its
/// standard input is closed. PostgreSQL's processes leave the group and are stopped by name.
const BEGINNING: &str = r#"
    set -eu
    end() {
        trap '' TERM
        for lock in */postmaster.pid; do
            [ -e "$lock" ] || continue
            server=$(head -n 1 "$lock")
            [ ! "/proc/$server/cwd" -ef "${lock%/*}" ] || kill -QUIT "$server" || true
        done
        kill -TERM 0
    }
    trap end EXIT
    trap 'exit 1' TERM
    exec 3<&0 </dev/null
    (trap - EXIT; read -r _ <&3 || true; kill -TERM 0) &
    exec 3<&-
"#;

/// Between blocks.
const MARK: &str = "@@ the end of a block @@";

/// A folder and what is in it.
pub(crate) struct Session {
    folder: TempDir,
    /// Texts of the document, and the texts that are typed instead.
    replaced: HashMap<String, String>,
}

/// The output of each block of a session.
#[derive(Debug)]
pub(crate) struct Said(pub(crate) Vec<String>);

impl Session {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let session = Self { folder, replaced: HashMap::new() };
        let bin = session.path("bin");
        fs::create_dir(&bin).expect("a folder");
        // Another account may not read the folder where the program was built.
        fs::copy(env!("CARGO_BIN_EXE_atelier"), bin.join("atelier")).expect("a copy");
        for name in ["deploy", "load"] {
            run(Command::new("cp").arg("-r").arg(root().join(name)).arg(session.path(name)));
        }
        session
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Types `here` instead of the document's `there`.
    pub(crate) fn replace(&mut self, there: &str, here: impl Into<String>) {
        self.replaced.insert(there.to_owned(), here.into());
    }

    /// Types a free port instead of each of these.
    pub(crate) fn replace_ports(&mut self, ports: &[&str]) {
        for port in ports {
            self.replace(port, free_port().to_string());
        }
    }

    /// Types the blocks and returns their output. All must succeed.
    pub(crate) fn type_in(&self, blocks: &[&Block]) -> Said {
        let mut script = BEGINNING.to_owned();
        for block in blocks.iter().filter(|block| block.language == "sh") {
            writeln!(script, "{}\necho; echo '{MARK}'", self.here(&block.text)).expect("a text");
        }
        let (file, log) = (self.path("script.sh"), self.path("said"));
        fs::write(&file, script).expect("written");
        fs::write(&log, "").expect("written");
        own(self.folder.path());
        let child = self.start(&file, &log);
        let status = Watched(child).wait();
        let said = String::from_utf8_lossy(&fs::read(&log).expect("a log")).into_owned();
        assert!(status.is_some_and(|status| status.success()), "{status:?}: {said}");
        let mut parts: Vec<String> = said.split(MARK).map(str::to_owned).collect();
        // Behind the last mark is only what ends the session.
        parts.pop();
        Said(parts)
    }

    fn start(&self, file: &Path, log: &Path) -> Child {
        let mut command = as_server_account(Path::new("bash"));
        let output = || fs::OpenOptions::new().append(true).open(log).expect("a log");
        command
            .arg(file)
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", format!("{}:/usr/local/bin:/usr/bin:/bin", self.path("bin").display()))
            .env("HOME", self.folder.path())
            .env("LC_ALL", "C.UTF-8")
            .stdin(Stdio::piped())
            .stdout(output())
            .stderr(output())
            .process_group(0);
        command.spawn().expect("bash starts")
    }

    /// A text of the document as it is typed here.
    pub(crate) fn here(&self, text: &str) -> String {
        let mut replaced: Vec<_> = self.replaced.iter().collect();
        // A text that contains another one is replaced first.
        replaced.sort_by_key(|(there, _)| std::cmp::Reverse(there.len()));
        replaced.iter().fold(text.to_owned(), |text, (there, here)| text.replace(there.as_str(), here))
    }
}

impl Said {
    /// Asserts that the output that the document shows is part of the output of the block above it,
    /// line by line in this order.
    pub(crate) fn assert_shows(&self, blocks: &[&Block]) {
        let mut said = self.0.iter();
        let mut last = "";
        for block in blocks {
            if block.language == "sh" {
                last = said.next().expect("something was said to every block");
                continue;
            }
            let mut lines = last.lines();
            for shown in block.text.lines() {
                let is_there = lines.any(|line| is_like(line.trim(), shown.trim()));
                assert!(is_there, "{shown:?} of line {} was not said, or not there:\n{last}", block.line);
            }
        }
    }
}

/// A shell with a time limit. It ends with every process that it started.
struct Watched(Child);

impl Watched {
    /// How it ended; `None` when it had to be ended.
    fn wait(mut self) -> Option<std::process::ExitStatus> {
        let deadline = Instant::now() + DEADLINE;
        while Instant::now() < deadline {
            if let Some(status) = self.0.try_wait().expect("a child can be asked") {
                return Some(status);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        None
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        // No process may be left.
        let _ = Command::new("kill")
            .args(["-TERM", "--", &format!("-{}", self.0.id())])
            .stderr(Stdio::null())
            .status();
        let _ = self.0.wait();
    }
}

/// Gives a folder to the account that the session runs as, if that is another one.
fn own(folder: &Path) {
    fs::set_permissions(folder, Permissions::from_mode(0o755)).expect("an own folder");
    if as_server_account(Path::new("true")).get_program() != "true" {
        run(Command::new("chown").arg("-R").arg(SERVER_ACCOUNT).arg(folder));
    }
}

/// A port without a listener, and none of those that the system gives to connecting clients.
fn free_port() -> u16 {
    static TRIED: AtomicU16 = AtomicU16::new(0);
    loop {
        let tried = u32::from(TRIED.fetch_add(1, Ordering::Relaxed));
        let number = std::process::id().wrapping_mul(31).wrapping_add(tried) % 10_000;
        let port = 20_000 + u16::try_from(number).expect("small");
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}
