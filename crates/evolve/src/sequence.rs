//! Sequences: alone, of `serial` columns, of identity columns (`sequence.c`, `generateSerialExtraStmts`).

use std::sync::Arc;

use rollproof_catalog::{
    ColumnId, DependencyKind, Identity, NamePlace, ObjectId, Oid, Persistence, Relation, RelationKind, Sequence,
    SequenceBounds, StoredExpr, StoredName, StoredText, TypeRef, oid,
};
use rollproof_source::TextRange;
use rollproof_sql::ast::{
    Argument, CallSyntax, CastSyntax, CreateSequence, Expr, ExprKind, FunctionCall, Literal, Name, QualifiedName,
    SequenceOption, TypeName,
};

use crate::columns::NewColumn;
use crate::context::{Context, Outcome, refuse};
use crate::find::shown;
use crate::names::relation_name;
use crate::relation::{empty_relation, persistence};

/// What the options of a sequence say.
#[derive(Default)]
struct Options {
    data_type: Option<Oid>,
    owned_by: Option<Option<QualifiedName>>,
    name: Option<QualifiedName>,
    values: Values,
}

/// What the options say of the values; the inner none stands for `NO MINVALUE` and the like.
#[derive(Default, Clone)]
struct Values {
    increment: Option<i64>,
    minimum: Option<Option<i64>>,
    maximum: Option<Option<i64>>,
    start: Option<i64>,
    restart: Option<Option<i64>>,
    cache: Option<i64>,
}

/// The bounds of an integer type.
fn bounds_of(data_type: Oid) -> (i64, i64) {
    match data_type {
        oid::INT2 => (i16::MIN.into(), i16::MAX.into()),
        oid::INT4 => (i32::MIN.into(), i32::MAX.into()),
        _ => (i64::MIN, i64::MAX),
    }
}

impl Context {
    fn sequence_options(&mut self, options: &[SequenceOption]) -> Outcome<Options> {
        let mut read = Options::default();
        for option in options {
            match option {
                SequenceOption::As(name) => {
                    let data_type = self.type_ref(name)?.oid;
                    if ![oid::INT2, oid::INT4, oid::INT8].contains(&data_type) {
                        let message = "sequence type must be smallint, integer, or bigint";
                        return Err(refuse("22023", message, name.span));
                    }
                    read.data_type = Some(data_type);
                }
                SequenceOption::OwnedBy(owner) => read.owned_by = Some(owner.clone()),
                SequenceOption::SequenceName(name) => read.name = Some(name.clone()),
                SequenceOption::Increment(value) => read.values.increment = value.parse().ok(),
                SequenceOption::Minimum(value) => read.values.minimum = Some(self.sequence_value(value.as_ref())?),
                SequenceOption::Maximum(value) => read.values.maximum = Some(self.sequence_value(value.as_ref())?),
                SequenceOption::Start(value) => read.values.start = value.parse().ok(),
                SequenceOption::Restart(value) => read.values.restart = Some(self.sequence_value(value.as_ref())?),
                SequenceOption::Cache(value) => read.values.cache = value.parse().ok(),
                SequenceOption::Other => {}
            }
        }
        Ok(read)
    }

    /// A number that an option gives (22003 where it is no `bigint`).
    fn sequence_value(&self, value: Option<&Arc<str>>) -> Outcome<Option<i64>> {
        let Some(value) = value else { return Ok(None) };
        let message = || format!("value \"{value}\" is out of range for type bigint");
        value.parse().map(Some).map_err(|_| refuse("22003", message(), self.span))
    }

    /// What values the sequence gives (`init_params` in sequence.c): 22023 where the options do not go together.
    fn sequence_bounds(
        &self,
        read: &Options,
        data_type: Oid,
        before: Option<(Oid, SequenceBounds)>,
    ) -> Outcome<SequenceBounds> {
        let wrong = |message: String| Err(refuse("22023", message, self.span));
        let (values, (low, high)) = (&read.values, bounds_of(data_type));
        let increment = values.increment.or(before.map(|(_, known)| known.increment)).unwrap_or(1);
        if increment == 0 {
            return wrong("INCREMENT must not be zero".to_owned());
        }
        // A bound that was the old type's own becomes the new type's.
        let kept = |bound: fn(SequenceBounds) -> i64, end: fn((i64, i64)) -> i64| {
            let (old, known) = before?;
            let follows = read.data_type.is_some() && bound(known) == end(bounds_of(old));
            Some(if follows { end((low, high)) } else { bound(known) })
        };
        let maximum = match values.maximum {
            Some(given) => given,
            None => kept(|known| known.maximum, |ends| ends.1),
        };
        let maximum = maximum.unwrap_or(if increment > 0 { high } else { -1 });
        let minimum = match values.minimum {
            Some(given) => given,
            None => kept(|known| known.minimum, |ends| ends.0),
        };
        let minimum = minimum.unwrap_or(if increment > 0 { 1 } else { low });
        let shown = self.schema.format_type(TypeRef::plain(data_type));
        for (word, value) in [("MAXVALUE", maximum), ("MINVALUE", minimum)] {
            if value < low || value > high {
                return wrong(format!("{word} ({value}) is out of range for sequence data type {shown}"));
            }
        }
        if minimum >= maximum {
            return wrong(format!("MINVALUE ({minimum}) must be less than MAXVALUE ({maximum})"));
        }
        let start = values.start.or(before.map(|(_, known)| known.start));
        let start = start.unwrap_or(if increment > 0 { minimum } else { maximum });
        let restart = values.restart.map(|given| ("RESTART", given.unwrap_or(start)));
        for (word, value) in std::iter::once(("START", start)).chain(restart) {
            if value < minimum {
                return wrong(format!("{word} value ({value}) cannot be less than MINVALUE ({minimum})"));
            }
            if value > maximum {
                return wrong(format!("{word} value ({value}) cannot be greater than MAXVALUE ({maximum})"));
            }
        }
        if let Some(cache) = values.cache.filter(|cache| *cache <= 0) {
            return wrong(format!("CACHE ({cache}) must be greater than zero"));
        }
        Ok(SequenceBounds { increment, minimum, maximum, start })
    }

    /// `CREATE SEQUENCE`
    pub(crate) fn create_sequence(&mut self, create: &CreateSequence) -> Outcome {
        let namespace = self.creation_namespace(&create.name, create.temporary)?;
        let name = &create.name.object().text;
        if create.if_not_exists && self.schema.relations_in(namespace, name).next().is_some() {
            return Ok(());
        }
        let options = self.sequence_options(&create.options)?;
        let temporary = namespace == self.schema.session.temporary;
        let data_type = options.data_type.unwrap_or(oid::INT8);
        let bounds = self.sequence_bounds(&options, data_type, None)?;
        let sequence = Sequence { data_type, owned_by: None, internal: false, bounds };
        let oid = self.add_sequence(namespace, name.clone(), sequence, temporary, create.name.span)?;
        if create.unlogged {
            self.change(oid, |relation| relation.persistence = Persistence::Unlogged)?;
        }
        match options.owned_by {
            Some(Some(owner)) => self.own_sequence(oid, &owner),
            _ => Ok(()),
        }
    }

    fn add_sequence(
        &mut self,
        namespace: Oid,
        name: Arc<str>,
        sequence: Sequence,
        temporary: bool,
        span: TextRange,
    ) -> Outcome<Oid> {
        let oid = self.schema.allocate();
        let owner = self.current_role();
        let mut relation = empty_relation(oid, namespace, name, RelationKind::Sequence, owner);
        relation.persistence = persistence(temporary, false);
        relation.acl = self.default_acl(b'S', namespace);
        relation.columns = sequence_columns();
        relation.sequence = Some(Arc::new(sequence));
        self.add_relation(relation, span)
    }

    /// `OWNED BY t.c` (`process_owned_by`).
    fn own_sequence(&mut self, sequence: Oid, owner: &QualifiedName) -> Outcome {
        let [table @ .., column] = &owner.parts[..] else { return Ok(()) };
        if table.is_empty() {
            return Err(refuse("42601", "invalid OWNED BY option", owner.span));
        }
        let table = QualifiedName { parts: table.to_vec(), span: owner.span };
        let relation = self.relation_named(&table)?;
        if !matches!(
            relation.kind,
            RelationKind::Table | RelationKind::PartitionedTable | RelationKind::ForeignTable | RelationKind::View
        ) {
            let message = format!("sequence cannot be owned by relation \"{}\"", relation.name);
            return Err(refuse("42809", message, owner.span));
        }
        let own = self.relation(sequence)?;
        if own.namespace != relation.namespace {
            let message = "sequence must be in same schema as table it is linked to";
            return Err(refuse("55000", message, owner.span));
        }
        let Some(found) = relation.column(&column.text) else {
            let message = format!("column \"{}\" of relation \"{}\" does not exist", column.text, relation.name);
            return Err(refuse("42703", message, column.span));
        };
        let id = ColumnId { relation: relation.oid, number: found.number };
        self.link_sequence(sequence, Some(id), false)
    }

    /// Makes a sequence belong to a column, or to none.
    pub(crate) fn link_sequence(&mut self, sequence: Oid, owner: Option<ColumnId>, internal: bool) -> Outcome {
        let me = ObjectId::Relation(sequence);
        let relation = self.relation(sequence)?;
        self.schema.dependencies.clear_uses(me);
        self.depend_on_namespace(me, relation.namespace);
        if let Some(id) = owner {
            let kind = if internal { DependencyKind::Internal } else { DependencyKind::Automatic };
            self.depend(me, ObjectId::Column(id), kind);
        }
        self.change(sequence, |relation| {
            if let Some(sequence) = &mut relation.sequence {
                let sequence = Arc::make_mut(sequence);
                sequence.owned_by = owner;
                sequence.internal = internal;
            }
        })
    }

    /// `ALTER SEQUENCE`
    pub(crate) fn alter_sequence(
        &mut self,
        name: &QualifiedName,
        if_exists: bool,
        options: &[SequenceOption],
    ) -> Outcome {
        let Some(relation) = self.relation_if(name, if_exists)? else { return Ok(()) };
        self.require_sequence(&relation, name.span)?;
        self.owns_relation(&relation, name.span)?;
        let read = self.sequence_options(options)?;
        let internal = relation.sequence.as_ref().is_some_and(|sequence| sequence.internal);
        self.alter_bounds(&relation, &read)?;
        match read.owned_by {
            None => Ok(()),
            Some(_) if internal => Err(refuse("0A000", "cannot change ownership of identity sequence", name.span)),
            Some(None) => self.link_sequence(relation.oid, None, false),
            Some(Some(owner)) => self.own_sequence(relation.oid, &owner),
        }
    }

    /// An identity column's sequence follows its type.
    pub(crate) fn retype_sequence(&mut self, sequence: Oid, data_type: Oid) -> Outcome {
        let relation = self.relation(sequence)?;
        self.alter_bounds(&relation, &Options { data_type: Some(data_type), ..Options::default() })
    }

    fn alter_bounds(&mut self, relation: &Relation, read: &Options) -> Outcome {
        let Some(known) = relation.sequence.as_deref() else { return Ok(()) };
        let data_type = read.data_type.unwrap_or(known.data_type);
        let bounds = self.sequence_bounds(read, data_type, Some((known.data_type, known.bounds)))?;
        self.change(relation.oid, |relation| {
            if let Some(sequence) = &mut relation.sequence {
                let sequence = Arc::make_mut(sequence);
                sequence.data_type = data_type;
                sequence.bounds = bounds;
            }
        })
    }

    fn require_sequence(&self, relation: &Relation, span: TextRange) -> Outcome {
        if relation.kind == RelationKind::Sequence {
            return Ok(());
        }
        Err(refuse("42809", format!("cannot open relation \"{}\"", relation.name), span))
    }

    /// The sequence of a `serial` column, and the default that reads it.
    pub(crate) fn make_serial(&mut self, relation: Oid, number: i16, new: &NewColumn) -> Outcome {
        let table = self.relation(relation)?;
        let name = relation_name(&self.schema, &table.name, Some(&new.name), "seq", table.namespace, false);
        let sequence = self.table_sequence(&table, name, new.data_type.oid, &Options::default(), new.span)?;
        let id = ColumnId { relation, number };
        let stored = self.nextval(sequence)?;
        self.put_default(id, stored, None)?;
        self.depend(ObjectId::Default(id), ObjectId::Relation(sequence), DependencyKind::Normal);
        self.link_sequence(sequence, Some(id), false)
    }

    /// The sequence of an identity column.
    pub(crate) fn make_identity(
        &mut self,
        relation: Oid,
        number: i16,
        kind: Identity,
        options: &[SequenceOption],
        span: TextRange,
    ) -> Outcome {
        let id = ColumnId { relation, number };
        let table = self.relation(relation)?;
        let Some(column) = table.column_by_number(number).cloned() else { return Err(self.lost(ObjectId::Column(id))) };
        let read = self.sequence_options(options)?;
        let name = match &read.name {
            Some(name) => name.object().text.clone(),
            None => relation_name(&self.schema, &table.name, Some(&column.name), "seq", table.namespace, false),
        };
        let data_type = self.schema.base_type(column.data_type).oid;
        let sequence = self.table_sequence(&table, name, data_type, &read, span)?;
        self.link_sequence(sequence, Some(id), true)?;
        self.change_column(id, |column| {
            column.identity = Some(kind);
            column.not_null = true;
        })
    }

    fn table_sequence(
        &mut self,
        table: &Relation,
        name: Arc<str>,
        data_type: Oid,
        read: &Options,
        span: TextRange,
    ) -> Outcome<Oid> {
        let bounds = self.sequence_bounds(read, data_type, None)?;
        let sequence = Sequence { data_type, owned_by: None, internal: false, bounds };
        let temporary = table.persistence == Persistence::Temporary;
        let oid = self.add_sequence(table.namespace, name, sequence, temporary, span)?;
        let (owner, persistence) = (table.owner, table.persistence);
        self.change(oid, |relation| {
            relation.owner = owner;
            relation.persistence = persistence;
        })?;
        Ok(oid)
    }

    /// `nextval('s'::regclass)`, its literal bound to the sequence.
    fn nextval(&self, sequence: Oid) -> Outcome<StoredExpr> {
        let shown = self.schema.relation_name(sequence).replace('\'', "''");
        let text: Arc<str> = Arc::from(format!("nextval('{shown}'::regclass)"));
        let end = text.len() as u32;
        let at = |start: u32, end: u32| TextRange::new(start, end);
        let literal = at(8, end - 11);
        let name = |text: &str, span: TextRange| Name { text: Arc::from(text), span };
        let regclass = at(end - 9, end - 1);
        let target = TypeName {
            name: QualifiedName { parts: vec![name("regclass", regclass)], span: regclass },
            modifiers: Vec::new(),
            interval_fields: None,
            array_bounds: Vec::new(),
            set_of: false,
            percent_type: false,
            span: regclass,
        };
        let value = Expr { kind: ExprKind::Literal(Literal::String(Arc::from(shown.as_str()))), span: literal };
        let value = Expr {
            kind: ExprKind::Cast { value: Box::new(value), target, syntax: CastSyntax::Colons },
            span: at(8, end - 1),
        };
        let call = FunctionCall {
            name: QualifiedName { parts: vec![name("nextval", at(0, 7))], span: at(0, 7) },
            arguments: vec![Argument { name: None, value }],
            star: false,
            distinct: false,
            variadic: false,
            order_by: Vec::new(),
            within_group: false,
            filter: None,
            over: None,
            syntax: CallSyntax::Call,
        };
        let expr = Expr { kind: ExprKind::Function(Box::new(call)), span: at(0, end) };
        let bindings = Arc::from([(literal, ObjectId::Relation(sequence))]);
        let name = StoredName { range: literal, object: ObjectId::Relation(sequence), place: NamePlace::Object };
        let text = StoredText { text, range: at(0, end), bindings, names: Arc::from([name]), starred: Arc::default() };
        Ok(StoredExpr { expr: Arc::new(expr), text, casts: Arc::default() })
    }

    /// The sequences that belong to a column.
    pub(crate) fn sequences_of(&self, id: ColumnId) -> Vec<Oid> {
        let owned =
            self.schema.dependencies.used_by(ObjectId::Column(id)).iter().filter_map(|(object, _)| match object {
                ObjectId::Relation(oid) => Some(*oid),
                _ => None,
            });
        owned.filter(|oid| self.schema.relation(*oid).is_some_and(|each| each.kind == RelationKind::Sequence)).collect()
    }

    /// A message about a sequence names it as it was written.
    pub(crate) fn sequence_named(&self, name: &QualifiedName) -> Outcome<Relation> {
        let relation = self.relation_named(name)?;
        if relation.kind != RelationKind::Sequence {
            return Err(refuse("42809", format!("\"{}\" is not a sequence", shown(name)), name.span));
        }
        Ok(relation)
    }
}

/// What `SELECT * FROM a_sequence` shows.
fn sequence_columns() -> Vec<Arc<rollproof_catalog::Column>> {
    let columns = [("last_value", oid::INT8), ("log_cnt", oid::INT8), ("is_called", oid::BOOL)];
    let column = |(number, (name, data_type)): (i16, (&str, Oid))| {
        Arc::new(rollproof_catalog::Column {
            number,
            name: Arc::from(name),
            data_type: TypeRef::plain(data_type),
            collation: Oid::NONE,
            not_null: true,
            default: None,
            identity: None,
            generated: None,
            dropped: false,
            is_local: true,
            inherit_count: 0,
            acl: None,
            dimensions: 0,
        })
    };
    (1..).zip(columns).map(column).collect()
}
