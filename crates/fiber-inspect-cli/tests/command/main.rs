//! The built binary, as users call it.

mod bad_input;
mod commands;
mod inspect;
mod real_faces;
mod tool;
