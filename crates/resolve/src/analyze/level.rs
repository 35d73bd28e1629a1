//! One query's own state: range table, namespace, windows (`ParseState`, `RangeTblEntry`, `ParseNamespaceItem`).

use std::rc::Rc;
use std::sync::Arc;

use rollproof_catalog::{ColumnId, Oid, RelationKind, TypeRef};
use rollproof_source::TextRange;

use super::clause::WindowInfo;
use super::kind::Kind;
use super::tree::Tree;
use super::with::CteInfo;
use crate::typed::{RecordColumn, Typed};

/// What an entry of a range table is (`rtekind`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EntryKind {
    /// A relation.
    Relation(Oid, RelationKind),
    /// A query in FROM.
    Subquery,
    /// A join.
    Join,
    /// Functions.
    Function,
    /// XMLTABLE, JSON_TABLE.
    Table,
    /// VALUES.
    Values,
    /// A CTE.
    Cte,
    /// Pseudo-relation `excluded`.
    Excluded(Oid),
    /// Unknown text.
    Open,
}

/// A column of an entry.
#[derive(Debug, Clone)]
pub(crate) struct EntryColumn {
    /// Its name; of a dropped one it does not matter.
    pub name: Arc<str>,
    /// Its type.
    pub data_type: TypeRef,
    /// Its collation.
    pub collation: Oid,
    /// Whether it may be null, joins around it not counted.
    pub nullable: bool,
    /// The table's column that it is.
    pub origin: Option<ColumnId>,
    /// Dropped: it has a number and cannot be named.
    pub dropped: bool,
    /// Its own columns, where it is a record whose columns are known.
    pub record: Option<Arc<[RecordColumn]>>,
    /// Of a merged column of a join: what it is made of.
    pub merged: Option<Tree>,
    /// Of a function that returns rows of a named type: the column of that type.
    pub field_of: Option<ColumnId>,
}

impl EntryColumn {
    /// A column that is a value's.
    pub(crate) fn of_value(name: Arc<str>, value: &Typed) -> Self {
        let record = match &value.shape {
            crate::typed::Shape::Record(columns) => Some(columns.clone()),
            crate::typed::Shape::Row(items) => Some(row_columns(items)),
            _ => None,
        };
        Self {
            name,
            data_type: value.data_type,
            collation: value.collation,
            nullable: value.nullable,
            origin: None,
            dropped: false,
            record,
            merged: None,
            field_of: None,
        }
    }

    /// A column of a named record.
    pub(crate) fn of_record(column: &RecordColumn) -> Self {
        Self {
            name: column.name.clone(),
            data_type: column.data_type,
            collation: column.collation,
            nullable: true,
            origin: None,
            dropped: false,
            record: None,
            merged: None,
            field_of: None,
        }
    }
}

/// The columns of a row that was written as one: `f1`, `f2`, ….
fn row_columns(items: &[Typed]) -> Arc<[RecordColumn]> {
    let columns = items.iter().enumerate().map(|(at, item)| RecordColumn {
        name: format!("f{}", at + 1).into(),
        data_type: item.data_type,
        collation: item.collation,
        nullable: item.nullable,
    });
    columns.collect()
}

/// An entry of a range table.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// What it is.
    pub kind: EntryKind,
    /// What it is called (`eref->aliasname`).
    pub name: Arc<str>,
    /// Whether an alias was written.
    pub aliased: bool,
    /// Its columns by number, those that the alias renames renamed.
    pub columns: Vec<EntryColumn>,
    /// Where it stands.
    pub span: TextRange,
    /// Its columns are not all known.
    pub open: bool,
    /// It is on the side of an outer join that may be missing.
    pub nulled: bool,
    /// Whether it is in FROM (`inFromCl`): what `FOR UPDATE` without OF locks.
    pub in_from: bool,
    /// Columns are for naming only; what it was made of.
    pub tree: Option<Tree>,
    /// Of a query: what keeps its rows from being locked.
    pub obstacle: Option<&'static str>,
}

impl Entry {
    /// An entry without alias.
    pub(crate) fn new(kind: EntryKind, name: Arc<str>, columns: Vec<EntryColumn>, span: TextRange) -> Self {
        Self {
            kind,
            name,
            aliased: false,
            columns,
            span,
            open: false,
            nulled: false,
            in_from: true,
            tree: None,
            obstacle: None,
        }
    }
}

/// Which row of a written relation an item of the namespace stands for (`VarReturningType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Returning {
    /// The ordinary one.
    #[default]
    Default,
    /// `OLD`
    Old,
    /// `NEW`
    New,
}

/// A column that an item makes visible: whose it is.
#[derive(Debug, Clone)]
pub(crate) struct ItemColumn {
    /// Its name.
    pub name: Arc<str>,
    /// The entry it is taken from, which for joins is below the item's own.
    pub entry: usize,
    /// Its number there, from 1.
    pub attribute: i16,
    /// Visible by name.
    pub dropped: bool,
    /// `*` leaves it out.
    pub hidden: bool,
}

/// An item of the namespace.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    /// The entry.
    pub entry: usize,
    /// What it is called.
    pub name: Arc<str>,
    /// Its columns.
    pub columns: Rc<Vec<ItemColumn>>,
    /// Its name can qualify.
    pub relation_visible: bool,
    /// Its columns can be named alone.
    pub columns_visible: bool,
    /// It can only be seen from LATERAL items.
    pub lateral_only: bool,
    /// If so, whether a reference is allowed at all.
    pub lateral_ok: bool,
    /// OLD and NEW of RETURNING.
    pub returning: Returning,
}

/// One query's own state.
#[derive(Debug, Default)]
pub(crate) struct Level<'a> {
    /// `p_rtable`
    pub entries: Vec<Entry>,
    /// `p_namespace`
    pub items: Vec<Item>,
    /// `p_ctenamespace`
    pub ctes: Vec<CteInfo<'a>>,
    /// `p_expr_kind`
    pub kind: Kind,
    /// `p_lateral_active`
    pub lateral_active: bool,
    /// `p_windowdefs`, and those that `OVER (…)` makes.
    pub windows: Vec<WindowInfo<'a>>,
    /// `p_hasAggs`
    pub has_aggregates: bool,
    /// `p_hasWindowFuncs`
    pub has_windows: bool,
    /// `p_hasTargetSRFs`
    pub has_sets: bool,
    /// `p_target_nsitem`: the entry that is written.
    pub target: Option<usize>,
    /// It is a statement of WITH.
    pub in_with: bool,
    /// A statement of its WITH changes data.
    pub writes_in_with: bool,
    /// Unknown text may add relations.
    pub open_from: bool,
    /// Unknown text stands between clauses, so the one before it may go on.
    pub open_clauses: bool,
    /// Unknown text at the end of the clause before may bring WINDOW.
    pub open_windows: bool,
    /// Unknown text may add columns to the result.
    pub open_targets: bool,
    /// Unknown text of any kind stands in this query.
    pub open: bool,
    /// Place of the last call that returned a set (`p_last_srf`): to find nested ones.
    pub last_set: Option<TextRange>,
    /// A recursive CTE that is being analysed is read here.
    pub self_reference: bool,
    /// This is the query of a recursive CTE: whose, by depth and number.
    pub recursive: Option<(usize, usize)>,
    /// Relations that a clause locks anyway (`FOR UPDATE` of an outer query).
    pub locked: bool,
    /// Parts of the query besides its targets, for comparing whole queries.
    pub parts: Vec<Tree>,
}

impl Level<'_> {
    /// Adds an entry; its number.
    pub(crate) fn add(&mut self, entry: Entry) -> usize {
        self.entries.push(entry);
        self.entries.len() - 1
    }

    /// The item by which an entry is seen, or would be: a join's columns are those of its sides.
    pub(crate) fn item_of(&self, entry: usize) -> Item {
        let found = self.items.iter().find(|item| item.entry == entry && item.relation_visible);
        found.map_or_else(|| self.item(entry, true, true), |item| Item { columns_visible: true, ..item.clone() })
    }

    /// An item that makes an entry visible, its name and columns as far as asked.
    pub(crate) fn item(&self, entry: usize, relation_visible: bool, columns_visible: bool) -> Item {
        let of = &self.entries[entry];
        let columns = (1_i16..)
            .zip(&of.columns)
            .map(|(attribute, column)| ItemColumn {
                name: column.name.clone(),
                entry,
                attribute,
                dropped: column.dropped,
                hidden: false,
            })
            .collect();
        Item {
            entry,
            name: of.name.clone(),
            columns: Rc::new(columns),
            relation_visible,
            columns_visible,
            lateral_only: false,
            lateral_ok: true,
            returning: Returning::Default,
        }
    }
}
