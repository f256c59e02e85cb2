//! What the user sees: results on standard output, everything else on standard error.

use std::cell::Cell;
use std::fmt::Display;
use std::io::{self, ErrorKind, IsTerminal, Write};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::arguments::Common;
use crate::outcome::Outcome;

/// From so many files on, a bar shows the progress on a terminal.
const FILES_WORTH_A_BAR: usize = 4;

/// The terminal, and the worst that was reported on it.
#[derive(Debug)]
pub(crate) struct Console {
    quiet: bool,
    verbose: bool,
    reader_gone: Cell<bool>,
    outcome: Cell<Outcome>,
    bar: ProgressBar,
}

impl Console {
    pub(crate) fn new(common: &Common) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        Self {
            quiet: common.quiet,
            verbose: common.verbose,
            reader_gone: Cell::new(false),
            outcome: Cell::new(Outcome::Pass),
            bar,
        }
    }

    /// The worst that was noted.
    pub(crate) fn outcome(&self) -> Outcome {
        self.outcome.get()
    }

    /// Notes how one part of the call ended.
    pub(crate) fn note(&self, outcome: Outcome) {
        self.outcome.set(self.outcome.get().max(outcome));
    }

    /// Reports one error in one line.
    pub(crate) fn error(&self, cause: &impl Display) {
        self.note(Outcome::Error);
        self.bar.suspend(|| say(&one_line(&cause.to_string())));
    }

    /// Says what a user who asked for more wants to know.
    pub(crate) fn detail(&self, text: &str) {
        if self.verbose {
            self.bar.suspend(|| say(&one_line(text)));
        }
    }

    /// Says what was done, unless the user wants quiet.
    pub(crate) fn remark(&self, text: &str) {
        if !self.quiet {
            self.bar.suspend(|| say(&one_line(text)));
        }
    }

    /// Writes a result. A reader that has gone away, such as `head`, ends the output but not the work.
    pub(crate) fn result(&self, text: &str) {
        if self.reader_gone.get() {
            return;
        }
        let written = self.bar.suspend(|| {
            let mut output = io::stdout().lock();
            output.write_all(text.as_bytes()).and_then(|()| output.flush())
        });
        if let Err(error) = written {
            self.reader_gone.set(true);
            if error.kind() != ErrorKind::BrokenPipe {
                self.error(&format!("standard output: writing failed: {error}"));
            }
        }
    }

    /// Starts to show progress where somebody watches and it takes long enough.
    pub(crate) fn expect(&self, files: usize) {
        if !self.quiet && files >= FILES_WORTH_A_BAR && io::stderr().is_terminal() {
            self.bar.set_length(files as u64);
            self.bar.set_style(style());
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
    }

    /// One more file is done.
    pub(crate) fn advance(&self) {
        self.bar.inc(1);
    }

    /// Takes the progress off the screen.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template("{bar:40} {pos}/{len} {eta}")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// One line on standard error. That nobody can read it is no reason to stop.
pub(crate) fn say(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// The text on one line, whatever a file name put into it.
pub(crate) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for letter in text.trim_end().chars() {
        match letter {
            '\n' => {
                line.truncate(line.trim_end().len());
                line.push(' ');
            }
            ' ' if line.ends_with(' ') => {}
            letter if letter.is_control() => line.extend(letter.escape_default()),
            letter => line.push(letter),
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_take_one_line() {
        assert_eq!(one_line("a:\n    b\n"), "a: b");
        assert_eq!(one_line("tab\tbell\u{7}"), "tab\\tbell\\u{7}");
    }
}
