//! Objects of one class that were made in different places: each has what it was given, and not what another was.

use std::hash::Hash;
use std::sync::Arc;

use rollproof_source::FileId;
use rustc_hash::FxHashMap;

use super::value::{
    Choice, Chosen, ClassRef, Decision, Env, Frame, FunctionRef, Item, Made, Piece, Pieces, Place, Taking, Value,
    Written, number_of,
};
use super::{Evaluator, OnCallers};
use crate::ir::{CallStyle, ClassId, ExprId, ExprKind, Facts, FunctionId};

/// Frames of objects, by their class, the class whose field is read, and what tells them apart.
pub(super) type Known = FxHashMap<((FileId, ClassId), (FileId, ClassId), u32), OnCallers<Env>>;

/// The number of what is seen through both.
pub(super) fn combined(outer: u32, inner: u32) -> u32 {
    match (outer, inner) {
        (0, one) | (one, 0) => one,
        both => number(&both),
    }
}

fn number(of: &impl Hash) -> u32 {
    number_of(of).max(1)
}

impl Made {
    /// An object that is made or declared at a place. At the top of a file it is the same in every call.
    pub(super) fn at(facts: &Arc<Facts>, expr: ExprId, env: &Env) -> Arc<Self> {
        let in_function = facts.function_at(facts.expr(expr).range.start).is_some();
        let env = env.as_ref().filter(|_| in_function).cloned();
        Arc::new(Self { place: Place::new(facts, expr, &env), through: 0 })
    }

    /// Whether no more is known of it than its declared class.
    pub(super) fn is_declared(&self) -> bool {
        !matches!(self.place.facts.expr(self.place.expr).kind, ExprKind::Call(_))
    }

    /// What tells the object from others of its class.
    pub(super) fn number(&self) -> u32 {
        let Place { facts, expr, env, .. } = &self.place;
        number(&(facts.file, *expr, env.as_ref().map_or(0, |frame| frame.serial), self.through))
    }
}

impl Evaluator<'_> {
    /// In what a field of `class` is read that an object of `own` has.
    pub(super) fn env_of_field(&mut self, own: &ClassRef, class: &ClassRef, this: &Value) -> Env {
        let Value::Instance(_, Some(made)) = this else {
            let call = self.made_through(own, class);
            return if call.is_some() || own != class { self.this_of(own, &call) } else { None };
        };
        let id = |class: &ClassRef| (class.facts.file, class.class);
        let key = (id(own), id(class), made.number());
        if let Some((known, hangs)) = self.known_objects.get(&key).cloned() {
            self.note_hanging(&hangs);
            return known;
        }
        // An object that is asked for again on the way is any object.
        self.known_objects.insert(key, (Some(frame_of(made, this, None)), None));
        let (call, whole, hangs) = self.aside_hanging(|evaluator| evaluator.construction(own, class, made));
        let env = Some(frame_of(made, this, call));
        if whole {
            self.known_objects.insert(key, (env.clone(), hangs));
        } else {
            self.known_objects.remove(&key);
        }
        env
    }

    /// The call of the constructor of `class` by which an object of `own` was made.
    fn construction(&mut self, own: &ClassRef, class: &ClassRef, made: &Made) -> Env {
        let Place { facts, expr, env, .. } = &made.place;
        let arguments = match &facts.expr(*expr).kind {
            ExprKind::Call(call) if call.style == CallStyle::New && made.through == 0 => {
                Some(self.arguments(facts, &call.arguments, env))
            }
            _ => None,
        };
        self.call_of_base(own, class, arguments)
    }

    /// In what a method stands: that of a class in a function may read what the function was given.
    pub(super) fn env_around(&self, class: &ClassRef, this: &Value) -> Env {
        let Value::Instance(_, Some(made)) = this else { return None };
        let first = class.facts.classes[class.class.index()].methods.values().next()?;
        let start = class.facts.functions[first.index()].range.start;
        let is_outer = |function: &FunctionId| class.facts.functions[function.index()].class.is_none();
        let mut around = class.facts.functions_around(start);
        around.any(|function| is_outer(&function)).then(|| frame_of(made, this, None))
    }
}

/// Values as they are seen through an object: what they hang on may have gone another way for another object.
pub(super) fn seen_through(values: &[Value], through: u32) -> Vec<Value> {
    values.iter().map(|value| value_through(value, through)).collect()
}

fn frame_of(made: &Made, this: &Value, call: Env) -> Arc<Frame> {
    let number = made.number();
    let outer = call.or_else(|| made.place.env.clone());
    Arc::new(Frame {
        this: Some(this.clone()),
        depth: made.place.env.as_ref().map_or(0, |frame| frame.depth),
        through: number,
        ..Frame::without_call(made.place.facts.file, outer, number)
    })
}

fn value_through(value: &Value, through: u32) -> Value {
    match value {
        Value::Text(pieces) => Value::Text(pieces_through(pieces, through)),
        Value::Fragment(pieces, file, expr) => Value::Fragment(pieces_through(pieces, through), *file, *expr),
        Value::List(items) => Value::List(items.iter().map(|item| item_through(item, through)).collect()),
        Value::Record(fields) => {
            Value::Record(fields.iter().map(|(name, values)| (name.clone(), seen_through(values, through))).collect())
        }
        Value::Object(place) => Value::Object(place_through(place, through)),
        Value::Written(written) => {
            let base = value_through(&written.base, through);
            let env = env_through(&written.env, written.facts.file, through);
            Value::Written(Arc::new(Written { base, env, ..written.as_ref().clone() }))
        }
        Value::Function(function) => {
            let env = env_through(&function.env, function.facts.file, through);
            let this = function.this.as_ref().map(|this| Arc::new(value_through(this, through)));
            Value::Function(FunctionRef { env, this, ..function.clone() })
        }
        Value::Instance(class, made) => {
            let made = made
                .as_ref()
                .map(|made| Arc::new(Made { through: combined(through, made.through), ..made.as_ref().clone() }));
            Value::Instance(class.clone(), made)
        }
        Value::Param(param, at) => {
            let mut param = param.clone();
            param.through = combined(through, param.through);
            Value::Param(param, *at)
        }
        Value::Class(_)
        | Value::Module(_)
        | Value::External { .. }
        | Value::Number(_)
        | Value::Nothing
        | Value::Opaque(_)
        | Value::Unknown(..) => value.clone(),
    }
}

fn item_through(item: &Item, through: u32) -> Item {
    let values = item.values.iter().map(|value| value_through(value, through)).collect();
    let all = |marks: &[Chosen]| marks.iter().map(|mark| chosen_through(*mark, through)).collect();
    let choice =
        item.choice.as_ref().map(|choice| Arc::new(Taking { taken: all(&choice.taken), left: all(&choice.left) }));
    Item { values: Arc::new(values), choice, ..item.clone() }
}

fn place_through(place: &Place, through: u32) -> Place {
    let env = env_through(&place.env, place.facts.file, through);
    let through = |mark: &Chosen| chosen_through(*mark, through);
    let decided = place.decided.as_ref().map(|marks| marks.iter().map(through).collect());
    Place { env, decided, ..place.clone() }
}

fn env_through(env: &Env, file: FileId, through: u32) -> Env {
    let serial = env.as_ref().map_or(0, |frame| frame.serial);
    let frame = Frame::without_call(file, env.clone(), combined(through, serial));
    Some(Arc::new(Frame { through, ..frame }))
}

fn pieces_through(pieces: &[Piece], through: u32) -> Pieces {
    pieces.iter().map(|piece| piece_through(piece, through)).collect()
}

fn piece_through(piece: &Piece, through: u32) -> Piece {
    match piece {
        Piece::Param(param, at) => {
            let mut param = param.clone();
            param.through = combined(through, param.through);
            Piece::Param(param, *at)
        }
        Piece::Chosen(mark) => Piece::Chosen(chosen_through(*mark, through)),
        Piece::Choice(choice) => choice_through(choice, through),
        other => other.clone(),
    }
}

fn choice_through(choice: &Choice, through: u32) -> Piece {
    let part = |part: &super::value::ChoicePart| super::value::ChoicePart {
        ways: part.ways.iter().map(|way| pieces_through(way, through)).collect(),
        left_out: part.left_out.as_ref().map(|left| pieces_through(left, through).to_vec()),
    };
    Choice::piece(choice.at, pieces_through(&choice.separator, through), choice.parts.iter().map(part).collect())
}

fn chosen_through(mark: Chosen, through: u32) -> Chosen {
    let decision = Decision { call: combined(through, mark.decision.call), ..mark.decision };
    Chosen { decision, ..mark }
}
