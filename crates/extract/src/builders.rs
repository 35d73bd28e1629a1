//! Which calls start a query that a builder makes: chains of methods, and methods of models.

use std::sync::Arc;

use crate::eval::Evaluator;
use crate::eval::value::Value;
use crate::glance::is_model;
use crate::held::Names;
use crate::ir::{BindingKind, Call, CallStyle, ExprId, ExprKind, Facts, Field, ParamId, Step};
use crate::sinks::{Library, QueryBuilder};

/// How many names a client's part may have, one after the other.
const MAX_DELEGATES: u32 = 4;

/// Fields of what makes a client, and names no table.
pub(crate) const CLIENT_FIELDS: &[&str] = &["client", "connection"];

impl Evaluator<'_> {
    /// The query builder that a call starts, with its library.
    pub(crate) fn builder_at(
        &mut self,
        facts: &Arc<Facts>,
        expr: ExprId,
        call: &Call,
    ) -> Option<(&'static Library, &'static QueryBuilder)> {
        if let Some(found) = self.builder_of_type(facts, call) {
            return Some(found);
        }
        if !self.program.knows(facts.name_of(call.callee)?) {
            return None;
        }
        if let Some(found) = self.builder_of_model(facts, call) {
            return Some(found);
        }
        if let Some(found) = self.builder_of_delegate(facts, call) {
            return Some(found);
        }
        let direct = match self.program.is_rust() {
            // Chains are long, and start with paths.
            true => crate::eval::call::callee_path(facts, call.callee),
            false => callee_names(facts, call.callee)?,
        };
        let (method, before) = direct.split_last()?;
        for (library, builder) in self.program.index.builders.get(method.as_ref())? {
            let in_use = self.program.modules.manifests == 0
                || self.program.is_active(library)
                || self.program.imports(facts, library);
            let fits = in_use
                && !builder.models
                && !builder.delegates
                && !before.last().is_some_and(|name| builder.refuses(name))
                && (!builder.asks_receiver() || before.iter().any(|name| builder.takes(name)))
                && (builder.depth == 0 || before.len() >= builder.depth)
                && (!builder.text_argument
                    || self.first_is_text(facts, call)
                    || is_followed(facts, expr, call, builder))
                && (!builder.imported || self.program.imports(facts, library))
                && builder.arguments.is_none_or(|count| count == call.arguments.len())
                && (builder.given.is_empty() || is_given(facts, call, builder))
                && builder
                    .options_in
                    .is_none_or(|most| has_options(facts, call, most) || self.names_of(facts).uses(builder));
            if fits {
                return Some((library, builder));
            }
        }
        None
    }

    /// The builder that a call of a model's method starts.
    fn builder_of_model(&mut self, facts: &Facts, call: &Call) -> Option<(&'static Library, &'static QueryBuilder)> {
        let ExprKind::Member { object, property } = &facts.expr(call.callee).kind else { return None };
        let builders = self.program.index.builders.get(property.as_ref())?.iter().copied();
        let names = self.names_of(facts);
        let (models, types) = (&self.program.models, &self.program.types);
        let holds = |builder: &QueryBuilder, name: &str, bare| is_model(models, types, &names, builder, (name, bare));
        builders.filter(|(_, builder)| builder.models).find(|(_, builder)| {
            let model = match builder.depth {
                0 => {
                    let bare = !matches!(facts.expr(*object).kind, ExprKind::Member { .. });
                    let named = facts.name_of(*object).filter(|name| holds(builder, name, bare));
                    let root = || root_of(facts, *object).filter(|name| holds(builder, name, true));
                    return named.or_else(root).is_some();
                }
                _ => match &facts.expr(*object).kind {
                    ExprKind::Member { property, .. } => Some(property),
                    _ => None,
                },
            };
            model.is_some_and(|model| holds(builder, model, true))
        })
    }

    /// What is known of a file's names.
    fn names_of(&mut self, facts: &Facts) -> Arc<Names> {
        match &self.names {
            Some((file, names)) if *file == facts.file => names.clone(),
            _ => {
                let names = self.program.names(&facts.path);
                self.names = Some((facts.file, names.clone()));
                names
            }
        }
    }

    /// The builder of a call whose receiver is known to be of one of its types.
    fn builder_of_type(
        &mut self,
        facts: &Arc<Facts>,
        call: &Call,
    ) -> Option<(&'static Library, &'static QueryBuilder)> {
        let program = self.program;
        let types = &program.types;
        let method = facts.name_of(call.callee).filter(|_| !types.is_empty() && call.style == CallStyle::Plain)?;
        let names = self.names_of(facts);
        if names.is_empty() || !types.asks(method) && !names.has(method) {
            return None;
        }
        let libraries = types.libraries().iter();
        let mut builders = libraries.flat_map(|library| library.builders.iter().map(|builder| (*library, builder)));
        builders.find(|(_, builder)| {
            if builder.called && names.holds(builder, method) && is_name(facts, call.callee) {
                return self.takes_table(facts, call);
            }
            let through = types.is_through(&builder.name, method);
            if !through && !types.has(builder, method) {
                return false;
            }
            let ExprKind::Member { object, .. } = &facts.expr(call.callee).kind else { return false };
            if through && names.knows(builder) {
                return true;
            }
            if builder.depth > 0 {
                let path = callee_names(facts, *object).unwrap_or_default();
                return path.len() >= builder.depth
                    && path[..path.len() - 1].iter().any(|name| names.holds(builder, name));
            }
            !is_given_function(facts, call) && is_of_type(facts, &names, builder, *object, 0)
        })
    }

    /// Whether what a Knex is called with may be a table: what is made with an object's fields makes a Knex.
    fn takes_table(&mut self, facts: &Arc<Facts>, call: &Call) -> bool {
        let Some(first) = call.arguments.first() else { return false };
        match &facts.expr(*first).kind {
            ExprKind::Template(_) => true,
            ExprKind::Object(fields) => !makes_client(fields),
            _ => {
                let no_name = |value: &Value| {
                    matches!(
                        value,
                        Value::Object(_)
                            | Value::Record(_)
                            | Value::Written(_)
                            | Value::Instance(..)
                            | Value::Function(_)
                    )
                };
                let values = self.eval(facts, *first, &None);
                values.is_empty() || !values.iter().all(no_name)
            }
        }
    }

    /// The builder of a call of a method that tells by its name, on a part of a client that has another name.
    fn builder_of_delegate(
        &mut self,
        facts: &Arc<Facts>,
        call: &Call,
    ) -> Option<(&'static Library, &'static QueryBuilder)> {
        let ExprKind::Member { object, property } = &facts.expr(call.callee).kind else { return None };
        let builders = self.program.index.builders.get(property.as_ref())?.iter().copied();
        let mut builders = builders.filter(|(_, builder)| builder.delegates);
        builders.find(|(_, builder)| self.is_delegate(facts, builder, *object, 0))
    }

    /// Whether an expression is a model's part of a client: `prisma.user`, `prisma[model]`, a name of one of those.
    fn is_delegate(&mut self, facts: &Arc<Facts>, builder: &QueryBuilder, object: ExprId, depth: u32) -> bool {
        if depth > MAX_DELEGATES {
            return false;
        }
        let is_model = |name: &str| self.program.models.any(builder, name);
        match &facts.expr(object).kind {
            ExprKind::Member { property, object } => {
                is_model(property) && !matches!(facts.expr(*object).kind, ExprKind::This)
            }
            ExprKind::Index { object, .. } => is_client(facts, builder, *object),
            ExprKind::Choice { arms, .. } => arms.iter().any(|arm| self.is_delegate(facts, builder, *arm, depth + 1)),
            ExprKind::Logic { left, right, .. } => {
                [left, right].into_iter().any(|side| self.is_delegate(facts, builder, *side, depth + 1))
            }
            ExprKind::Binding(id) => {
                let binding = facts.binding(*id);
                match (&binding.kind, binding.init, binding.path.as_slice()) {
                    (BindingKind::Variable, Some(init), []) => self.is_delegate(facts, builder, init, depth + 1),
                    (BindingKind::Variable, Some(init), [.., Step::Field(name)]) => {
                        is_model(name) && is_client(facts, builder, init)
                    }
                    (BindingKind::Param(param), _, []) => self.is_given_delegate(facts, builder, *param, depth + 1),
                    _ => false,
                }
            }
            _ => false,
        }
    }

    /// Whether some caller in the file gives a parameter a model's part of a client.
    fn is_given_delegate(&mut self, facts: &Arc<Facts>, builder: &QueryBuilder, param: ParamId, depth: u32) -> bool {
        let Some(name) = &facts.functions[param.function.index()].name else { return false };
        let calls = facts.calls_by_name.get(name).cloned().unwrap_or_default();
        calls.into_iter().any(|call| match &facts.expr(call).kind {
            ExprKind::Call(call) => match call.arguments.get(param.index as usize) {
                Some(argument) => self.is_delegate(facts, builder, *argument, depth),
                None => false,
            },
            _ => false,
        })
    }

    fn first_is_text(&mut self, facts: &Arc<Facts>, call: &Call) -> bool {
        let Some(first) = call.arguments.first() else { return false };
        match &facts.expr(*first).kind {
            ExprKind::Template(_) => true,
            ExprKind::Object(fields) => !makes_client(fields),
            ExprKind::Member { .. } | ExprKind::Binding(_) => {
                let values = self.eval(facts, *first, &None);
                values.iter().any(|value| matches!(value, Value::Text(_)))
            }
            _ => false,
        }
    }
}

/// `knex({ client: "pg", connection })` makes a client; `knex({ u: "users" })` names a table.
fn makes_client(fields: &[Field]) -> bool {
    fields.iter().any(|field| field.name.as_deref().is_some_and(|name| CLIENT_FIELDS.contains(&name)))
}

/// Whether an expression is of one of the builder's types, as far as names tell.
fn is_of_type(facts: &Facts, names: &Names, builder: &QueryBuilder, object: ExprId, depth: u32) -> bool {
    let holds = |expr: ExprId| facts.name_of(expr).is_some_and(|name| !builder.models && names.holds(builder, name));
    let is_class = |name: Option<&Arc<str>>| name.is_some_and(|name| names.is_class(builder, name, true) == Some(true));
    let inner = |expr: ExprId| depth < MAX_DELEGATES && is_of_type(facts, names, builder, expr, depth + 1);
    match &facts.expr(object).kind {
        ExprKind::Binding(_) | ExprKind::Global(_) | ExprKind::Member { .. } => holds(object),
        ExprKind::Index { object, .. } => holds(*object),
        ExprKind::This => {
            let class = facts.class_at(facts.expr(object).range.start);
            let name = class.and_then(|class| facts.classes[class.index()].name.as_deref());
            name.is_some_and(|name| names.defines(builder, Some(name)))
        }
        ExprKind::Call(call) if call.style == CallStyle::New => is_class(facts.name_of(call.callee)),
        ExprKind::Call(call) => {
            facts.name_of(call.callee).is_some_and(|name| names.makes(builder, name))
                || is_class(root_of(facts, object))
        }
        ExprKind::Choice { arms, .. } => arms.iter().any(|arm| inner(*arm)),
        ExprKind::Logic { left, right, .. } => inner(*left) || inner(*right),
        _ => false,
    }
}

/// Whether a callee is a name, or a field of something that is not made by a call.
fn is_name(facts: &Facts, callee: ExprId) -> bool {
    matches!(facts.expr(callee).kind, ExprKind::Binding(_) | ExprKind::Global(_) | ExprKind::Member { .. })
}

/// Whether an expression is called like a client.
fn is_client(facts: &Facts, builder: &QueryBuilder, client: ExprId) -> bool {
    callee_names(facts, client).is_some_and(|path| path.iter().any(|name| builder.takes(name)))
}

/// `users.find((user) => …)` is a list's.
fn is_given_function(facts: &Facts, call: &Call) -> bool {
    call.arguments.first().is_some_and(|first| matches!(facts.expr(*first).kind, ExprKind::Function(_)))
}

/// Whether an object is among so many first arguments: `user.destroy({ transaction })`.
fn has_options(facts: &Facts, call: &Call, most: usize) -> bool {
    call.arguments.iter().take(most).any(|argument| matches!(facts.expr(*argument).kind, ExprKind::Object(_)))
}

/// Whether a chain goes on behind a call that is given a name, with methods that tell it: `db(table).where(…)`.
fn is_followed(facts: &Facts, expr: ExprId, call: &Call, builder: &QueryBuilder) -> bool {
    let given = |first: &ExprId| {
        !matches!(facts.expr(*first).kind, ExprKind::Function(_) | ExprKind::Number(_) | ExprKind::Nothing)
    };
    !builder.followed_by.is_empty()
        && call.arguments.first().is_some_and(given)
        && facts.exprs.iter().any(|other| match &other.kind {
            ExprKind::Member { object, property } => {
                *object == expr && builder.followed_by.iter().any(|name| name == property.as_ref())
            }
            _ => false,
        })
}

/// Whether the first argument is called like what the builder is given: `&mut self.conn()`.
fn is_given(facts: &Facts, call: &Call, builder: &QueryBuilder) -> bool {
    let Some(first) = call.arguments.first() else { return false };
    crate::eval::call::callee_path(facts, *first).iter().any(|name| builder.is_given(name))
}

/// The name that a chain of calls starts with, each a method of what the one before gave: `User.scope("a").unscoped()`.
fn root_of(facts: &Facts, object: ExprId) -> Option<&Arc<str>> {
    let mut next = object;
    for _ in 0..16 {
        match &facts.expr(next).kind {
            ExprKind::Binding(_) | ExprKind::Global(_) => return facts.name_of(next),
            ExprKind::Call(call) => match &facts.expr(call.callee).kind {
                ExprKind::Member { object, .. } => next = *object,
                _ => return None,
            },
            _ => return None,
        }
    }
    None
}

/// The names of a callee that is written without calls in between; `this` counts as a name.
fn callee_names(facts: &Facts, callee: ExprId) -> Option<Vec<Arc<str>>> {
    let mut names = Vec::new();
    let mut next = callee;
    for _ in 0..16 {
        match &facts.expr(next).kind {
            ExprKind::Member { object, property } => {
                names.push(property.clone());
                next = *object;
            }
            ExprKind::Binding(binding) => {
                names.push(facts.binding(*binding).name.clone());
                break;
            }
            ExprKind::Global(name) => {
                names.push(name.clone());
                break;
            }
            ExprKind::This => break,
            ExprKind::Call(call) if facts.name_of(call.callee).is_some() && call.arguments.len() <= 1 => {
                names.push(facts.name_of(call.callee)?.clone());
                break;
            }
            _ => return None,
        }
    }
    names.reverse();
    Some(names)
}
