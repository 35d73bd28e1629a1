//! Constraints, of columns, of tables and of domains.

use rollproof_source::TextRange;

use super::common::{columns, optional_columns, parenthesized_expr};
use super::index::index_element;
use super::option::with_definition;
use super::sequence::parenthesized_options;
use crate::ast::{
    ConstraintDefinition, ConstraintKind, IdentityKind, Name, QualifiedName, ReferentialAction, UniqueDefinition,
};
use crate::error::PResult;
use crate::lex::Punct;
use crate::parse::cursor::Parser;

/// A constraint of this kind with no attributes.
fn plain(kind: ConstraintKind, span: TextRange) -> ConstraintDefinition {
    ConstraintDefinition {
        name: None,
        kind,
        deferrable: false,
        initially_deferred: false,
        not_valid: false,
        no_inherit: false,
        not_enforced: false,
        span,
    }
}

fn constraint_name(parser: &mut Parser<'_>) -> PResult<Option<Name>> {
    if parser.eat_keyword("constraint") { parser.name().map(Some) } else { Ok(None) }
}

/// `ColConstraint`, where one stands; `COLLATE` and the attributes are the caller's.
pub(super) fn column_constraint(parser: &mut Parser<'_>) -> PResult<Option<ConstraintDefinition>> {
    let start = parser.position();
    let name = constraint_name(parser)?;
    let Some(kind) = column_constraint_kind(parser)? else {
        return if name.is_some() { parser.error("a constraint") } else { Ok(None) };
    };
    let no_inherit = matches!(kind, ConstraintKind::Check(_) | ConstraintKind::NotNull(_))
        && parser.eat_keywords(&["no", "inherit"]);
    Ok(Some(ConstraintDefinition { name, no_inherit, ..plain(kind, parser.span_from(start)) }))
}

/// `ColConstraintElem`
fn column_constraint_kind(parser: &mut Parser<'_>) -> PResult<Option<ConstraintKind>> {
    let kind = if parser.eat_keywords(&["not", "null"]) {
        ConstraintKind::NotNull(None)
    } else if parser.eat_keyword("null") {
        ConstraintKind::Null
    } else if parser.eat_keyword("unique") {
        let nulls_not_distinct = null_treatment(parser)?;
        ConstraintKind::Unique(UniqueDefinition { nulls_not_distinct, ..column_key(parser)? })
    } else if parser.eat_keywords(&["primary", "key"]) {
        ConstraintKind::PrimaryKey(column_key(parser)?)
    } else if parser.eat_keyword("check") {
        ConstraintKind::Check(parenthesized_expr(parser)?)
    } else if parser.eat_keyword("default") {
        ConstraintKind::Default(parser.b_expr()?)
    } else if parser.eat_keyword("generated") {
        generated(parser)?
    } else if parser.at_keyword("references") {
        references(parser, Vec::new(), false)?
    } else {
        return Ok(None);
    };
    Ok(Some(kind))
}

fn column_key(parser: &mut Parser<'_>) -> PResult<UniqueDefinition> {
    with_definition(parser)?;
    constraint_tablespace(parser)?;
    Ok(empty_key())
}

fn empty_key() -> UniqueDefinition {
    UniqueDefinition {
        columns: Vec::new(),
        include: Vec::new(),
        nulls_not_distinct: false,
        using_index: None,
        without_overlaps: false,
    }
}

/// `opt_unique_null_treatment`: whether it is `NULLS NOT DISTINCT`.
pub(super) fn null_treatment(parser: &mut Parser<'_>) -> PResult<bool> {
    if !parser.eat_keyword("nulls") {
        return Ok(false);
    }
    let not = parser.eat_keyword("not");
    parser.expect_keyword("distinct")?;
    Ok(not)
}

/// `OptConsTableSpace`
fn constraint_tablespace(parser: &mut Parser<'_>) -> PResult<()> {
    if parser.eat_keywords(&["using", "index", "tablespace"]) {
        parser.name()?;
    }
    Ok(())
}

/// `generated_when`
pub(super) fn generated_when(parser: &mut Parser<'_>) -> PResult<IdentityKind> {
    if parser.eat_keyword("always") {
        return Ok(IdentityKind::Always);
    }
    parser.expect_keywords(&["by", "default"])?;
    Ok(IdentityKind::ByDefault)
}

/// `GENERATED` was taken.
fn generated(parser: &mut Parser<'_>) -> PResult<ConstraintKind> {
    let start = parser.position();
    let when = generated_when(parser)?;
    let span = parser.span_from(start);
    parser.expect_keyword("as")?;
    if parser.eat_keyword("identity") {
        return Ok(ConstraintKind::Identity(when, parenthesized_options(parser)?));
    }
    let value = parenthesized_expr(parser)?;
    let stored = parser.eat_keyword("stored");
    if !stored {
        parser.eat_keyword("virtual");
    }
    if when == IdentityKind::ByDefault {
        return parser.error_at("for a generated column, GENERATED ALWAYS must be specified", span);
    }
    Ok(ConstraintKind::Generated(value, stored))
}

/// `REFERENCES t (…) …`. `periods`: `PERIOD` may stand before a column.
fn references(parser: &mut Parser<'_>, referencing: Vec<Name>, periods: bool) -> PResult<ConstraintKind> {
    parser.expect_keyword("references")?;
    let table: QualifiedName = parser.qualified_name()?;
    let referenced = match periods {
        true if parser.at_punct(Punct::LeftParen) => columns_and_period(parser)?,
        true => Vec::new(),
        false => optional_columns(parser)?,
    };
    let mut match_full = false;
    if parser.eat_keyword("match") {
        match_full = parser.eat_keyword("full");
        if !match_full {
            // gram.y knows `MATCH PARTIAL`, only to say that it is not implemented.
            parser.expect_keyword("simple")?;
        }
    }
    let mut set_columns = Vec::new();
    let (on_delete, on_update) = key_actions(parser, &mut set_columns)?;
    let columns = referencing;
    Ok(ConstraintKind::ForeignKey { columns, table, referenced, on_delete, set_columns, on_update, match_full })
}

/// `( columnList [, PERIOD column] )`
fn columns_and_period(parser: &mut Parser<'_>) -> PResult<Vec<Name>> {
    parser.parenthesized(|parser| {
        let mut columns = vec![parser.name()?];
        while parser.eat_punct(Punct::Comma) {
            if parser.at_keyword("period") && parser.name_at(1) {
                parser.advance();
                columns.push(parser.name()?);
                break;
            }
            columns.push(parser.name()?);
        }
        Ok(columns)
    })
}

/// `key_actions`: on delete, on update; which columns are set.
fn key_actions(
    parser: &mut Parser<'_>,
    set_columns: &mut Vec<Name>,
) -> PResult<(ReferentialAction, ReferentialAction)> {
    let (mut on_delete, mut on_update) = (None, None);
    while parser.at_keyword("on") {
        let delete = parser.keyword_at(1, "delete");
        if !delete && !parser.keyword_at(1, "update") {
            break;
        }
        let start = parser.position();
        parser.advance();
        parser.advance();
        let action = key_action(parser, delete, set_columns)?;
        let place = if delete { &mut on_delete } else { &mut on_update };
        if place.replace(action).is_some() {
            return parser.error_at("the same event twice", parser.span_from(start));
        }
    }
    Ok((on_delete.unwrap_or_default(), on_update.unwrap_or_default()))
}

/// `key_action`. Only `ON DELETE` may say which columns are set.
fn key_action(parser: &mut Parser<'_>, delete: bool, set_columns: &mut Vec<Name>) -> PResult<ReferentialAction> {
    if parser.eat_keywords(&["no", "action"]) {
        return Ok(ReferentialAction::NoAction);
    }
    if parser.eat_keyword("restrict") {
        return Ok(ReferentialAction::Restrict);
    }
    if parser.eat_keyword("cascade") {
        return Ok(ReferentialAction::Cascade);
    }
    parser.expect_keyword("set")?;
    let action = if parser.eat_keyword("null") {
        ReferentialAction::SetNull
    } else {
        parser.expect_keyword("default")?;
        ReferentialAction::SetDefault
    };
    if parser.at_punct(Punct::LeftParen) {
        if !delete {
            return parser.error("no column list: it is only supported for ON DELETE actions");
        }
        *set_columns = columns(parser)?;
    }
    Ok(action)
}

/// `ConstraintAttr` of a column's constraint: it belongs to the constraint before it. False where none stands here.
///
/// That an attribute needs a constraint which can have it is `transformConstraintAttrs` in parse_utilcmd.c.
pub(super) fn attribute(parser: &mut Parser<'_>, constraint: Option<&mut ConstraintDefinition>) -> PResult<bool> {
    let start = parser.position();
    let not = parser.at_keyword("not");
    let at = |parser: &Parser<'_>, word: &str| parser.keyword_at(usize::from(not), word);
    let word = if at(parser, "deferrable") {
        "DEFERRABLE"
    } else if at(parser, "enforced") {
        "ENFORCED"
    } else if !not && parser.at_keyword("initially") {
        "INITIALLY"
    } else {
        return Ok(false);
    };
    for _ in 0..=usize::from(not) {
        parser.advance();
    }
    let mut deferred = false;
    if word == "INITIALLY" {
        deferred = parser.eat_keyword("deferred");
        if !deferred {
            parser.expect_keyword("immediate")?;
        }
    }
    let span = parser.span_from(start);
    let Some(constraint) = constraint else {
        return parser.error_at(&format!("misplaced {word} clause"), span);
    };
    let fits = if word == "ENFORCED" { can_be_unenforced(&constraint.kind) } else { can_be_deferred(&constraint.kind) };
    if !fits {
        return parser.error_at(&format!("misplaced {word} clause"), span);
    }
    match word {
        "DEFERRABLE" => constraint.deferrable = !not,
        "ENFORCED" => constraint.not_enforced = not,
        _ => {
            constraint.initially_deferred = deferred;
            constraint.deferrable |= deferred;
        }
    }
    constraint.span = constraint.span.cover(span);
    Ok(true)
}

fn can_be_deferred(kind: &ConstraintKind) -> bool {
    matches!(
        kind,
        ConstraintKind::PrimaryKey(_)
            | ConstraintKind::Unique(_)
            | ConstraintKind::Exclude { .. }
            | ConstraintKind::ForeignKey { .. }
    )
}

fn can_be_unenforced(kind: &ConstraintKind) -> bool {
    matches!(kind, ConstraintKind::Check(_) | ConstraintKind::ForeignKey { .. })
}

/// Whether a table constraint begins here, and not a column.
pub(super) fn at_table_constraint(parser: &Parser<'_>) -> bool {
    // `EXCLUDE` is no reserved word: it may be a column's name, but then a type follows.
    let exclude =
        parser.at_keyword("exclude") && (parser.punct_at(1, Punct::LeftParen) || parser.keyword_at(1, "using"));
    exclude || parser.at_one_of(&["constraint", "check", "unique", "primary", "foreign", "not"])
}

/// `TableConstraint`
pub(super) fn table_constraint(parser: &mut Parser<'_>) -> PResult<ConstraintDefinition> {
    let start = parser.position();
    let name = constraint_name(parser)?;
    let kind = table_constraint_kind(parser)?;
    let mut constraint = ConstraintDefinition { name, ..plain(kind, parser.span_from(start)) };
    let attributes = attributes(parser)?;
    attributes.apply(parser, &mut constraint)?;
    constraint.span = parser.span_from(start);
    Ok(constraint)
}

/// `DomainConstraint`
pub(super) fn domain_constraint(parser: &mut Parser<'_>) -> PResult<ConstraintDefinition> {
    let start = parser.position();
    let name = constraint_name(parser)?;
    let kind = if parser.eat_keyword("check") {
        ConstraintKind::Check(parenthesized_expr(parser)?)
    } else {
        parser.expect_keywords(&["not", "null"])?;
        ConstraintKind::NotNull(None)
    };
    let mut constraint = ConstraintDefinition { name, ..plain(kind, parser.span_from(start)) };
    let attributes = attributes(parser)?;
    let of_check = matches!(constraint.kind, ConstraintKind::Check(_));
    if attributes.enforced.is_some() || (attributes.not_valid && !of_check) || (attributes.no_inherit && !of_check) {
        return parser.error_at("constraints of a domain cannot be marked so", attributes.span);
    }
    attributes.apply(parser, &mut constraint)?;
    constraint.span = parser.span_from(start);
    Ok(constraint)
}

/// `ConstraintElem` without its attributes
fn table_constraint_kind(parser: &mut Parser<'_>) -> PResult<ConstraintKind> {
    if parser.eat_keyword("check") {
        return parenthesized_expr(parser).map(ConstraintKind::Check);
    }
    if parser.eat_keywords(&["not", "null"]) {
        return parser.name().map(|column| ConstraintKind::NotNull(Some(column)));
    }
    if parser.eat_keyword("unique") {
        let nulls_not_distinct = null_treatment(parser)?;
        let key = table_key(parser, !nulls_not_distinct)?;
        return Ok(ConstraintKind::Unique(UniqueDefinition { nulls_not_distinct, ..key }));
    }
    if parser.eat_keywords(&["primary", "key"]) {
        return table_key(parser, true).map(ConstraintKind::PrimaryKey);
    }
    if parser.eat_keyword("exclude") {
        return exclusion(parser);
    }
    if parser.eat_keywords(&["foreign", "key"]) {
        let referencing = columns_and_period(parser)?;
        return references(parser, referencing, true);
    }
    parser.error("a constraint")
}

/// The key of a table's `UNIQUE` or `PRIMARY KEY`.
fn table_key(parser: &mut Parser<'_>, index_allowed: bool) -> PResult<UniqueDefinition> {
    if index_allowed && parser.eat_keywords(&["using", "index"]) {
        return Ok(UniqueDefinition { using_index: Some(parser.name()?), ..empty_key() });
    }
    let mut without_overlaps = false;
    let columns = parser.parenthesized(|parser| {
        let columns = parser.name_list()?;
        without_overlaps = parser.eat_keywords(&["without", "overlaps"]);
        Ok(columns)
    })?;
    let include = included_columns(parser)?;
    with_definition(parser)?;
    constraint_tablespace(parser)?;
    Ok(UniqueDefinition { columns, include, without_overlaps, ..empty_key() })
}

/// `opt_c_include`
fn included_columns(parser: &mut Parser<'_>) -> PResult<Vec<Name>> {
    if parser.eat_keyword("include") { columns(parser) } else { Ok(Vec::new()) }
}

fn exclusion(parser: &mut Parser<'_>) -> PResult<ConstraintKind> {
    let method = super::create_table::access_method(parser)?;
    let elements = parser.parenthesized(|parser| {
        parser.comma_separated(|parser| {
            let element = index_element(parser)?;
            parser.expect_keyword("with")?;
            Ok((element, super::common::operator_clause(parser)?))
        })
    })?;
    let include = included_columns(parser)?;
    with_definition(parser)?;
    constraint_tablespace(parser)?;
    let predicate = super::common::optional_condition(parser, "where")?;
    Ok(ConstraintKind::Exclude { method, elements, predicate, include })
}

/// `ConstraintAttributeSpec`
#[derive(Debug, Clone, Copy)]
pub(super) struct Attributes {
    /// `DEFERRABLE`, where it was said.
    pub(super) deferrable: Option<bool>,
    /// `INITIALLY DEFERRED`, where it was said.
    pub(super) initially_deferred: Option<bool>,
    /// `ENFORCED`, where it was said.
    pub(super) enforced: Option<bool>,
    /// `NOT VALID`
    pub(super) not_valid: bool,
    /// `NO INHERIT`
    pub(super) no_inherit: bool,
    /// Where they stand.
    pub(super) span: TextRange,
}

/// `ConstraintAttributeSpec`
///
/// # Errors
///
/// Attributes that contradict each other.
pub(super) fn attributes(parser: &mut Parser<'_>) -> PResult<Attributes> {
    let start = parser.position();
    let mut found = Attributes {
        deferrable: None,
        initially_deferred: None,
        enforced: None,
        not_valid: false,
        no_inherit: false,
        span: TextRange::new(start, start),
    };
    loop {
        let same = if parser.eat_keyword("deferrable") {
            said(&mut found.deferrable, true)
        } else if parser.eat_keywords(&["not", "deferrable"]) {
            said(&mut found.deferrable, false)
        } else if parser.eat_keywords(&["initially", "deferred"]) {
            said(&mut found.initially_deferred, true)
        } else if parser.eat_keywords(&["initially", "immediate"]) {
            said(&mut found.initially_deferred, false)
        } else if parser.eat_keyword("enforced") {
            said(&mut found.enforced, true)
        } else if parser.eat_keywords(&["not", "enforced"]) {
            said(&mut found.enforced, false)
        } else if parser.eat_keywords(&["not", "valid"]) {
            found.not_valid = true;
            true
        } else if parser.eat_keywords(&["no", "inherit"]) {
            found.no_inherit = true;
            true
        } else {
            return Ok(found);
        };
        found.span = parser.span_from(start);
        if found.deferrable == Some(false) && found.initially_deferred == Some(true) {
            return parser.error_at("constraint declared INITIALLY DEFERRED must be DEFERRABLE", found.span);
        }
        if !same {
            return parser.error_at("conflicting constraint properties", found.span);
        }
    }
}

/// Notes what was said; false where the opposite was said before.
fn said(place: &mut Option<bool>, value: bool) -> bool {
    place.replace(value).is_none_or(|before| before == value)
}

impl Attributes {
    /// Marks the constraint, where it may be marked so (`processCASbits` in gram.y).
    fn apply(self, parser: &Parser<'_>, constraint: &mut ConstraintDefinition) -> PResult<()> {
        let kind = &constraint.kind;
        let deferred = self.deferrable == Some(true) || self.initially_deferred == Some(true);
        let foreign = matches!(kind, ConstraintKind::ForeignKey { .. });
        let check = matches!(kind, ConstraintKind::Check(_));
        let not_null = matches!(kind, ConstraintKind::NotNull(_));
        let wrong = if deferred && !can_be_deferred(kind) {
            "DEFERRABLE"
        } else if self.not_valid && !foreign && !check && !not_null {
            "NOT VALID"
        } else if self.no_inherit && !check && !not_null {
            "NO INHERIT"
        } else if self.enforced.is_some() && !can_be_unenforced(kind) {
            "NOT ENFORCED"
        } else {
            ""
        };
        if !wrong.is_empty() {
            return parser.error_at(&format!("these constraints cannot be marked {wrong}"), self.span);
        }
        constraint.deferrable = deferred;
        constraint.initially_deferred = self.initially_deferred == Some(true);
        constraint.not_valid = self.not_valid;
        constraint.no_inherit = self.no_inherit;
        constraint.not_enforced = self.enforced == Some(false);
        Ok(())
    }
}
