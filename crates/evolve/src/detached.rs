//! The check that a partition keeps when it is detached CONCURRENTLY: its bound (`DetachAddConstraintIfNeeded`,
//! tablecmds.c; `get_qual_from_partbound`, partbounds.c).

use std::sync::Arc;

use rollproof_catalog::{ColumnId, Partition, PartitionKey, Relation, Taint, TypeRef};
use rollproof_source::TextRange;
use rollproof_sql::ast::{ConstraintDefinition, ConstraintKind, Expr, ExprKind, Literal, PartitionBound};
use rollproof_sql::{quote_identifier, quote_literal};

use crate::bound::infinite_word;
use crate::context::{Context, Outcome};

impl Context {
    /// Adds the check. Where its text cannot be told, the table is not known for sure.
    pub(crate) fn keep_bound_as_check(&mut self, child: &Relation, parent: &Relation, span: TextRange) -> Outcome {
        let Some(partition) = &child.partition else { return Ok(()) };
        let text = parent.partition_key.as_ref().and_then(|key| self.bound_as_text(partition, key, parent));
        // What other checks say already is not said again, and whether they do is not asked here.
        let key = parent.partition_key.as_ref().map_or(&[][..], |key| &key.columns);
        let names: Vec<&Arc<str>> =
            key.iter().filter_map(|number| parent.column_by_number(*number)).map(|column| &column.name).collect();
        let own = |number: &i16| child.column_by_number(*number).is_some_and(|column| names.contains(&&column.name));
        let checked = child.constraints.iter().any(|known| {
            matches!(known.kind, rollproof_catalog::ConstraintKind::Check(_)) && known.columns.iter().any(own)
        });
        let Some(text) = text.filter(|_| !checked && parent.partition.is_none()) else {
            let message = format!("which check \"{}\" keeps of its bound is not modelled", child.name);
            let taint = Taint::Relations(vec![child.name.clone()], Arc::from(message.as_str()));
            self.taint(taint, message, span);
            return Ok(());
        };
        let Ok(value) = rollproof_sql::parse_expression(&text) else { return Ok(()) };
        let definition = ConstraintDefinition {
            name: None,
            kind: ConstraintKind::Null,
            deferrable: false,
            initially_deferred: false,
            not_valid: false,
            no_inherit: false,
            not_enforced: false,
            span: value.span,
        };
        let outer = std::mem::replace(&mut self.source, Arc::from(text));
        let added = self.add_check(child.oid, &definition, &value);
        self.source = outer;
        added.map(|_| ()).map_err(|stop| crate::context::placed(stop, span))
    }

    /// The bound of a partition by one column as a condition; none for any other.
    fn bound_as_text(&self, partition: &Partition, key: &PartitionKey, parent: &Relation) -> Option<String> {
        let [number] = key.columns[..] else { return None };
        let column = self.schema.column(ColumnId { relation: parent.oid, number })?;
        let name = quote_identifier(&column.name);
        let of_type = self.schema.format_type(TypeRef::plain(column.data_type.oid));
        let source = partition.source.as_ref()?;
        let value = |expr: &Expr| match &expr.kind {
            ExprKind::Literal(Literal::String(_)) => Some(format!("{}::{of_type}", expr.span.slice(source))),
            ExprKind::Literal(_) => Some(expr.span.slice(source).to_owned()),
            _ => None,
        };
        let is_null = |expr: &&Expr| matches!(expr.kind, ExprKind::Literal(Literal::Null));
        match &**partition.bound.as_ref()? {
            PartitionBound::Range(from, to) => {
                let mut parts = vec![format!("({name} IS NOT NULL)")];
                for (edge, operator) in [(from.first()?, ">="), (to.first()?, "<")] {
                    if infinite_word(edge).is_none() {
                        parts.push(format!("({name} {operator} {})", value(edge)?));
                    }
                }
                Some(format!("({})", parts.join(" AND ")))
            }
            PartitionBound::List(values) => {
                let written: Vec<&Expr> = values.iter().filter(|each| !is_null(each)).collect();
                let one_of = match &written[..] {
                    [] => return Some(format!("({name} IS NULL)")),
                    [only] => format!("({name} = {})", value(only)?),
                    several => {
                        let elements = several.iter().map(|each| element(each)).collect::<Option<Vec<_>>>()?;
                        let array = quote_literal(&format!("{{{}}}", elements.join(",")));
                        format!("({name} = ANY ({array}::{of_type}[]))")
                    }
                };
                let joined = if values.iter().any(|each| is_null(&each)) { "IS NULL) OR" } else { "IS NOT NULL) AND" };
                Some(format!("(({name} {joined} {one_of})"))
            }
            PartitionBound::Hash(..) | PartitionBound::Default => None,
        }
    }
}

/// A literal as an element of an array's text (`array_out`); none for what is no literal.
fn element(expr: &Expr) -> Option<String> {
    let text: &str = match &expr.kind {
        ExprKind::Literal(Literal::String(text) | Literal::Number(text)) => text,
        ExprKind::Literal(Literal::Integer(number)) => return Some(number.to_string()),
        _ => return None,
    };
    let plain = |character: char| !character.is_whitespace() && !"{}\",\\".contains(character);
    if !text.is_empty() && text.chars().all(plain) && !text.eq_ignore_ascii_case("null") {
        return Some(text.to_owned());
    }
    Some(format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")))
}
