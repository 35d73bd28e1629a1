//! What a client is made with tells its database where a library speaks with several: `new SQL("sqlite://app.db")`.

use std::sync::Arc;

use rollproof_source::Span;

use super::value::{Env, Piece, Value};
use super::{Evaluator, span};
use crate::ir::{Call, Facts};
use crate::sinks::Client;

/// Options that hold an address.
const ADDRESSES: &[&str] = &["url", "filename"];

impl Evaluator<'_> {
    /// The module that a client is of which a library makes for another database than its own.
    pub(super) fn other_client(
        &mut self,
        facts: &Arc<Facts>,
        call: &Call,
        module: &str,
        maker: &str,
        env: &Env,
    ) -> Option<Arc<str>> {
        let libraries = self.program.index.libraries_of(module).map(|at| &self.program.language.libraries[at]);
        let clients = libraries.flat_map(|library| &library.clients);
        let clients: Vec<&Client> =
            clients.filter(|client| client.made_by.iter().any(|known| known == maker)).collect();
        if clients.is_empty() {
            return None;
        }
        let client_at = |address: &str| {
            let is_at = |client: &&&Client| client.addresses.iter().any(|known| address.starts_with(known));
            clients.iter().find(is_at).map(|client| client.module.as_str().into())
        };
        let mut found: Option<Arc<str>> = None;
        for argument in call.arguments.iter().take(2) {
            let values = self.eval(facts, *argument, env);
            let at = span(facts, *argument);
            for value in &self.forced(values) {
                if let Some(address) = beginning(value) {
                    found = found.or_else(|| client_at(&address));
                    continue;
                }
                for client in &clients {
                    let said = self.options(value, &client.option, at);
                    if said.first().is_some_and(|said| client.says.contains(said)) {
                        return Some(client.module.as_str().into());
                    }
                }
                for name in ADDRESSES {
                    found =
                        found.or_else(|| self.options(value, name, at).iter().find_map(|address| client_at(address)));
                }
            }
        }
        found
    }

    /// How the texts begin that an option may be.
    fn options(&mut self, value: &Value, name: &str, at: Span) -> Vec<String> {
        self.member(std::slice::from_ref(value), &name.into(), at).iter().filter_map(beginning).collect()
    }
}

/// How a text begins.
fn beginning(value: &Value) -> Option<String> {
    let Value::Text(pieces) = value else { return None };
    let first = pieces.iter().find(|piece| !matches!(piece, Piece::Chosen(_)))?;
    match first {
        Piece::Text { text, .. } => Some(text.to_string()),
        _ => None,
    }
}
