//! What is bound to the placeholders of a query: names and SQL among them become part of its text.

use std::collections::BTreeMap;
use std::sync::Arc;

use rollproof_source::Span;

use crate::eval::part::BUILT;
use crate::eval::value::{Env, Item, Piece, Pieces, Place, Value};
use crate::eval::{Evaluator, span};
use crate::ir::{ExprId, ExprKind, Facts};

/// What is known of a call's bindings.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bindings {
    /// By place.
    listed: Vec<Bound>,
    /// By name.
    named: BTreeMap<String, Bound>,
    /// The names of an object in their order, where all of them are known.
    keys: Option<Vec<String>>,
    /// SQL is bound, nobody knows where.
    anywhere: Option<Span>,
    /// What they are bound by.
    by: By,
    /// A setting of the library may change names that are bound.
    renamed: bool,
    /// Whether something is bound to `$1` and `$name`, where the options say.
    dollars: Option<bool>,
}

/// What bindings are bound by, as far as it is known: a library that is given the one leaves the placeholders of the other
/// as they are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum By {
    #[default]
    Anything,
    Place,
    Name,
    /// Nothing: options that bind nothing, or names, which the library tells.
    Options,
}

/// One of them.
#[derive(Debug, Clone, Default)]
struct Bound {
    /// Its text where that is known. A list of texts is one binding: columns.
    texts: Option<Vec<String>>,
    /// It is SQL and no value.
    part: Option<Pieces>,
    /// It is a list of rows.
    rows: Option<Rows>,
}

/// What is known of rows that are bound as one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rows {
    /// Each has so many values.
    Of(usize),
    Unknown,
}

impl Bindings {
    /// The one text that is bound at a place.
    pub(crate) fn text_at(&self, place: usize) -> Option<&str> {
        match self.listed.get(place)?.texts.as_deref()? {
            [text] => Some(text),
            _ => None,
        }
    }

    /// The texts that are bound to what a placeholder says: a number from 1, or a name.
    pub(crate) fn of(&self, placeholder: &str) -> Option<&[String]> {
        match placeholder.parse::<usize>() {
            Ok(number) => self.listed.get(number.checked_sub(1)?)?.texts.as_deref(),
            Err(_) => self.named.get(placeholder)?.texts.as_deref(),
        }
    }

    /// The names of the object whose fields are bound, in their order.
    pub(crate) fn keys(&self) -> Option<&[String]> {
        self.keys.as_deref()
    }

    /// Whether `?` is a placeholder in a text that is given these; `options`: names are bound in a field of their own.
    pub(crate) fn binds_places(&self, options: bool) -> bool {
        !options || matches!(self.by, By::Anything | By::Place)
    }

    /// Whether `:name` is one.
    pub(crate) fn binds_names(&self, options: bool) -> bool {
        match self.by {
            By::Anything | By::Name => true,
            By::Place => false,
            By::Options => !options,
        }
    }

    /// Whether a setting may change what this name is in the database.
    pub(crate) fn may_rename(&self, name: &str) -> bool {
        self.renamed && name.chars().any(char::is_uppercase)
    }

    /// The SQL that is bound at a place.
    pub(crate) fn part_at(&self, place: usize) -> Option<Pieces> {
        self.part_of(self.listed.get(place))
    }

    /// The SQL that is bound to a name.
    pub(crate) fn part_named(&self, name: &str) -> Option<Pieces> {
        self.part_of(self.named.get(name))
    }

    /// The SQL that is bound to what a placeholder says: a number from 1, or a name.
    pub(crate) fn part_for(&self, placeholder: &str) -> Option<Pieces> {
        match placeholder.parse::<usize>() {
            Ok(number) => self.part_at(number.checked_sub(1)?),
            Err(_) => self.part_named(placeholder),
        }
    }

    /// The rows that are bound at a place.
    pub(crate) fn rows_at(&self, place: usize) -> Option<Rows> {
        self.listed.get(place)?.rows
    }

    /// The rows that are bound to a name.
    pub(crate) fn rows_named(&self, name: &str) -> Option<Rows> {
        self.named.get(name)?.rows
    }

    /// Whether `$1` and `$name` are bound in a field of their own; none where nothing tells.
    pub(crate) fn binds_dollars(&self) -> Option<bool> {
        self.dollars
    }

    fn part_of(&self, bound: Option<&Bound>) -> Option<Pieces> {
        match self.anywhere {
            Some(at) => Some([Piece::Unknown(BUILT.into(), at)].into()),
            None => bound?.part.clone(),
        }
    }
}

impl Evaluator<'_> {
    /// What the argument that holds the bindings says: a list, an object, or one value.
    pub(crate) fn bindings(&mut self, facts: &Arc<Facts>, argument: ExprId, env: &Env) -> Bindings {
        let at = span(facts, argument);
        let values = self.eval(facts, argument, env);
        let bound = match values.as_slice() {
            [one] => self.bindings_of(one, at),
            several => {
                let mut bound = several.iter().map(|value| self.bindings_of(value, at));
                let anywhere = bound.any(|bound| bound.holds_part()).then_some(at);
                Bindings { anywhere, ..Bindings::default() }
            }
        };
        Bindings { renamed: self.program.renames("knex"), ..bound }
    }

    /// The same of a field of the argument: `new QueryFile(path, { params: { schema } })`.
    pub(crate) fn bindings_in(&mut self, facts: &Arc<Facts>, argument: ExprId, field: &str) -> Bindings {
        let at = span(facts, argument);
        let options = self.eval(facts, argument, &None);
        match self.member(&options, &field.into(), at).as_slice() {
            [one @ Value::Object(_)] => self.bindings_of(one, at),
            _ => Bindings::default(),
        }
    }

    fn bindings_of(&mut self, value: &Value, at: Span) -> Bindings {
        match value {
            Value::List(items) => {
                let mut listed: Vec<Bound> = items.iter().map(|item| self.bound_item(item, at)).collect();
                // What comes after an item that may be left out has no certain place.
                let certain = items.iter().position(|item| !item.is_sure()).unwrap_or(items.len());
                listed.iter_mut().skip(certain).for_each(|bound| bound.texts = None);
                let shifts = items.iter().any(|item| !item.is_sure());
                let anywhere = (shifts && listed.iter().any(|bound| bound.part.is_some())).then_some(at);
                Bindings { listed, anywhere, by: By::Place, ..Bindings::default() }
            }
            Value::Object(place) => self.named_bindings(&place.clone(), 2, at),
            one => {
                let bound = Bound { texts: texts_of(one), part: self.bound_part(one, at), rows: None };
                Bindings { listed: vec![bound], ..Bindings::default() }
            }
        }
    }

    /// An object whose fields are bound; Sequelize has them in a field of their own.
    fn named_bindings(&mut self, place: &Place, depth: u32, at: Span) -> Bindings {
        let (owner, env) = (place.facts.clone(), place.env.clone());
        let ExprKind::Object(fields) = &owner.expr(place.expr).kind else { return Bindings::default() };
        let has = |name: &str| fields.iter().any(|field| field.name.as_deref() == Some(name));
        let dollars = (has("bind") || fields.iter().all(|field| field.name.is_some())).then(|| has("bind"));
        if let Some(field) = fields.iter().find(|field| field.name.as_deref() == Some("replacements")) {
            let bound = match self.eval(&owner, field.value, &env).as_slice() {
                [one @ Value::List(_)] => self.bindings_of(one, at),
                [one @ Value::Object(_)] => Bindings { by: By::Name, ..self.bindings_of(one, at) },
                _ => Bindings::default(),
            };
            return Bindings { dollars, ..bound };
        }
        let mut named: BTreeMap<String, Bound> = BTreeMap::new();
        let mut spread = false;
        for field in fields {
            let values = self.eval(&owner, field.value, &env);
            let Some(name) = &field.name else {
                spread = true;
                continue;
            };
            // pg-promise reads names with dots: `${row.id}`.
            if let [Value::Object(inner)] = values.as_slice()
                && depth > 0
            {
                let inner = self.named_bindings(&inner.clone(), depth - 1, at);
                named.extend(inner.named.into_iter().map(|(field, bound)| (format!("{name}.{field}"), bound)));
            }
            let item = Item::one(values);
            named.insert(name.to_string(), self.bound_item(&item, at));
        }
        // A spread may bind any name again.
        if spread {
            let anywhere = named.values().any(|bound| bound.part.is_some()).then_some(at);
            return Bindings { anywhere, dollars, ..Bindings::default() };
        }
        let keys = fields.iter().map(|field| field.name.as_ref().map(ToString::to_string)).collect();
        Bindings { named, keys, dollars, by: By::Options, ..Bindings::default() }
    }

    fn bound_item(&self, item: &Item, at: Span) -> Bound {
        let mut parts = item.values.iter().filter_map(|value| self.bound_part(value, at));
        let part = match (parts.next(), item.values.len()) {
            (Some(part), 1) => Some(part),
            (Some(_), _) => Some([Piece::Unknown(BUILT.into(), at)].into()),
            (None, _) => None,
        };
        Bound { texts: texts_of_item(item), part, rows: rows_of(item) }
    }
}

impl Bindings {
    fn holds_part(&self) -> bool {
        self.anywhere.is_some() || self.listed.iter().chain(self.named.values()).any(|bound| bound.part.is_some())
    }
}

fn texts_of_item(item: &Item) -> Option<Vec<String>> {
    match item.values.as_slice() {
        [one] if item.is_sure() => texts_of(one),
        _ => None,
    }
}

/// The rows of a list of lists.
fn rows_of(item: &Item) -> Option<Rows> {
    let [Value::List(rows)] = item.values.as_slice() else { return None };
    let first = rows.first().and_then(|row| row.values.first());
    match first {
        Some(Value::List(row)) if row.iter().all(Item::is_sure) => Some(Rows::Of(row.len())),
        Some(Value::List(_)) => Some(Rows::Unknown),
        _ => None,
    }
}

/// A text, or a list of texts that are all known.
fn texts_of(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::List(items) => items.iter().map(|item| texts_of_item(item)?.into_iter().next()).collect(),
        one => one.constant().map(|text| vec![text]),
    }
}
