//! JSON Schema, as far as the committed schema uses it: a keyword that is not known here is an error, never passed over.

use serde_json::Value;

/// What in `value` does not fit `schema`, a line each with its path. `root` holds `$defs`.
#[must_use]
pub fn violations(root: &Value, schema: &Value, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    check(root, schema, value, "$", &mut found);
    found
}

fn check(root: &Value, schema: &Value, value: &Value, path: &str, found: &mut Vec<String>) {
    let Some(keywords) = schema.as_object() else { return };
    let fits = |schema: &Value| violations(root, schema, value).is_empty();
    for (keyword, rule) in keywords {
        let wrong = match keyword.as_str() {
            "$schema" | "title" | "description" | "$defs" | "then" | "else" => None,
            "$ref" => {
                check(root, definition(root, rule), value, path, found);
                None
            }
            "type" => (!is_of_type(rule, value)).then(|| format!("is not of type {rule}")),
            "const" => (value != rule).then(|| format!("is not {rule}")),
            "enum" => (!list(rule).contains(value)).then(|| format!("is none of {rule}")),
            "minimum" => {
                value.as_i64().filter(|number| Some(*number) < rule.as_i64()).map(|_| format!("is under {rule}"))
            }
            "pattern" => (!matches_pattern(rule, value)).then(|| format!("does not match {rule}")),
            "properties" => {
                for (name, rule) in rule.as_object().into_iter().flatten() {
                    if let Some(inner) = value.get(name) {
                        check(root, rule, inner, &format!("{path}.{name}"), found);
                    }
                }
                None
            }
            "additionalProperties" => {
                for (name, inner) in value.as_object().into_iter().flatten() {
                    check(root, rule, inner, &format!("{path}.{name}"), found);
                }
                None
            }
            "items" => {
                for (at, inner) in list(value).iter().enumerate() {
                    check(root, rule, inner, &format!("{path}[{at}]"), found);
                }
                None
            }
            "required" => missing(rule, value),
            "oneOf" => {
                (list(rule).iter().filter(|each| fits(each)).count() != 1).then(|| "fits not one of them".to_owned())
            }
            "anyOf" => (!list(rule).iter().any(fits)).then(|| "fits none of them".to_owned()),
            "not" => fits(rule).then(|| "fits what it must not".to_owned()),
            "if" => {
                let branch = if fits(rule) { "then" } else { "else" };
                if let Some(then) = keywords.get(branch) {
                    check(root, then, value, path, found);
                }
                None
            }
            other => Some(format!("the schema uses {other}, which is not known here")),
        };
        found.extend(wrong.map(|wrong| format!("{path} {wrong}")));
    }
}

fn definition<'a>(root: &'a Value, reference: &Value) -> &'a Value {
    let pointer = reference.as_str().and_then(|reference| reference.strip_prefix('#')).unwrap_or_default();
    root.pointer(pointer).unwrap_or(&Value::Null)
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn is_of_type(rule: &Value, value: &Value) -> bool {
    let is = |name: &str| match name {
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    };
    match rule {
        Value::String(name) => is(name),
        names => list(names).iter().filter_map(Value::as_str).any(is),
    }
}

/// The only pattern of the schema is that of a SQLSTATE.
fn matches_pattern(rule: &Value, value: &Value) -> bool {
    let text = value.as_str().unwrap_or_default();
    let is_code = text.len() == 5 && text.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
    rule == "^[0-9A-Z]{5}$" && is_code
}

fn missing(rule: &Value, value: &Value) -> Option<String> {
    let name = list(rule).iter().filter_map(Value::as_str).find(|name| value.get(name).is_none())?;
    Some(format!("has no {name}"))
}

#[cfg(test)]
mod tests {
    use super::violations;
    use serde_json::json;

    #[test]
    fn tells_what_does_not_fit() {
        let schema =
            json!({"type": "object", "required": ["a"], "properties": {"a": {"type": "integer", "minimum": 1}}});
        assert!(violations(&schema, &schema, &json!({"a": 1})).is_empty());
        assert_eq!(violations(&schema, &schema, &json!({"a": 0})), ["$.a is under 1"]);
        assert_eq!(violations(&schema, &schema, &json!({})), ["$ has no a"]);
        let unknown = json!({"maxItems": 1});
        assert_eq!(violations(&unknown, &unknown, &json!([])).len(), 1);
    }
}
