//! What a method is called on, where its text is not known: a client by what makes it (`const store = pgp(url)`), by its type
//! (`(store: IDatabase<{}>) => …`, `({ pool }: { pool: Pool }) => …`), or by who hands it over
//! (`pool.connect((error, client) => …)`). Clients have any name.

use std::sync::Arc;

use super::Evaluator;
use super::declared::MAX_HOPS;
use super::typed::{Named, imported};
use super::value::Value;
use crate::ir::{BindingKind, Call, ExprId, ExprKind, Facts, FunctionId, Step};
use crate::lang::declared::{Declared, annotation};
use crate::sinks::{Of, Sink, is_module};

impl Evaluator<'_> {
    /// The one of several sinks whose library's client something is.
    pub(crate) fn client_of(&mut self, facts: &Arc<Facts>, expr: ExprId, sinks: &[Of<Sink>]) -> Option<Of<Sink>> {
        let used = |(library, _): &&Of<Sink>| self.program.imports(facts, library) || self.program.is_active(library);
        let sinks: Vec<Of<Sink>> = sinks.iter().filter(used).copied().collect();
        if sinks.is_empty() {
            return None;
        }
        self.tentatively(|evaluator| (evaluator.client_among(facts, expr, &sinks, MAX_HOPS), false))
    }

    fn client_among(&mut self, facts: &Arc<Facts>, expr: ExprId, sinks: &[Of<Sink>], hops: u32) -> Option<Of<Sink>> {
        let hops = hops.checked_sub(1)?;
        let of_kind = |kind: &ExprKind| match kind {
            ExprKind::Binding(_) | ExprKind::Member { .. } => true,
            // What a query returns is rows.
            ExprKind::Call(call) => facts.name_of(call.callee).is_none_or(|name| !is_sent_by(sinks, name)),
            _ => false,
        };
        if !of_kind(&facts.expr(expr).kind) {
            return None;
        }
        for value in self.eval(facts, expr, &None) {
            match value {
                Value::Function(_) => return None,
                Value::External { module, path } => {
                    let rows = path.last().is_some_and(|name| is_sent_by(sinks, name));
                    let found = sinks.iter().find(|(library, _)| is_module(library, &module)).copied();
                    if let Some(found) = found.filter(|_| !rows) {
                        return Some(found);
                    }
                }
                _ => {}
            }
        }
        if let Some(owner) = self.owner_of_tag(facts, expr) {
            return sinks.iter().find(|(library, _)| library.at == owner.at).copied();
        }
        let typed = self.type_of(facts, expr, hops).or_else(|| self.member_of_param(facts, expr, hops));
        if let Some(of) = typed {
            return self.sink_of_type(&of, sinks, hops);
        }
        let ExprKind::Binding(binding) = facts.expr(expr).kind else { return None };
        let binding = facts.binding(binding);
        let BindingKind::Param(param) = &binding.kind else { return None };
        let giver = handed_by(facts, param.function).filter(|_| binding.path.is_empty())?;
        self.client_among(facts, giver, sinks, hops)
    }

    /// The type's name of a part of a parameter that is declared by its members.
    fn member_of_param(&mut self, facts: &Arc<Facts>, expr: ExprId, hops: u32) -> Option<Named> {
        let mut path: Vec<Arc<str>> = Vec::new();
        let mut root = expr;
        while let ExprKind::Member { object, property } = &facts.expr(root).kind {
            path.insert(0, property.clone());
            root = *object;
        }
        let ExprKind::Binding(id) = facts.expr(root).kind else { return None };
        let binding = facts.binding(id);
        let BindingKind::Param(param) = &binding.kind else { return None };
        for step in binding.path.iter().rev() {
            let Step::Field(name) = step else { return None };
            path.insert(0, name.clone());
        }
        let info = &facts.functions[param.function.index()].params[param.index as usize];
        let typed = info.typed?;
        let declared = info.declared.get_or_init(|| annotation(typed.slice(&facts.text), typed.start)).clone();
        let mut of = (facts.clone(), declared);
        for member in &path {
            of = self.declared_member(of, member, hops)?;
        }
        let (facts, declared) = of;
        let name = |declared: &Declared| match declared {
            Declared::Name(name) => Some(name.clone()),
            _ => None,
        };
        let found = match &declared {
            Declared::OneOf(all) | Declared::AllOf(all) => all.iter().find_map(name),
            one => name(one),
        };
        Some((facts, found?))
    }

    /// The sink of the library that a type is of.
    fn sink_of_type(&mut self, (facts, name): &Named, sinks: &[Of<Sink>], hops: u32) -> Option<Of<Sink>> {
        let hops = hops.checked_sub(1)?;
        if let Some(definition) = facts.types.get(name) {
            let bases = definition.bases.iter();
            return bases.clone().find_map(|base| self.sink_of_type(&(facts.clone(), base.clone()), sinks, hops));
        }
        let (head, rest) = name.split_once('.').map_or((name.as_ref(), None), |(head, rest)| (head, Some(rest)));
        let (module, imported) = imported(facts, head)?;
        if let Some(found) = sinks.iter().find(|(library, _)| is_module(library, module)) {
            return Some(*found);
        }
        let path = self.program.resolve_module(facts, module)?;
        let of = self.exported_type(&path, &imported.or_else(|| rest.map(Arc::from))?, hops)?;
        self.sink_of_type(&of, sinks, hops)
    }
}

/// Whether a method of this name sends what it is given.
fn is_sent_by(sinks: &[Of<Sink>], name: &str) -> bool {
    sinks.iter().any(|(library, _)| library.sinks.iter().any(|sink| sink.methods.iter().any(|method| method == name)))
}

/// What the method is called on that a function is given to.
fn handed_by(facts: &Facts, function: FunctionId) -> Option<ExprId> {
    let gives = |call: &Call| {
        let is_it = |given: &ExprId| matches!(facts.expr(*given).kind, ExprKind::Function(other) if other == function);
        call.arguments.iter().any(is_it)
    };
    facts.calls.iter().find_map(|call| match &facts.expr(*call).kind {
        ExprKind::Call(call) if gives(call) => match facts.expr(call.callee).kind {
            ExprKind::Member { object, .. } => Some(object),
            _ => None,
        },
        _ => None,
    })
}
