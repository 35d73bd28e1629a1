//! Rules (`rewriteDefine.c`).

use std::sync::Arc;

use rollproof_catalog::{DependencyKind, ObjectId, Oid, Relation, RelationKind, Rule};
use rollproof_resolve::{Environment, Variable, VariableBlock, VariableConflict, VariableKind};
use rollproof_resolve::{ExpressionPlace, ExpressionScope};
use rollproof_source::TextRange;
use rollproof_sql::ast::{CreateRule, Returning, Statement, StatementKind};

use crate::context::{Context, Outcome, refuse};

impl Context {
    /// `CREATE [OR REPLACE] RULE`
    pub(crate) fn create_rule(&mut self, create: &CreateRule) -> Outcome {
        let table = self.relation_named(&create.table)?;
        self.changeable(&table, create.table.span)?;
        if table.kind == RelationKind::MaterializedView {
            return Err(refuse("0A000", "rules on materialized views are not supported", create.table.span));
        }
        let fits = matches!(table.kind, RelationKind::Table | RelationKind::PartitionedTable | RelationKind::View);
        if !fits {
            let message = format!("relation \"{}\" cannot have rules", table.name);
            return Err(refuse("42809", message, create.table.span));
        }
        if &*create.event == "select" {
            return self.select_rule(create, &table);
        }
        let known = table.rules.iter().find(|known| known.name == create.name.text).cloned();
        if known.is_some() && !create.or_replace {
            let message = format!("rule \"{}\" for relation \"{}\" already exists", create.name.text, table.name);
            return Err(refuse("42710", message, create.name.span));
        }
        let scope = ExpressionScope {
            relation: table.oid,
            old: matches!(&*create.event, "update" | "delete"),
            new: matches!(&*create.event, "update" | "insert"),
        };
        let condition = match &create.condition {
            Some(value) => Some(self.bind(value, &scope, &ExpressionPlace::RuleWhere)?),
            None => None,
        };
        let oid = known.as_ref().map_or_else(|| self.schema.allocate(), |known| known.oid);
        let me = ObjectId::Rule(oid);
        self.schema.dependencies.clear_uses(me);
        let environment = rule_environment(&table, &scope);
        let mut actions = Vec::new();
        for action in &create.actions {
            if matches!(action.kind, StatementKind::Inert(..)) {
                continue;
            }
            let bound = self.bind_statement(action, &environment, &table.name)?;
            self.depend_on_uses(me, &bound.uses, Oid::NONE, DependencyKind::Normal);
            if returns(action) && !self.returns_whole_row(action) {
                returning_fits(&bound.columns, &table, action.span)?;
            }
            actions.push(bound.stored);
        }
        self.depend(me, ObjectId::Relation(table.oid), DependencyKind::Automatic);
        if let Some(bound) = &condition {
            self.depend_on_uses(me, &bound.uses, table.oid, DependencyKind::Automatic);
        }
        let rule = Rule {
            oid,
            name: create.name.text.clone(),
            event: create.event.clone(),
            instead: create.instead,
            condition: condition.map(|bound| bound.stored),
            actions,
            enabled: 'O',
            returning: create.actions.iter().any(returns),
        };
        self.change(table.oid, |relation| {
            relation.rules.retain(|known| known.oid != oid);
            let at = relation.rules.partition_point(|known| known.name <= rule.name);
            relation.rules.insert(at, Arc::new(rule));
        })
    }

    /// `RETURNING new.*`: how many columns that is depends on whose NEW it is.
    fn returns_whole_row(&self, action: &Statement) -> bool {
        let text = action.span.slice(&self.source).to_lowercase();
        let returning = text.rsplit("returning").next().unwrap_or_default();
        returning.contains("new.") || returning.contains("old.")
    }

    /// A rule ON SELECT makes a view of a table in old versions, and is refused for tables since 16.
    fn select_rule(&mut self, create: &CreateRule, table: &Relation) -> Outcome {
        if table.kind == RelationKind::View && create.or_replace {
            let message = format!("CREATE RULE of \"{}\" on select is not modelled", create.name.text);
            return Err(crate::context::unmodelled(message, vec![table.name.clone()], create.name.span));
        }
        if table.kind == RelationKind::View {
            let message = format!("\"{}\" is already a view", table.name);
            return Err(refuse("55000", message, create.table.span));
        }
        if self.schema.builtin.version >= 16 {
            let message = format!("relation \"{}\" cannot have ON SELECT rules", table.name);
            return Err(refuse("42809", message, create.table.span));
        }
        let message = "a rule that makes a view of a table is not modelled";
        Err(crate::context::unmodelled(message, vec![table.name.clone()], create.name.span))
    }
}

/// `old` and `new` in a rule's actions: rows of the table.
fn rule_environment(table: &Relation, scope: &ExpressionScope) -> Environment {
    let row = || {
        let columns = table.live_columns().map(|column| (column.name.clone(), column.data_type));
        VariableKind::Row(columns.collect())
    };
    let mut variables = Vec::new();
    if scope.old {
        variables.push(Variable { name: Arc::from("old"), kind: row() });
    }
    if scope.new {
        variables.push(Variable { name: Arc::from("new"), kind: row() });
    }
    Environment {
        fixed_parameters: true,
        blocks: vec![VariableBlock { label: None, variables }],
        conflict: VariableConflict::UseColumn,
        ..Environment::default()
    }
}

/// RETURNING in a rule stands for the table's own row (42P17; `checkRuleResultList`).
fn returning_fits(columns: &[rollproof_resolve::ResultColumn], table: &Relation, span: TextRange) -> Outcome {
    let wanted = table.live_columns().count();
    let message = match columns.len().cmp(&wanted) {
        std::cmp::Ordering::Equal => return Ok(()),
        std::cmp::Ordering::Greater => "RETURNING list has too many entries",
        std::cmp::Ordering::Less => "RETURNING list has too few entries",
    };
    Err(refuse("42P17", message, span))
}

fn returns(action: &Statement) -> bool {
    let has = |returning: &Option<Returning>| returning.is_some();
    match &action.kind {
        StatementKind::Insert(insert) => has(&insert.returning),
        StatementKind::Update(update) => has(&update.returning),
        StatementKind::Delete(delete) => has(&delete.returning),
        _ => false,
    }
}
