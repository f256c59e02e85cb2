use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// A program that answers each line with a line.
pub(crate) struct Worker {
    name: String,
    child: Child,
    commands: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Worker {
    pub(crate) fn ours(program: &Path) -> Result<Self, String> {
        Self::start(&mut Command::new(program))
    }

    /// The libraries on one thread, and free to choose their own kernels.
    pub(crate) fn peer(python: &Path, script: &Path) -> Result<Self, String> {
        let mut command = Command::new(python);
        command.arg("-B").arg(script);
        for choice in ["OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"] {
            command.env_remove(choice);
        }
        for threads in ["OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"] {
            command.env(threads, "1");
        }
        Self::start(&mut command)
    }

    fn start(command: &mut Command) -> Result<Self, String> {
        let name = format!("{command:?}");
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{name}: {error}"))?;
        let commands = child.stdin.take();
        let answers = child.stdout.take().ok_or("a program without output")?;
        Ok(Self { name, child, commands, answers: BufReader::new(answers) })
    }

    pub(crate) fn ask(&mut self, command: &str) -> Result<String, String> {
        let fail = |error: std::io::Error| format!("{}: {command}: {error}", self.name);
        let commands = self.commands.as_mut().ok_or("a program without input")?;
        writeln!(commands, "{command}").map_err(fail)?;
        let mut answer = String::new();
        self.answers.read_line(&mut answer).map_err(fail)?;
        if answer.is_empty() {
            return Err(format!("{}: no answer to {command}", self.name));
        }
        Ok(answer.trim().to_owned())
    }

    pub(crate) fn read(&mut self, image: &str) -> Result<(), String> {
        self.ask(&format!("image {image}")).map(drop)
    }

    /// Milliseconds of one run.
    pub(crate) fn time(&mut self, stage: &str) -> Result<f64, String> {
        self.number(&format!("run {stage}"))
    }

    /// Largest resident memory so far in MB.
    pub(crate) fn peak(&mut self) -> Result<f64, String> {
        Ok(self.number("peak")? * 1024.0 / 1e6)
    }

    fn number(&mut self, command: &str) -> Result<f64, String> {
        let answer = self.ask(command)?;
        answer.parse().map_err(|_| format!("{}: {command}: {answer}", self.name))
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // The end of its input ends the program.
        self.commands = None;
        let _ = self.child.wait();
    }
}
