//! Running the binary.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::thread::JoinHandle;

/// What a finished run left.
#[derive(Debug, Clone)]
pub(crate) struct Ran {
    /// -1: a signal ended it.
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// The binary with nothing of this machine's environment that it would read.
pub(crate) fn guestsync(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_guestsync"));
    command.args(arguments).env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs it to its end.
pub(crate) fn run(arguments: &[&str], input: &str) -> Ran {
    finish(guestsync(arguments).spawn().unwrap(), input)
}

pub(crate) fn finish(mut child: Child, input: &str) -> Ran {
    // It may end without reading.
    _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code().unwrap_or(-1), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// A server that was told nothing of where to listen but port 0.
pub(crate) struct Server {
    child: Child,
    pub(crate) base: String,
    lines: Vec<String>,
    /// Standard error, read all the time: a pipe holds only so much, and whoever writes more into it waits.
    log: Option<JoinHandle<String>>,
    /// Standard error, where nobody reads it.
    _unread: Option<ChildStderr>,
}

impl Server {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        Self::of(&mut guestsync(arguments))
    }

    /// As [`Self::start`], logging warnings only.
    pub(crate) fn quiet(arguments: &[&str]) -> Self {
        Self::of(guestsync(arguments).env("RUST_LOG", "warn"))
    }

    pub(crate) fn of(command: &mut Command) -> Self {
        let mut server = Self::spawn(command);
        let mut stderr = server.child.stderr.take().unwrap();
        server.log = Some(std::thread::spawn(move || {
            let mut log = Vec::new();
            stderr.read_to_end(&mut log).unwrap();
            String::from_utf8(log).unwrap()
        }));
        server.listening()
    }

    /// As [`Self::of`], with nobody who reads its standard error.
    pub(crate) fn unread(command: &mut Command) -> Self {
        let mut server = Self::spawn(command);
        server._unread = server.child.stderr.take();
        server.listening()
    }

    /// From here on the child is waited for when it goes out of scope.
    fn spawn(command: &mut Command) -> Self {
        Self { child: command.spawn().unwrap(), base: String::new(), lines: Vec::new(), log: None, _unread: None }
    }

    fn listening(self) -> Self {
        let mut server = self;
        for line in BufReader::new(server.child.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            if let Some(base) = line.strip_prefix("listening on ") {
                base.clone_into(&mut server.base);
                return server;
            }
            server.lines.push(line);
        }
        panic!("it ended before it listened: {}", server.stop("-0").1);
    }

    /// What it said before it listened.
    pub(crate) fn lines(&self) -> &[String] {
        &self.lines
    }

    /// Ends it at once (SIGKILL).
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Sends a signal and waits for the end: exit code (-1: a signal ended it) and standard error.
    pub(crate) fn stop(mut self, signal: &str) -> (i32, String) {
        let killed = Command::new("kill").args([signal, &self.child.id().to_string()]).status().unwrap();
        assert!(killed.success());
        let code = self.child.wait().unwrap().code().unwrap_or(-1);
        (code, self.log.take().map(|log| log.join().unwrap()).unwrap_or_default())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

/// A folder that is removed at the end.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("guestsync-cli-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir(&folder).unwrap();
        Self(folder)
    }

    pub(crate) fn join(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }

    pub(crate) fn text(&self) -> &str {
        self.0.to_str().unwrap()
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        _ = std::fs::remove_dir_all(&self.0);
    }
}
