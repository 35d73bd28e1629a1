//! Source trees to SQL sites and queries.
//!
//! One engine for all languages. A language file (`lang`) lowers a syntax tree to facts (`ir`): what the expressions of
//! one file are made of. The evaluator (`eval`) computes from the facts of all files which texts an expression may have;
//! `matching` and `find` say which expressions are sent to a database, by data alone (`grammars/*/sinks`); `render` makes
//! the text that the server gets, every byte mapped back to its source.
//!
//! Most files are never parsed: `files` looks for words in their bytes, and `glance` reads the tokens of a TypeScript file
//! that has some, tells SQL in its texts from names and prose, and counts the calls of query builders.

mod bindings;
mod builders;
mod coverage;
mod dialects;
mod elsewhere;
mod eval;
mod exported;
mod fates;
mod files;
mod find;
mod glance;
mod held;
mod holes;
mod independent;
mod indirect;
mod ir;
mod lang;
mod looks;
mod matching;
mod mentions;
mod models;
mod modules;
mod nest;
mod observed;
mod options;
mod pgtyped;
mod places;
mod program;
mod promise;
mod query_files;
mod renaming;
mod render;
mod run;
mod script;
mod setters;
mod sharing;
mod sinks;
mod site;
mod sql_files;
mod survey;
mod table;
#[cfg(test)]
mod tests;
mod types;
mod unbuilt;
mod uses;
mod workers;

pub use observed::observed;
pub use options::{ExtraSink, Options};
pub use program::Cache;
pub use run::extract;
pub use script::{ScriptArgument, ScriptCall, Scripts};
pub use site::{
    ExtractedQuery, Extraction, FailureMode, LeftOut, QUERY_BUILDER, QueryKind, ResultUse, Site, SiteKind, Unknown,
};
