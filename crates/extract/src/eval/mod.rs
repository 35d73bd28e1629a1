//! Which values an expression may have, over all files of a snapshot.

mod absent;
pub(crate) mod asset;
pub(crate) mod call;
mod called_tag;
mod changes;
pub(crate) mod choice;
mod client;
mod condition;
mod declared;
mod distinct;
mod drizzle;
pub(crate) mod each;
mod expand;
mod flow;
mod format;
pub(crate) mod given;
mod helper;
mod inherited;
mod joined;
mod json;
mod keyed;
mod literal;
pub(crate) mod made;
mod made_methods;
mod member;
mod method;
mod name;
mod narrow;
mod object;
mod objects;
pub(crate) mod outside;
mod own_tag;
mod package;
pub(crate) mod part;
mod paths;
mod pieces_of_lists;
mod recase;
mod receiver;
mod reduced;
pub(crate) mod replace;
mod rounds;
mod rust;
mod rust_format;
mod schema;
mod settings;
pub(crate) mod spread;
mod steady;
pub(crate) mod subclass;
mod subject;
pub(crate) mod tag;
mod tag_holes;
pub(crate) mod text;
mod turns;
mod typed;
mod unseen;
pub(crate) mod value;
mod written;

use std::sync::Arc;

use rollproof_source::{FileId, Span};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::held::Names;
use crate::ir::{ExprId, ExprKind, Facts, FunctionId, Part};
use crate::program::{Asked, Program};
use value::{Env, Item, Place, Value, add};

/// How deep evaluation may nest: calls in calls, names in names.
const MAX_DEPTH: u32 = 80;

/// How many expressions one site may cost. Of the sites of real projects one in thousands takes more than 3,000, and those
/// that take 10,000 take any number.
const MAX_STEPS: u32 = 10_000;

/// What is said of a value that is needed for itself.
const REFERS_TO_ITSELF: &str = "refers to itself, or too deep";

/// How many values are kept for other sites of a file.
const MAX_MEMO: usize = 50_000;

/// What is said of a site that costs more than it is allowed.
const TOO_MANY: &str = "too many combinations";

type MemoKey = (FileId, ExprId, usize);

/// What an expression is worth.
struct Known {
    /// Keeps the frame alive whose address is a part of the key.
    _env: Env,
    values: Vec<Value>,
    /// Where it was computed.
    at: Nesting,
    /// What cut something off there: with more room it is worth more.
    cut: Cuts,
    /// On whose callers it hangs.
    hangs: Hanging,
}

/// How often something was cut off: by how deep calls and expressions may nest, by questions to callers that come back.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Cuts {
    nesting: u32,
    forcing: u32,
}

/// How deep an evaluation stands: in expressions, in calls, in questions to callers.
#[derive(Clone, Copy)]
struct Nesting {
    depth: u32,
    calls: u32,
    forcing: usize,
}

impl Known {
    fn holds_at(&self, here: Nesting) -> bool {
        let deep = self.cut.nesting == 0 || (self.at.depth <= here.depth && self.at.calls <= here.calls);
        deep && (self.cut.forcing == 0 || self.at.forcing <= here.forcing)
    }
}

/// Functions on whose callers a value hangs; none where there are none.
type Hanging = Option<Arc<[(FileId, FunctionId)]>>;

/// What was found, and on whose callers it hangs.
type OnCallers<T> = (T, Hanging);

/// Evaluates the expressions of one file's sites, and of what they refer to.
pub(crate) struct Evaluator<'p> {
    pub(crate) program: &'p Program<'p>,
    memo: FxHashMap<MemoKey, Known>,
    /// Texts that some evaluation went through.
    pub(crate) touched: FxHashSet<(FileId, ExprId)>,
    /// Tagged templates that are a part of another.
    pub(crate) spliced: FxHashSet<(FileId, ExprId)>,
    steps: u32,
    depth: u32,
    /// Expressions that are being evaluated, and how many callers and writes are being asked for them.
    under_way: FxHashSet<(MemoKey, usize, usize)>,
    /// Calls that are being evaluated.
    calls: u32,
    /// The functions that they call.
    called: Vec<(FileId, FunctionId)>,
    /// How often a limit cut something off.
    cuts: Cuts,
    /// What callers give, as far as no limit cuts it off.
    given: FxHashMap<(value::ParamRef, Span), OnCallers<Vec<Value>>>,
    /// What their declared types tell of parameters.
    declared: FxHashMap<(value::ParamRef, Span), Option<Vec<Value>>>,
    /// Number of the newest call.
    serial: u32,
    /// Parameters whose callers are being asked.
    forcing: Vec<value::ParamRef>,
    /// How many lists' texts are being made at once: they share the limit of variants.
    lists: usize,
    /// Object literals that were frozen: what such an object lacks it will always lack.
    frozen: FxHashSet<(FileId, ExprId)>,
    /// What JSON files hold, by path.
    json: FxHashMap<Arc<str>, Value>,
    /// Objects that `this` stands for.
    objects: subclass::Objects,
    /// What the fields of objects are read in.
    known_objects: object::Known,
    /// What functions of packages were given, by module and path.
    settings: FxHashMap<settings::Made, Vec<Place>>,
    /// The calls by which objects of classes are made.
    made: FxHashMap<inherited::Descent, OnCallers<Env>>,
    /// What functions of other files write into what an expression makes, and into members of classes.
    unseen: unseen::Known,
    /// The turns of loops that were followed, by the loop, what is around it and their number.
    turn_frames: FxHashMap<turns::Turn, Env>,
    /// What runs any number of times leaves.
    rounds: FxHashMap<rounds::Asked, rounds::Left>,
    /// Parts of objects whose writes are being evaluated.
    writing: Vec<outside::Part>,
    /// Whether it settles who calls a function that it asks about where nothing is being evaluated.
    pub(crate) settles: bool,
    /// The functions whose callers were asked for.
    pub(crate) asked: Asked,
    /// What is known of the names of the file that was asked for last.
    pub(crate) names: Option<(FileId, Arc<Names>)>,
    /// Those of them on whose callers hangs what was evaluated so far.
    hangs: Vec<(FileId, FunctionId)>,
    /// Those that had a say in what was not kept.
    tried: FxHashSet<(FileId, FunctionId)>,
    /// Searches for names that are under way, how many, and what the present one has looked for in vain.
    searches: u32,
    searched: FxHashSet<rust::Search>,
    /// Searches that came to nothing.
    absent: FxHashSet<rust::Search>,
}

impl<'p> Evaluator<'p> {
    pub(crate) fn new(program: &'p Program<'p>) -> Self {
        Self {
            program,
            memo: FxHashMap::default(),
            touched: FxHashSet::default(),
            spliced: FxHashSet::default(),
            steps: 0,
            depth: 0,
            under_way: FxHashSet::default(),
            calls: 0,
            called: Vec::new(),
            cuts: Cuts::default(),
            given: FxHashMap::default(),
            declared: FxHashMap::default(),
            serial: 0,
            forcing: Vec::new(),
            lists: 1,
            frozen: FxHashSet::default(),
            json: FxHashMap::default(),
            objects: subclass::Objects::default(),
            known_objects: object::Known::default(),
            settings: FxHashMap::default(),
            made: FxHashMap::default(),
            unseen: unseen::Known::default(),
            turn_frames: FxHashMap::default(),
            rounds: FxHashMap::default(),
            writing: Vec::new(),
            settles: false,
            asked: Asked::default(),
            names: None,
            hangs: Vec::new(),
            tried: FxHashSet::default(),
            searches: 0,
            searched: FxHashSet::default(),
            absent: FxHashSet::default(),
        }
    }

    /// One whose calls are other calls than those of a survey, whose texts it goes on with.
    pub(crate) fn after_survey(program: &'p Program<'p>) -> Self {
        Self { serial: 1 << 31, ..Self::new(program) }
    }

    /// One that settles what it asks for where nothing is being evaluated: no other evaluates beside it.
    pub(crate) fn settling(program: &'p Program<'p>) -> Self {
        Self { settles: true, ..Self::new(program) }
    }

    /// Whether nothing is being evaluated.
    pub(crate) fn is_outermost(&self) -> bool {
        self.depth == 0 && self.calls == 0 && self.forcing.is_empty()
    }

    fn next_serial(&mut self) -> u32 {
        self.serial = self.serial.wrapping_add(1);
        self.serial
    }

    /// Starts the account of a new site.
    pub(crate) fn begin(&mut self) {
        // What sites with too many combinations went through takes much room and is seldom asked for again.
        if self.memo.len() > MAX_MEMO {
            self.memo.clear();
            self.turn_frames.clear();
            self.rounds.clear();
        }
        self.steps = 0;
        self.depth = 0;
        self.calls = 0;
        self.called.clear();
        self.under_way.clear();
        self.forcing.clear();
        self.writing.clear();
    }

    /// What `find` finds, which is the same wherever it is asked for and costs the site nothing; whether it came to its end.
    pub(crate) fn aside<T>(&mut self, find: impl FnOnce(&mut Self) -> T) -> (T, bool) {
        let (steps, cuts) = (self.steps, self.cuts);
        let found = find(self);
        let whole = self.cuts == cuts && self.steps <= MAX_STEPS;
        if whole {
            self.steps = steps;
        }
        (found, whole)
    }

    /// The same, and on whose callers it hangs.
    fn aside_hanging<T>(&mut self, find: impl FnOnce(&mut Self) -> T) -> (T, bool, Hanging) {
        let before = self.hangs.len();
        let (found, whole) = self.aside(find);
        (found, whole, self.hanging_since(before))
    }

    /// Notes that what is evaluated hangs on the callers of these functions.
    fn note_hanging(&mut self, hangs: &Hanging) {
        self.hangs.extend(hangs.iter().flat_map(|hangs| hangs.iter()));
    }

    /// What `find` finds where that costs no more than `most` expressions.
    pub(super) fn in_steps<T>(&mut self, most: u32, find: impl FnOnce(&mut Self) -> T) -> Option<T> {
        let spent = self.steps;
        let allowed = spent.max(MAX_STEPS.saturating_sub(most));
        self.steps = allowed;
        let found = find(self);
        let whole = self.steps <= MAX_STEPS;
        self.steps =
            if whole { spent + (self.steps - allowed) } else { spent + most.min(MAX_STEPS.saturating_sub(spent)) };
        whole.then_some(found)
    }

    pub(crate) fn limit(&self) -> usize {
        self.program.options.variant_limit.max(1)
    }

    pub(crate) fn eval(&mut self, facts: &Arc<Facts>, expr: ExprId, env: &Env) -> Vec<Value> {
        let at = span(facts, expr);
        // A literal costs what its text does (`charge`): generated files join thousands of them.
        if !matches!(&facts.expr(expr).kind, ExprKind::Template(parts) if matches!(parts[..], [Part::Text(_)])) {
            self.steps += 1;
        }
        if self.depth >= MAX_DEPTH {
            return self.cut_off(REFERS_TO_ITSELF, at);
        }
        if self.steps > MAX_STEPS {
            return vec![Value::unknown(TOO_MANY, at)];
        }
        if is_plain(&facts.expr(expr).kind) {
            return self.eval_kind(facts, expr, env);
        }
        let key = (facts.file, expr, env.as_ref().map_or(0, |frame| Arc::as_ptr(frame) as usize));
        let here = Nesting { depth: self.depth, calls: self.calls, forcing: self.forcing.len() };
        if let Some(known) = self.memo.get(&key).filter(|known| known.holds_at(here)) {
            self.cuts.nesting += known.cut.nesting;
            self.cuts.forcing += known.cut.forcing;
            let (values, hangs) = (known.values.clone(), known.hangs.clone());
            self.note_hanging(&hangs);
            return values;
        }
        let asked = (key, self.forcing.len(), self.writing.len());
        if !self.under_way.insert(asked) {
            return self.cut_off(REFERS_TO_ITSELF, at);
        }
        let (cuts, hangs) = (self.cuts, self.hangs.len());
        self.depth += 1;
        let mut values = self.eval_kind(facts, expr, env);
        self.depth -= 1;
        self.under_way.remove(&asked);
        self.cap(&mut values, at);
        if self.steps <= MAX_STEPS {
            let cut = Cuts {
                nesting: u32::from(self.cuts.nesting != cuts.nesting),
                forcing: u32::from(self.cuts.forcing != cuts.forcing),
            };
            let hangs = self.hanging_since(hangs);
            self.memo.insert(key, Known { _env: env.clone(), values: values.clone(), at: here, cut, hangs });
        }
        values
    }

    /// On whose callers hangs what was evaluated since there were so many.
    fn hanging_since(&mut self, before: usize) -> Hanging {
        if self.hangs.len() <= before {
            return None;
        }
        let mut new = self.hangs.split_off(before);
        new.sort_unstable();
        new.dedup();
        self.hangs.extend_from_slice(&new);
        Some(new.into())
    }

    /// What `find` finds; unless it says that it is kept, nothing hangs on whose callers were asked for it.
    pub(crate) fn tentatively<T>(&mut self, find: impl FnOnce(&mut Self) -> (T, bool)) -> T {
        let before = self.hangs.len();
        let (found, kept) = find(self);
        if !kept && self.hangs.len() > before {
            self.tried.extend(self.hangs.drain(before..));
        }
        found
    }

    /// The functions on whose callers hangs what was evaluated and kept.
    pub(crate) fn take_hanging(&mut self) -> Vec<(FileId, FunctionId)> {
        let mut hangs = std::mem::take(&mut self.hangs);
        hangs.sort_unstable();
        hangs.dedup();
        hangs
    }

    /// The functions whose callers had a say in what was evaluated and not kept.
    pub(crate) fn take_tried(&mut self) -> FxHashSet<(FileId, FunctionId)> {
        std::mem::take(&mut self.tried)
    }

    /// Whether the present site may cost more.
    fn has_steps(&self) -> bool {
        self.steps <= MAX_STEPS
    }

    /// What stands for a value that a limit keeps from being known here.
    fn cut_off(&mut self, reason: &str, at: Span) -> Vec<Value> {
        self.cuts.nesting += 1;
        vec![Value::unknown(reason, at)]
    }

    /// Keeps a set within the limit; what is left out stays as one unknown.
    pub(crate) fn cap(&mut self, values: &mut Vec<Value>, at: Span) {
        let limit = self.limit();
        if values.len() > limit {
            // Texts stay together as one that may go any of these ways.
            if let Some(together) = text::one_of(values, at) {
                self.note_spliced(values);
                *values = together;
                return;
            }
            values.truncate(limit);
            add(values, Value::unknown(&spread::more_than(limit), at));
        }
    }

    fn eval_kind(&mut self, facts: &Arc<Facts>, expr: ExprId, env: &Env) -> Vec<Value> {
        let at = span(facts, expr);
        match &facts.expr(expr).kind {
            ExprKind::Template(parts) => {
                self.touched.insert((facts.file, expr));
                self.template(facts, parts, env)
            }
            ExprKind::Tagged { tag, quasi } => self.tagged(facts, expr, *tag, *quasi, env),
            ExprKind::Concat(parts) => {
                self.touched.insert((facts.file, expr));
                self.concat(facts, parts, env)
            }
            ExprKind::Branch(arms) => {
                let ways = arms.iter().map(|arm| self.eval(facts, *arm, env)).collect();
                choice::told_apart(choice::at_expr(facts, expr, env), ways)
            }
            ExprKind::Choice { condition, arms } => self.chosen(facts, expr, (*condition, arms), env),
            ExprKind::Logic { op, left, right } => self.logic(facts, expr, (*op, *left, *right), env),
            ExprKind::Equal { .. } | ExprKind::Not(_) | ExprKind::TypeOf(_) => vec![Value::Opaque(at)],
            ExprKind::Call(call) => {
                let values = self.call(facts, expr, call, env);
                let values = self.as_checked(facts, expr, values, at);
                self.with_unseen(facts, expr, values)
            }
            ExprKind::Member { object, property } => {
                // Whatever is counted: a list would have to be followed for nothing.
                if matches!(property.as_ref(), "length" | "size" | "rowCount") {
                    return vec![Value::Number(at)];
                }
                if let Some(empty) = self.empty_fragment(facts, expr) {
                    return vec![empty];
                }
                if let Some(place) = self.own_place(facts, expr, env) {
                    return place;
                }
                let objects = self.eval(facts, *object, env);
                let values = self.member(&objects, property, at);
                self.as_checked(facts, expr, values, at)
            }
            ExprKind::Index { object, index } => {
                let values = self.index(facts, *object, *index, env);
                self.with_stored(facts, expr, values, env)
            }
            ExprKind::Binding(binding) => {
                let values = self.binding(facts, *binding, at, env);
                self.as_checked(facts, expr, values, at)
            }
            ExprKind::Global(name) if self.program.is_rust() => self.rust_global(facts, &name.clone(), at),
            ExprKind::Global(name) => {
                if name.as_ref() == "__dirname" {
                    let folder = facts.path.rsplit_once('/').map_or("", |(folder, _)| folder);
                    return vec![Value::derived(folder, at)];
                }
                vec![Value::External { module: "".into(), path: vec![name.clone()].into() }]
            }
            ExprKind::Path(path) => self.path(facts, path, at),
            ExprKind::Array(items) => {
                let list = Value::List(self.items(facts, items, env, false).into());
                self.with_unseen(facts, expr, vec![list])
            }
            ExprKind::Spread(inner) => self.eval(facts, *inner, env),
            ExprKind::Object(_) => vec![Value::Object(Place::new(facts, expr, env))],
            ExprKind::Function(function) => vec![self.function(facts, *function, env)],
            ExprKind::Class(class) => vec![Value::Class(value::ClassRef { facts: facts.clone(), class: *class })],
            ExprKind::This => self.this(facts, at, env),
            ExprKind::Number(Some(text)) => vec![Value::derived(text, at)],
            ExprKind::Number(None) => vec![Value::Number(at)],
            ExprKind::Nothing => vec![Value::Nothing],
            ExprKind::Opaque => vec![Value::Opaque(at)],
            ExprKind::Placeholder => vec![Value::text(vec![value::Piece::Placeholder(at)])],
            ExprKind::Unknown(reason) => vec![Value::unknown(reason, at)],
        }
    }

    /// `condition ? yes : no`
    fn chosen(
        &mut self,
        facts: &Arc<Facts>,
        expr: ExprId,
        (condition, arms): (ExprId, &[ExprId]),
        env: &Env,
    ) -> Vec<Value> {
        if let Some(holds) = self.holds(facts, condition, env) {
            return self.eval(facts, arms[usize::from(!holds)], env);
        }
        let mut ways = Vec::with_capacity(arms.len());
        for (arm, holds) in arms.iter().zip([true, false]) {
            ways.push(match self.narrowed(facts, condition, *arm, holds, env) {
                Some(values) => values,
                None => self.eval(facts, *arm, env),
            });
        }
        let found_out = choice::takes_marks(ways.iter().flatten()).then(|| self.outcomes(facts, condition, env));
        choice::told_apart_by(choice::at_expr(facts, expr, env), &found_out.unwrap_or_default(), ways)
    }

    /// The items of an array literal or of a `push`.
    fn items(&mut self, facts: &Arc<Facts>, items: &[ExprId], env: &Env, repeated: bool) -> Vec<Item> {
        let mut list = Vec::new();
        for item in items {
            let ExprKind::Spread(inner) = facts.expr(*item).kind else {
                let values = self.eval(facts, *item, env);
                let values = self.guarded(facts, *item, &values, env).unwrap_or(values);
                list.push(Item { repeated, ..Item::one(values) });
                continue;
            };
            let spread = self.eval(facts, inner, env);
            match spread.as_slice() {
                [Value::List(inner)] => list.extend(inner.iter().map(|item| {
                    let mut item = item.clone();
                    item.repeated |= repeated;
                    item
                })),
                // `...(condition ? [a] : [])`: each item may be left out.
                lists if lists.iter().all(|value| matches!(value, Value::List(_) | Value::Nothing)) => {
                    for value in lists {
                        if let Value::List(inner) = value {
                            list.extend(inner.iter().map(|item| Item { optional: true, ..item.clone() }));
                        }
                    }
                }
                _ => {
                    let values = vec![Value::unknown("spread of an unknown list", span(facts, inner))];
                    list.push(Item::many(values));
                }
            }
        }
        list
    }
}

/// Whether an expression is worth what it is, with nothing to evaluate.
fn is_plain(kind: &ExprKind) -> bool {
    matches!(
        kind,
        ExprKind::Object(_)
            | ExprKind::Function(_)
            | ExprKind::Class(_)
            | ExprKind::Number(_)
            | ExprKind::Nothing
            | ExprKind::Opaque
            | ExprKind::Placeholder
            | ExprKind::Unknown(_)
    )
}

pub(crate) fn span(facts: &Facts, expr: ExprId) -> Span {
    Span { file: facts.file, range: facts.expr(expr).range }
}
