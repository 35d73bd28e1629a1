//! `GRANT`, `REVOKE`, `ALTER DEFAULT PRIVILEGES`.

use super::common::{cascade, define, inert, optional_columns, role, roles};
use super::object::{self, Naming};
use crate::ast::{
    DefaultPrivileges, Definition, Grant, GrantRole, GrantTarget, Name, ObjectKind, ObjectName, Privilege,
    StatementKind,
};
use crate::error::PResult;
use crate::lex::Punct;
use crate::parse::cursor::Parser;

/// A privilege, or a role that is granted: gram.y reads both in one way.
struct Granted {
    name: Name,
    columns: Vec<Name>,
}

/// `GRANT`
pub(super) fn grant(parser: &mut Parser<'_>) -> PResult<StatementKind> {
    parser.expect_keyword("grant")?;
    let (granted, all) = granted(parser)?;
    if !all && parser.eat_keyword("to") {
        return grant_role(parser, granted);
    }
    parser.expect_keyword("on")?;
    let target = target(parser)?;
    parser.expect_keyword("to")?;
    let grantees = grantees(parser)?;
    let with_option = parser.eat_keywords(&["with", "grant", "option"]);
    let granted_by = granted_by(parser)?;
    let privileges = privileges(granted);
    define(Definition::Grant(Grant {
        grant: true,
        privileges,
        target,
        grantees,
        with_option,
        granted_by,
        cascade: false,
        only_option: false,
    }))
}

/// `REVOKE`
pub(super) fn revoke(parser: &mut Parser<'_>) -> PResult<StatementKind> {
    parser.expect_keyword("revoke")?;
    let only_option = option_for(parser)?;
    let (granted, all) = granted(parser)?;
    if !all && parser.eat_keyword("from") {
        return revoke_role(parser, only_option, granted);
    }
    if only_option.as_ref().is_some_and(|option| option.as_str() != "grant") {
        return parser.error("FROM");
    }
    parser.expect_keyword("on")?;
    let target = target(parser)?;
    parser.expect_keyword("from")?;
    let grantees = grantees(parser)?;
    let granted_by = granted_by(parser)?;
    let cascade = cascade(parser);
    let (privileges, only_option) = (privileges(granted), only_option.is_some());
    define(Definition::Grant(Grant {
        grant: false,
        privileges,
        target,
        grantees,
        with_option: false,
        granted_by,
        cascade,
        only_option,
    }))
}

/// `GRANT OPTION FOR`, `ADMIN OPTION FOR` …: the first word.
fn option_for(parser: &mut Parser<'_>) -> PResult<Option<Name>> {
    if !parser.keyword_at(1, "option") || !parser.keyword_at(2, "for") {
        return Ok(None);
    }
    let word = if parser.at_keyword("grant") { parser.label()? } else { parser.name()? };
    parser.expect_keywords(&["option", "for"])?;
    Ok(Some(word))
}

/// `privileges`, and whether it is `ALL`.
fn granted(parser: &mut Parser<'_>) -> PResult<(Vec<Granted>, bool)> {
    if parser.at_keyword("all") {
        let name = parser.label()?;
        parser.eat_keyword("privileges");
        let columns = optional_columns(parser)?;
        return Ok((vec![Granted { name, columns }], true));
    }
    Ok((parser.comma_separated(privilege)?, false))
}

/// `privilege`
fn privilege(parser: &mut Parser<'_>) -> PResult<Granted> {
    if parser.at_keywords(&["alter", "system"]) {
        let start = parser.position();
        parser.advance();
        parser.advance();
        let name = Name { text: "alter system".into(), span: parser.span_from(start) };
        return Ok(Granted { name, columns: Vec::new() });
    }
    let name = if parser.at_one_of(&["select", "references", "create"]) { parser.label()? } else { parser.name()? };
    Ok(Granted { name, columns: optional_columns(parser)? })
}

fn privileges(granted: Vec<Granted>) -> Vec<Privilege> {
    granted.into_iter().map(|granted| Privilege { name: granted.name.text, columns: granted.columns }).collect()
}

/// Kinds after `ON` whose objects are listed by name. `TABLE` may be left out.
const TARGETS: &[(&[&str], ObjectKind, Naming)] = &[
    (&["table"], ObjectKind::Table, Naming::Qualified),
    (&["sequence"], ObjectKind::Sequence, Naming::Qualified),
    (&["foreign", "data", "wrapper"], ObjectKind::ForeignDataWrapper, Naming::Name),
    (&["foreign", "server"], ObjectKind::Server, Naming::Name),
    (&["function"], ObjectKind::Function, Naming::Routine),
    (&["procedure"], ObjectKind::Procedure, Naming::Routine),
    (&["routine"], ObjectKind::Routine, Naming::Routine),
    (&["database"], ObjectKind::Database, Naming::Name),
    (&["domain"], ObjectKind::Domain, Naming::Qualified),
    (&["language"], ObjectKind::Language, Naming::Name),
    (&["large", "object"], ObjectKind::Other, Naming::LargeObject),
    (&["schema"], ObjectKind::Schema, Naming::Name),
    (&["tablespace"], ObjectKind::Tablespace, Naming::Name),
    (&["type"], ObjectKind::Type, Naming::Qualified),
];

/// Kinds of `ALL … IN SCHEMA`.
const PLURALS: &[(&str, ObjectKind)] = &[
    ("tables", ObjectKind::Table),
    ("sequences", ObjectKind::Sequence),
    ("functions", ObjectKind::Function),
    ("procedures", ObjectKind::Procedure),
    ("routines", ObjectKind::Routine),
];

/// `privilege_target`
fn target(parser: &mut Parser<'_>) -> PResult<GrantTarget> {
    if parser.eat_keyword("all") {
        let Some((_, kind)) = PLURALS.iter().find(|(word, _)| parser.eat_keyword(word)) else {
            return parser.error("a kind of object");
        };
        parser.expect_keywords(&["in", "schema"])?;
        return Ok(GrantTarget::AllInSchema(*kind, parser.name_list()?));
    }
    if parser.at_keyword("parameter") && parser.name_at(1) {
        parser.advance();
        let names = parser.comma_separated(parameter_name)?;
        return Ok(GrantTarget::Objects(ObjectKind::Other, names));
    }
    // A word of the table may also be the name of a relation: then no name follows it.
    let found = TARGETS.iter().find(|(words, ..)| parser.at_keywords(words) && !ends_name(parser, words.len()));
    let (kind, naming) = match found {
        Some((words, kind, naming)) => {
            parser.eat_keywords(words);
            (*kind, *naming)
        }
        None => (ObjectKind::Table, Naming::Qualified),
    };
    let objects = parser.comma_separated(|parser| object::name(parser, naming))?;
    Ok(GrantTarget::Objects(kind, objects))
}

/// Whether the token `ahead` places on can only follow a whole name.
fn ends_name(parser: &Parser<'_>, ahead: usize) -> bool {
    parser.punct_at(ahead, Punct::Comma)
        || parser.punct_at(ahead, Punct::Dot)
        || parser.keyword_at(ahead, "to")
        || parser.keyword_at(ahead, "from")
}

/// `parameter_name`
fn parameter_name(parser: &mut Parser<'_>) -> PResult<ObjectName> {
    let first = parser.name()?;
    let start = first.span.start;
    let mut parts = vec![first];
    while parser.eat_punct(Punct::Dot) {
        parts.push(parser.name()?);
    }
    Ok(ObjectName::Name(crate::ast::QualifiedName { parts, span: parser.span_from(start) }))
}

/// `grantee_list`
fn grantees(parser: &mut Parser<'_>) -> PResult<Vec<Name>> {
    parser.comma_separated(|parser| {
        if parser.at_keyword("group") && !parser.punct_at(1, Punct::Comma) {
            parser.advance();
        }
        role(parser)
    })
}

/// `opt_granted_by`
fn granted_by(parser: &mut Parser<'_>) -> PResult<Option<Name>> {
    if parser.eat_keywords(&["granted", "by"]) { role(parser).map(Some) } else { Ok(None) }
}

/// The granted names as roles; a role has no columns.
fn as_roles(parser: &Parser<'_>, granted: Vec<Granted>) -> PResult<Vec<Name>> {
    match granted.iter().find(|granted| !granted.columns.is_empty()) {
        Some(wrong) => parser.error_at("column names cannot be included in GRANT/REVOKE ROLE", wrong.name.span),
        None => Ok(granted.into_iter().map(|granted| granted.name).collect()),
    }
}

/// `GRANT roles TO` was taken.
fn grant_role(parser: &mut Parser<'_>, granted: Vec<Granted>) -> PResult<StatementKind> {
    let granted = as_roles(parser, granted)?;
    let members = roles(parser)?;
    let mut options = Vec::new();
    if parser.eat_keyword("with") {
        options = parser.comma_separated(|parser| {
            let option = parser.label()?;
            let withheld = parser.eat_keyword("false");
            if !withheld && !parser.eat_keyword("true") {
                parser.expect_keyword("option")?;
            }
            Ok((option, !withheld))
        })?;
    }
    let granted_by = granted_by(parser)?;
    define(Definition::GrantRole(GrantRole {
        grant: true,
        groups: granted,
        members,
        options,
        granted_by,
        cascade: false,
    }))
}

/// `REVOKE [option] roles FROM` was taken.
fn revoke_role(parser: &mut Parser<'_>, option: Option<Name>, granted: Vec<Granted>) -> PResult<StatementKind> {
    let granted = as_roles(parser, granted)?;
    let members = roles(parser)?;
    let granted_by = granted_by(parser)?;
    let cascade = cascade(parser);
    let options = option.into_iter().map(|option| (option, false)).collect();
    define(Definition::GrantRole(GrantRole { grant: false, groups: granted, members, options, granted_by, cascade }))
}

/// `ALTER DEFAULT PRIVILEGES`, the words taken.
pub(super) fn default_privileges(parser: &mut Parser<'_>) -> PResult<StatementKind> {
    let (mut for_roles, mut schemas) = (Vec::new(), Vec::new());
    loop {
        if parser.eat_keywords(&["in", "schema"]) {
            schemas.extend(parser.name_list()?);
        } else if parser.eat_keywords(&["for", "role"]) || parser.eat_keywords(&["for", "user"]) {
            for_roles.extend(roles(parser)?);
        } else {
            break;
        }
    }
    let grant = parser.eat_keyword("grant");
    if !grant {
        parser.expect_keyword("revoke")?;
    }
    let only_option = !grant && parser.eat_keywords(&["grant", "option", "for"]);
    let (granted, _) = granted(parser)?;
    parser.expect_keyword("on")?;
    let kind = default_kind(parser)?;
    parser.expect_keyword(if grant { "to" } else { "from" })?;
    let grantees = grantees(parser)?;
    if grant {
        parser.eat_keywords(&["with", "grant", "option"]);
    } else {
        cascade(parser);
    }
    if only_option {
        return inert("ALTER DEFAULT PRIVILEGES");
    }
    let privileges = privileges(granted);
    define(Definition::DefaultPrivileges(DefaultPrivileges {
        roles: for_roles,
        schemas,
        grant,
        privileges,
        kind,
        grantees,
    }))
}

/// `defacl_privilege_target`
fn default_kind(parser: &mut Parser<'_>) -> PResult<ObjectKind> {
    const KINDS: &[(&[&str], ObjectKind)] = &[
        (&["tables"], ObjectKind::Table),
        (&["functions"], ObjectKind::Function),
        (&["routines"], ObjectKind::Function),
        (&["sequences"], ObjectKind::Sequence),
        (&["types"], ObjectKind::Type),
        (&["schemas"], ObjectKind::Schema),
        (&["large", "objects"], ObjectKind::Other),
    ];
    match KINDS.iter().find(|(words, _)| parser.eat_keywords(words)) {
        Some((_, kind)) => Ok(*kind),
        None => parser.error("a kind of object"),
    }
}
