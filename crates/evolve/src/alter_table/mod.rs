//! `ALTER TABLE`: its actions run in passes, not in the order they are written (`tablecmds.c`, `AlterTablePass`).

mod add_column;
mod column;
mod column_type;
mod constraint;
mod drop_column;
mod permitted;
mod storage;

use rollproof_catalog::{ObjectId, Oid, Relation, RelationKind};
use rollproof_source::TextRange;
use rollproof_sql::ast::{
    AlterTable, AlterTableAction, ConstraintDefinition, ConstraintKind, ObjectKind, PartitionBound, QualifiedName,
};

use crate::columns::NewConstraint;
use crate::context::{Context, Outcome, refuse};
use crate::find::{kind_fits, shown, with_article};

/// The passes, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Pass {
    Drop,
    AlterType,
    AddColumn,
    SetExpression,
    ColumnAttributes,
    AddIndex,
    AddOther,
    Misc,
}

fn constraint_pass(definition: &ConstraintDefinition) -> Pass {
    match definition.kind {
        ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) | ConstraintKind::Exclude { .. } => Pass::AddIndex,
        ConstraintKind::NotNull(_) => Pass::ColumnAttributes,
        _ => Pass::AddOther,
    }
}

fn pass_of(action: &AlterTableAction) -> Pass {
    match action {
        AlterTableAction::DropColumn { .. }
        | AlterTableAction::DropConstraint { .. }
        | AlterTableAction::DropIdentity(..)
        | AlterTableAction::DropExpression(..)
        | AlterTableAction::ColumnDefault(_, None)
        | AlterTableAction::ColumnNotNull(_, false) => Pass::Drop,
        AlterTableAction::ColumnType { .. } => Pass::AlterType,
        AlterTableAction::AddColumn(..) => Pass::AddColumn,
        AlterTableAction::SetExpression(..) => Pass::SetExpression,
        AlterTableAction::ColumnNotNull(_, true) => Pass::ColumnAttributes,
        AlterTableAction::ColumnDefault(_, Some(_)) | AlterTableAction::AddIdentity(..) => Pass::AddOther,
        AlterTableAction::AddConstraint(definition) => constraint_pass(definition),
        _ => Pass::Misc,
    }
}

/// A step of the run: an action as written, or a constraint that came with an added column.
enum Step<'a> {
    Action(&'a AlterTableAction, TextRange),
    Constraint(Box<NewConstraint>),
}

impl Context {
    /// `ALTER TABLE` and its relatives.
    pub(crate) fn alter_table(&mut self, alter: &AlterTable) -> Outcome {
        let name = &alter.relation.name;
        let Some(relation) = self.relation_if(name, alter.if_exists)? else { return Ok(()) };
        self.changeable(&relation, name.span)?;
        self.alterable(alter.kind, &relation, name)?;
        one_access_method(alter, &relation)?;
        let inherit = alter.relation.inherit;
        let mut steps: Vec<(Pass, Step)> = Vec::new();
        for (action, span) in &alter.actions {
            self.action_permitted(&relation, action, *span)?;
            if let AlterTableAction::ColumnType { name, type_name, collation, using } = action {
                let change =
                    column_type::TypeChange { name, type_name, collation: collation.as_ref(), using: using.as_ref() };
                self.prepare_column_type(relation.oid, &change)?;
            }
            steps.push((pass_of(action), Step::Action(action, *span)));
        }
        // Constraints of added columns wait for their own passes: they are known once the column is there.
        let mut pass = Pass::Drop;
        loop {
            let at = steps.iter().position(|(of, _)| *of == pass);
            let Some(at) = at else {
                match next_pass(pass) {
                    Some(next) => pass = next,
                    None => return Ok(()),
                }
                continue;
            };
            let (_, step) = steps.remove(at);
            match step {
                Step::Constraint(new) => self.add_table_constraint(relation.oid, &new, inherit)?,
                Step::Action(AlterTableAction::AddColumn(definition, if_not_exists), _) => {
                    let waiting = self.add_column(relation.oid, definition, *if_not_exists, inherit)?;
                    let waiting = waiting
                        .into_iter()
                        .map(|new| (constraint_pass(&new.definition), Step::Constraint(Box::new(new))));
                    // They come before what was written as constraints of the table.
                    steps.splice(0..0, waiting);
                }
                Step::Action(action, span) => self.alter_action(relation.oid, action, span, inherit)?,
            }
        }
    }

    /// `ALTER VIEW` of a table and the like (42809).
    fn alterable(&self, kind: ObjectKind, relation: &Relation, name: &QualifiedName) -> Outcome {
        let (fits, word) = match kind {
            ObjectKind::Table if relation.kind == RelationKind::Composite => {
                let message = format!("\"{}\" is a composite type", relation.name);
                return Err(refuse("42809", message, name.span));
            }
            ObjectKind::Table => (true, "table"),
            ObjectKind::Type if relation.kind != RelationKind::Composite => {
                return Err(refuse("42809", format!("\"{}\" is not a composite type", shown(name)), name.span));
            }
            ObjectKind::View => (kind_fits(kind, relation.kind), "view"),
            ObjectKind::MaterializedView => (kind_fits(kind, relation.kind), "materialized view"),
            ObjectKind::Index => (kind_fits(kind, relation.kind), "index"),
            ObjectKind::Sequence => (kind_fits(kind, relation.kind), "sequence"),
            ObjectKind::ForeignTable => (kind_fits(kind, relation.kind), "foreign table"),
            _ => (true, "table"),
        };
        if fits {
            return Ok(());
        }
        Err(refuse("42809", format!("\"{}\" is not {}", relation.name, with_article(word)), name.span))
    }

    fn alter_action(&mut self, oid: Oid, action: &AlterTableAction, span: TextRange, inherit: bool) -> Outcome {
        match action {
            AlterTableAction::AddColumn(..) => Ok(()),
            AlterTableAction::DropColumn { name, if_exists, cascade } => {
                self.drop_column(oid, name, *if_exists, *cascade, inherit)
            }
            AlterTableAction::ColumnType { name, type_name, collation, using } => {
                let change =
                    column_type::TypeChange { name, type_name, collation: collation.as_ref(), using: using.as_ref() };
                self.alter_column_type(oid, &change, inherit)
            }
            AlterTableAction::ColumnDefault(name, value) => self.alter_default(oid, name, value.as_ref(), inherit),
            AlterTableAction::ColumnNotNull(name, true) => self.alter_set_not_null(oid, name, inherit, span),
            AlterTableAction::ColumnNotNull(name, false) => self.alter_drop_not_null(oid, name, inherit),
            AlterTableAction::AddIdentity(name, kind, options) => {
                self.alter_add_identity(oid, name, *kind, options, inherit)
            }
            AlterTableAction::SetIdentity(name, kind) => self.alter_set_identity(oid, name, *kind, inherit),
            AlterTableAction::DropIdentity(name, if_exists) => self.alter_drop_identity(oid, name, *if_exists, inherit),
            AlterTableAction::SetExpression(name, value) => self.alter_set_expression(oid, name, value),
            AlterTableAction::DropExpression(name, if_exists) => {
                self.alter_drop_expression(oid, name, *if_exists, inherit)
            }
            AlterTableAction::ColumnCompression(name, method) => {
                let (_, column) = self.column_of(oid, name)?;
                self.check_compression(column.data_type.oid, name, method.as_ref())
            }
            AlterTableAction::ColumnReset(name) | AlterTableAction::ColumnForeignOptions(name) => {
                self.column_exists(oid, name)
            }
            AlterTableAction::AddConstraint(definition) => {
                let new = NewConstraint { definition: definition.clone(), column: None };
                self.add_table_constraint(oid, &new, inherit)
            }
            AlterTableAction::DropConstraint { name, if_exists, cascade } => {
                self.drop_constraint(oid, name, *if_exists, *cascade, inherit)
            }
            AlterTableAction::AlterConstraint { name, deferrable, initially_deferred, enforced } => {
                self.alter_constraint(oid, name, *deferrable, *initially_deferred, *enforced)
            }
            AlterTableAction::ConstraintInherit(name) => self.constraint_to_inherit(oid, name),
            AlterTableAction::ValidateConstraint(name) => self.validate_constraint(oid, name),
            AlterTableAction::Inherit(parent) => self.add_parent(oid, parent),
            AlterTableAction::NoInherit(parent) => self.remove_parent(oid, parent),
            AlterTableAction::AttachPartition(name, bound) => self.attach(oid, name, bound.as_ref()),
            AlterTableAction::DetachPartition(name, concurrently) => self.detach_partition(oid, name, *concurrently),
            _ => self.alter_rest(oid, action, span),
        }
    }

    fn alter_rest(&mut self, oid: Oid, action: &AlterTableAction, span: TextRange) -> Outcome {
        match action {
            AlterTableAction::Trigger(name, state) => self.enable_trigger(oid, name.as_ref(), *state),
            AlterTableAction::Rule(name, state) => {
                let relation = self.relation(oid)?;
                let rule = self.rule_named(&relation, name)?;
                self.change(oid, |relation| {
                    for known in relation.rules.iter_mut().filter(|known| known.oid == rule) {
                        std::sync::Arc::make_mut(known).enabled = *state;
                    }
                })
            }
            AlterTableAction::RowSecurity(letter) => self.change(oid, |relation| match letter {
                'E' => relation.row_security = true,
                'D' => relation.row_security = false,
                'F' => relation.force_row_security = true,
                _ => relation.force_row_security = false,
            }),
            AlterTableAction::Owner(name) => {
                let owner = self.role(name)?;
                let table = self.relation(oid)?;
                if table.kind == RelationKind::PartitionedIndex {
                    let message = format!("cannot change owner of index \"{}\"", table.name);
                    return Err(refuse("42809", message, span));
                }
                let what = format!("{} {}", crate::find::kind_word(table.kind), table.name);
                self.may_give(table.owner, owner, &what, span)?;
                self.own_relation(oid, owner)
            }
            AlterTableAction::OfType(name) => self.set_of_type(oid, name),
            AlterTableAction::NotOf => self.forget_of_type(oid, span),
            AlterTableAction::Options(options) => self.alter_options(oid, options, false),
            AlterTableAction::ResetOptions(options) => self.alter_options(oid, options, true),
            _ => self.alter_storage(oid, action, span),
        }
    }

    fn forget_of_type(&mut self, oid: Oid, span: TextRange) -> Outcome {
        let relation = self.relation(oid)?;
        if relation.of_type.is_none() {
            return Err(refuse("42809", format!("\"{}\" is not a typed table", relation.name), span));
        }
        self.unlink(ObjectId::Relation(oid), ObjectId::Type(relation.of_type));
        self.change(oid, |relation| relation.of_type = Oid::NONE)
    }

    fn set_of_type(&mut self, oid: Oid, name: &rollproof_sql::ast::TypeName) -> Outcome {
        let found = self.type_ref(name)?.oid;
        let wanted = self.schema.row_relation(found).cloned();
        let Some(wanted) = wanted.filter(|each| each.kind == RelationKind::Composite) else {
            let shown = self.schema.format_type(rollproof_catalog::TypeRef::plain(found));
            return Err(refuse("42809", format!("type {shown} is not a composite type"), name.span));
        };
        let relation = self.relation(oid)?;
        if !relation.inherits.is_empty() || relation.partition.is_some() {
            return Err(refuse("42809", "typed tables cannot inherit", name.span));
        }
        let mut own = relation.live_columns();
        for column in wanted.live_columns() {
            match own.next() {
                None => {
                    let message = format!("table is missing column \"{}\"", column.name);
                    return Err(refuse("42804", message, name.span));
                }
                Some(mine) if mine.name != column.name => {
                    let message = format!("table has column \"{}\" where type requires \"{}\"", mine.name, column.name);
                    return Err(refuse("42804", message, name.span));
                }
                Some(mine) if mine.data_type != column.data_type => {
                    let message =
                        format!("table \"{}\" has different type for column \"{}\"", relation.name, mine.name);
                    return Err(refuse("42804", message, name.span));
                }
                Some(_) => {}
            }
        }
        if let Some(extra) = own.next() {
            return Err(refuse("42804", format!("table has extra column \"{}\"", extra.name), name.span));
        }
        self.change(oid, |relation| relation.of_type = found)
    }

    /// `ATTACH PARTITION` of a table or of an index.
    fn attach(&mut self, oid: Oid, name: &QualifiedName, bound: Option<&PartitionBound>) -> Outcome {
        if let Some(bound) = bound {
            return self.attach_partition(oid, name, bound);
        }
        let parent = self.relation(oid)?;
        let part = self.relation_named(name)?;
        let (Some(_), Some(_)) = (&parent.index, &part.index) else {
            return Err(refuse("42809", format!("\"{}\" is not an index", part.name), name.span));
        };
        if part.partition.as_ref().is_some_and(|known| known.parent == oid) {
            return Ok(());
        }
        self.attachable(&part, &parent, name.span)?;
        self.attach_index(part.oid, oid)
    }
}

fn next_pass(pass: Pass) -> Option<Pass> {
    Some(match pass {
        Pass::Drop => Pass::AlterType,
        Pass::AlterType => Pass::AddColumn,
        Pass::AddColumn => Pass::SetExpression,
        Pass::SetExpression => Pass::ColumnAttributes,
        Pass::ColumnAttributes => Pass::AddIndex,
        Pass::AddIndex => Pass::AddOther,
        Pass::AddOther => Pass::Misc,
        Pass::Misc => return None,
    })
}

/// A table has one access method (0A000; `ATPrepSetAccessMethod`).
fn one_access_method(alter: &AlterTable, relation: &Relation) -> Outcome {
    let is_change = |action: &AlterTableAction| match action {
        AlterTableAction::AccessMethod(Some(name)) => {
            relation.access_method.as_deref().unwrap_or("heap") != name.as_str()
        }
        _ => false,
    };
    let methods = alter.actions.iter().filter(|(action, _)| matches!(action, AlterTableAction::AccessMethod(_)));
    match methods.skip_while(|(action, _)| !is_change(action)).nth(1) {
        Some((_, span)) => Err(refuse("0A000", "cannot have multiple SET ACCESS METHOD subcommands", *span)),
        None => Ok(()),
    }
}
