//! A defect of the program must not take the other files of a call with it.

use std::panic::{self, AssertUnwindSafe};

use crate::commands::Failure;

/// Keeps the runtime from printing panic messages; [`isolated`] reports them.
pub(crate) fn silence_panics() {
    panic::set_hook(Box::new(|_| {}));
}

/// Does the work; a panic in it becomes an error like any other.
///
/// What the work shares with its surroundings is either read only or a result that is dropped, so that no
/// half-made state is seen afterwards.
pub(crate) fn isolated<R>(work: impl FnOnce() -> Result<R, Failure>) -> Result<R, Failure> {
    panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|payload| {
        let text = payload.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| payload.downcast_ref::<&str>().copied());
        Err(Failure::new(format!(
            "internal error, please report it: {}",
            text.unwrap_or("no message")
        )))
    })
}
