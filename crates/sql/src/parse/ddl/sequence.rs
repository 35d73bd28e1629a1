//! Sequences and the options that identity columns share with them.

use super::common::{define, if_not_exists, number};
use super::create::Prefix;
use crate::ast::{CreateSequence, Definition, SequenceOption, StatementKind};
use crate::error::PResult;
use crate::lex::Punct;
use crate::parse::cursor::Parser;

/// `CREATE SEQUENCE`
pub(super) fn create_sequence(parser: &mut Parser<'_>, prefix: Prefix) -> PResult<StatementKind> {
    let if_not_exists = if_not_exists(parser);
    let name = parser.qualified_name()?;
    let options = options(parser)?;
    define(Definition::CreateSequence(CreateSequence {
        name,
        temporary: prefix.temporary,
        unlogged: prefix.unlogged,
        if_not_exists,
        options,
    }))
}

/// `OptSeqOptList`
pub(super) fn options(parser: &mut Parser<'_>) -> PResult<Vec<SequenceOption>> {
    let mut options = Vec::new();
    while let Some(option) = option(parser)? {
        options.push(option);
    }
    Ok(options)
}

/// `OptParenthesizedSeqOptList`
pub(super) fn parenthesized_options(parser: &mut Parser<'_>) -> PResult<Vec<SequenceOption>> {
    if !parser.at_punct(Punct::LeftParen) {
        return Ok(Vec::new());
    }
    parser.parenthesized(|parser| {
        let found = options(parser)?;
        if found.is_empty() { parser.error("an option of a sequence") } else { Ok(found) }
    })
}

/// `SeqOptElem`, where one stands.
pub(super) fn option(parser: &mut Parser<'_>) -> PResult<Option<SequenceOption>> {
    let option = if parser.eat_keyword("as") {
        SequenceOption::As(parser.type_name()?)
    } else if parser.eat_keywords(&["owned", "by"]) {
        if parser.at_keyword("none") && !parser.punct_at(1, Punct::Dot) {
            parser.advance();
            SequenceOption::OwnedBy(None)
        } else {
            SequenceOption::OwnedBy(Some(parser.qualified_name()?))
        }
    } else if parser.eat_keywords(&["sequence", "name"]) {
        SequenceOption::SequenceName(parser.qualified_name()?)
    } else {
        return value_option(parser);
    };
    Ok(Some(option))
}

/// Options that name nothing.
fn value_option(parser: &mut Parser<'_>) -> PResult<Option<SequenceOption>> {
    const WORDS: &[(&[&str], SequenceOption)] = &[
        (&["cycle"], SequenceOption::Other),
        (&["no", "cycle"], SequenceOption::Other),
        (&["no", "maxvalue"], SequenceOption::Maximum(None)),
        (&["no", "minvalue"], SequenceOption::Minimum(None)),
        (&["logged"], SequenceOption::Other),
        (&["unlogged"], SequenceOption::Other),
    ];
    if let Some((_, option)) = WORDS.iter().find(|(words, _)| parser.eat_keywords(words)) {
        return Ok(Some(option.clone()));
    }
    let option = if parser.eat_keyword("increment") {
        parser.eat_keyword("by");
        SequenceOption::Increment(number(parser)?)
    } else if parser.eat_keyword("restart") {
        let with = parser.eat_keyword("with");
        let value = if with || super::common::at_number(parser) { Some(number(parser)?) } else { None };
        SequenceOption::Restart(value)
    } else if parser.eat_keyword("start") {
        parser.eat_keyword("with");
        SequenceOption::Start(number(parser)?)
    } else if parser.eat_keyword("maxvalue") {
        SequenceOption::Maximum(Some(number(parser)?))
    } else if parser.eat_keyword("minvalue") {
        SequenceOption::Minimum(Some(number(parser)?))
    } else if parser.eat_keyword("cache") {
        SequenceOption::Cache(number(parser)?)
    } else {
        return Ok(None);
    };
    Ok(Some(option))
}
