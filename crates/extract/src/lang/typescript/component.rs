//! The scripts of component files: Vue, Svelte and Astro.

use std::borrow::Cow;

/// Endings of files that hold scripts between markup.
const ENDINGS: &[&str] = &[".vue", ".svelte", ".astro"];

/// A stretch of script.
struct Script {
    range: std::ops::Range<usize>,
    /// It may hold JSX.
    jsx: bool,
}

/// Whether the file at `path` holds scripts between markup.
pub(crate) fn is_component(path: &str) -> bool {
    ENDINGS.iter().any(|ending| path.ends_with(ending))
}

/// The script of a file, every byte where it stands: what is markup is blank. The whole text of files that are no
/// components.
pub(crate) fn script_of<'t>(path: &str, text: &'t str) -> Cow<'t, str> {
    if !is_component(path) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for script in scripts(path, text) {
        blank(&text[from..script.range.start], &mut out);
        out.push_str(&text[script.range.clone()]);
        from = script.range.end;
    }
    blank(&text[from..], &mut out);
    Cow::Owned(out)
}

/// Whether the scripts of a component may hold JSX, which makes `<T>x` a tag and not a type.
pub(super) fn holds_jsx(path: &str, text: &str) -> bool {
    scripts(path, text).iter().any(|script| script.jsx)
}

fn blank(text: &str, out: &mut String) {
    for byte in text.bytes() {
        out.push(if byte == b'\n' { '\n' } else { ' ' });
    }
}

fn scripts(path: &str, text: &str) -> Vec<Script> {
    let mut found = Vec::new();
    let mut at = 0;
    if path.ends_with(".astro")
        && let Some(range) = frontmatter(text)
    {
        at = range.end;
        found.push(Script { range, jsx: false });
    }
    // Of the others' markup, what is sent is sent by the browser.
    let signs: &[char] = if path.ends_with(".astro") { &['<', '{'] } else { &['<'] };
    while let Some(open) = text[at..].find(signs).map(|open| at + open) {
        if text[open..].starts_with('{') {
            let range = open..closing_brace(text, open);
            at = range.end;
            found
                .extend(may_send(&text[range.clone()]).then(|| Script { jsx: holds_tag(&text[range.clone()]), range }));
            continue;
        }
        if let Some(end) = style_at(text, open) {
            at = end;
            continue;
        }
        if text[open..].starts_with("<!--") {
            at = text[open..].find("-->").map_or(text.len(), |end| open + end);
            continue;
        }
        let Some((attributes, start)) = opening_tag(text, open) else {
            at = open + 1;
            continue;
        };
        // Half a file: what is there is read.
        let end = closing_tag(text, start).unwrap_or(text.len());
        if is_code(attributes) {
            let jsx = ["jsx", "tsx"].iter().any(|lang| attribute(attributes, "lang").as_deref() == Some(*lang));
            found.push(Script { range: start..end, jsx });
        }
        at = end;
    }
    found
}

/// Where the expression of markup ends that opens at `open`: `{rows.map((row) => <li>{row.name}</li>)}`, a block of its own in
/// the script. Quotes say nothing: they stand in the markup inside as they do in prose.
fn closing_brace(text: &str, open: usize) -> usize {
    let mut depth = 0usize;
    for (at, byte) in text.bytes().enumerate().skip(open) {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 1 => return at + 1,
            b'}' => depth -= 1,
            _ => {}
        }
    }
    open + 1
}

/// Whether an expression of markup may send SQL: most only show what the script has read.
fn may_send(expression: &str) -> bool {
    const WORDS: &[&str] = &["select", "insert", "update", "delete", "sql", "query", "execute"];
    let inside = expression.trim_start_matches('{').trim_start();
    if expression.len() < 3 || inside.starts_with("...") {
        return false;
    }
    let lower = expression.to_lowercase();
    lower.contains(['`', '(']) && WORDS.iter().any(|word| lower.contains(word))
}

/// Whether an expression holds markup.
fn holds_tag(expression: &str) -> bool {
    expression.contains("</") || expression.contains("/>")
}

/// Where a `<style>` ends that opens at `open`.
fn style_at(text: &str, open: usize) -> Option<usize> {
    let name = text.get(open + 1..open + 6)?;
    let rest = &text[open + 6..];
    if !name.eq_ignore_ascii_case("style") || !rest.starts_with(|next: char| next == '>' || next.is_whitespace()) {
        return None;
    }
    Some(rest.find("</style").map_or(text.len(), |end| open + 6 + end + 2))
}

/// What stands between the two `---` at the start of an Astro file.
fn frontmatter(text: &str) -> Option<std::ops::Range<usize>> {
    let lead = text.len() - text.trim_start_matches(['\u{FEFF}', ' ', '\t', '\r', '\n']).len();
    let start = lead + text.get(lead..)?.strip_prefix("---").map(|_| 3)?;
    let end = text[start..].find("\n---")?;
    Some(start..start + end + 1)
}

/// The attributes of a `<script …>` that starts at `open`, and where its content starts.
fn opening_tag(text: &str, open: usize) -> Option<(&str, usize)> {
    let name = text.get(open + 1..open + 7)?;
    let rest = text.get(open + 7..)?;
    if !name.eq_ignore_ascii_case("script") || !rest.starts_with(|next: char| next == '>' || next.is_whitespace()) {
        return None;
    }
    let mut quote = None;
    for (at, byte) in rest.bytes().enumerate() {
        match (quote, byte) {
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            (None, b'>') => return (!rest[..at].ends_with('/')).then_some((&rest[..at], open + 7 + at + 1)),
            _ => {}
        }
    }
    None
}

/// Where the `</script` after `start` stands.
fn closing_tag(text: &str, start: usize) -> Option<usize> {
    let is_end = |at: &usize| text.get(*at..*at + 8).is_some_and(|tag| tag.eq_ignore_ascii_case("</script"));
    text[start..].match_indices("</").map(|(at, _)| start + at).find(is_end)
}

/// A script of JSON or of a template is no code.
fn is_code(attributes: &str) -> bool {
    attribute(attributes, "type").is_none_or(|kind| {
        ["module", "script", "ts", "babel"].iter().any(|known| kind.contains(known)) && !kind.contains("template")
    })
}

/// The value of an attribute, in lower case.
fn attribute(attributes: &str, name: &str) -> Option<String> {
    for (at, _) in attributes.match_indices(name) {
        let whole = attributes[..at].ends_with(char::is_whitespace);
        let Some(value) = attributes[at + name.len()..].trim_start().strip_prefix('=').filter(|_| whole) else {
            continue;
        };
        let value = value.trim_start();
        let quoted = value.chars().next().filter(|first| matches!(first, '"' | '\''));
        let value = match quoted {
            Some(quote) => value[1..].split(quote).next(),
            None => value.split_whitespace().next(),
        };
        return value.map(str::to_lowercase);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::script_of;

    fn check(path: &str, text: &str, expected: &str) {
        let script = script_of(path, text);
        assert_eq!(script.len(), text.len());
        assert_eq!(script.split_whitespace().collect::<Vec<_>>().join(" "), expected);
    }

    #[test]
    fn scripts_stand_where_they_stood() {
        check("a.vue", "<template>é<b/></template>\n<script setup lang=\"ts\">a > b</script><style/>", "a > b");
        check("a.svelte", "<script context=\"module\">a</script><p>x</p><script>b</script>", "a b");
        check("a.astro", "---\nconst a = 1;\n---\n<p/>\n<script>b</script>", "const a = 1; b");
        check("a.ts", "<script>a</script>", "<script>a</script>");
    }

    #[test]
    fn expressions_in_markup_of_astro() {
        let text = "---\nimport x from './x';\n---\n<p title={x}>don't {await sql`select ${x}`}</p><style>p { user-select: none }</style><li {...query(x)}/>";
        check("a.astro", text, "import x from './x'; {await sql`select ${x}`}");
        check(
            "a.astro",
            "<b/>{(await db.query('a')).map((row) => <i>{row.a}</i>)}{",
            "{(await db.query('a')).map((row) => <i>{row.a}</i>)}",
        );
        check("a.svelte", "<p>{await sql`select 1`}</p>", "");
    }

    #[test]
    fn what_is_no_code_is_left_out() {
        check("a.vue", "<!-- <script>a</script> --><script type=\"application/json\">{}</script>", "");
        check("a.vue", "<scripts>a</scripts><script src=\"x\"/>", "");
        check("a.vue", "<p/><script>unfinished", "unfinished");
        check("a.astro", "no frontmatter --- <script", "");
    }
}
