//! `CREATE`: the words between it and the kind, then the table of kinds.

use super::{
    aggregate, create_table, database, extension, foreign, function, index, operator, policy, publication, role, rule,
    schema, sequence, statistics, trigger, types, view,
};
use crate::ast::StatementKind;
use crate::error::PResult;
use crate::parse::cursor::Parser;

/// What was said between `CREATE` and the kind of the object.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Prefix {
    /// `OR REPLACE`
    pub(super) or_replace: bool,
    /// `TEMP`
    pub(super) temporary: bool,
    /// `UNLOGGED`
    pub(super) unlogged: bool,
}

/// Which words of a [`Prefix`] a kind may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Allows {
    /// None.
    Nothing,
    /// `OR REPLACE`
    Replace,
    /// `TEMP`, `UNLOGGED`
    Persistence,
    /// `UNLOGGED`
    Unlogged,
    /// All of them.
    All,
}

impl Allows {
    fn fits(self, prefix: Prefix) -> bool {
        match self {
            Self::Nothing => !prefix.or_replace && !prefix.temporary && !prefix.unlogged,
            Self::Replace => !prefix.temporary && !prefix.unlogged,
            Self::Persistence => !prefix.or_replace,
            Self::Unlogged => !prefix.or_replace && !prefix.temporary,
            Self::All => true,
        }
    }
}

/// What reads the rest, the kind's words taken.
type Rest = fn(&mut Parser<'_>, Prefix) -> PResult<StatementKind>;

/// Kinds by their words, a longer sequence before its beginning.
const KINDS: &[(&[&str], Allows, Rest)] = &[
    (&["table"], Allows::Persistence, create_table::create_table),
    (&["foreign", "data", "wrapper"], Allows::Nothing, foreign::create_wrapper),
    (&["foreign", "table"], Allows::Nothing, create_table::create_foreign_table),
    (&["materialized", "view"], Allows::Unlogged, view::create_materialized_view),
    (&["recursive", "view"], Allows::All, view::create_recursive_view),
    (&["view"], Allows::All, view::create_view),
    (&["unique", "index"], Allows::Nothing, index::create_unique_index),
    (&["index"], Allows::Nothing, index::create_index),
    (&["sequence"], Allows::Persistence, sequence::create_sequence),
    (&["schema"], Allows::Nothing, schema::create_schema),
    (&["extension"], Allows::Nothing, extension::create_extension),
    (&["function"], Allows::Replace, function::create_function),
    (&["procedure"], Allows::Replace, function::create_procedure),
    (&["aggregate"], Allows::Replace, aggregate::create_aggregate),
    (&["operator", "class"], Allows::Nothing, operator::create_class),
    (&["operator", "family"], Allows::Nothing, operator::create_family),
    (&["operator"], Allows::Nothing, operator::create_operator),
    (&["cast"], Allows::Nothing, operator::create_cast),
    (&["transform"], Allows::Replace, operator::create_transform),
    (&["type"], Allows::Nothing, types::create_type),
    (&["domain"], Allows::Nothing, types::create_domain),
    (&["collation"], Allows::Nothing, types::create_collation),
    (&["conversion"], Allows::Nothing, types::create_conversion),
    (&["default", "conversion"], Allows::Nothing, types::create_conversion),
    (&["text", "search"], Allows::Nothing, types::create_text_search),
    (&["constraint", "trigger"], Allows::Replace, trigger::create_constraint_trigger),
    (&["trigger"], Allows::Replace, trigger::create_trigger),
    (&["event", "trigger"], Allows::Nothing, trigger::create_event_trigger),
    (&["rule"], Allows::Replace, rule::create_rule),
    (&["policy"], Allows::Nothing, policy::create_policy),
    (&["user", "mapping"], Allows::Nothing, foreign::create_user_mapping),
    (&["role"], Allows::Nothing, role::create_role),
    (&["user"], Allows::Nothing, role::create_user),
    (&["group"], Allows::Nothing, role::create_role),
    (&["server"], Allows::Nothing, foreign::create_server),
    (&["access", "method"], Allows::Nothing, operator::create_access_method),
    (&["trusted", "procedural", "language"], Allows::Replace, extension::create_language),
    (&["trusted", "language"], Allows::Replace, extension::create_language),
    (&["procedural", "language"], Allows::Replace, extension::create_language),
    (&["language"], Allows::Replace, extension::create_language),
    (&["statistics"], Allows::Nothing, statistics::create_statistics),
    (&["publication"], Allows::Nothing, publication::create_publication),
    (&["subscription"], Allows::Nothing, publication::create_subscription),
    (&["database"], Allows::Nothing, database::create_database),
    (&["tablespace"], Allows::Nothing, database::create_tablespace),
];

/// `CREATE …`
pub(super) fn create(parser: &mut Parser<'_>) -> PResult<StatementKind> {
    parser.expect_keyword("create")?;
    let or_replace = parser.eat_keywords(&["or", "replace"]);
    let (temporary, unlogged) = persistence(parser);
    let prefix = Prefix { or_replace, temporary, unlogged };
    let found = KINDS.iter().find(|(words, allows, _)| parser.at_keywords(words) && allows.fits(prefix));
    match found {
        Some((words, _, rest)) => {
            parser.eat_keywords(words);
            rest(parser, prefix)
        }
        None => parser.error("a kind of object"),
    }
}

/// `OptTemp`: temporary, unlogged.
fn persistence(parser: &mut Parser<'_>) -> (bool, bool) {
    if parser.eat_keyword("unlogged") {
        return (false, true);
    }
    const TEMPORARY: &[&[&str]] = &[
        &["temporary"],
        &["temp"],
        &["local", "temporary"],
        &["local", "temp"],
        &["global", "temporary"],
        &["global", "temp"],
    ];
    (TEMPORARY.iter().any(|words| parser.eat_keywords(words)), false)
}
