//! Views, sequences, indexes; rules, triggers and policies.

use rollproof_catalog::{
    Index, IndexKey, ObjectId, Oid, Persistence, Policy, Relation, RelationKind, Rule, StoredStatement, Trigger,
};
use rollproof_sql::ast::{StatementKind, TriggerTiming};
use rollproof_sql::{quote_identifier, quote_literal};

use super::Printer;
use super::tables::is_table;

impl Printer<'_> {
    pub(crate) fn is_own_relation(&self, relation: &Relation) -> bool {
        self.is_own(relation.oid, relation.namespace, ObjectId::Relation(relation.oid))
    }

    pub(crate) fn relation(&mut self, relation: &Relation) {
        match relation.kind {
            RelationKind::View | RelationKind::MaterializedView => self.view(relation),
            RelationKind::Sequence => self.sequence(relation),
            _ => self.create_table(relation),
        }
    }

    fn view(&mut self, relation: &Relation) {
        let Some(view) = &relation.view else { return };
        let name = self.name(relation.namespace, &relation.name);
        let columns: Vec<_> = relation.live_columns().map(|column| quote_identifier(&column.name)).collect();
        // A view may have no column at all.
        let columns = if columns.is_empty() { String::new() } else { format!(" ({})", columns.join(", ")) };
        let query = self.view_query(&view.query);
        if relation.kind == RelationKind::MaterializedView {
            self.say(&format!("CREATE MATERIALIZED VIEW {name}{columns} AS\n{query}\nWITH NO DATA"));
            return;
        }
        let mut options = Vec::new();
        options.extend(view.security_barrier.then_some("security_barrier = true"));
        options.extend(view.security_invoker.then_some("security_invoker = true"));
        let options = if options.is_empty() { String::new() } else { format!(" WITH ({})", options.join(", ")) };
        let check = if view.check_option { "\nWITH CHECK OPTION" } else { "" };
        self.say(&format!("CREATE VIEW {name}{columns}{options} AS\n{query}{check}"));
    }

    /// A view's query. Of CREATE RECURSIVE VIEW the text is what WITH RECURSIVE holds.
    pub(crate) fn view_query(&self, stored: &StoredStatement) -> String {
        let text = self.statement(stored);
        let StatementKind::Query(query) = &stored.statement.kind else { return text };
        let written = text.trim_start_matches(|letter: char| letter == '(' || letter.is_whitespace());
        match query.with.as_ref().and_then(|with| with.ctes.first()) {
            Some(cte) if !written.get(..4).is_some_and(|word| word.eq_ignore_ascii_case("with")) => {
                let name = quote_identifier(&cte.name.text);
                let columns: Vec<_> = cte.columns.iter().map(|column| quote_identifier(&column.text)).collect();
                let columns = columns.join(", ");
                format!("WITH RECURSIVE {name} ({columns}) AS (\n{text}\n)\nSELECT {columns} FROM {name}")
            }
            _ => text,
        }
    }

    fn sequence(&mut self, relation: &Relation) {
        let Some(sequence) = &relation.sequence else { return };
        let unlogged = if relation.persistence == Persistence::Unlogged { "UNLOGGED " } else { "" };
        let (name, data_type) = (self.name(relation.namespace, &relation.name), self.type_name(sequence.data_type));
        self.say(&format!("CREATE {unlogged}SEQUENCE {name} AS {data_type}"));
    }

    pub(crate) fn sequence_owners(&mut self) {
        for relation in self.own_relations() {
            let Some(sequence) = relation.sequence.as_ref().filter(|sequence| !sequence.internal) else { continue };
            if let Some(owner) = sequence.owned_by {
                let name = self.name(relation.namespace, &relation.name);
                let column = self.column_list(owner.relation, &[owner.number]);
                let table = self.relation_name(owner.relation);
                self.say(&format!("ALTER SEQUENCE {name} OWNED BY {table}.{column}"));
            }
        }
    }

    /// Indexes that no constraint brings.
    pub(crate) fn indexes(&mut self) {
        let schema = self.schema;
        for relation in schema.relations.iter() {
            let Some(index) = relation.index.as_ref().filter(|index| index.constraint.is_none()) else { continue };
            let own = self.is_own_relation(relation) && !self.is_member(ObjectId::Relation(index.table));
            if own {
                self.index(relation, index);
            }
        }
    }

    fn index(&mut self, relation: &Relation, index: &Index) {
        let unique = if index.unique { "UNIQUE " } else { "" };
        let keys: Vec<_> = index.keys.iter().map(|key| self.index_key(index.table, key)).collect();
        let mut text = format!(
            "CREATE {unique}INDEX {} ON {} USING {} ({})",
            quote_identifier(&relation.name),
            self.relation_name(index.table),
            quote_identifier(&index.method),
            keys.join(", ")
        );
        if !index.include.is_empty() {
            text.push_str(&format!(" INCLUDE ({})", self.column_list(index.table, &index.include)));
        }
        text.push_str(if index.nulls_not_distinct { " NULLS NOT DISTINCT" } else { "" });
        if let Some(predicate) = &index.predicate {
            text.push_str(&format!(" WHERE {}", self.expression(predicate)));
        }
        self.say(&text);
    }

    pub(crate) fn index_key(&self, table: Oid, key: &IndexKey) -> String {
        let table = self.schema.relation(table);
        let column = table.and_then(|table| table.column_by_number(key.column));
        let mut text = match (&key.expression, column) {
            (Some(expression), _) => format!("({})", self.expression(expression)),
            (None, Some(column)) => quote_identifier(&column.name),
            (None, None) => "?".to_owned(),
        };
        let natural = column.map_or(rollproof_catalog::oid::DEFAULT_COLLATION, |column| column.collation);
        if key.collation.is_some() && key.collation != natural {
            text.push_str(&format!(" COLLATE {}", self.collation_name(key.collation)));
        }
        if let Some(class) = self.schema.operator_class(key.operator_class).filter(|class| !class.is_default) {
            text.push_str(&format!(" {}", self.name(class.namespace, &class.name)));
        }
        text.push_str(match (key.descending, key.nulls_first) {
            (false, false) => "",
            (false, true) => " NULLS FIRST",
            (true, false) => " DESC NULLS LAST",
            (true, true) => " DESC",
        });
        text
    }

    pub(crate) fn rules_and_triggers(&mut self) {
        for relation in self.own_relations() {
            let name = self.name(relation.namespace, &relation.name);
            for rule in &relation.rules {
                self.rule(&name, rule);
            }
            // A partition's row triggers come from its parent's.
            for trigger in relation.triggers.iter().filter(|trigger| trigger.parent.is_none()) {
                self.trigger(&name, relation, trigger);
            }
        }
        for relation in self.own_relations() {
            let name = self.name(relation.namespace, &relation.name);
            for trigger in relation.triggers.iter().filter(|trigger| trigger.parent.is_some()) {
                self.enabled("TRIGGER", &name, &quote_identifier(&trigger.name), trigger.enabled);
            }
        }
    }

    fn rule(&mut self, table: &str, rule: &Rule) {
        let name = quote_identifier(&rule.name);
        let condition = rule.condition.as_ref();
        let condition = condition.map_or_else(String::new, |of| format!("\n    WHERE ({})", self.expression(of)));
        let instead = if rule.instead { " INSTEAD" } else { "" };
        let actions: Vec<_> = rule.actions.iter().map(|action| self.statement(action)).collect();
        let actions = match &actions[..] {
            [] => "NOTHING".to_owned(),
            [only] => only.clone(),
            several => format!("({})", several.join(";\n")),
        };
        let event = rule.event.to_uppercase();
        self.say(&format!("CREATE RULE {name} AS ON {event} TO {table}{condition}\n    DO{instead} {actions}"));
        self.enabled("RULE", table, &name, rule.enabled);
    }

    fn enabled(&mut self, what: &str, table: &str, name: &str, state: char) {
        let word = match state {
            'D' => "DISABLE",
            'A' => "ENABLE ALWAYS",
            'R' => "ENABLE REPLICA",
            _ => return,
        };
        self.say(&format!("ALTER TABLE {table} {word} {what} {name}"));
    }

    fn trigger(&mut self, table: &str, relation: &Relation, trigger: &Trigger) {
        let name = quote_identifier(&trigger.name);
        let timing = match trigger.timing {
            TriggerTiming::Before => "BEFORE",
            TriggerTiming::After => "AFTER",
            TriggerTiming::InsteadOf => "INSTEAD OF",
        };
        let mut events = Vec::new();
        events.extend(trigger.on_insert.then(|| "INSERT".to_owned()));
        events.extend(trigger.on_delete.then(|| "DELETE".to_owned()));
        if trigger.on_update && trigger.columns.is_empty() {
            events.push("UPDATE".to_owned());
        } else if trigger.on_update {
            events.push(format!("UPDATE OF {}", self.column_list(relation.oid, &trigger.columns)));
        }
        events.extend(trigger.on_truncate.then(|| "TRUNCATE".to_owned()));
        let constraint = relation.constraints.iter().find(|of| of.oid == trigger.constraint && of.oid.is_some());
        let kind = if constraint.is_some() { "CONSTRAINT TRIGGER" } else { "TRIGGER" };
        let mut text = format!("CREATE {kind} {name} {timing} {} ON {table}", events.join(" OR "));
        if let Some(constraint) = constraint {
            text.push_str(if constraint.deferrable { " DEFERRABLE" } else { "" });
            text.push_str(if constraint.deferred { " INITIALLY DEFERRED" } else { "" });
        }
        let (old, new) = &trigger.transitions;
        if old.is_some() || new.is_some() {
            text.push_str(" REFERENCING");
            for (word, transition) in [("OLD", old), ("NEW", new)] {
                if let Some(transition) = transition {
                    text.push_str(&format!(" {word} TABLE AS {}", quote_identifier(transition)));
                }
            }
        }
        text.push_str(if trigger.for_each_row { " FOR EACH ROW" } else { " FOR EACH STATEMENT" });
        if let Some(when) = &trigger.when {
            text.push_str(&format!(" WHEN ({})", self.expression(when)));
        }
        let arguments: Vec<_> = trigger.arguments.iter().map(|argument| quote_literal(argument)).collect();
        let function = self.function_name(trigger.function);
        self.say(&format!("{text} EXECUTE FUNCTION {function}({})", arguments.join(", ")));
        self.enabled("TRIGGER", table, &name, trigger.enabled);
    }

    pub(crate) fn security(&mut self) {
        for relation in self.own_relations().into_iter().filter(|of| is_table(of.kind)) {
            let name = self.name(relation.namespace, &relation.name);
            if relation.row_security {
                self.say(&format!("ALTER TABLE {name} ENABLE ROW LEVEL SECURITY"));
            }
            if relation.force_row_security {
                self.say(&format!("ALTER TABLE {name} FORCE ROW LEVEL SECURITY"));
            }
            for policy in &relation.policies {
                self.policy(&name, policy);
            }
        }
    }

    fn policy(&mut self, table: &str, policy: &Policy) {
        let kind = if policy.permissive { "" } else { " AS RESTRICTIVE" };
        let roles: Vec<_> = policy.roles.iter().map(|role| self.role_name(*role)).collect();
        let command = policy.command.to_uppercase();
        let mut text = format!(
            "CREATE POLICY {} ON {table}{kind} FOR {command} TO {}",
            quote_identifier(&policy.name),
            roles.join(", ")
        );
        for (word, expression) in [("USING", &policy.using), ("WITH CHECK", &policy.with_check)] {
            if let Some(expression) = expression {
                text.push_str(&format!(" {word} ({})", self.expression(expression)));
            }
        }
        self.say(&text);
    }
}
