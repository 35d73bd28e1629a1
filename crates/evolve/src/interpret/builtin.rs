//! The server's functions that scripts over the catalog use.

use std::sync::Arc;

use rollproof_catalog::{Oid, UNKNOWN_DIGITS, UNKNOWN_PART, known_in_part};
use rollproof_sql::{quote_identifier, quote_literal};

use super::expression::{Evaluator, array};
use super::value::{Known, Unknown, Value};

/// Functions whose result is known in part where an argument is: they put texts together.
pub(super) fn keeps_text(name: &str) -> bool {
    matches!(name, "format" | "concat" | "quote_ident" | "lower" | "upper" | "replace" | "to_char")
}

/// The value of a call.
pub(super) fn call(evaluator: &Evaluator, name: &str, arguments: Vec<Value>) -> Known {
    let text = |at: usize| arguments.get(at).and_then(Value::to_text);
    let first = text(0);
    let strict = |make: &dyn Fn(&str) -> Value| -> Known { Ok(first.as_deref().map_or(Value::Null, make)) };
    match name {
        "quote_ident" => strict(&|text| Value::text(quote_identifier(text))),
        "quote_literal" => strict(&|text| Value::text(quote_literal(text))),
        "quote_nullable" => Ok(Value::text(first.map_or_else(|| "NULL".to_owned(), |text| quote_literal(&text)))),
        "lower" => strict(&|text| Value::text(text.to_lowercase())),
        "upper" => strict(&|text| Value::text(text.to_uppercase())),
        "length" | "char_length" => strict(&|text| Value::Int(text.chars().count() as i64)),
        "trim" | "btrim" if arguments.len() == 1 => strict(&|text| Value::text(text.trim_matches(' '))),
        "replace" => match (first, text(1), text(2)) {
            // Of a text that is known in part a longer one may lie across what is not known.
            (Some(whole), Some(from), _) if whole.contains(UNKNOWN_PART) && from.chars().count() != 1 => {
                Err(Unknown::because("replace()"))
            }
            (Some(whole), Some(from), _)
                if whole.contains(UNKNOWN_DIGITS) && from.contains(|character: char| character.is_ascii_digit()) =>
            {
                Err(Unknown::because("replace()"))
            }
            (_, Some(from), Some(to)) if known_in_part(&from) || known_in_part(&to) => {
                Err(Unknown::because("replace()"))
            }
            (Some(whole), Some(from), Some(to)) => Ok(Value::text(whole.replace(&*from, &to))),
            _ => Ok(Value::Null),
        },
        "concat" => Ok(Value::text(
            arguments.iter().filter_map(Value::to_text).map(|part| part.to_string()).collect::<String>(),
        )),
        "concat_ws" => {
            let parts: Vec<String> =
                arguments.iter().skip(1).filter_map(Value::to_text).map(|part| part.to_string()).collect();
            Ok(first.map_or(Value::Null, |separator| Value::text(parts.join(&separator))))
        }
        "format" => format(&arguments),
        "to_char" => Err(match text(1).as_deref().and_then(digits_of_a_time) {
            Some(text) => Unknown { text: Some(Arc::from(text)), ..Unknown::because("the time") },
            None => Unknown::because("to_char()"),
        }),
        _ => match part_of(name, &arguments).or_else(|| over_arrays(name, &arguments)) {
            Some(value) => value,
            None => over_schema(evaluator, name, &arguments),
        },
    }
}

/// What `to_char` makes of a time that is not known, where its pattern has numbers only (formatting.c).
fn digits_of_a_time(pattern: &str) -> Option<String> {
    const NUMBERS: &[&str] = &[
        "yyyy", "yyy", "yy", "iyyy", "iyy", "iy", "mm", "ddd", "dd", "hh24", "hh12", "hh", "mi", "ss", "ms", "us",
        "ww", "iw", "iddd", "id",
    ];
    let (mut rest, mut made, mut found) = (pattern, String::new(), false);
    while let Some(first) = rest.chars().next() {
        let lower = rest.to_ascii_lowercase();
        if let Some(number) = NUMBERS.iter().find(|number| lower.starts_with(**number)) {
            made.push(UNKNOWN_DIGITS);
            found = true;
            rest = &rest[number.len()..];
        } else if first.is_alphanumeric() || matches!(first, '"' | '\\') {
            return None;
        } else {
            made.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    found.then_some(made)
}

/// Functions that cut texts.
fn part_of(name: &str, arguments: &[Value]) -> Option<Known> {
    let text = |at: usize| arguments.get(at).and_then(Value::to_text);
    let first = text(0);
    let cut = || match name {
        "left" | "right" => match (first, arguments.get(1).and_then(Value::to_int)) {
            (Some(text), Some(count)) => {
                let length = text.chars().count() as i64;
                let count = if count < 0 { (length + count).max(0) } else { count.min(length) };
                let skip = if name == "left" { 0 } else { length - count };
                Ok(Value::text(text.chars().skip(skip as usize).take(count as usize).collect::<String>()))
            }
            _ => Ok(Value::Null),
        },
        "substring" | "substr" if arguments.iter().skip(1).all(|each| matches!(each, Value::Int(_))) => {
            let (from, count) = (arguments.get(1).and_then(Value::to_int), arguments.get(2).and_then(Value::to_int));
            let (Some(text), Some(from)) = (first, from) else { return Ok(Value::Null) };
            let until = count.map_or(i64::MAX, |count| from.saturating_add(count));
            let within = |(at, character): (usize, char)| {
                let at = at as i64 + 1;
                (at >= from && at < until).then_some(character)
            };
            Ok(Value::text(text.chars().enumerate().filter_map(within).collect::<String>()))
        }
        "split_part" => match (first, text(1), arguments.get(2).and_then(Value::to_int)) {
            (Some(whole), Some(separator), Some(number)) if number > 0 && !separator.is_empty() => {
                Ok(Value::text(whole.split(&*separator).nth(number as usize - 1).unwrap_or("")))
            }
            _ => Err(Unknown::because("split_part")),
        },
        "starts_with" => match (first, text(1)) {
            (Some(whole), Some(start)) => Ok(Value::Bool(whole.starts_with(&*start))),
            _ => Ok(Value::Null),
        },
        "strpos" | "position" => match (first, text(1)) {
            (Some(whole), Some(part)) => {
                let at = whole.find(&*part).map_or(0, |at| whole[..at].chars().count() as i64 + 1);
                Ok(Value::Int(at))
            }
            _ => Ok(Value::Null),
        },
        _ => Err(Unknown::because("a text")),
    };
    matches!(name, "left" | "right" | "substring" | "substr" | "split_part" | "starts_with" | "strpos" | "position")
        .then(cut)
}

/// Functions over arrays.
fn over_arrays(name: &str, arguments: &[Value]) -> Option<Known> {
    let text = |at: usize| arguments.get(at).and_then(Value::to_text);
    let first = text(0);
    let list = || arguments.first().cloned().map(array).transpose();
    let answer = || match name {
        "array_to_string" => match (list()?, text(1)) {
            (Some(Value::Array(values)), Some(separator)) => {
                let parts: Vec<String> =
                    values.iter().filter_map(Value::to_text).map(|part| part.to_string()).collect();
                Ok(Value::text(parts.join(&separator)))
            }
            _ => Ok(Value::Null),
        },
        "array_append" | "array_cat" => match (list()?, arguments.get(1)) {
            (Some(Value::Array(mut values)), Some(Value::Array(more))) => {
                values.extend(more.iter().cloned());
                Ok(Value::Array(values))
            }
            (Some(Value::Array(mut values)), Some(one)) => {
                values.push(one.clone());
                Ok(Value::Array(values))
            }
            (Some(Value::Null) | None, Some(one)) => Ok(Value::Array(vec![one.clone()])),
            _ => Ok(Value::Null),
        },
        "array_length" | "cardinality" => match list()? {
            Some(Value::Array(values)) if values.is_empty() && name == "array_length" => Ok(Value::Null),
            Some(Value::Array(values)) => Ok(Value::Int(values.len() as i64)),
            _ => Ok(Value::Null),
        },
        "array_position" => match (list()?, arguments.get(1)) {
            (Some(Value::Array(values)), Some(wanted)) => {
                let at = values.iter().position(|value| value == wanted);
                Ok(at.map_or(Value::Null, |at| Value::Int(at as i64 + 1)))
            }
            _ => Ok(Value::Null),
        },
        "string_to_array" => match (first, text(1)) {
            (Some(whole), Some(separator)) if !separator.is_empty() => {
                Ok(Value::Array(whole.split(&*separator).map(Value::text).collect()))
            }
            _ => Err(Unknown::because("string_to_array")),
        },
        _ => Err(Unknown::because("an array")),
    };
    let names = [
        "array_to_string",
        "array_append",
        "array_cat",
        "array_length",
        "cardinality",
        "array_position",
        "string_to_array",
    ];
    names.contains(&name).then(answer)
}

/// Functions that look into the schema or the session.
fn over_schema(evaluator: &Evaluator, name: &str, arguments: &[Value]) -> Known {
    let text = |at: usize| arguments.get(at).and_then(Value::to_text);
    let number = |oid: Option<Oid>| oid.map_or(Value::Null, |oid| Value::Int(i64::from(oid.0)));
    match name {
        "to_regclass" => {
            let Some(value) = arguments.first() else { return Ok(Value::Null) };
            let found = evaluator.relation_of(value)?;
            found.map_or(Ok(Value::Null), |oid| evaluator.object(number(Some(oid)), "regclass"))
        }
        "to_regtype" => {
            let Some(text) = text(0) else { return Ok(Value::Null) };
            let bare = super::objects::split_name(text.trim_end_matches("[]")).map(|(_, name)| name);
            bare.map_or(Ok(()), |name| evaluator.sure(&name))?;
            let found = arguments.first().and_then(|value| evaluator.type_of(value));
            found.map_or(Ok(Value::Null), |oid| evaluator.object(number(Some(oid)), "regtype"))
        }
        "to_regnamespace" => Ok(number(text(0).and_then(|name| evaluator.schema.find_namespace(&name)))),
        "to_regrole" => Ok(number(text(0).and_then(|name| evaluator.schema.find_role(&name)).map(|role| role.oid))),
        "to_regproc" | "to_regprocedure" => {
            let Some(text) = text(0) else { return Ok(Value::Null) };
            let bare = text.split('(').next().unwrap_or(&text);
            let (schema, name) = super::objects::split_name(bare)?;
            let candidates = evaluator.schema.functions_named(schema.as_deref(), &name);
            match candidates[..] {
                [] => Ok(Value::Null),
                [only] if &*text == bare => Ok(number(Some(only.function.oid))),
                _ => Err(Unknown::because("a function by signature")),
            }
        }
        "current_schema" => evaluator.current_schema(),
        "current_setting" => setting(evaluator, &text(0).unwrap_or_else(|| Arc::from("")), arguments),
        "version" => Ok(Value::text(format!("PostgreSQL {}.0", evaluator.schema.builtin.version))),
        "pg_get_serial_sequence" => serial_sequence(evaluator, arguments),
        "format_type" => match arguments {
            [Value::Int(oid), modifier] => {
                let modifier = modifier.to_int().map_or(-1, |modifier| modifier as i32);
                let oid = Oid(u32::try_from(*oid).unwrap_or(0));
                Ok(Value::text(evaluator.schema.format_type(rollproof_catalog::TypeRef { oid, modifier })))
            }
            _ => Ok(Value::Null),
        },
        "pg_table_is_visible" => match arguments {
            [Value::Int(oid)] => {
                let relation = evaluator.schema.relation(Oid(u32::try_from(*oid).unwrap_or(0)));
                Ok(relation.map_or(Value::Null, |relation| Value::Bool(evaluator.schema.is_visible(relation))))
            }
            _ => Ok(Value::Null),
        },
        "has_schema_privilege" | "has_table_privilege" | "has_database_privilege" => {
            Err(Unknown::because("privileges of a role"))
        }
        _ => Err(Unknown::because(format!("function {name}()"))),
    }
}

fn setting(evaluator: &Evaluator, name: &str, arguments: &[Value]) -> Known {
    if name == "server_version_num" {
        return Ok(Value::text(format!("{}0000", evaluator.schema.builtin.version)));
    }
    if name == "search_path" {
        let path: Vec<&str> = evaluator.schema.session.search_path.iter().map(|each| &**each).collect();
        return Ok(Value::text(path.join(", ")));
    }
    match evaluator.schema.session.settings.get(name) {
        Some(value) => Ok(Value::Text(value.clone())),
        // A custom setting that nothing has set is NULL where that is allowed.
        None if name.contains('.') && arguments.get(1) == Some(&Value::Bool(true)) => Ok(Value::Null),
        None => Err(Unknown::because(format!("setting \"{name}\""))),
    }
}

fn serial_sequence(evaluator: &Evaluator, arguments: &[Value]) -> Known {
    let [table, column] = arguments else { return Ok(Value::Null) };
    let Some(relation) = evaluator.relation_of(table)?.and_then(|oid| evaluator.schema.relation(oid)) else {
        return Err(Unknown::because("a relation that is missing"));
    };
    let number = column.to_text().and_then(|name| relation.column(&name)).map(|column| column.number);
    let owned = evaluator.schema.relations.iter().find(|each| {
        each.sequence
            .as_ref()
            .and_then(|sequence| sequence.owned_by)
            .is_some_and(|owner| owner.relation == relation.oid && Some(owner.number) == number)
    });
    Ok(owned.map_or(Value::Null, |each| Value::text(evaluator.schema.qualified_name(each.namespace, &each.name))))
}

/// `format(…)`: `%s`, `%I`, `%L`, `%%`, with positions.
fn format(arguments: &[Value]) -> Known {
    let Some(template) = arguments.first().and_then(Value::to_text) else { return Ok(Value::Null) };
    let mut result = String::new();
    let mut next = 1;
    let mut rest = template.chars().peekable();
    while let Some(character) = rest.next() {
        if character != '%' {
            result.push(character);
            continue;
        }
        let mut digits = String::new();
        while let Some(digit) = rest.next_if(char::is_ascii_digit) {
            digits.push(digit);
        }
        let mut at = next;
        if rest.next_if_eq(&'$').is_some() {
            at = digits.parse().map_err(|_| Unknown::because("format()"))?;
        } else if !digits.is_empty() {
            return Err(Unknown::because("format() with a width"));
        }
        let letter = rest.next();
        if letter == Some('%') {
            result.push('%');
            continue;
        }
        let Some(value) = arguments.get(at) else { return Err(Unknown::because("format() with too few arguments")) };
        next = at + 1;
        match (letter, value.to_text()) {
            (Some('s'), text) => result.push_str(text.as_deref().unwrap_or("")),
            (Some('I'), Some(text)) => result.push_str(&quote_identifier(&text)),
            (Some('L'), Some(text)) => result.push_str(&quote_literal(&text)),
            (Some('L'), None) => result.push_str("NULL"),
            _ => return Err(Unknown::because("format()")),
        }
    }
    Ok(Value::text(result))
}
