//! The actions of `ALTER TABLE`, which views, indexes, sequences and foreign tables share, and those of `ALTER TYPE`.

use super::alter::Head;
use super::common::{cascade, define, if_exists, if_not_exists, inert, number, role, unsigned};
use super::constraint::{at_table_constraint, attributes, generated_when, table_constraint};
use super::create_table::{column_definition, named_type, partition_bound};
use super::option::{altered_generic_options, definition, storage_options};
use super::sequence::{self, parenthesized_options};
use crate::ast::{
    AddEnumValue, AlterTable, AlterTableAction, ColumnDefinition, Definition, Name, ObjectKind, ReplicaIdentity,
    SequenceOption, StatementKind,
};
use crate::error::PResult;
use crate::lex::TokenKind;
use crate::parse::cursor::Parser;

/// `ALTER TABLE t actions`, the name taken.
pub(super) fn actions(parser: &mut Parser<'_>, head: Head) -> PResult<StatementKind> {
    let start = parser.position();
    if let Some(action) = partition_action(parser, &head)? {
        let span = parser.span_from(start);
        return altered(parser, head, vec![(action, span)]);
    }
    let actions = parser.comma_separated(|parser| {
        let start = parser.position();
        let action = action(parser)?;
        Ok((action, parser.span_from(start)))
    })?;
    altered(parser, head, actions)
}

fn altered(
    parser: &Parser<'_>,
    head: Head,
    actions: Vec<(AlterTableAction, rollproof_source::TextRange)>,
) -> PResult<StatementKind> {
    let (kind, if_exists) = (head.kind, head.if_exists);
    let relation = head.relation(parser)?;
    define(Definition::AlterTable(AlterTable { kind, relation, if_exists, actions }))
}

/// `partition_cmd`, `index_partition_cmd`: these stand alone.
fn partition_action(parser: &mut Parser<'_>, head: &Head) -> PResult<Option<AlterTableAction>> {
    let table = head.kind == ObjectKind::Table;
    if (table || head.kind == ObjectKind::Index && !head.if_exists) && parser.eat_keywords(&["attach", "partition"]) {
        let partition = parser.qualified_name()?;
        let bound = if table { Some(partition_bound(parser)?) } else { None };
        return Ok(Some(AlterTableAction::AttachPartition(partition, bound)));
    }
    if table && parser.eat_keywords(&["detach", "partition"]) {
        let partition = parser.qualified_name()?;
        let concurrently = parser.eat_keyword("concurrently");
        if !concurrently {
            parser.eat_keyword("finalize");
        }
        return Ok(Some(AlterTableAction::DetachPartition(partition, concurrently)));
    }
    Ok(None)
}

/// What reads an action, its first words taken.
type Action = fn(&mut Parser<'_>) -> PResult<AlterTableAction>;

/// The actions by their first words, a longer sequence before its beginning.
const ACTIONS: &[(&[&str], Action)] = &[
    (&["add"], add),
    (&["alter", "constraint"], alter_constraint),
    (&["alter"], alter_column),
    (&["drop", "constraint"], drop_constraint),
    (&["drop"], drop_column),
    (&["validate", "constraint"], |parser| parser.name().map(AlterTableAction::ValidateConstraint)),
    (&["set", "without", "oids"], |_| Ok(AlterTableAction::WithoutOids)),
    (&["set", "without", "cluster"], |_| Ok(AlterTableAction::Cluster(None))),
    (&["cluster", "on"], |parser| parser.name().map(|name| AlterTableAction::Cluster(Some(name)))),
    (&["set", "logged"], |_| Ok(AlterTableAction::Logged(true))),
    (&["set", "unlogged"], |_| Ok(AlterTableAction::Logged(false))),
    (&["set", "access", "method"], |parser| {
        if parser.eat_keyword("default") {
            return Ok(AlterTableAction::AccessMethod(None));
        }
        parser.name().map(|name| AlterTableAction::AccessMethod(Some(name)))
    }),
    (&["set", "tablespace"], |parser| parser.name().map(|_| AlterTableAction::Tablespace)),
    (&["set"], |parser| storage_options(parser).map(AlterTableAction::Options)),
    (&["reset"], |parser| storage_options(parser).map(AlterTableAction::ResetOptions)),
    (&["enable", "row", "level", "security"], |_| Ok(AlterTableAction::RowSecurity('E'))),
    (&["disable", "row", "level", "security"], |_| Ok(AlterTableAction::RowSecurity('D'))),
    (&["force", "row", "level", "security"], |_| Ok(AlterTableAction::RowSecurity('F'))),
    (&["no", "force", "row", "level", "security"], |_| Ok(AlterTableAction::RowSecurity('N'))),
    (&["enable", "always"], |parser| switched_by_name(parser, 'A')),
    (&["enable", "replica"], |parser| switched_by_name(parser, 'R')),
    (&["enable"], |parser| switched(parser, 'O')),
    (&["disable"], |parser| switched(parser, 'D')),
    (&["inherit"], |parser| parser.qualified_name().map(AlterTableAction::Inherit)),
    (&["no", "inherit"], |parser| parser.qualified_name().map(AlterTableAction::NoInherit)),
    (&["of"], |parser| named_type(parser).map(AlterTableAction::OfType)),
    (&["not", "of"], |_| Ok(AlterTableAction::NotOf)),
    (&["owner", "to"], |parser| role(parser).map(AlterTableAction::Owner)),
    (&["replica", "identity"], replica_identity),
];

/// `alter_table_cmd`
fn action(parser: &mut Parser<'_>) -> PResult<AlterTableAction> {
    if let Some((_, action)) = ACTIONS.iter().find(|(words, _)| parser.eat_keywords(words)) {
        return action(parser);
    }
    if parser.at_keyword("options") {
        altered_generic_options(parser)?;
        return Ok(AlterTableAction::ForeignOptions);
    }
    parser.error("what to alter")
}

/// `ADD` was taken.
fn add(parser: &mut Parser<'_>) -> PResult<AlterTableAction> {
    let column = parser.eat_keyword("column");
    if !column && at_table_constraint(parser) {
        return table_constraint(parser).map(AlterTableAction::AddConstraint);
    }
    let if_not_exists = if_not_exists(parser);
    Ok(AlterTableAction::AddColumn(column_definition(parser)?, if_not_exists))
}

fn alter_constraint(parser: &mut Parser<'_>) -> PResult<AlterTableAction> {
    let name = parser.name()?;
    if parser.eat_keyword("inherit") {
        return Ok(AlterTableAction::ConstraintInherit(name));
    }
    let found = attributes(parser)?;
    if found.not_valid {
        return parser.error_at("constraints cannot be altered to be NOT VALID", found.span);
    }
    // `INITIALLY DEFERRED` says `DEFERRABLE` too (gram.y).
    let deferrable = found.deferrable.or(found.initially_deferred.filter(|deferred| *deferred));
    Ok(AlterTableAction::AlterConstraint {
        name,
        deferrable,
        initially_deferred: found.initially_deferred == Some(true),
        enforced: found.enforced,
    })
}

fn drop_constraint(parser: &mut Parser<'_>) -> PResult<AlterTableAction> {
    let if_exists = if_exists(parser);
    let name = parser.name()?;
    Ok(AlterTableAction::DropConstraint { name, if_exists, cascade: cascade(parser) })
}

fn drop_column(parser: &mut Parser<'_>) -> PResult<AlterTableAction> {
    parser.eat_keyword("column");
    let if_exists = if_exists(parser);
    let name = parser.name()?;
    Ok(AlterTableAction::DropColumn { name, if_exists, cascade: cascade(parser) })
}

/// `ENABLE`, `DISABLE` was taken.
fn switched(parser: &mut Parser<'_>, state: char) -> PResult<AlterTableAction> {
    let all = parser.at_keyword("trigger") && (parser.keyword_at(1, "all") || parser.keyword_at(1, "user"));
    if all {
        parser.advance();
        parser.advance();
        return Ok(AlterTableAction::Trigger(None, state));
    }
    switched_by_name(parser, state)
}

fn switched_by_name(parser: &mut Parser<'_>, state: char) -> PResult<AlterTableAction> {
    if parser.eat_keyword("rule") {
        return Ok(AlterTableAction::Rule(parser.name()?, state));
    }
    parser.expect_keyword("trigger")?;
    Ok(AlterTableAction::Trigger(Some(parser.name()?), state))
}

fn replica_identity(parser: &mut Parser<'_>) -> PResult<AlterTableAction> {
    if parser.eat_keywords(&["using", "index"]) {
        return parser.name().map(|name| AlterTableAction::ReplicaIdentity(ReplicaIdentity::Index(name)));
    }
    let identity = if parser.eat_keyword("nothing") {
        ReplicaIdentity::Nothing
    } else if parser.eat_keyword("full") {
        ReplicaIdentity::Full
    } else if parser.eat_keyword("default") {
        ReplicaIdentity::Default
    } else {
        return parser.error("NOTHING, FULL, DEFAULT or USING INDEX");
    };
    Ok(AlterTableAction::ReplicaIdentity(identity))
}

/// `ALTER` of a column was taken.
fn alter_column(parser: &mut Parser<'_>) -> PResult<AlterTableAction> {
    parser.eat_keyword("column");
    if matches!(parser.peek().kind, TokenKind::Integer(_)) {
        let span = parser.peek().span;
        let number = unsigned(parser)?;
        if number == 0 || number > i32::from(i16::MAX) {
            return parser.error_at("column number must be in range from 1 to 32767", span);
        }
        parser.expect_keywords(&["set", "statistics"])?;
        statistics_target(parser)?;
        return Ok(AlterTableAction::NumberStatistics(number as i16, span));
    }
    let name = parser.name()?;
    if parser.at_keyword("options") {
        altered_generic_options(parser)?;
        return Ok(AlterTableAction::ColumnForeignOptions(name));
    }
    if parser.eat_keyword("type") || parser.eat_keywords(&["set", "data", "type"]) {
        let type_name = parser.type_name()?;
        let collation = super::common::collation(parser)?;
        let using = if parser.eat_keyword("using") { Some(parser.expr()?) } else { None };
        return Ok(AlterTableAction::ColumnType { name, type_name, collation, using });
    }
    if parser.eat_keywords(&["add", "generated"]) {
        let kind = generated_when(parser)?;
        parser.expect_keywords(&["as", "identity"])?;
        return Ok(AlterTableAction::AddIdentity(name, kind, parenthesized_options(parser)?));
    }
    if parser.eat_keyword("drop") {
        return drop_of_column(parser, name);
    }
    if parser.eat_keyword("reset") {
        storage_options(parser)?;
        return Ok(AlterTableAction::ColumnReset(name));
    }
    set_of_column(parser, name)
}

/// `set_statistics_value`
fn statistics_target(parser: &mut Parser<'_>) -> PResult<()> {
    if parser.eat_keyword("default") { Ok(()) } else { parser.integer().map(drop) }
}

fn drop_of_column(parser: &mut Parser<'_>, name: Name) -> PResult<AlterTableAction> {
    if parser.eat_keyword("default") {
        return Ok(AlterTableAction::ColumnDefault(name, None));
    }
    if parser.eat_keywords(&["not", "null"]) {
        return Ok(AlterTableAction::ColumnNotNull(name, false));
    }
    if parser.eat_keyword("expression") {
        return Ok(AlterTableAction::DropExpression(name, if_exists(parser)));
    }
    parser.expect_keyword("identity")?;
    Ok(AlterTableAction::DropIdentity(name, if_exists(parser)))
}

fn set_of_column(parser: &mut Parser<'_>, name: Name) -> PResult<AlterTableAction> {
    if parser.eat_keywords(&["set", "default"]) {
        return Ok(AlterTableAction::ColumnDefault(name, Some(parser.expr()?)));
    }
    if parser.eat_keywords(&["set", "not", "null"]) {
        return Ok(AlterTableAction::ColumnNotNull(name, true));
    }
    if parser.eat_keywords(&["set", "expression", "as"]) {
        let value = super::common::parenthesized_expr(parser)?;
        return Ok(AlterTableAction::SetExpression(name, value));
    }
    if parser.eat_keywords(&["set", "statistics"]) {
        statistics_target(parser)?;
        return Ok(AlterTableAction::ColumnStatistics(name));
    }
    if parser.eat_keywords(&["set", "storage"]) {
        let storage = if parser.eat_keyword("default") { None } else { Some(parser.name()?) };
        return Ok(AlterTableAction::ColumnStorage(name, storage));
    }
    if parser.eat_keywords(&["set", "compression"]) {
        let method = if parser.eat_keyword("default") { None } else { Some(parser.name()?) };
        return Ok(AlterTableAction::ColumnCompression(name, method));
    }
    if parser.at_keyword("set") && parser.punct_at(1, crate::lex::Punct::LeftParen) {
        parser.advance();
        let options = storage_options(parser)?;
        return Ok(AlterTableAction::ColumnOptions(name, options));
    }
    identity_options(parser, name)
}

/// `alter_identity_column_option_list`
fn identity_options(parser: &mut Parser<'_>, name: Name) -> PResult<AlterTableAction> {
    let mut found = false;
    let mut kind = None;
    loop {
        if parser.eat_keyword("restart") {
            let with = parser.eat_keyword("with");
            if with || super::common::at_number(parser) {
                number(parser)?;
            }
        } else if parser.eat_keywords(&["set", "generated"]) {
            kind = Some(generated_when(parser)?);
        } else if parser.at_keyword("set") {
            parser.advance();
            match sequence::option(parser)? {
                // gram.y refuses these two in this place with words of its own.
                Some(SequenceOption::As(_) | SequenceOption::OwnedBy(_) | SequenceOption::SequenceName(_)) => {
                    return parser.error("an option of an identity column");
                }
                Some(_) => {}
                None => return parser.error("what to set"),
            }
        } else if found {
            return Ok(AlterTableAction::SetIdentity(name, kind));
        } else {
            return parser.error("what to alter");
        }
        found = true;
    }
}

/// `ALTER SEQUENCE s options`, or the actions of a table.
pub(super) fn sequence_actions(parser: &mut Parser<'_>, head: Head) -> PResult<StatementKind> {
    let options = sequence::options(parser)?;
    if options.is_empty() {
        return actions(parser, head);
    }
    let if_exists = head.if_exists;
    let name = head.name(parser)?;
    define(Definition::AlterSequence(name, if_exists, options))
}

/// `ALTER TYPE t …` but for what all objects share.
pub(super) fn type_actions(parser: &mut Parser<'_>, head: Head) -> PResult<StatementKind> {
    if parser.eat_keywords(&["rename", "value"]) {
        let (from, _) = parser.string()?;
        parser.expect_keyword("to")?;
        let (to, _) = parser.string()?;
        return define(Definition::RenameEnumValue(head.name(parser)?, from, to));
    }
    if parser.eat_keywords(&["add", "value"]) {
        return add_enum_value(parser, head);
    }
    if parser.eat_keyword("set") {
        definition(parser)?;
        return inert("ALTER TYPE");
    }
    let mut cascades = false;
    let actions = parser.comma_separated(|parser| {
        let start = parser.position();
        let (action, cascade) = attribute_action(parser)?;
        cascades |= cascade;
        Ok((action, parser.span_from(start)))
    })?;
    altered(parser, Head { inherit: cascades, ..head }, actions)
}

fn add_enum_value(parser: &mut Parser<'_>, head: Head) -> PResult<StatementKind> {
    let if_not_exists = if_not_exists(parser);
    let (label, _) = parser.string()?;
    let neighbour = if parser.eat_keyword("before") {
        Some((parser.string()?.0, false))
    } else if parser.eat_keyword("after") {
        Some((parser.string()?.0, true))
    } else {
        None
    };
    let type_name = head.name(parser)?;
    define(Definition::AddEnumValue(AddEnumValue { type_name, label, if_not_exists, neighbour }))
}

/// `alter_type_cmd`, and whether it cascades
fn attribute_action(parser: &mut Parser<'_>) -> PResult<(AlterTableAction, bool)> {
    if parser.eat_keywords(&["drop", "attribute"]) {
        let if_exists = if_exists(parser);
        let name = parser.name()?;
        let cascade = cascade(parser);
        return Ok((AlterTableAction::DropColumn { name, if_exists, cascade }, cascade));
    }
    if parser.eat_keywords(&["alter", "attribute"]) {
        let name = parser.name()?;
        if !parser.eat_keywords(&["set", "data"]) && parser.at_keyword("set") {
            return parser.error("TYPE");
        }
        parser.expect_keyword("type")?;
        let type_name = parser.type_name()?;
        let collation = super::common::collation(parser)?;
        let action = AlterTableAction::ColumnType { name, type_name, collation, using: None };
        return Ok((action, cascade(parser)));
    }
    parser.expect_keywords(&["add", "attribute"])?;
    let start = parser.position();
    let attribute = super::types::attribute(parser)?;
    let span = parser.span_from(start);
    let column = ColumnDefinition {
        name: attribute.name,
        type_name: Some(attribute.type_name),
        collation: attribute.collation,
        storage: None,
        compression: None,
        constraints: Vec::new(),
        span,
    };
    Ok((AlterTableAction::AddColumn(column, false), cascade(parser)))
}

/// `ALTER TABLE ALL IN TABLESPACE a … SET TABLESPACE b`, the words to `ALL` taken: where bytes lie, not what they mean.
pub(super) fn all_in_tablespace(parser: &mut Parser<'_>) -> PResult<StatementKind> {
    parser.expect_keywords(&["in", "tablespace"])?;
    parser.name()?;
    if parser.eat_keywords(&["owned", "by"]) {
        super::common::roles(parser)?;
    }
    parser.expect_keywords(&["set", "tablespace"])?;
    parser.name()?;
    parser.eat_keyword("nowait");
    inert("ALTER TABLE")
}
