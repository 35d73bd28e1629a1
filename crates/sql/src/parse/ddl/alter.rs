//! `ALTER`: a table from words to how the object is named, what all objects share, and what only this kind can.

use super::common::{if_exists, inert};
use super::object::{self, Naming};
use super::option::storage_options;
use super::{alter_table, database, extension, foreign, function, grant, operator, policy, publication, rename, role};
use super::{statistics, trigger, types};
use crate::ast::{ObjectKind, ObjectName, QualifiedName, RelationRef, Signature, StatementKind};
use crate::error::PResult;
use crate::parse::cursor::Parser;

/// `RENAME TO`
pub(super) const RENAME: u8 = 1;
/// `OWNER TO`
pub(super) const OWNER: u8 = 2;
/// `SET SCHEMA`
pub(super) const SCHEMA: u8 = 4;
/// `[NO] DEPENDS ON EXTENSION`
pub(super) const DEPENDS: u8 = 8;
/// `IF EXISTS` before the name.
const IF_EXISTS: u8 = 16;
/// `RENAME [COLUMN] a TO b`
pub(super) const COLUMNS: u8 = 32;
/// `RENAME CONSTRAINT a TO b`
pub(super) const CONSTRAINTS: u8 = 64;

/// `RENAME`, `OWNER TO`, `SET SCHEMA`
const COMMON: u8 = RENAME | OWNER | SCHEMA;

/// What was read before the action.
pub(super) struct Head {
    /// Of what kind the object is.
    pub(super) kind: ObjectKind,
    /// Which.
    pub(super) object: ObjectName,
    /// `IF EXISTS`
    pub(super) if_exists: bool,
    /// False after `ONLY`.
    pub(super) inherit: bool,
}

impl Head {
    /// The object's name, of a kind that is named by [`Naming::Qualified`] or the like.
    pub(super) fn name(self, parser: &Parser<'_>) -> PResult<QualifiedName> {
        match self.object {
            ObjectName::Name(name) => Ok(name),
            _ => parser.error("a name"),
        }
    }

    /// The routine's signature.
    fn signature(self, parser: &Parser<'_>) -> PResult<Signature> {
        match self.object {
            ObjectName::Signature(signature) => Ok(signature),
            _ => parser.error("a routine"),
        }
    }

    /// The relation.
    pub(super) fn relation(self, parser: &Parser<'_>) -> PResult<RelationRef> {
        let inherit = self.inherit;
        Ok(RelationRef { name: self.name(parser)?, inherit, alias: None })
    }
}

/// What reads an action that only this kind can have.
type Rest = fn(&mut Parser<'_>, Head) -> PResult<StatementKind>;

/// A kind of object that can be altered.
struct Kind {
    words: &'static [&'static str],
    kind: ObjectKind,
    naming: Naming,
    shared: u8,
    rest: Rest,
}

const fn kind(words: &'static [&'static str], kind: ObjectKind, naming: Naming, shared: u8, rest: Rest) -> Kind {
    Kind { words, kind, naming, shared, rest }
}

/// Kinds by their words, a longer sequence before its beginning.
#[rustfmt::skip]
const KINDS: &[Kind] = &[
    kind(&["table"], ObjectKind::Table, Naming::Relation, RENAME | SCHEMA | IF_EXISTS | COLUMNS | CONSTRAINTS, alter_table::actions),
    kind(&["foreign", "table"], ObjectKind::ForeignTable, Naming::Relation, RENAME | SCHEMA | IF_EXISTS | COLUMNS, alter_table::actions),
    kind(&["view"], ObjectKind::View, Naming::Qualified, RENAME | SCHEMA | IF_EXISTS | COLUMNS, alter_table::actions),
    kind(&["materialized", "view"], ObjectKind::MaterializedView, Naming::Qualified, RENAME | SCHEMA | DEPENDS | IF_EXISTS | COLUMNS, alter_table::actions),
    kind(&["index"], ObjectKind::Index, Naming::Qualified, RENAME | DEPENDS | IF_EXISTS, alter_table::actions),
    kind(&["sequence"], ObjectKind::Sequence, Naming::Qualified, RENAME | SCHEMA | IF_EXISTS, alter_table::sequence_actions),
    kind(&["type"], ObjectKind::Type, Naming::Qualified, COMMON | COLUMNS, alter_table::type_actions),
    kind(&["domain"], ObjectKind::Domain, Naming::Qualified, COMMON | CONSTRAINTS, |parser, head| {
        let name = head.name(parser)?;
        types::alter_domain(parser, name)
    }),
    kind(&["aggregate"], ObjectKind::Aggregate, Naming::Aggregate, COMMON, nothing_else),
    kind(&["function"], ObjectKind::Function, Naming::Routine, COMMON | DEPENDS, routine),
    kind(&["procedure"], ObjectKind::Procedure, Naming::Routine, COMMON | DEPENDS, routine),
    kind(&["routine"], ObjectKind::Routine, Naming::Routine, COMMON | DEPENDS, routine),
    kind(&["collation"], ObjectKind::Collation, Naming::Qualified, COMMON, refresh_collation),
    kind(&["conversion"], ObjectKind::Conversion, Naming::Qualified, COMMON, nothing_else),
    kind(&["operator", "class"], ObjectKind::OperatorClass, Naming::UsingMethod, COMMON, nothing_else),
    kind(&["operator", "family"], ObjectKind::OperatorFamily, Naming::UsingMethod, COMMON, operator::alter_family),
    kind(&["operator"], ObjectKind::Operator, Naming::Operator, OWNER | SCHEMA, set_operator_options),
    kind(&["text", "search", "parser"], ObjectKind::TextSearchParser, Naming::Qualified, RENAME | SCHEMA, nothing_else),
    kind(&["text", "search", "template"], ObjectKind::TextSearchTemplate, Naming::Qualified, RENAME | SCHEMA, nothing_else),
    kind(&["text", "search", "dictionary"], ObjectKind::TextSearchDictionary, Naming::Qualified, COMMON, |parser, _| types::alter_dictionary(parser)),
    kind(&["text", "search", "configuration"], ObjectKind::TextSearchConfiguration, Naming::Qualified, COMMON, |parser, _| types::alter_configuration(parser)),
    kind(&["statistics"], ObjectKind::Statistics, Naming::Qualified, COMMON | IF_EXISTS, statistics::alter_statistics),
    kind(&["trigger"], ObjectKind::Trigger, Naming::OnTable, RENAME | DEPENDS, nothing_else),
    kind(&["rule"], ObjectKind::Rule, Naming::OnTable, RENAME, nothing_else),
    kind(&["policy"], ObjectKind::Policy, Naming::OnTable, RENAME | IF_EXISTS, policy::alter_policy),
    kind(&["event", "trigger"], ObjectKind::EventTrigger, Naming::Name, RENAME | OWNER, |parser, _| trigger::alter_event_trigger(parser)),
    kind(&["schema"], ObjectKind::Schema, Naming::Name, RENAME | OWNER, nothing_else),
    kind(&["database"], ObjectKind::Database, Naming::Name, RENAME | OWNER, database::alter_database),
    kind(&["tablespace"], ObjectKind::Tablespace, Naming::Name, RENAME | OWNER, alter_tablespace),
    kind(&["procedural", "language"], ObjectKind::Language, Naming::Name, RENAME | OWNER, nothing_else),
    kind(&["language"], ObjectKind::Language, Naming::Name, RENAME | OWNER, nothing_else),
    kind(&["foreign", "data", "wrapper"], ObjectKind::ForeignDataWrapper, Naming::Name, RENAME | OWNER, foreign::alter_wrapper),
    kind(&["server"], ObjectKind::Server, Naming::Name, RENAME | OWNER, foreign::alter_server),
    kind(&["publication"], ObjectKind::Publication, Naming::Name, RENAME | OWNER, publication::alter_publication),
    kind(&["subscription"], ObjectKind::Subscription, Naming::Name, RENAME | OWNER, publication::alter_subscription),
    kind(&["large", "object"], ObjectKind::Other, Naming::LargeObject, OWNER, nothing_else),
];

/// What does not name an object first, or names it in a way of its own.
const SPECIAL: &[(&[&str], super::Production)] = &[
    (&["extension"], extension::alter_extension),
    (&["default", "privileges"], grant::default_privileges),
    (&["user", "mapping"], foreign::alter_user_mapping),
    (&["role"], role::alter_role),
    (&["user"], role::alter_role),
    (&["group"], role::alter_group),
    (&["system"], database::alter_system),
    (&["table", "all"], alter_table::all_in_tablespace),
    (&["index", "all"], alter_table::all_in_tablespace),
    (&["materialized", "view", "all"], alter_table::all_in_tablespace),
];

/// `ALTER …`
pub(super) fn alter(parser: &mut Parser<'_>) -> PResult<StatementKind> {
    parser.expect_keyword("alter")?;
    if let Some((_, production)) = SPECIAL.iter().find(|(words, _)| parser.eat_keywords(words)) {
        return production(parser);
    }
    let Some(found) = KINDS.iter().find(|kind| parser.eat_keywords(kind.words)) else {
        return parser.error("a kind of object");
    };
    let if_exists = found.shared & IF_EXISTS != 0 && if_exists(parser);
    let mut inherit = true;
    let object = if found.naming == Naming::Relation {
        let relation = parser.relation_ref()?;
        inherit = relation.inherit;
        ObjectName::Name(relation.name)
    } else {
        object::name(parser, found.naming)?
    };
    let head = Head { kind: found.kind, object, if_exists, inherit };
    match rename::shared(parser, found.shared, &head)? {
        Some(statement) => Ok(statement),
        None => (found.rest)(parser, head),
    }
}

/// For kinds that have no more than what all share.
fn nothing_else(parser: &mut Parser<'_>, _: Head) -> PResult<StatementKind> {
    parser.error("what to alter")
}

fn routine(parser: &mut Parser<'_>, head: Head) -> PResult<StatementKind> {
    let kind = head.kind;
    let signature = head.signature(parser)?;
    function::alter_function(parser, kind, signature)
}

fn refresh_collation(parser: &mut Parser<'_>, _: Head) -> PResult<StatementKind> {
    parser.expect_keywords(&["refresh", "version"])?;
    inert("ALTER COLLATION")
}

/// `SET (RESTRICT = …)`: what the planner estimates with.
fn set_operator_options(parser: &mut Parser<'_>, _: Head) -> PResult<StatementKind> {
    parser.expect_keyword("set")?;
    super::option::definition(parser)?;
    inert("ALTER OPERATOR")
}

fn alter_tablespace(parser: &mut Parser<'_>, _: Head) -> PResult<StatementKind> {
    if !parser.eat_keyword("set") {
        parser.expect_keyword("reset")?;
    }
    storage_options(parser)?;
    inert("ALTER TABLESPACE")
}
