//! What all objects share: `RENAME`, `SET SCHEMA`, `OWNER TO`, `DEPENDS ON EXTENSION`.

use super::alter::{COLUMNS, CONSTRAINTS, DEPENDS, Head, OWNER, RENAME, SCHEMA};
use super::common::{cascade, define, role};
use crate::ast::{Definition, ObjectKind, ObjectName, Rename, RenamePart, SetSchema, StatementKind};
use crate::error::PResult;
use crate::parse::cursor::Parser;

/// One of the shared actions, where one stands. `shared` says which of them the kind has.
pub(super) fn shared(parser: &mut Parser<'_>, shared: u8, head: &Head) -> PResult<Option<StatementKind>> {
    let has = |flag: u8| shared & flag != 0;
    let enum_value = head.kind == ObjectKind::Type && parser.at_keywords(&["rename", "value"]);
    if has(RENAME) && parser.at_keyword("rename") && !enum_value {
        parser.advance();
        return rename(parser, shared, head).map(Some);
    }
    // gram.y has no `IF EXISTS` before these but for relations, whose owner is an action of `ALTER TABLE`.
    if has(OWNER) && !head.if_exists && parser.eat_keywords(&["owner", "to"]) {
        let owner = role(parser)?;
        return define(Definition::SetOwner(head.kind, head.object.clone(), owner)).map(Some);
    }
    let schema = has(SCHEMA) && !(head.kind == ObjectKind::Statistics && head.if_exists);
    if schema && parser.eat_keywords(&["set", "schema"]) {
        let to = parser.name()?;
        let (kind, object, if_exists) = (head.kind, head.object.clone(), head.if_exists);
        return define(Definition::SetSchema(SetSchema { kind, object, if_exists, to })).map(Some);
    }
    let depends = parser.at_keyword("depends") || parser.at_keywords(&["no", "depends"]);
    if has(DEPENDS) && !head.if_exists && depends {
        parser.eat_keyword("no");
        parser.expect_keywords(&["depends", "on", "extension"])?;
        parser.name()?;
        let names = match &head.object {
            ObjectName::Name(name) if head.kind.is_relation() => vec![name.clone()],
            _ => Vec::new(),
        };
        return Ok(Some(StatementKind::Inert(depends_tag(head.kind), names)));
    }
    Ok(None)
}

/// The command tag of `ALTER … DEPENDS ON EXTENSION`.
fn depends_tag(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::Function => "ALTER FUNCTION",
        ObjectKind::Procedure => "ALTER PROCEDURE",
        ObjectKind::Routine => "ALTER ROUTINE",
        ObjectKind::Trigger => "ALTER TRIGGER",
        ObjectKind::MaterializedView => "ALTER MATERIALIZED VIEW",
        _ => "ALTER INDEX",
    }
}

/// `RENAME` was taken.
fn rename(parser: &mut Parser<'_>, shared: u8, head: &Head) -> PResult<StatementKind> {
    let of_type = head.kind == ObjectKind::Type;
    let part = if parser.eat_keyword("to") {
        RenamePart::Whole
    } else if shared & CONSTRAINTS != 0 && parser.eat_keyword("constraint") {
        RenamePart::Constraint(parser.name()?)
    } else if shared & COLUMNS != 0 {
        if of_type {
            parser.expect_keyword("attribute")?;
        } else {
            parser.eat_keyword("column");
        }
        RenamePart::Column(parser.name()?)
    } else {
        return parser.error("TO");
    };
    if !matches!(part, RenamePart::Whole) {
        parser.expect_keyword("to")?;
    }
    let to = parser.name()?;
    let of_attribute = of_type && matches!(part, RenamePart::Column(_));
    let inherit = if of_attribute { cascade(parser) } else { head.inherit };
    let (kind, object) = (head.kind, head.object.clone());
    define(Definition::Rename(Rename { kind, object, part, if_exists: head.if_exists, inherit, to }))
}
