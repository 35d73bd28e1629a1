//! Every byte of every query maps back to its source.

use proptest::prelude::*;
use rollproof_sql::Origin;

use super::run;
use crate::Options;

/// Asserts that the segments cover the text without gaps and that verbatim ones are copies of their source.
fn assert_maps(files: &[(&str, &str)]) {
    let (extraction, sources) = run(files, &Options::default());
    for query in extraction.sites.iter().flat_map(|site| &site.queries) {
        let mut end = 0;
        for segment in &query.text.segments {
            assert_eq!(segment.range.start, end, "a gap in {:?}", query.text.text);
            end = segment.range.end;
            let span = match &segment.origin {
                Origin::Verbatim(span) | Origin::Derived(span) | Origin::Value(span) => *span,
                Origin::Hole(hole) => hole.at,
            };
            let file = sources.file(span.file);
            assert!(span.range.end as usize <= file.text.len(), "out of the file");
            if matches!(segment.origin, Origin::Verbatim(_)) {
                assert_eq!(span.range.slice(&file.text), segment.range.slice(&query.text.text));
            }
        }
        assert_eq!(end as usize, query.text.text.len());
    }
}

#[test]
fn escapes_are_derived_and_the_rest_is_verbatim() {
    let source = r#"import { Pool } from "pg"; new Pool().query("SELECT 'é\n\u0041' FROM \"t\"");"#;
    let (extraction, sources) = run(&[("a.ts", source)], &Options::default());
    let query = &extraction.sites[0].queries[0];
    assert_eq!(query.text.text, "SELECT 'é\nA' FROM \"t\"");
    let at = query.text.text.find("t\"").unwrap() as u32;
    let spans = query.text.spans(rollproof_source::TextRange::new(at, at + 1));
    assert_eq!(spans[0].range.slice(&sources.file(spans[0].file).text), "t");
    assert_maps(&[("a.ts", source)]);
}

fn source_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("SELECT a FROM t ".to_owned()),
        Just("\\n".to_owned()),
        Just("\\u{1F600}".to_owned()),
        Just("${id}".to_owned()),
        Just("${NAME}".to_owned()),
        Just("é".to_owned()),
        Just("\r\n".to_owned()),
        Just("\\`".to_owned()),
        "[ -!#-&(-Z^-z]{0,6}",
    ];
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn templates_map_back(text in source_text()) {
        let source = format!(
            "import {{ Pool }} from \"pg\";\nconst NAME = 'x\\ty';\nexport const f = (id) => new Pool().query(`SELECT 1 {text}`);"
        );
        assert_maps(&[("a.ts", &source)]);
    }

    #[test]
    fn any_text_is_survived(text in "\\PC{0,200}") {
        let typescript = format!("pool.query(`SELECT {text}");
        let rust = format!("fn f() {{ sqlx::query!(\"SELECT {text}");
        assert_maps(&[("a.ts", &typescript), ("b.js", &text), ("src/lib.rs", &rust)]);
    }
}

/// Each way in which a text is made, around a name that stands once in the sources: the program's files, and the name.
fn ways(filler: &str, name: &str) -> Vec<Vec<(&'static str, String)>> {
    let pg = "import { Pool } from 'pg'; import fs from 'fs'; import dedent from 'dedent';\nconst pool = new Pool();\n";
    let program = |body: String| vec![("a.ts", format!("{pg}{body}"))];
    let with = |body: String, path: &'static str, text: String| vec![("a.ts", format!("{pg}{body}")), (path, text)];
    vec![
        program(format!("pool.query(`{filler} SELECT x FROM {name}`);")),
        program(format!("pool.query(`{filler} SELECT ` + 'x' + ` FROM ` + '{name}');")),
        program(format!("let q = `{filler} SELECT x`;\nq += ' FROM {name}';\npool.query(q);")),
        program(format!("pool.query([`{filler} SELECT x`, 'FROM {name}'].join('\\n'));")),
        program(format!("pool.query(dedent`\n    {filler} SELECT x\r\n    FROM {name}`);")),
        program(format!("pool.query(String.raw`{filler} SELECT x FROM {name}`);")),
        program(format!("const T = '{name}';\npool.query(`{filler} SELECT x FROM ${{T}} WHERE a = ${{T}}.b`);")),
        program(format!("const make = (table) => `{filler} SELECT x FROM ${{table}}`;\npool.query(make('{name}'));")),
        program(format!("pool.query(`{filler} SELECT x FROM other`.replace('other', '{name}'));")),
        program(format!("pool.query(`{filler} SELECT x FROM {name}`.trim());")),
        with(
            "import { Q } from './b';\npool.query(Q);".into(),
            "b.ts",
            format!("export const Q = `{filler} SELECT x FROM {name}`;"),
        ),
        with(
            "pool.query(fs.readFileSync('q.sql', 'utf8'));".into(),
            "q.sql",
            format!("{filler} SELECT x FROM {name}\r\n"),
        ),
    ]
}

/// Asserts that wherever the name stands in a query, its underline stands under the name in the sources.
fn assert_underlines(files: &[(&str, String)], name: &str) {
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let (extraction, sources) = run(&files, &Options::default());
    let mut found = 0;
    for query in extraction.sites.iter().flat_map(|site| &site.queries) {
        for (at, _) in query.text.text.match_indices(name) {
            let spans = query.text.spans(rollproof_source::TextRange::new(at as u32, (at + name.len()) as u32));
            let under: Vec<String> =
                spans.iter().map(|span| span.range.slice(&sources.file(span.file).text).to_owned()).collect();
            assert_eq!(under, [name], "in {:?} of {files:?}", query.text.text);
            found += 1;
        }
    }
    assert!(found > 0, "nothing was read of {files:?}");
    assert_maps(&files);
}

fn filler() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("/* é */"),
        Just("/* \u{1F600} 漢字 */"),
        Just("\r\n"),
        Just("\n\t"),
        Just("/* \\u0041 \\x41 */"),
        Just("-- \\` it\r\n"),
        Just("-- ok\n"),
    ];
    proptest::collection::vec(piece, 0..5).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn names_are_underlined_where_they_stand(filler in filler()) {
        for files in ways(&filler, "the_table") {
            assert_underlines(&files, "the_table");
        }
    }
}
