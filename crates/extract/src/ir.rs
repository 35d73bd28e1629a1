//! The facts of one file, the same for every language: what its expressions are made of, what its names stand for, and
//! in which order its variables are written. Ids are indexes into the file's own tables.

use std::sync::{Arc, OnceLock};

use rollproof_source::{FileId, Problem, TextRange};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::lang::declared::Declared;
use crate::nest::Nest;
use crate::places::Places;
use crate::sharing::Sharing;
use crate::uses::Uses;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub(crate) struct $name(pub(crate) u32);
        impl $name {
            pub(crate) const fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

ids!(
    /// An expression.
    ExprId,
    /// A name that something is bound to.
    BindingId,
    /// A function, a method or a closure.
    FunctionId,
    /// A class.
    ClassId,
    /// A stretch of statements that is entered as a whole.
    RegionId
);

/// Everything that is known of one file without looking at another.
#[derive(Debug)]
pub(crate) struct Facts {
    pub(crate) file: FileId,
    pub(crate) path: Arc<str>,
    pub(crate) text: Arc<str>,
    pub(crate) exprs: Vec<Expr>,
    pub(crate) bindings: Vec<Binding>,
    pub(crate) functions: Vec<Function>,
    pub(crate) classes: Vec<Class>,
    pub(crate) regions: Vec<Region>,
    pub(crate) groups: Vec<Group>,
    pub(crate) tries: Vec<Tried>,
    /// In source order.
    pub(crate) jumps: Vec<Jump>,
    /// What other files see, by name. In Rust every item, with the path of its inline modules (`tests::SQL`).
    pub(crate) exports: FxHashMap<Arc<str>, Export>,
    /// Modules whose exports are this file's exports too.
    pub(crate) export_all: Vec<Arc<str>>,
    /// Modules that are imported, as written.
    pub(crate) modules: Vec<Arc<str>>,
    /// Calls, tagged templates and macros, in source order.
    pub(crate) calls: Vec<ExprId>,
    /// The calls by the last part of their callee's name.
    pub(crate) calls_by_name: FxHashMap<Arc<str>, Vec<ExprId>>,
    /// What becomes of an error of a tagged template, where that is not heard.
    pub(crate) tag_fates: FxHashMap<ExprId, Fate>,
    /// Literals, templates and concatenations that are not part of another, in source order.
    pub(crate) texts: Vec<ExprId>,
    /// Assignments to places that are no names (`cache[key] ??= value`): the place, and what it is given.
    pub(crate) stored: Vec<(TextRange, ExprId)>,
    /// Writes to parts of what fields hold (`object.a.b = x`).
    pub(crate) deep_writes: Vec<DeepWrite>,
    /// Fields of names that are set under a computed name (`object[key] = x`), each as a push of the pair of both.
    pub(crate) keyed: Vec<(BindingId, Write)>,
    /// All writes to lists, maps and objects, whatever these are reached by.
    pub(crate) mutations: Vec<Mutation>,
    /// The aliases of types and the interfaces that it defines, by name.
    pub(crate) types: FxHashMap<Arc<str>, TypeDefinition>,
    /// Which of the language's libraries are imported, by their places; made when it is first asked for.
    pub(crate) libraries: OnceLock<Vec<bool>>,
    /// The functions by where they stand; made when it is first asked for.
    pub(crate) nest: OnceLock<Nest>,
    /// What its tags are called; made when it is first asked for.
    pub(crate) tags: OnceLock<FxHashSet<Arc<str>>>,
    /// How its names are used; made when it is first asked for.
    pub(crate) uses: OnceLock<Uses>,
    /// Where its names stand as values; made when it is first asked for.
    pub(crate) places: OnceLock<Places>,
    /// What is written under other names than it is read; made when it is first asked for.
    pub(crate) sharing: OnceLock<Sharing>,
    /// What is evaluated under a condition; made when it is first asked for.
    pub(crate) guards: OnceLock<Vec<ExprId>>,
    /// Test functions and modules that were left out.
    pub(crate) tests_left_out: usize,
    pub(crate) problems: Vec<Problem>,
}

/// An expression and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Expr {
    pub(crate) kind: ExprKind,
    pub(crate) range: TextRange,
}

/// A stretch of literal text: as it stands in source, or, where an escape stands there, the text that it means.
#[derive(Debug, Clone)]
pub(crate) struct Chunk {
    pub(crate) range: TextRange,
    pub(crate) derived: Option<Box<str>>,
}

/// One part of a template.
#[derive(Debug, Clone)]
pub(crate) enum Part {
    Text(Chunk),
    Hole(ExprId),
}

#[derive(Debug, Clone)]
pub(crate) enum ExprKind {
    /// Text with holes; a plain literal has none.
    Template(Vec<Part>),
    /// A tag and its template.
    Tagged {
        tag: ExprId,
        quasi: ExprId,
    },
    /// Texts one after the other (`+`).
    Concat(Vec<ExprId>),
    /// One of these (`match`).
    Branch(Vec<ExprId>),
    /// `?:`: the first arm where the condition holds, else the second.
    Choice {
        condition: ExprId,
        arms: [ExprId; 2],
    },
    /// `a && b`, `a || b`, `a ?? b`.
    Logic {
        op: Logic,
        left: ExprId,
        right: ExprId,
    },
    /// `a === b`, `a != b`.
    Equal {
        left: ExprId,
        right: ExprId,
        negated: bool,
        strict: bool,
    },
    Not(ExprId),
    TypeOf(ExprId),
    Call(Box<Call>),
    Member {
        object: ExprId,
        property: Arc<str>,
    },
    Index {
        object: ExprId,
        index: ExprId,
    },
    /// A name, resolved in its own file.
    Binding(BindingId),
    /// A name that the file does not bind.
    Global(Arc<str>),
    /// A path of several names (Rust).
    Path(Box<[Arc<str>]>),
    Array(Vec<ExprId>),
    Spread(ExprId),
    Object(Vec<Field>),
    Function(FunctionId),
    Class(ClassId),
    This,
    /// A number that is not known, or a known one.
    Number(Option<Box<str>>),
    /// `null`, `undefined`, `false`, `None`: interpolates as nothing in most tags.
    Nothing,
    /// A value that no SQL is made of.
    Opaque,
    /// A value that the library sends beside the text.
    Placeholder,
    /// Text that cannot be followed.
    Unknown(&'static str),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Logic {
    And,
    Or,
    Nullish,
}

#[derive(Debug, Clone)]
pub(crate) struct Field {
    /// None for a spread, whose value is what is spread, and for a computed name.
    pub(crate) name: Option<Arc<str>>,
    /// What its name is computed from.
    pub(crate) key: Option<ExprId>,
    pub(crate) value: ExprId,
}

impl Field {
    pub(crate) fn named(name: Arc<str>, value: ExprId) -> Self {
        Self { name: Some(name), key: None, value }
    }

    /// `...value`
    pub(crate) fn spread(value: ExprId) -> Self {
        Self { name: None, key: None, value }
    }

    pub(crate) fn is_spread(&self) -> bool {
        self.name.is_none() && self.key.is_none()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CallStyle {
    Plain,
    New,
    Macro,
}

#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) callee: ExprId,
    pub(crate) arguments: Vec<ExprId>,
    /// The last argument is the list of the others.
    pub(crate) spread: bool,
    pub(crate) style: CallStyle,
    pub(crate) region: RegionId,
    pub(crate) fate: Fate,
    /// Its result is waited for: what comes of it is no query any more.
    pub(crate) awaited: bool,
    /// The name of the type given to the call (`query<Row>`), or of the tuple (`query_as::<_, (i32,)>` gives `(`).
    pub(crate) type_argument: Option<Arc<str>>,
}

/// What becomes of an error of a call, as far as its own function shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It reaches the caller, or is handled in a way that is not silent.
    Heard,
    /// A handler swallows it.
    Swallowed(TextRange),
    /// Nobody waits for the result.
    NotAwaited(TextRange),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ParamId {
    pub(crate) function: FunctionId,
    pub(crate) index: u32,
}

#[derive(Debug, Clone)]
pub(crate) enum BindingKind {
    Variable,
    Param(ParamId),
    Function(FunctionId),
    Class(ClassId),
    /// `name` is none for the whole module.
    Import {
        module: Arc<str>,
        name: Option<Arc<str>>,
    },
    /// The element of what a loop runs over.
    Element,
    /// An error, a type: nothing that is text.
    Opaque,
}

/// A step from a value to a part of it (destructuring).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Step {
    Field(Arc<str>),
    Item(u32),
    /// All items from this one on.
    From(u32),
    /// All fields but these.
    Without(Arc<[Arc<str>]>),
    /// What a method of text makes of it: the call, and the file that it stands in.
    Method {
        path: Arc<str>,
        call: ExprId,
    },
    /// What stands for it where it is missing (`{ schema = "public" }`): a default, and the file that it stands in.
    Or {
        path: Arc<str>,
        default: ExprId,
    },
}

#[derive(Debug, Clone)]
pub(crate) struct Binding {
    pub(crate) name: Arc<str>,
    pub(crate) kind: BindingKind,
    pub(crate) region: RegionId,
    pub(crate) init: Option<ExprId>,
    /// From `init` (or the parameter) to the value.
    pub(crate) path: Vec<Step>,
    pub(crate) default: Option<ExprId>,
    /// The name of its declared type, as an expression.
    pub(crate) type_expr: Option<ExprId>,
    /// In source order.
    pub(crate) writes: Vec<Write>,
}

#[derive(Debug, Clone)]
pub(crate) struct Write {
    /// Takes effect from here.
    pub(crate) at: u32,
    pub(crate) region: RegionId,
    /// The field that is written, where it is not the variable itself.
    pub(crate) field: Option<Arc<str>>,
    pub(crate) op: WriteOp,
}

/// A write to a part of what a field holds.
#[derive(Debug, Clone)]
pub(crate) struct DeepWrite {
    pub(crate) binding: BindingId,
    /// The fields that lead to what is written.
    pub(crate) path: Vec<Arc<str>>,
    pub(crate) write: Write,
}

/// A change of a list, a map or an object.
#[derive(Debug, Clone)]
pub(crate) struct Mutation {
    /// What is changed.
    pub(crate) object: ExprId,
    /// The field that is set; none where that may be any, or is an item of a list.
    pub(crate) field: Option<Arc<str>>,
    /// What is put there.
    pub(crate) values: Vec<ExprId>,
    /// The fields of the values are, not they themselves (`Object.assign`).
    pub(crate) copies: bool,
    /// By a method of lists.
    pub(crate) by_method: bool,
    /// The method's name is not known: it may be any.
    pub(crate) computed: bool,
    /// It is done from here on.
    pub(crate) at: u32,
    pub(crate) region: RegionId,
}

/// The field of a write whose name is not known (`object[name] = x`).
pub(crate) const ANY_FIELD: &str = "[]";

/// Where a field is set under a computed name, the pair of that and its value; no name of source is like it.
pub(crate) const KEYED: &str = "[=]";

/// What is said of a field that is deleted.
pub(crate) const DELETED: &str = "field that is deleted";

#[derive(Debug, Clone, Hash)]
pub(crate) enum WriteOp {
    Assign(ExprId),
    Append(ExprId),
    Push(Vec<ExprId>),
    Unshift(Vec<ExprId>),
    /// One more item, where it is a list (`set.add(x)`).
    Include(ExprId),
    Lost(&'static str),
    /// Written in a way that is not followed, where it is a list.
    ListLost(&'static str),
    /// A call of a function that writes to it.
    Called {
        call: ExprId,
        change: Change,
    },
}

impl WriteOp {
    /// Whether it changes the list that stands there, which other names stand for as well, and does not set that anew.
    pub(crate) fn changes_list(&self) -> bool {
        match self {
            Self::Push(_) | Self::Unshift(_) | Self::Include(_) | Self::ListLost(_) | Self::Called { .. } => true,
            Self::Assign(_) | Self::Append(_) | Self::Lost(_) => false,
        }
    }
}

/// How a function reaches what it changes.
#[derive(Debug, Clone, Hash)]
pub(crate) enum Change {
    /// The variable is its own.
    Captured(BindingId),
    /// It is given as an argument, or in a field of one.
    Given { index: u32, field: Option<Arc<str>> },
}

#[derive(Debug, Clone)]
pub(crate) struct Function {
    pub(crate) name: Option<Arc<str>>,
    pub(crate) class: Option<ClassId>,
    pub(crate) range: TextRange,
    pub(crate) params: Vec<Param>,
    /// In source order, each with where it stands.
    pub(crate) returns: Vec<(ExprId, RegionId)>,
    pub(crate) getter: bool,
    /// What is assigned to its name is given to it.
    pub(crate) setter: bool,
    /// `this` is what it is around the function.
    pub(crate) arrow: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Param {
    pub(crate) default: Option<ExprId>,
    pub(crate) rest: bool,
    /// The name of its declared type, as an expression, also where its parts are bound.
    pub(crate) type_expr: Option<ExprId>,
    /// Its declared type, and what that says where it was asked for.
    pub(crate) typed: Option<TextRange>,
    pub(crate) declared: OnceLock<Declared>,
    /// It may be left out, by what is declared.
    pub(crate) optional: bool,
    pub(crate) range: TextRange,
}

/// What the name of a type stands for, as far as that has a name: `Sql`, `postgres.Sql`, `typeof postgres` for what a function
/// returns.
#[derive(Debug, Clone, Default)]
pub(crate) struct TypeDefinition {
    /// What it stands for, or extends.
    pub(crate) bases: Vec<Arc<str>>,
    pub(crate) members: Vec<(Arc<str>, Arc<str>)>,
    /// The whole definition, and what it says where it was asked for.
    pub(crate) range: TextRange,
    pub(crate) declared: OnceLock<Declared>,
    /// The file defines the name more than once.
    pub(crate) again: bool,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Class {
    pub(crate) name: Option<Arc<str>>,
    pub(crate) extends: Option<ExprId>,
    /// The names of the interfaces that it says to have.
    pub(crate) implements: Vec<Arc<str>>,
    pub(crate) fields: FxHashMap<Arc<str>, ClassField>,
    pub(crate) methods: FxHashMap<Arc<str>, FunctionId>,
    /// Nothing is made of it but of classes that extend it.
    pub(crate) is_abstract: bool,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct ClassField {
    pub(crate) values: Vec<ExprId>,
    pub(crate) type_expr: Option<ExprId>,
    /// Written in a way that is not followed.
    pub(crate) lost: bool,
    /// The class says that it has it, or its constructor sets it: it takes the place of that of a class that it extends.
    pub(crate) declared: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RegionKind {
    Function(FunctionId),
    /// Entered at most once, instead of the other arms of its group.
    Arm(u32),
    /// What `for (… of …)` runs over.
    Loop(Option<ExprId>),
    /// The body of a `try` of [`Facts::tries`].
    Tried(u32),
    /// What a `break` leads out of without being a loop: a `switch`, a statement with a label.
    Stretch,
    /// The file.
    Block,
}

/// A `break` or a `continue`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Jump {
    /// Where it stands.
    pub(crate) region: RegionId,
    pub(crate) at: u32,
    /// The loop or the stretch that it ends, or, where it does not, the loop whose turn it ends.
    pub(crate) target: RegionId,
    pub(crate) ends: bool,
}

/// What follows where the body of a `try` comes to no end.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tried {
    /// The handler, an arm.
    pub(crate) handler: Option<RegionId>,
    /// What runs in either case.
    pub(crate) finalizer: Option<TextRange>,
}

#[derive(Debug, Clone)]
pub(crate) struct Region {
    pub(crate) parent: Option<RegionId>,
    pub(crate) kind: RegionKind,
    pub(crate) range: TextRange,
    /// It ends with a jump: what comes after is not reached from it.
    pub(crate) exits: bool,
    /// It goes on into the next arm of its group.
    pub(crate) falls: bool,
}

/// Arms of one decision.
#[derive(Debug, Clone, Default)]
pub(crate) struct Group {
    pub(crate) arms: Vec<RegionId>,
    /// One of the arms is always entered.
    pub(crate) exhaustive: bool,
    /// What decides, where that is known.
    pub(crate) test: Option<GroupTest>,
}

/// What decides which arm is entered.
#[derive(Debug, Clone)]
pub(crate) enum GroupTest {
    /// The first arm where this holds, the second, if there is one, where it does not.
    If(ExprId),
    /// The arm one of whose values it is; none is the default's.
    Switch { subject: ExprId, cases: Vec<Option<Vec<ExprId>>> },
}

#[derive(Debug, Clone)]
pub(crate) enum Export {
    Binding(BindingId),
    Expr(ExprId),
    From { module: Arc<str>, name: Option<Arc<str>> },
}

impl Facts {
    pub(crate) fn expr(&self, id: ExprId) -> &Expr {
        &self.exprs[id.index()]
    }

    pub(crate) fn binding(&self, id: BindingId) -> &Binding {
        &self.bindings[id.index()]
    }

    pub(crate) fn region(&self, id: RegionId) -> &Region {
        &self.regions[id.index()]
    }

    /// How the file's names are used.
    pub(crate) fn uses(&self) -> &Uses {
        self.uses.get_or_init(|| Uses::of(self))
    }

    /// What is written in the file under other names than it is read.
    pub(crate) fn sharing(&self) -> &Sharing {
        self.sharing.get_or_init(|| Sharing::of(self))
    }

    /// Where the file's names stand as values.
    pub(crate) fn places(&self) -> &Places {
        self.places.get_or_init(|| Places::of(self))
    }

    /// The expressions a part of which is evaluated where another part holds.
    pub(crate) fn guards(&self) -> &[ExprId] {
        self.guards.get_or_init(|| {
            let guards =
                |kind: &ExprKind| matches!(kind, ExprKind::Choice { .. } | ExprKind::Logic { op: Logic::And, .. });
            let ids = (0..self.exprs.len()).filter(|at| guards(&self.exprs[*at].kind));
            ids.map(|at| ExprId(at as u32)).collect()
        })
    }

    /// The region that is the body of a function.
    pub(crate) fn body_of(&self, function: FunctionId) -> Option<RegionId> {
        let at = self.regions.iter().position(|region| region.kind == RegionKind::Function(function))?;
        Some(RegionId(at as u32))
    }

    /// The smallest region around.
    pub(crate) fn region_around(&self, at: TextRange) -> Option<RegionId> {
        let around = self.regions.iter().enumerate().filter(|(_, region)| region.range.covers(at));
        around.min_by_key(|(_, region)| region.range.len()).map(|(region, _)| RegionId(region as u32))
    }

    /// The innermost function around a place.
    pub(crate) fn function_at(&self, at: u32) -> Option<FunctionId> {
        self.nest().around(at).next().map(|function| FunctionId(function as u32))
    }

    /// The functions around a place, from the inside out.
    pub(crate) fn functions_around(&self, at: u32) -> impl Iterator<Item = FunctionId> + '_ {
        self.nest().around(at).map(|function| FunctionId(function as u32))
    }

    /// The class whose method or field stands around a place.
    pub(crate) fn class_at(&self, at: u32) -> Option<ClassId> {
        self.nest().around(at).find_map(|function| self.functions[function].class)
    }

    fn nest(&self) -> &Nest {
        self.nest.get_or_init(|| Nest::new(self.functions.iter().map(|function| function.range)))
    }

    /// Whether a region stands in no function and in no loop.
    pub(crate) fn is_said_once(&self, region: RegionId) -> bool {
        let mut next = Some(region);
        while let Some(region) = next {
            let here = self.region(region);
            if matches!(here.kind, RegionKind::Function(_) | RegionKind::Loop(_)) {
                return false;
            }
            next = here.parent;
        }
        true
    }

    /// The function around a region.
    pub(crate) fn function_of(&self, mut region: RegionId) -> Option<FunctionId> {
        loop {
            let here = self.region(region);
            if let RegionKind::Function(function) = here.kind {
                return Some(function);
            }
            region = here.parent?;
        }
    }

    /// The last part of the name that an expression is called by.
    pub(crate) fn name_of(&self, id: ExprId) -> Option<&Arc<str>> {
        match &self.expr(id).kind {
            ExprKind::Member { property, .. } => Some(property),
            ExprKind::Binding(binding) => Some(&self.binding(*binding).name),
            ExprKind::Global(name) => Some(name),
            ExprKind::Path(path) => path.last(),
            ExprKind::Call(call) => self.name_of(call.callee),
            _ => None,
        }
    }
}
