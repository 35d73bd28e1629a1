//! An expression to what the server answers a PREPARE of it with.

use rollproof_catalog::{Schema, TypeRef};
use rollproof_resolve::{Environment, Outcome, resolve};

/// The result's type and the parameters' (the protocol describes a domain by what it is over), or the SQLSTATE and the
/// message. A question mark follows where a literal could not be judged.
pub(crate) fn answer(schema: &Schema, text: &str) -> String {
    let Ok(statement) = rollproof_sql::parse_query_text(&format!("SELECT {text}")) else {
        return "42601 syntax".to_owned();
    };
    match resolve(&statement, schema, &Environment::default()) {
        Outcome::Resolved(found) => {
            let columns: Vec<String> =
                found.columns.iter().map(|column| schema.format_type(column.wire_type)).collect();
            let print = |oid| schema.format_type(TypeRef::plain(oid));
            let parameters: Vec<String> = found.parameters.iter().copied().map(print).collect();
            let unsure = if found.unchecked_literals.is_empty() { "" } else { " ?" };
            let separator = if parameters.is_empty() { "" } else { " | " };
            format!("{}{separator}{}{unsure}", columns.join(", "), parameters.join(", "))
        }
        Outcome::Refused(refusal) => {
            let error = refusal.errors.first();
            error.map_or_else(String::new, |error| format!("{} {}", error.sqlstate, error.message))
        }
        Outcome::Unknown(undecided) => format!("unknown {}", undecided.unknown.reason),
    }
}
