//! The built binary, as users call it.

mod bad_input;
mod commands;
mod factory;
mod inspect;
mod real_faces;
mod schema;
mod tool;
