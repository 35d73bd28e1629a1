//! Tags that are called like functions: `Prisma.sql(["… = ", ""], value)`, `new Prisma.Sql(["… = ", ""], [value])`.

use rollproof_source::Span;

use super::Evaluator;
use super::value::{Item, Piece, Pieces, Value};

impl Evaluator<'_> {
    /// The texts of such a call: what is given stands between each two of the tag's texts.
    pub(super) fn called_tag(
        &mut self,
        strings: Vec<Value>,
        given: Vec<Vec<Value>>,
        listed: bool,
        at: Span,
    ) -> Vec<Pieces> {
        let unknown = || vec![vec![Piece::Unknown("parts that are not known".into(), at)].into()];
        let strings = self.forced(strings);
        let [Value::List(items)] = strings.as_slice() else { return unknown() };
        if !items.iter().all(Item::is_sure) {
            return unknown();
        }
        let given: Option<Vec<Vec<Value>>> = match (listed, given.first().map(Vec::as_slice)) {
            (false, _) => Some(given),
            (true, Some([Value::List(values)])) if values.iter().all(Item::is_sure) => {
                Some(values.iter().map(|item| item.values.to_vec()).collect())
            }
            (true, _) => None,
        };
        let mut texts = vec![Vec::new()];
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                let values = given.as_ref().map(|given| given.get(index - 1).cloned().unwrap_or_default());
                let choices = self.between(values, at);
                texts = self.product(texts, &choices, at);
            }
            let choices = self.value_texts(&item.values, at);
            texts = self.product(texts, &choices, at);
        }
        texts.into_iter().map(Pieces::from).collect()
    }

    /// What stands for one of the values: a part of the query where it is one.
    fn between(&mut self, values: Option<Vec<Value>>, at: Span) -> Vec<Pieces> {
        let Some(values) = values else {
            return vec![vec![Piece::Unknown("value of an unknown list".into(), at)].into()];
        };
        let item = self.as_fragments(&Item::one(values), at);
        let mut found: Vec<Pieces> = Vec::new();
        for text in self.value_texts(&item.values, at) {
            if !found.contains(&text) {
                found.push(text);
            }
        }
        if found.is_empty() {
            found.push(vec![Piece::Placeholder(at)].into());
        }
        found
    }
}
