//! Which calls send SQL: callee, import and content against the libraries' sinks.

use std::sync::Arc;

use rollproof_source::Span;

use crate::QUERY_BUILDER;
use crate::eval::Evaluator;
use crate::eval::call::callee_path;
use crate::eval::value::{ParamRef, Piece, Value, add};
use crate::exported::is_anything;
use crate::indirect::{Taken, indirect, renamed};
use crate::ir::{BindingKind, Call, CallStyle, ExprId, ExprKind, Facts, Step};
use crate::looks;
use crate::sinks::{Library, Meaning, Of, Placeholders, Sink, ends_with, is_module};

/// A sink that a call was matched with.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) name: Arc<str>,
    pub(crate) style: Placeholders,
    pub(crate) argument: usize,
    pub(crate) fields: &'static [String],
    pub(crate) file: bool,
    pub(crate) grows: bool,
    pub(crate) part: bool,
    pub(crate) part_of: &'static [String],
    /// The library builds queries, of which this may make a part.
    pub(crate) builds: bool,
    pub(crate) receiver_text: bool,
    /// The database that it speaks with, where that is not PostgreSQL.
    pub(crate) database: Option<Arc<str>>,
    pub(crate) declares_types: bool,
    /// The field of the argument after the text that holds what is bound.
    pub(crate) bound_in: Option<&'static str>,
    /// The argument that is the list of all arguments (`query.apply(client, [text])`).
    pub(crate) list: Option<usize>,
    /// What a function of the project that reaches it does with its error.
    pub(crate) failure: Option<crate::FailureMode>,
}

impl Target {
    pub(crate) fn new(library: &'static Library, sink: &'static Sink) -> Self {
        Self {
            name: sink.name.as_str().into(),
            style: sink.placeholders.unwrap_or(library.placeholders),
            argument: sink.argument,
            fields: &sink.fields,
            file: sink.file,
            grows: sink.grows,
            part: sink.part,
            part_of: &sink.part_of,
            builds: sink.content && !library.builders.is_empty(),
            receiver_text: sink.receiver_text,
            database: crate::program::databases::named(library),
            declares_types: sink.declares_types.unwrap_or(library.declares_types),
            bound_in: sink.bound_in.as_deref(),
            list: None,
            failure: None,
        }
    }

    /// One that the project names itself.
    fn named(name: Arc<str>, argument: usize) -> Self {
        Self {
            name,
            style: Placeholders::Dollar,
            argument,
            fields: &[],
            file: false,
            grows: false,
            part: false,
            part_of: &[],
            builds: false,
            receiver_text: false,
            database: None,
            declares_types: false,
            bound_in: None,
            list: None,
            failure: None,
        }
    }
}

type Candidate = Of<Sink>;

impl Evaluator<'_> {
    /// The sink of a call, if it is one.
    pub(crate) fn sink_of(&mut self, facts: &Arc<Facts>, expr: ExprId) -> Option<Target> {
        let ExprKind::Call(call) = &facts.expr(expr).kind else { return None };
        if let Some((inner, taken)) = indirect(facts, call) {
            let target = self.direct_sink(facts, &inner)?;
            return match taken {
                Taken::First(count) => Some(Target { argument: target.argument + count, ..target }),
                Taken::List(list) => Some(Target { list: Some(list), ..target }),
            };
        }
        self.direct_sink(facts, call)
    }

    fn direct_sink(&mut self, facts: &Arc<Facts>, call: &Call) -> Option<Target> {
        let written = facts.name_of(call.callee)?;
        if let Some(extra) = self.program.options.sinks.iter().find(|extra| extra.function == written.as_ref()) {
            return Some(Target::named(written.clone(), extra.argument));
        }
        let renamed = renamed(facts, call.callee);
        let name = renamed.as_ref().unwrap_or(written);
        if !self.program.knows(name) {
            return self.made_sink(facts, call);
        }
        let mut path = callee_path(facts, call.callee);
        if let (Some(renamed), Some(last)) = (renamed, path.last_mut()) {
            *last = renamed;
        }
        match (call.style, &facts.expr(call.callee).kind) {
            (CallStyle::Macro, _) => self.macro_sink(facts, call, &path),
            (CallStyle::New, _) => self.imported_sink(facts, call, &path, true),
            (CallStyle::Plain, ExprKind::Member { object, .. }) => self.method_sink(facts, call, *object, &path),
            (CallStyle::Plain, _) => {
                let known = self.imported_sink(facts, call, &path, false).or_else(|| self.made_sink(facts, call));
                known.or_else(|| self.taken_sink(facts, call))
            }
        }
    }

    /// A function that a library's function makes: `const sql = neon(url); sql("select …")`.
    fn made_sink(&mut self, facts: &Arc<Facts>, call: &Call) -> Option<Target> {
        let ExprKind::Binding(binding) = facts.expr(call.callee).kind else { return None };
        let makes = |sink: &Sink| !sink.made_by.is_empty();
        let libraries = self.program.language.libraries.iter();
        let known = libraries.filter(|library| self.program.is_active(library) || self.program.imports(facts, library));
        let mut candidates =
            known.flat_map(|library| library.sinks.iter().filter(|sink| makes(sink)).map(move |sink| (library, sink)));
        let candidates: Vec<Candidate> = candidates.by_ref().collect();
        if candidates.is_empty() || call.style != CallStyle::Plain || call.arguments.is_empty() {
            return None;
        }
        for value in self.eval(facts, call.callee, &None) {
            let Value::External { module, path } = value else { continue };
            // What is imported from the package makes the function: `neon(url)` is no query.
            if matches!(&facts.binding(binding).kind, BindingKind::Import { module: from, .. } if *from == module) {
                continue;
            }
            let made = |(library, sink): &&Candidate| {
                is_module(library, &module)
                    && path.last().is_some_and(|name| sink.made_by.iter().any(|maker| maker == name.as_ref()))
            };
            if let Some((library, sink)) = candidates.iter().find(made) {
                let target = Target::new(library, sink);
                let values = self.argument_values(facts, call, &target);
                return (self.has_content(&values) || self.is_hidden(&values)).then_some(target);
            }
        }
        None
    }

    /// A method that was taken out of its object: `(payload, { query }) => query("…")`, `const { query } = client`. Its name
    /// says less than a receiver's: only where the argument reads as SQL.
    fn taken_sink(&mut self, facts: &Arc<Facts>, call: &Call) -> Option<Target> {
        let ExprKind::Binding(binding) = facts.expr(call.callee).kind else { return None };
        let Some(Step::Field(name)) = facts.binding(binding).path.last() else { return None };
        let candidates = self.program.index.methods.get(name.as_ref())?.iter();
        let fits = |(library, sink): &&Candidate| {
            !sink.part && !sink.receiver_text && self.program.may_use(facts, library) && takes_text(facts, call, sink)
        };
        let candidates: Vec<Candidate> = candidates.filter(fits).copied().collect();
        if candidates.is_empty() {
            return None;
        }
        let callees = self.eval(facts, call.callee, &None);
        if callees.iter().any(|callee| matches!(callee, Value::Function(_))) {
            return None;
        }
        let (library, sink) = self.likeliest(facts, call.callee, &candidates)?;
        let target = Target::new(library, sink);
        let values = self.argument_values(facts, call, &target);
        self.has_content(&values).then_some(target)
    }

    /// A function or a class that a library exports.
    fn imported_sink(&mut self, facts: &Arc<Facts>, call: &Call, path: &[Arc<str>], new: bool) -> Option<Target> {
        let index = self.program.index;
        let named = if new { &index.constructors } else { &index.functions };
        let named = named.get(path.last()?.as_ref())?;
        let mut candidates = named.iter().filter(|(_, name)| ends_with(path, name)).map(|(sink, _)| *sink).peekable();
        candidates.peek()?;
        let candidates: Vec<Candidate> = candidates.collect();
        for value in self.eval(facts, call.callee, &None) {
            if let Value::External { module, .. } = value
                && let Some((library, sink)) = candidates.iter().find(|(library, _)| is_module(library, &module))
            {
                return Some(Target::new(library, sink));
            }
        }
        None
    }

    fn method_sink(&mut self, facts: &Arc<Facts>, call: &Call, object: ExprId, path: &[Arc<str>]) -> Option<Target> {
        let name = path.last()?;
        if let Some(target) = self.imported_sink(facts, call, path, false) {
            return Some(target);
        }
        let named = self.program.index.methods.get(name.as_ref())?;
        let in_reach = |(library, _): &&Candidate| self.program.is_in_reach(facts, library);
        let candidates: &[Candidate] = &named.iter().filter(in_reach).copied().collect::<Vec<_>>();
        // `list.map(item => …)`: what can be no text is not worth knowing the receiver for.
        let by_content = candidates.iter().all(|(_, sink)| sink.content);
        if by_content && candidates.iter().all(|(_, sink)| !takes_text(facts, call, sink)) {
            return None;
        }
        // Nor is it where no candidate's argument reads as SQL: the receiver may take long.
        if by_content
            && !self.is_given_sql(facts, call, candidates)
            && !candidates.iter().any(|candidate| self.is_client(facts, object, candidate))
        {
            return self.sink_of_client(facts, call, object, candidates);
        }
        let callees = self.eval(facts, call.callee, &None);
        // `Bun.file(path)` sends nothing.
        let of_runtime = |callee: &Value| matches!(callee, Value::External { module, path } if module.is_empty() && matches!(&path[..], [first, _] if first.as_ref() == "Bun"));
        if callees.iter().any(|callee| matches!(callee, Value::Function(_)) || of_runtime(callee)) {
            return None;
        }
        // `sql.raw(…)` makes a part of a query; postgres.js's `sql.unsafe(…)` is either.
        let helper = self.program.helper(facts, path).is_some_and(|helper| helper.means != Meaning::Part);
        let known = callees.iter().find_map(|callee| match callee {
            Value::External { module, .. } => {
                candidates.iter().copied().find(|(library, _)| is_module(library, module))
            }
            _ => None,
        });
        let known = known.or_else(|| self.sink_of_tag(facts, object, candidates));
        let fits = |(library, sink): &Candidate| !sink.of_tag && self.program.may_use(facts, library);
        let candidates: Vec<Candidate> = candidates.iter().copied().filter(fits).collect();
        let (library, sink) = known.or_else(|| self.likeliest(facts, object, &candidates))?;
        let target = Target::new(library, sink);
        let values = self.argument_values(facts, call, &target);
        let content = self.has_content(&values);
        let whole = |helper: &&crate::sinks::Helper| helper.means != Meaning::Part;
        let own = || {
            library
                .helpers
                .iter()
                .filter(whole)
                .any(|helper| helper.calls.iter().any(|pattern| ends_with(path, pattern)))
        };
        let accepted = if helper {
            content && own()
        } else if sink.content {
            let hidden = |this: &mut Self| this.is_hidden(&values) || this.is_bound_whole(&target, call, &values);
            content || (self.is_client(facts, object, &(library, sink)) && hidden(self))
        } else {
            content
                || (sink.certain && !call.arguments.is_empty())
                || (known.is_some() && !values.is_empty())
                || self.is_hinted(facts, object, &candidates, &values)
                || self.callers_give_sql(&values)
        };
        if !accepted && !helper {
            return self.sink_of_client(facts, call, object, &candidates);
        }
        accepted.then_some(target)
    }

    /// The sink of a method whose text is not known, where what it is called on is one of its library's clients.
    fn sink_of_client(
        &mut self,
        facts: &Arc<Facts>,
        call: &Call,
        object: ExprId,
        candidates: &[Candidate],
    ) -> Option<Target> {
        let takes = |(_, sink): &&Candidate| !sink.part && !sink.receiver_text && takes_text(facts, call, sink);
        let candidates: Vec<Candidate> = candidates.iter().filter(takes).copied().collect();
        let (library, sink) = *candidates.first()?;
        // Which texts it is given is asked first: most are given none.
        let values = self.argument_values(facts, call, &Target::new(library, sink));
        if !self.is_hidden(&values) {
            return None;
        }
        let (library, sink) = self.client_of(facts, object, &candidates)?;
        Some(Target::new(library, sink))
    }

    /// The sink of what is a library's tag: `tx.unsafe("…")` of a transaction of SQLite.
    fn sink_of_tag(&mut self, facts: &Arc<Facts>, object: ExprId, candidates: &[Candidate]) -> Option<Candidate> {
        let is_used = |(library, sink): &&Candidate| {
            let speakers = self.program.language.libraries.iter().filter(|other| !other.clients.is_empty());
            let modules = || speakers.clone().flat_map(|other| &other.clients).map(|client| client.module.as_str());
            sink.of_tag
                && modules().any(|module| is_module(library, module))
                && speakers.clone().any(|other| self.program.imports(facts, other) || self.program.is_active(other))
        };
        candidates.iter().find(is_used)?;
        let owner = self.owner_of_tag(facts, object)?;
        candidates.iter().copied().find(|(library, sink)| library.at == owner.at && sink.of_tag)
    }

    /// Whether what a call gives where one of the candidates takes its text reads as SQL.
    fn is_given_sql(&mut self, facts: &Arc<Facts>, call: &Call, candidates: &[Candidate]) -> bool {
        let takes = |sink: &'static Sink| (sink.argument, &sink.fields, sink.file, sink.receiver_text);
        candidates.iter().enumerate().any(|(at, (library, sink))| {
            let asked = candidates[..at].iter().any(|(_, other)| takes(other) == takes(sink));
            !asked && takes_text(facts, call, sink) && {
                let values = self.argument_values(facts, call, &Target::new(library, sink));
                self.has_content(&values)
            }
        })
    }

    /// Of several libraries with such a method: the one that the file imports, else one that the project uses, first one
    /// whose clients are called like the receiver.
    fn likeliest(&self, facts: &Facts, object: ExprId, candidates: &[Candidate]) -> Option<Candidate> {
        let imported = candidates.iter().find(|(library, _)| self.program.imports(facts, library));
        let active = || candidates.iter().filter(|(library, _)| self.program.is_active(library));
        let receiver = facts.name_of(object).map(|name| name.to_lowercase()).unwrap_or_default();
        let hinted = || active().find(|(_, sink)| is_called_like(&receiver, sink));
        imported.or_else(hinted).or_else(|| active().next()).or(candidates.first()).copied()
    }

    /// The receiver is called like a client of a library that the file or the project uses, or is of one's type: what its method is given is
    /// SQL, known or not.
    fn is_client(&self, facts: &Facts, object: ExprId, (library, sink): &Candidate) -> bool {
        let Some(receiver) = facts.name_of(object) else { return false };
        let in_use = || self.program.imports(facts, library) || self.program.is_active(library);
        let typed = || library.has_types() && self.program.names(&facts.path).holds_any(library, receiver);
        !sink.part && (is_called_like(&receiver.to_lowercase(), sink) && in_use() || typed())
    }

    /// Nothing is known of how the text begins.
    fn is_hidden(&mut self, values: &[Value]) -> bool {
        let values = self.forced(values.to_vec());
        values.iter().any(|value| match value {
            Value::Param(..) | Value::Unknown(..) => !is_anything(value),
            Value::Text(pieces) => {
                let mut shown = pieces.iter().filter(|piece| !is_blank(piece));
                let open = matches!(shown.next(), Some(Piece::Unknown(..) | Piece::Param(..) | Piece::Choice(_)));
                // `${table}.name` is a name.
                open && match shown.next() {
                    Some(Piece::Text { text, .. }) => text.starts_with(char::is_whitespace),
                    _ => true,
                }
            }
            _ => false,
        })
    }

    /// Queries are bound to a text that says only what stands between them: `knex.raw("? union all ?", [a, b])`.
    fn is_bound_whole(&mut self, target: &Target, call: &Call, values: &[Value]) -> bool {
        const BETWEEN: &[&str] = &["union", "intersect", "except"];
        let between = |text: &str| BETWEEN.iter().any(|word| text.to_lowercase().contains(word));
        if target.style != Placeholders::Question || call.arguments.len() <= target.argument + 1 {
            return false;
        }
        let values = self.forced(values.to_vec());
        values.iter().any(|value| match value {
            Value::Text(pieces) => {
                let mut texts = Vec::new();
                written_in(pieces, &mut texts);
                let open = |text: &&&str| !text.trim_matches(['(', ' ', '\n', '\t']).is_empty();
                let begins = |text: &str| text.trim_start_matches(['(', ' ', '\n', '\t']).starts_with('?');
                texts.iter().find(open).is_some_and(|text| begins(text)) && texts.iter().any(|text| between(text))
            }
            _ => false,
        })
    }

    /// Some caller gives a parameter a text that starts like a statement.
    fn callers_give_sql(&mut self, values: &[Value]) -> bool {
        if !values.iter().any(|value| matches!(value, Value::Param(..))) {
            return false;
        }
        let given = self.forced(values.to_vec());
        self.has_content(&given)
    }

    /// The receiver is called like a database client, and the library is in use: the text is not known, but it is one.
    fn is_hinted(&self, facts: &Facts, object: ExprId, candidates: &[Candidate], values: &[Value]) -> bool {
        let unknown = |value: &Value| match value {
            Value::Param(..) | Value::Unknown(..) => !is_anything(value),
            Value::Text(pieces) => pieces.iter().any(|piece| !matches!(piece, Piece::Text { .. })),
            _ => false,
        };
        let Some(receiver) = facts.name_of(object).map(|name| name.to_lowercase()) else { return false };
        values.iter().any(unknown)
            && candidates.iter().any(|(library, sink)| {
                let in_use = self.program.modules.manifests == 0
                    || self.program.imports(facts, library)
                    || self.program.is_active(library);
                in_use && is_called_like(&receiver, sink)
            })
    }

    /// Some text starts like a statement.
    pub(crate) fn has_content(&self, values: &[Value]) -> bool {
        values.iter().any(|value| match value {
            Value::Fragment(..) => true,
            Value::Unknown(reason, _) => &**reason == QUERY_BUILDER,
            Value::Text(pieces) => begins_statement(pieces),
            _ => false,
        })
    }

    /// The values of the argument that holds the text. Objects are replaced by their field that holds it; what can hold
    /// none is left out.
    pub(crate) fn argument_values(&mut self, facts: &Arc<Facts>, call: &Call, target: &Target) -> Vec<Value> {
        if let ExprKind::Member { object, .. } = facts.expr(call.callee).kind
            && target.receiver_text
        {
            let at = crate::eval::span(facts, object);
            let mut values = self.eval_of_any_class(facts, object);
            // A tag is a site of its own.
            let is_tag = |expr: ExprId| matches!(facts.expr(expr).kind, ExprKind::Tagged { .. });
            values.retain(
                |value| !matches!(value, Value::Fragment(_, file, expr) if *file != facts.file || is_tag(*expr)),
            );
            return self.text_values(values, target, at);
        }
        if let Some(list) = target.list.and_then(|list| call.arguments.get(list)) {
            return match facts.expr(*list).kind {
                ExprKind::Array(ref items) => {
                    let Some(item) = items.get(target.argument).copied() else { return Vec::new() };
                    let values = self.eval_of_any_class(facts, item);
                    self.text_values(values, target, crate::eval::span(facts, item))
                }
                _ => self.spread_argument(facts, *list, target.argument as u32),
            };
        }
        let Some((argument, spread)) = argument_at(facts, call, target.argument) else { return Vec::new() };
        if let Some(skip) = spread {
            return self.spread_argument(facts, argument, skip);
        }
        let values = if target.file {
            let at = crate::eval::span(facts, argument);
            self.sql_file(facts, argument, at)
        } else {
            self.eval_of_any_class(facts, argument)
        };
        let at = crate::eval::span(facts, argument);
        self.text_values(values, target, at)
    }

    /// `values` with objects replaced by the field that holds the text.
    pub(crate) fn text_values(&mut self, values: Vec<Value>, target: &Target, at: Span) -> Vec<Value> {
        let mut found = Vec::new();
        for value in values {
            match &value {
                Value::Object(_) | Value::Instance(..) | Value::Record(_) | Value::Written(_) => {
                    for field in target.fields {
                        for value in self.member(std::slice::from_ref(&value), &field.as_str().into(), at) {
                            if !matches!(value, Value::Nothing | Value::Opaque(_)) {
                                add(&mut found, value);
                            }
                        }
                    }
                }
                Value::Nothing
                | Value::Function(_)
                | Value::Class(_)
                | Value::Module(_)
                | Value::Opaque(_)
                | Value::Number(_) => {}
                Value::External { module, path } if !module.is_empty() => {
                    found.extend(self.text_of_package(module, path, at));
                }
                Value::External { path, .. } => {
                    add(&mut found, Value::unknown(&format!("global `{}`", path.join(".")), at))
                }
                Value::List(_) | Value::Text(_) | Value::Fragment(..) | Value::Param(..) | Value::Unknown(..) => {
                    add(&mut found, value)
                }
            }
        }
        found
    }

    /// `query(...args)`: the argument is an item of the list.
    fn spread_argument(&mut self, facts: &Arc<Facts>, list: ExprId, skip: u32) -> Vec<Value> {
        let at = crate::eval::span(facts, list);
        let lists = self.eval(facts, list, &None);
        lists
            .into_iter()
            .flat_map(|list| match list {
                Value::Param(param, at) => {
                    let mut steps = param.steps.clone();
                    steps.push(Step::Item(skip));
                    vec![Value::Param(ParamRef { steps, ..param }, at)]
                }
                Value::List(items) => items.get(skip as usize).map_or_else(Vec::new, |item| item.values.to_vec()),
                _ => vec![Value::unknown("spread of an unknown list", at)],
            })
            .collect()
    }
}

/// A receiver, its name in lower case, is called like the sink's.
fn is_called_like(receiver: &str, sink: &Sink) -> bool {
    sink.receivers.iter().any(|hint| crate::sinks::is_like(receiver, hint))
}

/// Whether the argument of a sink is something that can be a text. A file that is named is no text.
fn takes_text(facts: &Facts, call: &Call, sink: &Sink) -> bool {
    if sink.receiver_text || sink.file {
        return true;
    }
    match argument_at(facts, call, sink.argument) {
        None => false,
        Some((_, Some(_))) => true,
        Some((argument, None)) => !matches!(
            facts.expr(argument).kind,
            ExprKind::Function(_)
                | ExprKind::Class(_)
                | ExprKind::Array(_)
                | ExprKind::Number(_)
                | ExprKind::Nothing
                | ExprKind::Opaque
        ),
    }
}

/// The argument at `index`, or the spread list that holds it and its place in there.
fn argument_at(facts: &Facts, call: &Call, index: usize) -> Option<(ExprId, Option<u32>)> {
    for (at, argument) in call.arguments.iter().enumerate().take(index + 1) {
        if let ExprKind::Spread(list) = facts.expr(*argument).kind {
            return Some((list, Some((index - at) as u32)));
        }
        if call.spread && at + 1 == call.arguments.len() {
            return Some((*argument, Some((index - at) as u32)));
        }
    }
    call.arguments.get(index).map(|argument| (*argument, None))
}

fn begins_statement(pieces: &[Piece]) -> bool {
    match pieces.iter().find(|piece| !is_blank(piece)) {
        Some(Piece::Text { text, .. }) => looks::statement_head(text),
        Some(Piece::Choice(choice)) => choice.ways().any(|way| begins_statement(way)),
        _ => false,
    }
}

/// What is written of pieces, those of choices as well.
fn written_in<'p>(pieces: &'p [Piece], texts: &mut Vec<&'p str>) {
    for piece in pieces {
        match piece {
            Piece::Text { text, .. } => texts.push(text),
            Piece::Choice(choice) => {
                choice.ways().for_each(|way| written_in(way, texts));
                written_in(&choice.separator, texts);
            }
            _ => {}
        }
    }
}

fn is_blank(piece: &Piece) -> bool {
    match piece {
        Piece::Text { text, .. } => text.trim().is_empty(),
        Piece::Repeat(_) | Piece::Chosen(_) => true,
        _ => false,
    }
}

/// The parameter that a value is, where it is nothing else.
pub(crate) fn only_param(value: &Value) -> Option<&ParamRef> {
    match value {
        Value::Param(param, _) => Some(param),
        Value::Text(pieces) => match pieces.as_ref() {
            [Piece::Param(param, _)] => Some(param),
            _ => None,
        },
        _ => None,
    }
}

/// The import that a name of this file is bound to.
pub(crate) fn import_of(facts: &Facts, name: &str) -> Option<Arc<str>> {
    facts.bindings.iter().find(|binding| binding.name.as_ref() == name).and_then(|binding| match &binding.kind {
        BindingKind::Import { module, .. } => Some(module.clone()),
        _ => None,
    })
}
