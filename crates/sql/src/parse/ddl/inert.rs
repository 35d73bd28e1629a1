//! Statements that touch neither names nor writes, one by one.

use super::common::{columns, define, inert, utility_options, word_or_string};
use super::object::{commented, labelled};
use crate::ast::{Definition, QualifiedName, StatementKind};
use crate::error::PResult;
use crate::lex::Punct;
use crate::parse::cursor::Parser;

/// `COMMENT ON`
pub(super) fn comment(parser: &mut Parser<'_>) -> PResult<StatementKind> {
    parser.expect_keywords(&["comment", "on"])?;
    let comment = commented(parser)?;
    text_or_null(parser)?;
    define(Definition::Comment(comment))
}

/// `SECURITY LABEL`
pub(super) fn security_label(parser: &mut Parser<'_>) -> PResult<StatementKind> {
    parser.expect_keywords(&["security", "label"])?;
    if parser.eat_keyword("for") {
        word_or_string(parser)?;
    }
    parser.expect_keyword("on")?;
    let names = labelled(parser)?;
    text_or_null(parser)?;
    Ok(StatementKind::Inert("SECURITY LABEL", names))
}

/// `IS 'text'`, `IS NULL`
fn text_or_null(parser: &mut Parser<'_>) -> PResult<()> {
    parser.expect_keyword("is")?;
    if parser.eat_keyword("null") { Ok(()) } else { parser.string().map(drop) }
}

/// `VACUUM`
pub(super) fn vacuum(parser: &mut Parser<'_>) -> PResult<StatementKind> {
    parser.expect_keyword("vacuum")?;
    if parser.at_punct(Punct::LeftParen) {
        utility_options(parser)?;
    } else {
        // These are reserved words or type names, so none can be a table's name here, but for VERBOSE and the like.
        parser.eat_keyword("full");
        parser.eat_keyword("freeze");
        parser.eat_keyword("verbose");
        if !parser.eat_keyword("analyze") {
            parser.eat_keyword("analyse");
        }
    }
    Ok(StatementKind::Inert("VACUUM", vacuumed(parser)?))
}

/// `ANALYZE`
pub(super) fn analyze(parser: &mut Parser<'_>) -> PResult<StatementKind> {
    parser.advance();
    if parser.at_punct(Punct::LeftParen) {
        utility_options(parser)?;
    } else {
        parser.eat_keyword("verbose");
    }
    Ok(StatementKind::Inert("ANALYZE", vacuumed(parser)?))
}

/// `opt_vacuum_relation_list`
fn vacuumed(parser: &mut Parser<'_>) -> PResult<Vec<QualifiedName>> {
    if !parser.at_name() && !parser.at_keyword("only") {
        return Ok(Vec::new());
    }
    parser.comma_separated(|parser| {
        let relation = parser.relation_ref()?;
        if parser.at_punct(Punct::LeftParen) {
            columns(parser)?;
        }
        Ok(relation.name)
    })
}

/// `CLUSTER`
pub(super) fn cluster(parser: &mut Parser<'_>) -> PResult<StatementKind> {
    parser.expect_keyword("cluster")?;
    let options = parser.at_punct(Punct::LeftParen);
    if options {
        utility_options(parser)?;
    } else {
        parser.eat_keyword("verbose");
    }
    let mut names = Vec::new();
    if parser.at_name() {
        let name = parser.qualified_name()?;
        if !options && name.parts.len() == 1 && parser.eat_keyword("on") {
            names.push(parser.qualified_name()?);
        } else {
            names.push(name);
            if parser.eat_keyword("using") {
                parser.name()?;
            }
        }
    }
    Ok(StatementKind::Inert("CLUSTER", names))
}

/// `REINDEX`
pub(super) fn reindex(parser: &mut Parser<'_>) -> PResult<StatementKind> {
    parser.expect_keyword("reindex")?;
    if parser.at_punct(Punct::LeftParen) {
        utility_options(parser)?;
    }
    let mut names = Vec::new();
    let index = parser.eat_keyword("index");
    let tag = if index { "REINDEX INDEX" } else { "REINDEX" };
    if index || parser.eat_keyword("table") {
        parser.eat_keyword("concurrently");
        names.push(parser.qualified_name()?);
    } else if parser.eat_keyword("schema") {
        parser.eat_keyword("concurrently");
        parser.name()?;
    } else {
        if !parser.eat_keyword("system") {
            parser.expect_keyword("database")?;
        }
        parser.eat_keyword("concurrently");
        if parser.at_name() {
            parser.name()?;
        }
    }
    Ok(StatementKind::Inert(tag, names))
}

/// `CHECKPOINT`
pub(super) fn checkpoint(parser: &mut Parser<'_>) -> PResult<StatementKind> {
    parser.expect_keyword("checkpoint")?;
    inert("CHECKPOINT")
}

/// `LISTEN`
pub(super) fn listen(parser: &mut Parser<'_>) -> PResult<StatementKind> {
    parser.expect_keyword("listen")?;
    parser.name()?;
    inert("LISTEN")
}

/// `UNLISTEN`
pub(super) fn unlisten(parser: &mut Parser<'_>) -> PResult<StatementKind> {
    parser.expect_keyword("unlisten")?;
    if !parser.eat_operator("*") {
        parser.name()?;
    }
    inert("UNLISTEN")
}

/// `NOTIFY`
pub(super) fn notify(parser: &mut Parser<'_>) -> PResult<StatementKind> {
    parser.expect_keyword("notify")?;
    parser.name()?;
    if parser.eat_punct(Punct::Comma) {
        parser.string()?;
    }
    inert("NOTIFY")
}

/// `LOAD`
pub(super) fn load(parser: &mut Parser<'_>) -> PResult<StatementKind> {
    parser.expect_keyword("load")?;
    parser.string()?;
    inert("LOAD")
}

/// `DISCARD`. What drops temporary tables or resets settings is not inert.
pub(super) fn discard(parser: &mut Parser<'_>) -> PResult<StatementKind> {
    parser.expect_keyword("discard")?;
    if parser.eat_keyword("all") {
        return Ok(StatementKind::Unmodelled("DISCARD ALL"));
    }
    if parser.eat_keyword("temp") || parser.eat_keyword("temporary") {
        return Ok(StatementKind::Unmodelled("DISCARD TEMP"));
    }
    if parser.eat_keyword("plans") {
        return inert("DISCARD PLANS");
    }
    parser.expect_keyword("sequences")?;
    inert("DISCARD SEQUENCES")
}
