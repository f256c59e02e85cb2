//! Rust source as the checks see it: code without comments, string contents and test modules.

/// A Rust file with everything blanked that is not code; lines and columns stay where they are.
#[derive(Debug)]
pub(crate) struct Source {
    code: String,
}

impl Source {
    pub(crate) fn new(text: &str) -> Self {
        Self { code: blank(text) }
    }

    /// All lines of code with their numbers from 1.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.code.lines().enumerate().map(|(i, line)| (i + 1, line)).filter(is_code)
    }

    /// The lines outside modules for tests at the top level of the file.
    pub(crate) fn shipped_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        let mut marked = false;
        let mut inside = false;
        self.lines().filter(move |(_, line)| {
            if inside {
                inside = *line != "}";
                return false;
            }
            if marked && line.starts_with("mod ") && line.ends_with('{') {
                inside = true;
                return false;
            }
            marked = *line == "#[cfg(test)]" || (marked && line.starts_with("#["));
            true
        })
    }

    /// Every attribute with the number of its first line; its text runs to the closing bracket.
    pub(crate) fn attributes(&self) -> impl Iterator<Item = (usize, &str)> {
        let starts = self.code.match_indices('#').map(|(start, _)| start);
        starts.filter_map(|start| {
            let rest = &self.code[start..];
            if !(rest.starts_with("#[") || rest.starts_with("#![")) {
                return None;
            }
            let mut depth = 0_u32;
            let end = rest.find(|c| {
                match c {
                    '[' => depth += 1,
                    ']' => depth = depth.saturating_sub(1),
                    _ => return false,
                }
                depth == 0
            })?;
            let line = 1 + self.code[..start].bytes().filter(|byte| *byte == b'\n').count();
            Some((line, &rest[..=end]))
        })
    }
}

fn is_code((_, line): &(usize, &str)) -> bool {
    !line.trim().is_empty()
}

/// Replaces comments and the contents of string and character literals by spaces.
fn blank(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    let mut previous = ' ';
    while let Some(first) = rest.chars().next() {
        let in_word = previous.is_alphanumeric() || previous == '_';
        let (kept, length) = token(rest, in_word);
        let (token, after) = rest.split_at(length.max(first.len_utf8()).min(rest.len()));
        let blanked = token[kept..].chars().map(|c| if c == '\n' { '\n' } else { ' ' });
        code.push_str(&token[..kept]);
        code.extend(blanked);
        previous = token.chars().next_back().unwrap_or(' ');
        rest = after;
    }
    code
}

/// How much of the next token to keep, and its length in bytes.
fn token(rest: &str, in_word: bool) -> (usize, usize) {
    let first = rest.chars().next().map_or(0, char::len_utf8);
    if rest.starts_with("//") {
        return (0, rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return (0, block_comment(rest));
    }
    let literal = rest.strip_prefix('b').filter(|_| !in_word).unwrap_or(rest);
    let prefix = rest.len() - literal.len();
    if let Some(raw) = literal.strip_prefix('r').filter(|_| !in_word || prefix > 0) {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        if let Some(body) = raw[hashes..].strip_prefix('"') {
            let end = format!("\"{}", "#".repeat(hashes));
            let length = body.find(&end).map_or(body.len(), |at| at + end.len());
            return (0, rest.len() - body.len() + length);
        }
    }
    if literal.starts_with('"') {
        return (0, prefix + quoted(literal, '"'));
    }
    if let Some(body) = literal.strip_prefix('\'') {
        let mut body = body.chars();
        let (inner, next) = (body.next(), body.next());
        // Otherwise a lifetime or a loop label.
        if inner == Some('\\') || (inner != Some('\'') && next == Some('\'')) {
            return (0, prefix + quoted(literal, '\''));
        }
    }
    (first, first)
}

fn block_comment(rest: &str) -> usize {
    let mut depth = 0_u32;
    let mut at = 0;
    while at < rest.len() {
        if rest[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    rest.len()
}

fn quoted(literal: &str, quote: char) -> usize {
    let mut escaped = false;
    let end = literal.char_indices().skip(1).find(|&(_, c)| {
        let ends = c == quote && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    });
    end.map_or(literal.len(), |(at, _)| at + quote.len_utf8())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> String {
        blank(text).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn comments_and_literals_are_blanked() {
        assert_eq!(words("a // b\nc /* d /* e */ f */ g"), "a c g");
        assert_eq!(words(r#"a("b \" c", 'd', '\'', '"', x)"#), "a( , , , , x)");
        assert_eq!(words("a(r#\"b \" c\"#, br\"d\", b\"e\", b'f', x)"), "a( , , , , x)");
        assert_eq!(
            words("fn f<'a>(x: &'a str) -> &'static str { var\"s\" }"),
            "fn f<'a>(x: &'a str) -> &'static str { var }"
        );
        assert_eq!(words("r#type = for_r; // é"), "r#type = for_r;");
        assert_eq!(words("\"open é"), "");
    }

    #[test]
    fn lines_keep_their_numbers() {
        let source = Source::new("//! doc\n\nfn a() {\n    /* x\n    y */ b();\n}\n");
        assert_eq!(source.lines().map(|(n, _)| n).collect::<Vec<_>>(), [3, 5, 6]);
    }

    #[test]
    fn test_modules_are_left_out_of_shipped_code() {
        let text = "fn a() {}\n#[cfg(test)]\n#[path = \"x\"]\nmod tests {\n    fn b() {\n    }\n}\nfn c() {}\n";
        let source = Source::new(text);
        let kept: Vec<_> = source.shipped_lines().map(|(_, line)| line.trim()).collect();
        assert_eq!(kept.first(), Some(&"fn a() {}"));
        assert_eq!(kept.last(), Some(&"fn c() {}"));
        assert!(!kept.iter().any(|line| line.contains("fn b")));
    }

    #[test]
    fn attributes_run_to_their_bracket() {
        let source = Source::new("#![a]\n// #[no]\n#[b(\n  c[0],\n)]\nfn f() {}\n");
        let found: Vec<_> = source.attributes().map(|(line, text)| (line, text.len())).collect();
        assert_eq!(found, [(1, 5), (3, "#[b(\n  c[0],\n)]".len())]);
    }
}
