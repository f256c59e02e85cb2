//! Rules about Rust sources.

use crate::source::Source;

/// Most code lines (not blank, not comment) of a file outside its test modules.
const MOST_CODE_LINES: usize = 500;

/// What no source may contain.
const NOWHERE: [&str; 3] = ["todo!", "unimplemented!", "dbg!"];

/// What the code of a library crate may not contain: its caller decides where text goes, when the
/// program ends and what the surroundings say.
const NOT_IN_LIBRARIES: [&str; 9] = [
    "print!",
    "println!",
    "eprint!",
    "eprintln!",
    "process::exit",
    "env::var",
    "env::var_os",
    "env::args",
    "thread::spawn",
];

/// The crates that talk to a person.
const PROGRAMS: [&str; 2] = ["crates/fiber-inspect-cli/", "xtask/"];

pub(crate) fn check(name: &str, text: &str) -> Vec<String> {
    let source = Source::new(text);
    let mut complaints = Vec::new();

    let shipped = source.shipped_lines().count();
    if shipped > MOST_CODE_LINES && !is_test(name) {
        complaints.push(format!("{name}: {shipped} code lines, at most {MOST_CODE_LINES}"));
    }
    for (line, code) in source.lines() {
        for word in NOWHERE.iter().filter(|word| has_word(code, word)) {
            complaints.push(format!("{name}:{line}: {word}"));
        }
    }
    for (line, attribute) in source.attributes() {
        if has_word(attribute, "ignore") {
            complaints.push(format!("{name}:{line}: an ignored test"));
        }
        let lenient = has_word(attribute, "allow") || has_word(attribute, "expect");
        if lenient && !has_word(attribute, "reason") {
            complaints.push(format!("{name}:{line}: a lint is allowed without reason"));
        }
    }
    if is_library(name) {
        for (line, code) in source.shipped_lines() {
            for word in NOT_IN_LIBRARIES.iter().filter(|word| has_word(code, word)) {
                complaints.push(format!("{name}:{line}: {word} in a library"));
            }
        }
    }
    complaints
}

fn is_test(name: &str) -> bool {
    name.starts_with("tests/") || name.contains("/tests/") || name.ends_with("/tests.rs")
}

fn is_library(name: &str) -> bool {
    let shipped = name.starts_with("crates/") && name.contains("/src/") && !is_test(name);
    // The program of a crate that is a library besides talks; its library does not.
    let is_program = PROGRAMS.iter().any(|program| name.starts_with(program));
    shipped && !is_program && !name.ends_with("/src/main.rs")
}

/// Whether the word stands in the code and not as a part of a longer name.
fn has_word(code: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(word).any(|(at, _)| {
        let goes_on = word.ends_with(part) && code[at + word.len()..].starts_with(part);
        !(goes_on || code[..at].ends_with(part))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIBRARY: &str = "crates/fiber-image/src/plane.rs";

    fn complaint(name: &str, text: &str) -> String {
        let complaints = check(name, text);
        assert_eq!(complaints.len(), 1, "{text}: {complaints:?}");
        complaints.into_iter().next().unwrap_or_default()
    }

    fn clean(name: &str, text: &str) {
        assert_eq!(check(name, text), Vec::<String>::new(), "{text}");
    }

    #[test]
    fn long_files_are_found_without_counting_comments_and_tests() {
        let code = "f();\n".repeat(MOST_CODE_LINES);
        let tests = format!("#[cfg(test)]\nmod tests {{\n    {code}}}\n");
        let comments = "// why\n\n".repeat(9);
        clean(LIBRARY, &code);
        clean(LIBRARY, &format!("{comments}{}{tests}", code.replacen("f();\n", "", 1)));
        assert!(complaint(LIBRARY, &format!("{code}f();\n")).contains("501 code lines"));
        clean("crates/fiber-image/tests/big.rs", &format!("{code}f();\n"));
    }

    #[test]
    fn unfinished_code_is_found_everywhere() {
        for word in NOWHERE {
            for name in
                [LIBRARY, "crates/fiber-image/tests/a.rs", "xtask/src/main.rs", "examples/a.rs"]
            {
                assert_eq!(
                    complaint(name, &format!("\nfn f() {{ {word}() }}\n")),
                    format!("{name}:2: {word}")
                );
            }
            clean(LIBRARY, &format!("// {word}()\nfn f() {{ g(\"{word}()\"); my_{word}() }}\n"));
        }
    }

    #[test]
    fn ignored_tests_are_found() {
        assert!(
            complaint(LIBRARY, "#[test]\n#[ignore]\nfn f() {}\n").contains(":2: an ignored test")
        );
        assert!(complaint(LIBRARY, "#[ignore = \"slow\"]\nfn f() {}\n").contains("ignored"));
        clean(LIBRARY, "fn ignore() {}\n");
    }

    #[test]
    fn allowing_without_reason_is_found() {
        for text in [
            "#[allow(dead_code)]\nfn f() {}\n",
            "#![allow(dead_code)]\n",
            "#[expect(dead_code)]\nfn f() {}\n",
            "#[cfg_attr(test, allow(dead_code))]\nfn f() {}\n",
        ] {
            assert!(complaint(LIBRARY, text).contains("without reason"));
        }
        clean(
            LIBRARY,
            "#[allow(\n    dead_code,\n    reason = \"kept for x\"\n)]\nfn f() { a.expect(\"b\") }\n",
        );
    }

    #[test]
    fn libraries_that_print_or_look_around_are_found() {
        for word in NOT_IN_LIBRARIES {
            let text = format!("fn f() {{ std::{word}(1) }}\n");
            assert!(complaint(LIBRARY, &text).contains("in a library"), "{word}");
            clean("crates/fiber-inspect-cli/src/console.rs", &text);
            clean("crates/fiber-evaluation/src/main.rs", &text);
            clean("crates/fiber-image/tests/a.rs", &text);
            clean("examples/inspect.rs", &text);
            clean(LIBRARY, &format!("/// {text}#[cfg(test)]\nmod tests {{\n{text}\n}}\n"));
        }
    }
}
