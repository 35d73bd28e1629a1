//! Tags by what they are declared to be: `private db: Sql`, `type Db = ReturnType<typeof postgres>`, the `tx` that
//! `sql.begin(async (tx) => …)` is given. They are called anything, and so are the helpers that they have.

use std::sync::Arc;

use super::Evaluator;
use super::value::Value;
use crate::ir::{BindingKind, Call, Export, ExprId, ExprKind, Facts, FunctionId, Step, TypeDefinition};
use crate::sinks::{Helper, Library};

/// Through how many names a type is followed.
const MAX_NAMES: u32 = 12;

/// What a library's tag is called where it is named for what it is.
const TAG: &str = "sql";

/// A type, by the name that it has in a file.
pub(super) type Named = (Arc<Facts>, Arc<str>);

impl Evaluator<'_> {
    /// The library whose tag an expression is, by what it is worth or is declared to be.
    pub(crate) fn owner_of_tag(&mut self, facts: &Arc<Facts>, expr: ExprId) -> Option<&'static Library> {
        self.tentatively(|evaluator| (evaluator.tag_of(facts, expr, MAX_NAMES), false))
    }

    fn tag_of(&mut self, facts: &Arc<Facts>, expr: ExprId, hops: u32) -> Option<&'static Library> {
        let kind = &facts.expr(expr).kind;
        if hops == 0 || !matches!(kind, ExprKind::Binding(_) | ExprKind::Member { .. } | ExprKind::Call(_)) {
            return None;
        }
        let values = self.eval(facts, expr, &None);
        if values.iter().any(|value| matches!(value, Value::Function(_))) {
            return None;
        }
        let by_value = values.iter().find_map(|value| self.owner_of_value(value));
        let by_value = by_value.or_else(|| self.declared_tag(facts, expr, hops));
        let library = by_value.or_else(|| self.passed_tag(facts, expr, hops))?;
        // What is declared to be such a client may be given one of another database.
        if !library.clients.is_empty() && !values.iter().any(|value| self.owner_of_value(value).is_some()) {
            let given = self.eval_of_any_class(facts, expr);
            let given = self.forced(given);
            return given.iter().find_map(|value| self.owner_of_value(value)).or(Some(library));
        }
        Some(library)
    }

    /// The library whose tag a value is.
    fn owner_of_value(&self, value: &Value) -> Option<&'static Library> {
        let Value::External { module, path } = value else { return None };
        let libraries = self.program.index.libraries_of(module).filter(|_| !module.is_empty());
        let mut libraries = libraries.map(|library| &self.program.language.libraries[library]);
        libraries.find(|library| library.tags.iter().any(|tag| tag.is_at(path)))
    }

    fn declared_tag(&mut self, facts: &Arc<Facts>, expr: ExprId, hops: u32) -> Option<&'static Library> {
        let (facts, name) = self.type_of(facts, expr, hops)?;
        self.tag_named(&facts, &name, hops)
    }

    /// The tag that methods of another are called with a function for: the function's first parameter.
    fn passed_tag(&mut self, facts: &Arc<Facts>, expr: ExprId, hops: u32) -> Option<&'static Library> {
        let ExprKind::Binding(binding) = facts.expr(expr).kind else { return None };
        let binding = facts.binding(binding);
        let BindingKind::Param(param) = &binding.kind else { return None };
        if param.index != 0 || !binding.path.is_empty() {
            return None;
        }
        let libraries = self.program.language.libraries.iter();
        let methods = libraries.flat_map(|library| library.tags.iter().flat_map(|tag| &tag.passed_by));
        let mut methods: Vec<&str> = methods.map(String::as_str).collect();
        methods.sort_unstable();
        methods.dedup();
        methods.into_iter().find_map(|method| {
            let receiver = receiver_of(facts, method, param.function)?;
            let library = self.tag_of(facts, receiver, hops - 1)?;
            library.tags.iter().any(|tag| tag.passed_by.iter().any(|name| name == method)).then_some(library)
        })
    }

    /// The declared type of a name or of a field.
    pub(super) fn type_of(&mut self, facts: &Arc<Facts>, expr: ExprId, hops: u32) -> Option<Named> {
        let hops = hops.checked_sub(1)?;
        match &facts.expr(expr).kind {
            ExprKind::Member { object, property } => {
                if matches!(facts.expr(*object).kind, ExprKind::This) {
                    let class = facts.class_at(facts.expr(*object).range.start)?;
                    let field = facts.classes[class.index()].fields.get(property)?;
                    return Some((facts.clone(), written(facts, field.type_expr?)?));
                }
                let of = self.type_of(facts, *object, hops)?;
                self.member_type(of, property, hops)
            }
            ExprKind::Binding(id) => {
                let binding = facts.binding(*id);
                if let Some(typed) = binding.type_expr {
                    return Some((facts.clone(), written(facts, typed)?));
                }
                let whole = match &binding.kind {
                    BindingKind::Param(param) if !binding.path.is_empty() => {
                        let typed = facts.functions[param.function.index()].params[param.index as usize].type_expr?;
                        (facts.clone(), written(facts, typed)?)
                    }
                    BindingKind::Variable => self.type_of(facts, binding.init?, hops)?,
                    _ => return None,
                };
                binding.path.iter().try_fold(whole, |of, step| match step {
                    Step::Field(name) => self.member_type(of, name, hops),
                    _ => None,
                })
            }
            _ => None,
        }
    }

    /// The type of a member of what is of a type.
    fn member_type(&mut self, (facts, name): Named, member: &Arc<str>, hops: u32) -> Option<Named> {
        let hops = hops.checked_sub(1)?;
        if let Some(definition) = facts.types.get(&name) {
            let of = |definition: &TypeDefinition| {
                let member = definition.members.iter().find(|(known, _)| known == member);
                member.map(|(_, typed)| typed.clone())
            };
            if let Some(typed) = of(definition) {
                return Some((facts.clone(), typed));
            }
            return definition
                .bases
                .iter()
                .find_map(|base| self.member_type((facts.clone(), base.clone()), member, hops));
        }
        if let Some(class) = facts.classes.iter().find(|class| class.name.as_ref() == Some(&name)) {
            let typed = class.fields.get(member)?.type_expr?;
            return Some((facts.clone(), written(&facts, typed)?));
        }
        let (module, imported) = imported(&facts, &name)?;
        let path = self.program.resolve_module(&facts, module)?;
        self.exported_type(&path, &imported?, hops).and_then(|of| self.member_type(of, member, hops))
    }

    /// The library whose tag's type a name of a file is.
    fn tag_named(&mut self, facts: &Arc<Facts>, name: &str, hops: u32) -> Option<&'static Library> {
        let hops = hops.checked_sub(1)?;
        if let Some(function) = name.strip_prefix("typeof ") {
            return self.tag_made_by(facts, function);
        }
        if let Some(definition) = facts.types.get(name) {
            return definition.bases.iter().find_map(|base| self.tag_named(facts, base, hops));
        }
        let (head, rest) = name.split_once('.').map_or((name, None), |(head, rest)| (head, Some(rest)));
        let (module, imported) = imported(facts, head)?;
        let Some(path) = self.program.resolve_module(facts, module) else {
            let names = imported.into_iter().chain(rest.map(Arc::from)).collect::<Vec<Arc<str>>>();
            return self.owner_of_value(&Value::External { module: module.clone(), path: names.into() });
        };
        let exported = match (imported, rest) {
            (Some(imported), None) => imported,
            (None, Some(rest)) => rest.into(),
            _ => return None,
        };
        let (facts, name) = self.exported_type(&path, &exported, hops)?;
        self.tag_named(&facts, &name, hops)
    }

    /// The library whose tag a function returns.
    fn tag_made_by(&mut self, facts: &Arc<Facts>, function: &str) -> Option<&'static Library> {
        let binding = facts.bindings.iter().position(|binding| binding.name.as_ref() == function)?;
        let binding = crate::ir::BindingId(binding as u32);
        let at = rollproof_source::Span { file: facts.file, range: Default::default() };
        let made = self.binding(facts, binding, at, &None).into_iter().flat_map(|value| match value {
            Value::Function(function) => self.invoke(&function, Vec::new(), at),
            other => vec![other],
        });
        let made: Vec<Value> = made.collect();
        made.iter().find_map(|value| self.owner_of_value(value))
    }

    /// Where the type is defined that a file exports under a name, or that it imports from a package.
    pub(super) fn exported_type(&mut self, path: &Arc<str>, name: &Arc<str>, hops: u32) -> Option<Named> {
        let hops = hops.checked_sub(1)?;
        let facts = self.program.facts(path)?;
        match facts.exports.get(name) {
            _ if facts.types.contains_key(name) => return Some((facts, name.clone())),
            Some(Export::From { module, name: Some(name) }) => {
                let path = self.program.resolve_module(&facts, module)?;
                return self.exported_type(&path, name, hops);
            }
            Some(Export::Binding(binding)) => return Some((facts.clone(), facts.binding(*binding).name.clone())),
            _ => {}
        }
        facts.export_all.iter().find_map(|module| {
            let path = self.program.resolve_module(&facts, module)?;
            self.exported_type(&path, name, hops)
        })
    }

    /// The helper of a tag's library that a call is of, whatever the tag is called: `db.array(…)`, `tx(rows)`.
    pub(super) fn helper_of_tag(&mut self, facts: &Arc<Facts>, call: &Call) -> Option<&'static Helper> {
        let is = |library: &'static Library, pattern: &str| {
            library.helpers.iter().find(|helper| helper.calls.iter().any(|known| known == pattern))
        };
        if is_tag(facts, call.callee) {
            let library = self.owner_of_tag(facts, call.callee)?;
            return is(library, TAG);
        }
        let ExprKind::Member { object, property } = &facts.expr(call.callee).kind else { return None };
        if !self.program.knows(property) {
            return None;
        }
        let pattern = format!("{TAG}.{property}");
        let known = |library: &&'static Library| {
            library.tags.iter().any(|tag| !tag.types.is_empty()) && is(library, &pattern).is_some()
        };
        self.program.language.libraries.iter().find(known)?;
        if matches!(facts.expr(*object).kind, ExprKind::Call(_)) {
            return None;
        }
        is(self.owner_of_tag(facts, *object)?, &pattern)
    }
}

/// Whether a template of the file has a tag that is called like an expression.
fn is_tag(facts: &Facts, expr: ExprId) -> bool {
    let tags = facts.tags.get_or_init(|| {
        let tags = facts.calls.iter().filter_map(|call| match facts.expr(*call).kind {
            // The tag that a call makes is not what is called.
            ExprKind::Tagged { tag, .. } if !matches!(facts.expr(tag).kind, ExprKind::Call(_)) => {
                facts.name_of(tag).cloned()
            }
            _ => None,
        });
        tags.collect()
    });
    !tags.is_empty() && facts.name_of(expr).is_some_and(|name| tags.contains(name))
}

/// What the method of this name is called on that is given a function.
fn receiver_of(facts: &Facts, method: &str, function: FunctionId) -> Option<ExprId> {
    let gives = |call: &Call| {
        let is_it = |given: &ExprId| matches!(facts.expr(*given).kind, ExprKind::Function(other) if other == function);
        call.arguments.iter().any(is_it)
    };
    facts.calls_by_name.get(method)?.iter().find_map(|call| match &facts.expr(*call).kind {
        ExprKind::Call(call) if gives(call) => match facts.expr(call.callee).kind {
            ExprKind::Member { object, .. } => Some(object),
            _ => None,
        },
        _ => None,
    })
}

/// The name of a declared type as it is written.
fn written(facts: &Facts, typed: ExprId) -> Option<Arc<str>> {
    match &facts.expr(typed).kind {
        ExprKind::Member { object, property } => Some(format!("{}.{property}", facts.name_of(*object)?).into()),
        _ => facts.name_of(typed).cloned(),
    }
}

/// Where a name is imported from, and its name there; none for the whole module.
pub(super) fn imported<'f>(facts: &'f Facts, name: &str) -> Option<(&'f Arc<str>, Option<Arc<str>>)> {
    facts.bindings.iter().find_map(|binding| match &binding.kind {
        BindingKind::Import { module, name: imported } if binding.name.as_ref() == name => {
            Some((module, imported.clone()))
        }
        _ => None,
    })
}
