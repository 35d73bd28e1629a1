//! Writes that are not followed wherever what they write is read (`sharing.rs`): what is written is not known then.

use std::sync::Arc;

use rollproof_source::Span;

use super::Evaluator;
use super::value::{Place, Value, add};
use crate::ir::{ClassId, ExprId, Facts};
use crate::sharing::Unseen;

const CHANGED: &str = "changed under another name";

impl Evaluator<'_> {
    /// The lists and objects that an expression makes, where what others write into them is not seen.
    pub(super) fn with_unseen(&mut self, facts: &Arc<Facts>, expr: ExprId, mut values: Vec<Value>) -> Vec<Value> {
        if self.program.is_rust() || !values.iter().any(has_parts) {
            return values;
        }
        if let Some(unseen) = facts.sharing().made(expr).first() {
            add(&mut values, unknown(facts, unseen));
        }
        values
    }

    /// What stands for a field of an object literal that others may write.
    pub(super) fn unseen_field(&self, place: &Place, name: &str) -> Option<Value> {
        if self.program.is_rust() {
            return None;
        }
        let facts = &place.facts;
        let unseen = facts.sharing().made(place.expr).iter().find(|unseen| unseen.may_be(name))?;
        Some(unknown(facts, unseen))
    }

    /// The same of any of its fields.
    pub(super) fn unseen_fields(&self, place: &Place) -> Option<Value> {
        if self.program.is_rust() {
            return None;
        }
        place.facts.sharing().made(place.expr).first().map(|unseen| unknown(&place.facts, unseen))
    }

    /// The same of a member of a class or of its objects.
    pub(super) fn unseen_member(&self, facts: &Arc<Facts>, class: ClassId, name: &str) -> Option<Value> {
        if self.program.is_rust() {
            return None;
        }
        let unseen = facts.sharing().of_class(class).find(|unseen| unseen.may_be(name))?;
        Some(unknown(facts, unseen))
    }
}

fn unknown(facts: &Facts, unseen: &Unseen) -> Value {
    Value::unknown(CHANGED, Span { file: facts.file, range: unseen.at })
}

/// Lists, objects and fragments.
fn has_parts(value: &Value) -> bool {
    matches!(value, Value::List(_) | Value::Object(_) | Value::Record(_) | Value::Written(_) | Value::Fragment(..))
}
