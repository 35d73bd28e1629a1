//! What an expression may be worth: a set of values, the texts among them as lists of pieces.

use std::sync::Arc;

use rollproof_source::{FileId, Span, TextRange};
use rollproof_sql::MadeText;

use super::outside::Part;
use crate::ir::{
    ANY_FIELD, BindingId, ClassId, DELETED, ExprId, Facts, Function, FunctionId, ParamId, RegionId, Step, Write,
    WriteOp,
};

/// A part of a text.
#[derive(Debug, Clone)]
pub(crate) enum Piece {
    /// Known text. Verbatim: byte for byte what stands at `at`.
    Text {
        text: Arc<str>,
        at: Span,
        verbatim: bool,
    },
    /// A value that the library sends beside the text.
    Placeholder(Span),
    /// A number that is not known.
    Number(Span),
    /// The number of a parameter that the program counted, by what tells it from others: the same wherever the name that
    /// keeps it is read.
    Counted(Span, u32),
    /// Text that is made at run time, of which the characters are known.
    Made {
        made: MadeText,
        at: Span,
        /// It is a number: `+` adds to it.
        number: bool,
    },
    /// What the caller gives.
    Param(ParamRef, Span),
    Unknown(Arc<str>, Span),
    /// What stands before may come any number of times. No text.
    Repeat(Span),
    /// The text is what comes of a decision that went one of these ways. No text.
    Chosen(Chosen),
    /// Parts whose combinations are not written out: with them there would be too many texts.
    Choice(Arc<Choice>),
}

/// Parts of a text, each in one of several ways, with a separator between those that are there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) at: Span,
    pub(crate) separator: Pieces,
    pub(crate) parts: Vec<ChoicePart>,
    weight: usize,
}

/// A part of a text that may go several ways.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ChoicePart {
    /// What it may be, each with what was decided on the way to it.
    pub(crate) ways: Vec<Pieces>,
    /// What is so where the part is left out, if it may be.
    pub(crate) left_out: Option<Vec<Piece>>,
}

/// How many pieces a choice may have in all, those of choices in it counted wherever they stand.
const MAX_WEIGHT: usize = 6_000;

impl Choice {
    /// The choice as a piece; unknown where it is too large to be looked into again and again.
    pub(crate) fn piece(at: Span, separator: Pieces, parts: Vec<ChoicePart>) -> Piece {
        let weight = parts.iter().flat_map(|part| &part.ways).map(|way| weight_of(way)).sum();
        if weight > MAX_WEIGHT {
            return Piece::Unknown(super::TOO_MANY.into(), at);
        }
        Piece::Choice(Arc::new(Self { at, separator, parts, weight }))
    }

    /// The ways of all its parts.
    pub(crate) fn ways(&self) -> impl Iterator<Item = &Pieces> {
        self.parts.iter().flat_map(|part| &part.ways)
    }

    /// All that may stand in it: its ways and its separator.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &Pieces> {
        self.ways().chain([&self.separator])
    }

    /// One part that is always there.
    pub(crate) fn one(ways: Vec<Pieces>, at: Span) -> Piece {
        Self::piece(at, Vec::new().into(), vec![ChoicePart { ways, left_out: None }])
    }

    /// The same with its separator and every way replaced.
    pub(crate) fn map(&self, separator: Pieces, of: &mut dyn FnMut(&Pieces) -> Option<Pieces>) -> Piece {
        let part = |part: &ChoicePart| {
            let mut ways: Vec<Pieces> = Vec::new();
            for way in part.ways.iter().filter_map(&mut *of) {
                if !ways.contains(&way) {
                    ways.push(way);
                }
            }
            ChoicePart { ways, left_out: part.left_out.clone() }
        };
        Self::piece(self.at, separator, self.parts.iter().map(part).collect())
    }
}

/// How many pieces a text has, those of its choices among them.
pub(crate) fn weight_of(pieces: &[Piece]) -> usize {
    let weight = |piece: &Piece| if let Piece::Choice(choice) = piece { choice.weight + 1 } else { 1 };
    1 + pieces.iter().map(weight).sum::<usize>()
}

impl PartialEq for Piece {
    /// Where it stands tells pieces apart at once; the texts of most that are equal are, and were made one by one.
    fn eq(&self, other: &Self) -> bool {
        match self {
            Self::Text { text, at, verbatim } => {
                matches!(other, Self::Text { text: other, at: other_at, verbatim: other_verbatim }
                if at == other_at && verbatim == other_verbatim && text == other)
            }
            Self::Placeholder(at) => matches!(other, Self::Placeholder(other) if at == other),
            Self::Number(at) => matches!(other, Self::Number(other) if at == other),
            Self::Counted(at, number) => {
                matches!(other, Self::Counted(other, other_number) if at == other && number == other_number)
            }
            Self::Made { made, at, number } => {
                matches!(other, Self::Made { made: other, at: other_at, number: is_one }
                if at == other_at && made == other && number == is_one)
            }
            Self::Param(param, at) => {
                matches!(other, Self::Param(other, other_at) if at == other_at && param == other)
            }
            Self::Unknown(why, at) => {
                matches!(other, Self::Unknown(other, other_at) if at == other_at && why == other)
            }
            Self::Repeat(at) => matches!(other, Self::Repeat(other) if at == other),
            Self::Chosen(chosen) => matches!(other, Self::Chosen(other) if chosen == other),
            Self::Choice(choice) => {
                matches!(other, Self::Choice(other) if Arc::ptr_eq(choice, other) || choice == other)
            }
        }
    }
}

impl Eq for Piece {}

/// Whether two texts are made of the same pieces. Those that are compared are mostly ways of one expression, which differ
/// near their ends.
pub(crate) fn same_pieces(left: &[Piece], right: &[Piece]) -> bool {
    left.len() == right.len()
        && (std::ptr::eq(left, right) || left.iter().rev().zip(right.iter().rev()).all(|(left, right)| left == right))
}

/// What was decided. Texts that follow from different outcomes of one decision never stand together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Chosen {
    pub(crate) decision: Decision,
    /// The outcomes that lead here, a bit each.
    pub(crate) outcomes: u64,
}

impl Chosen {
    /// Whether the other is so wherever this is.
    pub(crate) fn implies(&self, other: &Self) -> bool {
        self.decision == other.decision && self.outcomes & !other.outcomes == 0
    }
}

/// A place where the program takes one of several ways, in one call of its function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Decision {
    pub(crate) file: FileId,
    pub(crate) place: DecisionPlace,
    /// Number of the call that is being evaluated; 0 at the top.
    pub(crate) call: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum DecisionPlace {
    /// Which element of this list, or which value of this expression.
    Expr(ExprId),
    /// Which arm of this group.
    Group(u32),
    /// Whether a turn of this loop, by its number, runs to its end.
    Turn(RegionId, u32),
    /// Which caller of this function.
    Caller(FunctionId),
    /// Which of the classes that extend this one, or itself.
    Class(ClassId),
    /// Whether a subject is this literal: the first outcome where it is.
    Is(u64, u64),
    /// Whether a subject holds: the first outcome where it does.
    Holds(u64),
    /// Which value a name has that is interpolated several times.
    Same(u64),
    /// Where a part of a text begins and ends, for a look at where it stands.
    Edge(u32),
}

/// A parameter of a function, or a part of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ParamRef {
    pub(crate) file: FileId,
    pub(crate) path: Arc<str>,
    pub(crate) param: ParamId,
    pub(crate) steps: Vec<Step>,
    /// Tells apart the objects through which a parameter is seen: two of a class may have been given different things. 0
    /// where it is that of the call that is looked at.
    pub(crate) through: u32,
}

impl ParamRef {
    /// The same, of whatever object it is.
    pub(crate) fn of_any(&self) -> Self {
        Self { through: 0, ..self.clone() }
    }
}

pub(crate) type Pieces = Arc<[Piece]>;

/// An expression of a file, and the frames of the functions it stands in.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) facts: Arc<Facts>,
    pub(crate) expr: ExprId,
    pub(crate) env: Env,
    /// What was decided on the way to it.
    pub(crate) decided: Option<Arc<[Chosen]>>,
}

impl Place {
    pub(crate) fn new(facts: &Arc<Facts>, expr: ExprId, env: &Env) -> Self {
        Self { facts: facts.clone(), expr, env: env.clone(), decided: None }
    }

    /// What was decided on the way to it.
    pub(crate) fn marks(&self) -> &[Chosen] {
        self.decided.as_deref().unwrap_or_default()
    }
}

impl PartialEq for Place {
    fn eq(&self, other: &Self) -> bool {
        self.facts.file == other.facts.file
            && self.expr == other.expr
            && same_env(&self.env, &other.env)
            && self.decided == other.decided
    }
}

impl Eq for Place {}

fn same_env(left: &Env, right: &Env) -> bool {
    match (left, right) {
        (None, None) => true,
        (Some(left), Some(right)) => Arc::ptr_eq(left, right),
        _ => false,
    }
}

/// The arguments of a call that is being evaluated; none at the top.
pub(crate) type Env = Option<Arc<Frame>>;

#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) file: FileId,
    pub(crate) function: FunctionId,
    pub(crate) arguments: Vec<Vec<Value>>,
    pub(crate) this: Option<Value>,
    pub(crate) outer: Env,
    pub(crate) depth: u32,
    /// Tells it apart from every other call.
    pub(crate) serial: u32,
    /// What is not given here belongs to an object with this number; 0 where it is the same for all.
    pub(crate) through: u32,
    /// One turn of a loop instead of a call: what the loop runs over, and what this turn's element is.
    pub(crate) element: Option<(ExprId, Vec<Value>)>,
    /// The call, where the function is named in it: its arguments are the parameters under other names.
    pub(crate) call: Option<Place>,
}

impl Frame {
    /// A call of a function, with a value for each of its parameters.
    pub(crate) fn of_call(function: &FunctionRef, arguments: Vec<Vec<Value>>, serial: u32) -> Self {
        Self {
            file: function.facts.file,
            function: function.function,
            arguments,
            this: function.this.as_ref().map(|this| this.as_ref().clone()),
            outer: function.env.clone(),
            depth: function.env.as_ref().map_or(0, |frame| frame.depth) + 1,
            serial,
            through: 0,
            element: None,
            call: None,
        }
    }

    /// What stands around an expression without a call of its function.
    pub(crate) fn without_call(file: FileId, outer: Env, serial: u32) -> Self {
        let depth = outer.as_ref().map_or(0, |frame| frame.depth);
        let function = FunctionId(u32::MAX);
        let arguments = Vec::new();
        Self { file, function, arguments, this: None, outer, depth, serial, through: 0, element: None, call: None }
    }
}

/// What a call gives, with those that a rest parameter takes put together into a list.
pub(crate) fn with_rest(function: &Function, mut arguments: Vec<Vec<Value>>) -> Vec<Vec<Value>> {
    if let Some(rest) = function.params.iter().position(|param| param.rest)
        && rest <= arguments.len()
    {
        let mut items: Vec<Item> = arguments.drain(rest..).map(Item::one).collect();
        items.dedup_by(|next, before| next == before && matches!(next.values[..], [Value::Unknown(..)]));
        arguments.push(vec![Value::List(items.into())]);
    }
    arguments
}

/// A row of values: `($1, $2)`; `value` is where those stand.
pub(crate) fn row(width: usize, separator: &str, at: Span, value: Span) -> Vec<Piece> {
    let written = |text: &str| Piece::Text { text: text.into(), at, verbatim: false };
    let values = vec![vec![Piece::Placeholder(value)]; width].join(&written(separator));
    [vec![written("(")], values, vec![written(")")]].concat()
}

/// A number that tells one thing from others, the same whenever it is looked at.
pub(crate) fn number_of(of: &impl std::hash::Hash) -> u32 {
    use std::hash::BuildHasher;
    (rustc_hash::FxBuildHasher.hash_one(of) >> 32) as u32
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Item {
    /// Lists are copied whenever one more item is pushed: their items are shared.
    pub(crate) values: Arc<Vec<Value>>,
    /// It stands for any number of items.
    pub(crate) repeated: bool,
    /// It may be left out.
    pub(crate) optional: bool,
    /// What is so where it is there, and where it is left out.
    pub(crate) choice: Option<Arc<Taking>>,
}

/// What was decided about an item that may be left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Taking {
    pub(crate) taken: Vec<Chosen>,
    pub(crate) left: Vec<Chosen>,
}

impl Item {
    /// An item that is there once.
    pub(crate) fn one(values: Vec<Value>) -> Self {
        Self { values: Arc::new(values), repeated: false, optional: false, choice: None }
    }

    /// One that stands for any number of items.
    pub(crate) fn many(values: Vec<Value>) -> Self {
        Self { repeated: true, ..Self::one(values) }
    }

    /// Whether it is there, and there once.
    pub(crate) fn is_sure(&self) -> bool {
        !self.repeated && !self.optional
    }

    /// What is decided where it is there, or where it is left out.
    pub(crate) fn decided(&self, taken: bool) -> &[Chosen] {
        match &self.choice {
            Some(choice) if taken => &choice.taken,
            Some(choice) => &choice.left,
            None => &[],
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct FunctionRef {
    pub(crate) facts: Arc<Facts>,
    pub(crate) function: FunctionId,
    pub(crate) env: Env,
    pub(crate) this: Option<Arc<Value>>,
}

impl PartialEq for FunctionRef {
    fn eq(&self, other: &Self) -> bool {
        let same = self.facts.file == other.facts.file && self.function == other.function;
        same && same_env(&self.env, &other.env) && self.same_this(other)
    }
}

impl Eq for FunctionRef {}

impl FunctionRef {
    /// Whether both are of one object, as far as the place goes where that is made: calls of one function make many. Of objects of
    /// which only the declared class is known, whether they are of one class.
    fn same_this(&self, other: &Self) -> bool {
        match (self.this.as_deref(), other.this.as_deref()) {
            (Some(Value::Instance(class, Some(made))), Some(Value::Instance(other, Some(other_made)))) => {
                class == other
                    && made.is_declared() == other_made.is_declared()
                    && (made.is_declared() || made.is_from_where(other_made))
            }
            (Some(one), Some(another)) => one == another,
            (None, None) => true,
            _ => false,
        }
    }

    /// The object that it is a method of, where no more is known of that than its declared class.
    pub(super) fn declared_object(&self) -> Option<&Arc<Made>> {
        match self.this.as_deref() {
            Some(Value::Instance(_, Some(made))) => Some(made).filter(|made| made.is_declared()),
            _ => None,
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct ClassRef {
    pub(crate) facts: Arc<Facts>,
    pub(crate) class: ClassId,
}

impl PartialEq for ClassRef {
    fn eq(&self, other: &Self) -> bool {
        self.facts.file == other.facts.file && self.class == other.class
    }
}

impl Eq for ClassRef {}

/// Where an object was made or declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Made {
    /// Its `new`, or the type that it is declared to have.
    pub(crate) place: Place,
    /// The object through which it is seen; 0 where it is seen itself.
    pub(crate) through: u32,
}

impl Made {
    /// Whether both are made in one place, be it in different calls.
    fn is_from_where(&self, other: &Self) -> bool {
        let place = |made: &Self| (made.place.facts.file, made.place.expr, made.through);
        place(self) == place(other)
    }
}

/// An object under a name that its fields are written by, as it is at one place.
#[derive(Debug, Clone)]
pub(crate) struct Written {
    pub(crate) facts: Arc<Facts>,
    /// The name; none where only others write into the object.
    pub(crate) binding: Option<BindingId>,
    pub(crate) at: Span,
    pub(crate) env: Env,
    pub(crate) base: Value,
    /// What others write into it.
    pub(crate) outside: Option<Part>,
}

impl Written {
    /// The names of the fields that are set after the object is made, in their order; those of the object within left out.
    pub(crate) fn fields_set(&self) -> Vec<&Arc<str>> {
        let own = self.binding.map_or(&[][..], |binding| self.facts.binding(binding).writes.as_slice());
        let outside = self.outside.iter().flat_map(Part::fields);
        own.iter().filter_map(|write| write.field.as_ref()).chain(outside).collect()
    }
}

impl Written {
    fn writes(&self) -> &[Write] {
        self.binding.map_or(&[], |binding| self.facts.binding(binding).writes.as_slice())
    }

    /// Whether fields are set, or taken away, whose names are not known.
    pub(crate) fn sets_any(&self) -> bool {
        let writes = self.writes();
        let is_any = |write: &Write| write.field.as_deref() == Some(ANY_FIELD);
        // `delete object.name` says which one it is.
        let named = |any: &Write| {
            matches!(any.op, WriteOp::Lost(DELETED)) && writes.iter().any(|write| write.at == any.at && !is_any(write))
        };
        writes.iter().any(|write| is_any(write) && !named(write))
            || self.outside.iter().flat_map(Part::fields).any(|field| field.as_ref() == ANY_FIELD)
    }

    /// Whether a field is taken away.
    pub(crate) fn deletes(&self, name: &str) -> bool {
        self.writes()
            .iter()
            .any(|write| write.field.as_deref() == Some(name) && matches!(write.op, WriteOp::Lost(DELETED)))
    }
}

impl PartialEq for Written {
    fn eq(&self, other: &Self) -> bool {
        let place = |written: &Self| (written.facts.file, written.binding, written.at);
        let same = place(self) == place(other) && self.outside == other.outside;
        same && same_env(&self.env, &other.env) && self.base == other.base
    }
}

impl Eq for Written {}

#[derive(Debug, Clone)]
pub(crate) enum Value {
    Text(Pieces),
    /// What a SQL tag made, and the expression that made it.
    Fragment(Pieces, FileId, ExprId),
    List(Arc<[Item]>),
    Object(Place),
    /// An object that was made of a list of names and values.
    Record(Arc<[(Arc<str>, Vec<Value>)]>),
    /// An object some of whose fields are set after it is made.
    Written(Arc<Written>),
    Function(FunctionRef),
    Class(ClassRef),
    /// An object of a class, and what tells it from others; none for `this`.
    Instance(ClassRef, Option<Arc<Made>>),
    /// A file of the tree as a module.
    Module(Arc<str>),
    /// Something of a package or of the language itself (`module` is empty), or what was made with it.
    External {
        module: Arc<str>,
        path: Arc<[Arc<str>]>,
    },
    Number(Span),
    Nothing,
    Opaque(Span),
    Param(ParamRef, Span),
    Unknown(Arc<str>, Span),
}

impl Value {
    /// What was decided on the way to an object as a whole.
    pub(crate) fn marks(&self) -> &[Chosen] {
        match self {
            Self::Object(place) => place.marks(),
            _ => &[],
        }
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match self {
            Self::Text(pieces) => matches!(other, Self::Text(other) if same_pieces(pieces, other)),
            Self::Fragment(pieces, file, expr) => {
                matches!(other, Self::Fragment(other, other_file, other_expr)
                    if expr == other_expr && file == other_file && same_pieces(pieces, other))
            }
            Self::List(items) => matches!(other, Self::List(other) if items == other),
            Self::Object(place) => matches!(other, Self::Object(other) if place == other),
            Self::Record(fields) => matches!(other, Self::Record(other) if fields == other),
            Self::Written(written) => matches!(other, Self::Written(other) if written == other),
            Self::Function(function) => matches!(other, Self::Function(other) if function == other),
            Self::Class(class) => matches!(other, Self::Class(other) if class == other),
            Self::Instance(class, made) => {
                matches!(other, Self::Instance(other, other_made) if class == other && made == other_made)
            }
            Self::Module(path) => matches!(other, Self::Module(other) if path == other),
            Self::External { module, path } => {
                matches!(other, Self::External { module: other, path: other_path } if module == other && path == other_path)
            }
            Self::Number(at) => matches!(other, Self::Number(other) if at == other),
            Self::Nothing => matches!(other, Self::Nothing),
            Self::Opaque(at) => matches!(other, Self::Opaque(other) if at == other),
            Self::Param(param, at) => {
                matches!(other, Self::Param(other, other_at) if at == other_at && param == other)
            }
            Self::Unknown(why, at) => {
                matches!(other, Self::Unknown(other, other_at) if at == other_at && why == other)
            }
        }
    }
}

impl Eq for Value {}

impl Value {
    pub(crate) fn unknown(reason: &str, at: Span) -> Self {
        Self::Unknown(reason.into(), at)
    }

    pub(crate) fn text(pieces: Vec<Piece>) -> Self {
        Self::Text(pieces.into())
    }

    /// The text of a whole file.
    pub(crate) fn of_file(file: FileId, text: Arc<str>) -> Self {
        let at = Span { file, range: TextRange::new(0, text.len() as u32) };
        Self::text(vec![Piece::Text { text, at, verbatim: true }])
    }

    /// Text that does not stand in source as it is.
    pub(crate) fn derived(text: &str, at: Span) -> Self {
        if text.is_empty() {
            return Self::text(Vec::new());
        }
        Self::text(vec![Piece::Text { text: text.into(), at, verbatim: false }])
    }

    /// Its text, where all of it is known.
    pub(crate) fn constant(&self) -> Option<String> {
        let (Self::Text(pieces) | Self::Fragment(pieces, ..)) = self else { return None };
        constant(pieces)
    }
}

/// The text of `pieces`, where all of it is known.
pub(crate) fn constant(pieces: &[Piece]) -> Option<String> {
    let mut all = String::new();
    for piece in pieces {
        match piece {
            Piece::Text { text, .. } => all.push_str(text),
            Piece::Repeat(_) | Piece::Chosen(_) => {}
            _ => return None,
        }
    }
    Some(all)
}

/// The part `range` (bytes of its text) of a text piece.
pub(crate) fn cut(piece: &Piece, range: std::ops::Range<usize>) -> Option<Piece> {
    let Piece::Text { text, at, verbatim } = piece else { return None };
    let part = text.get(range.clone())?;
    if part.is_empty() {
        return None;
    }
    let at = if *verbatim {
        let start = at.range.start + range.start as u32;
        Span { file: at.file, range: TextRange::new(start, start + part.len() as u32) }
    } else {
        *at
    };
    Some(Piece::Text { text: part.into(), at, verbatim: *verbatim })
}

/// Adds `value` unless it is there.
pub(crate) fn add(values: &mut Vec<Value>, value: Value) {
    if !values.contains(&value) {
        values.push(value);
    }
}
