//! local
#![allow(clippy::disallowed_methods, clippy::print_stdout, missing_docs)]
use rollproof_sql::{ast::*, parse_script, plpgsql::parse_body};
fn main() -> std::io::Result<()> {
    for path in std::env::args().skip(1) {
        let text = String::from_utf8_lossy(&std::fs::read(&path)?).into_owned();
        for (range, result) in parse_script(&text) {
            let Ok(s) = result else { continue };
            let (body, span) = match &s.kind {
                StatementKind::Do(l, b, sp) if &**l == "plpgsql" => (b.clone(), *sp),
                StatementKind::Define(d) => match &**d {
                    Definition::CreateFunction(f)
                        if f.options.iter().any(|o| matches!(o, FunctionOption::Language(l) if &**l=="plpgsql")) =>
                    {
                        match &f.body {
                            FunctionBody::Text(b, sp) => (b.clone(), *sp),
                            _ => continue,
                        }
                    }
                    _ => continue,
                },
                _ => continue,
            };
            let _ = span;
            let r = parse_body(&body, rollproof_source::TextRange::new(0, body.len() as u32));
            let msg = match r {
                Err(e) => format!("ERR {e}"),
                Ok(b) => {
                    let d = format!("{b:?}");
                    match d.find("ParseError {") {
                        Some(i) => format!("INNER {}", &d[i..].chars().take(200).collect::<String>()),
                        None => "ok".into(),
                    }
                }
            };
            println!("{path}\t{}\t{}\t{msg}", range.start, range.end);
        }
    }
    Ok(())
}
