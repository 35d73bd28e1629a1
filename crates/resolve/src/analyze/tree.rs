//! What a transformed expression is made of, as far as comparing and searching it goes (`equalfuncs.c`, `nodeFuncs.c`).
//!
//! Types live in [`Typed`]; the tree says which columns, aggregates and queries an expression holds, and whether two
//! expressions are the same. Columns are numbered by the depth of their query, so two copies of a query compare equal.

use std::rc::Rc;
use std::sync::Arc;

use rollproof_catalog::{Oid, TypeRef};
use rollproof_source::TextRange;

use crate::typed::{Shape, Typed};

/// A shared tree.
pub(crate) type Tree = Rc<Node>;

/// A column of an entry of a range table (`Var`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Var {
    /// How deep the query lies whose range table it is, 0 for the outermost.
    pub depth: usize,
    /// The entry.
    pub entry: usize,
    /// The column, from 1; 0 for the whole row, negative for a system column.
    pub attribute: i16,
}

/// What a node is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Tag {
    /// A column.
    Var(Var),
    /// A constant: its text.
    Constant(Arc<str>),
    /// `$n`, or a variable of a routine.
    Parameter(u32),
    /// An aggregate of the query at this depth; how many children are direct arguments, how many ordinary ones.
    Aggregate {
        /// Depth of the query it belongs to.
        depth: usize,
        /// The function.
        function: Oid,
        /// How many children come first as direct arguments.
        direct: usize,
        /// How it was written besides: DISTINCT, FILTER and the like.
        form: u8,
    },
    /// A window function.
    Window(Oid, usize),
    /// `GROUPING(…)` of the query at this depth.
    Grouping(usize),
    /// A call that returns a set.
    SetReturning(Oid),
    /// A call.
    Function(Oid),
    /// An operator by its symbol, or a construct by its name.
    Operator(Arc<str>),
    /// A cast.
    Cast(TypeRef),
    /// A construct of the language.
    Construct(&'static str),
    /// A field of a row.
    Field(Arc<str>),
    /// A query, its parts as children. A sub-link in an expression if true, else an entry of FROM.
    Query(bool),
    /// A relation of FROM.
    Relation(Oid),
}

/// A node.
#[derive(Debug)]
pub(crate) struct Node {
    /// What it is.
    pub tag: Tag,
    /// What it is made of.
    pub children: Vec<Tree>,
    /// Where it stands.
    pub span: TextRange,
}

impl Node {
    /// A node with children.
    pub(crate) fn new(tag: Tag, children: Vec<Tree>, span: TextRange) -> Tree {
        Rc::new(Self { tag, children, span })
    }

    /// Whether both say the same (`equal`); places do not matter.
    pub(crate) fn same(&self, other: &Self) -> bool {
        self.tag == other.tag
            && self.children.len() == other.children.len()
            && self.children.iter().zip(&other.children).all(|(left, right)| left.same(right))
    }

    /// The column, if it is nothing but one.
    pub(crate) fn var(&self) -> Option<Var> {
        match self.tag {
            Tag::Var(var) => Some(var),
            _ => None,
        }
    }

    /// The first node, in the order of the text, that `wanted` takes; what `wanted` is told besides is whether the node
    /// lies inside a query of the expression.
    pub(crate) fn find(&self, wanted: &mut dyn FnMut(&Self) -> bool) -> Option<&Self> {
        if wanted(self) {
            return Some(self);
        }
        self.children.iter().find_map(|child| child.find(wanted))
    }

    /// Whether a set is returned by some call, queries inside not looked into.
    pub(crate) fn find_outside_queries(&self, wanted: &mut dyn FnMut(&Self) -> bool) -> Option<&Self> {
        if wanted(self) {
            return Some(self);
        }
        if matches!(self.tag, Tag::Query(_)) {
            return None;
        }
        self.children.iter().find_map(|child| child.find_outside_queries(wanted))
    }
}

/// A transformed expression.
#[derive(Debug, Clone)]
pub(crate) struct Expression {
    /// Its type and what else surrounds ask of it.
    pub typed: Typed,
    /// What it is made of.
    pub tree: Tree,
    /// It holds unknown text, so nothing is known of its type.
    pub open: bool,
}

impl Expression {
    /// An expression of known type; what unknown text made has none.
    pub(crate) fn new(typed: Typed, tree: Tree) -> Self {
        let open = typed.oid().is_none();
        Self { typed, tree, open }
    }

    /// An expression of which nothing is known: every check of it passes.
    pub(crate) fn open(children: Vec<Tree>, span: TextRange) -> Self {
        let typed = Typed::new(TypeRef::plain(Oid::NONE), Oid::NONE, span).with_shape(Shape::Other);
        Self { typed, tree: Node::new(Tag::Construct("open"), children, span), open: true }
    }

    /// Where it stands.
    pub(crate) fn span(&self) -> TextRange {
        self.typed.span
    }
}

/// Types and trees of a list.
pub(crate) fn split(expressions: Vec<Expression>) -> (Vec<Typed>, Vec<Tree>) {
    expressions.into_iter().map(|each| (each.typed, each.tree)).unzip()
}
