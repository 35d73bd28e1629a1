//! What packages and files that are not in the tree export: perhaps a text.

use rollproof_source::Span;

use crate::eval::Evaluator;
use crate::eval::asset::is_no_text;
use crate::eval::value::Value;
use crate::unbuilt::missing_file;

/// Of what a package exports nothing says that it is a text: only where the receiver is certain to be a client.
const EXPORTED: &str = "something of package ";

impl Evaluator<'_> {
    /// What is not in the tree may be a text; what a database library makes is an object that holds one, a site of its own.
    pub(crate) fn text_of_package(&self, module: &str, path: &[std::sync::Arc<str>], at: Span) -> Option<Value> {
        let named = path.last().is_some_and(|name| name.to_lowercase().contains("sql"));
        let elsewhere = module.starts_with('.') && !module.to_lowercase().contains("graphql");
        let made = self.program.index.libraries_of(module).next().is_some();
        match (named, elsewhere) {
            (_, true) => Some(Value::unknown(&missing_file(module), at)),
            (true, _) => Some(Value::unknown(&format!("value of package `{module}`"), at)),
            (false, _) => {
                (!made && !self.program.is_rust()).then(|| Value::unknown(&format!("{EXPORTED}`{module}`"), at))
            }
        }
    }
}

/// Whether nothing says that a value is a text.
pub(crate) fn is_anything(value: &Value) -> bool {
    matches!(value, Value::Unknown(reason, _) if reason.starts_with(EXPORTED) || is_no_text(reason))
}
