use fiber_inspect::{Profile, load_profile};

use crate::arguments::{ProfilesArgs, ProfilesCommand};
use crate::commands::Failure;
use crate::console::Console;

pub(crate) fn run(arguments: &ProfilesArgs, console: &Console) -> Result<(), Failure> {
    match &arguments.command {
        None => list(console),
        Some(ProfilesCommand::Show { profile }) => show(profile, console),
    }
}

fn list(console: &Console) -> Result<(), Failure> {
    let width = Profile::builtin_names().map(str::len).max().unwrap_or(0);
    for name in Profile::builtin_names() {
        let profile = Profile::builtin(name)?;
        console.result(&format!("{name:width$}  {}\n", profile.title()));
    }
    Ok(())
}

fn show(name: &str, console: &Console) -> Result<(), Failure> {
    let text = match Profile::builtin_text(name) {
        Ok(text) => text.to_owned(),
        Err(_) => load_profile(name)?.to_toml()?,
    };
    console.result(&text);
    Ok(())
}
