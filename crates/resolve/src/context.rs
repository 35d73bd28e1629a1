//! What one resolution carries along: the schema, the parameters, and a record of every look-up.

mod parameters;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rollproof_catalog::{ColumnId, Oid, Schema, TypeRef};

pub use parameters::{ParameterTypes, Parameters};

/// A name as it was looked up: the schema where one was written, and the name.
pub type LookupName = (Option<Arc<str>>, Arc<str>);

/// Every look-up of a resolution, found or not: a state in which all of them give the same answers resolves the same way.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lookups {
    /// Relations by name, [`Oid::NONE`] where none was found.
    pub relations: BTreeMap<LookupName, Oid>,
    /// Columns that were used.
    pub columns: BTreeSet<ColumnId>,
    /// Columns that were looked up in a relation (a miss too: adding one would change the answer).
    pub column_names: BTreeSet<(Oid, Arc<str>)>,
    /// Relations all of whose columns matter (`*`, whole rows, NATURAL, inserts without a column list).
    pub whole_relations: BTreeSet<Oid>,
    /// Types by name, [`Oid::NONE`] where none was found.
    pub types: BTreeMap<LookupName, Oid>,
    /// Types that values have; user-made ones only.
    pub type_ids: BTreeSet<Oid>,
    /// Functions by name: the user-made candidates, by identity.
    pub functions: BTreeMap<LookupName, Vec<Oid>>,
    /// Operators by symbol: the user-made candidates, by identity.
    pub operators: BTreeMap<LookupName, Vec<Oid>>,
    /// Casts that migrations made and that were found, by source and target. Misses are not kept: any change of the
    /// catalog of casts may change an answer.
    pub casts: BTreeMap<(Oid, Oid), Oid>,
    /// Whether there is a construct that is not immutable besides functions and operators: `current_date` and its like, a
    /// conversion through text that settings change (dates, arrays, rows).
    pub mutable_construct: bool,
    /// Types whose default operator classes were asked for.
    pub operator_classes: BTreeSet<Oid>,
    /// Collations by name.
    pub collations: BTreeMap<LookupName, Oid>,
    /// Functions that were chosen, built-in ones included.
    pub chosen_functions: BTreeSet<Oid>,
    /// Operators that were chosen, built-in ones included.
    pub chosen_operators: BTreeSet<Oid>,
}

/// What one resolution carries along.
#[derive(Debug)]
pub struct Context<'schema> {
    /// The schema that names are looked up in.
    pub schema: &'schema Schema,
    /// `$1`, `$2`, …
    pub parameters: Parameters,
    /// What was looked up.
    pub lookups: Lookups,
    /// Literals that the server's input function judges and this crate cannot: their ranges and types. A statement with
    /// one of them is only as sure as the literal is valid.
    pub unchecked_literals: Vec<(rollproof_source::TextRange, Oid)>,
    /// Which columns and untyped literals were converted, and to what, without that being written: what the server writes
    /// as casts when it turns a kept expression back into text. Kept only where it is asked for.
    pub conversions: Option<Vec<(rollproof_source::TextRange, TypeRef)>>,
    /// Casts to read as if they were written around the column or literal at each range.
    pub written_casts: Vec<(rollproof_source::TextRange, TypeRef)>,
    /// Comparisons of text whose collations conflict: they fail on the first row that they meet (42P22).
    pub collation_conflicts: Vec<rollproof_source::TextRange>,
    /// Relations that literals of type `regclass` name: where, and which. They are bound when the statement is analysed.
    pub named_relations: Vec<(rollproof_source::TextRange, Oid)>,
    /// Some parameter became text because nothing else gave it a type: a client that declares types may have declared
    /// another one.
    pub text_by_default: bool,
    /// Why something that the statement names may not be there, though it was found, and where it is named. What else is
    /// wrong with the statement is wrong all the same.
    pub unproven: Option<(Arc<str>, rollproof_source::TextRange)>,
    /// Literals that the server turns into the identity of an object: `'t'::regclass`, a label of an enum.
    pub named_literals: Vec<(rollproof_source::TextRange, rollproof_catalog::ObjectId)>,
}

impl<'schema> Context<'schema> {
    /// A context for one statement.
    #[must_use]
    pub fn new(schema: &'schema Schema, parameters: Parameters) -> Self {
        Self {
            schema,
            parameters,
            lookups: Lookups::default(),
            unchecked_literals: Vec::new(),
            collation_conflicts: Vec::new(),
            named_relations: Vec::new(),
            named_literals: Vec::new(),
            conversions: None,
            written_casts: Vec::new(),
            text_by_default: false,
            unproven: None,
        }
    }

    /// Remembers what a value is converted to where nothing says so in the text.
    pub(crate) fn note_conversion(&mut self, value: &crate::Typed, target: TypeRef) {
        if let Some(conversions) = &mut self.conversions
            && matches!(value.shape, crate::Shape::Column(_) | crate::Shape::UnknownLiteral(_))
        {
            conversions.push((value.span, target));
        }
    }

    /// The server's major version.
    #[must_use]
    pub fn version(&self) -> u32 {
        self.schema.builtin.version
    }
}
