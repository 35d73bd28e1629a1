//! `DROP`.

use super::common::{cascade, define, if_exists, role, roles, single};
use super::object::{self, Naming};
use crate::ast::{Definition, Drop, ObjectKind, ObjectName, StatementKind};
use crate::error::PResult;
use crate::lex::Punct;
use crate::parse::cursor::Parser;

/// `DROP …`
pub(super) fn drop(parser: &mut Parser<'_>) -> PResult<StatementKind> {
    parser.expect_keyword("drop")?;
    if parser.eat_keywords(&["owned", "by"]) {
        let owners = roles(parser)?;
        let cascade = cascade(parser);
        return define(Definition::Owned(true, owners, cascade));
    }
    if parser.eat_keywords(&["user", "mapping"]) {
        return drop_user_mapping(parser);
    }
    if ["role", "user", "group"].iter().any(|word| parser.eat_keyword(word)) {
        let if_exists = if_exists(parser);
        let names = parser.comma_separated(role)?;
        let objects = names.into_iter().map(|name| ObjectName::Name(single(name))).collect();
        return dropped(ObjectKind::Role, objects, if_exists, false);
    }
    if parser.eat_keyword("database") {
        return drop_database(parser);
    }
    if parser.at_keywords(&["index", "concurrently"]) {
        parser.advance();
        parser.advance();
        return drop_list(parser, ObjectKind::Index, Naming::Qualified, true);
    }
    let place = parser.save();
    let (kind, naming) = object::kind(parser)?;
    match naming {
        Naming::Column | Naming::Constraint | Naming::LargeObject => {
            parser.restore(place);
            parser.error("a kind of object")
        }
        Naming::OnTable | Naming::UsingMethod | Naming::Cast | Naming::Transform => drop_one(parser, kind, naming),
        Naming::Name if matches!(kind, ObjectKind::Subscription | ObjectKind::Tablespace) => {
            drop_one(parser, kind, naming)
        }
        _ => drop_list(parser, kind, naming, false),
    }
}

fn dropped(kind: ObjectKind, objects: Vec<ObjectName>, if_exists: bool, cascade: bool) -> PResult<StatementKind> {
    define(Definition::Drop(Drop { kind, objects, if_exists, cascade, concurrently: false }))
}

fn drop_list(parser: &mut Parser<'_>, kind: ObjectKind, naming: Naming, concurrently: bool) -> PResult<StatementKind> {
    let if_exists = if_exists(parser);
    let objects = parser.comma_separated(|parser| object::name(parser, naming))?;
    let cascade = cascade(parser);
    define(Definition::Drop(Drop { kind, objects, if_exists, cascade, concurrently }))
}

fn drop_one(parser: &mut Parser<'_>, kind: ObjectKind, naming: Naming) -> PResult<StatementKind> {
    let if_exists = if_exists(parser);
    let object = object::name(parser, naming)?;
    let cascade = kind != ObjectKind::Tablespace && cascade(parser);
    dropped(kind, vec![object], if_exists, cascade)
}

fn drop_user_mapping(parser: &mut Parser<'_>) -> PResult<StatementKind> {
    let if_exists = if_exists(parser);
    parser.expect_keyword("for")?;
    let of = super::foreign::mapped_user(parser)?;
    parser.expect_keyword("server")?;
    let server = parser.name()?;
    dropped(ObjectKind::UserMapping, vec![ObjectName::OnTable(of, single(server))], if_exists, false)
}

fn drop_database(parser: &mut Parser<'_>) -> PResult<StatementKind> {
    let if_exists = if_exists(parser);
    let name = parser.name()?;
    if parser.eat_keyword("with") || parser.at_punct(Punct::LeftParen) {
        parser.parenthesized(|parser| parser.comma_separated(|parser| parser.expect_keyword("force")))?;
    }
    dropped(ObjectKind::Database, vec![ObjectName::Name(single(name))], if_exists, false)
}
