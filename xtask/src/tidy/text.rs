//! Rules about the words of every tracked text file.

/// Folders of somebody's machine. They mean nothing to a reader, wherever they start a path.
const MACHINE_PATHS: [&str; 6] = ["/work/", "/tmp/", "/root/", "/home/", "/Users/", "C:\\Users"];

/// Words that tie a text to a machine or to a conversation about the project.
const WORDS: [&str; 4] = ["localhost", "127.0.0.1", "see issue", "co-authored-by"];

pub(crate) fn check(name: &str, text: &str) -> Vec<String> {
    // The lists themselves.
    if name == file!() {
        return Vec::new();
    }
    let mut complaints = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        for path in MACHINE_PATHS.iter().filter(|path| starts_a_path(line, path)) {
            complaints.push(format!("{name}:{number}: a path of one machine: {path}"));
        }
        let lower = line.to_lowercase();
        for word in WORDS.iter().filter(|word| lower.contains(*word)) {
            complaints.push(format!("{name}:{number}: \"{word}\" does not speak of the project"));
        }
        if cites_issue(&lower) {
            complaints.push(format!("{name}:{number}: an issue number says nothing by itself"));
        }
        if line.starts_with("<<<<<<< ") || line.starts_with(">>>>>>> ") {
            complaints.push(format!("{name}:{number}: a conflict marker"));
        }
    }
    complaints
}

/// `a/work/b` and `https://x.org/home/` are no paths from the root of a machine.
fn starts_a_path(line: &str, path: &str) -> bool {
    let inside = |c: char| c.is_alphanumeric() || "/.-_~*{}".contains(c);
    line.match_indices(path).any(|(at, _)| !line[..at].ends_with(inside))
}

fn cites_issue(lower: &str) -> bool {
    lower.match_indices("issue ").any(|(at, word)| {
        let rest = lower[at + word.len()..].trim_start_matches('#');
        rest.starts_with(|c: char| c.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machine_paths_are_found() {
        for path in MACHINE_PATHS {
            let text = format!("fine\nopen(\"{path}me/x\")\n");
            assert_eq!(check("a.md", &text), [format!("a.md:2: a path of one machine: {path}")]);
        }
        assert!(check("a.md", "https://x.org/home/ a/work/b ../tmp/ $HOME/").is_empty());
    }

    #[test]
    fn words_and_issue_numbers_are_found() {
        for word in WORDS {
            assert_eq!(check("a.md", &word.to_uppercase()).len(), 1, "{word}");
        }
        assert_eq!(check("a.md", "Fixes issue 12").len(), 1);
        assert_eq!(check("a.md", "Fixes issue #12").len(), 1);
        assert!(check("a.md", "an issue with 12 faces").is_empty());
    }

    #[test]
    fn conflict_markers_are_found() {
        assert_eq!(check("a.rs", "<<<<<<< ours\n=======\n>>>>>>> theirs\n").len(), 2);
    }

    #[test]
    fn only_the_lists_are_exempt() {
        assert!(check(file!(), "localhost").is_empty());
        assert_eq!(file!(), "xtask/src/tidy/text.rs");
    }
}
