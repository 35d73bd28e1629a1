//! Whether an object is found by its bare name (`pg_table_is_visible` and the like), and its name as SQL writes it.

use rollproof_sql::quote_identifier;

use crate::{Function, Oid, Operator, Relation, Schema, Type};

impl Schema {
    /// Whether the bare name finds this relation (`RelationIsVisible`).
    #[must_use]
    pub fn is_visible(&self, relation: &Relation) -> bool {
        self.find_relation(None, &relation.name).is_some_and(|found| found.oid == relation.oid)
    }

    /// Whether the bare name finds this type (`TypeIsVisible`).
    #[must_use]
    pub fn is_type_visible(&self, of: &Type) -> bool {
        self.find_type(None, &of.name).is_some_and(|found| found.oid == of.oid)
    }

    /// Whether the bare name and these input types find this routine (`FunctionIsVisible`).
    #[must_use]
    pub fn is_function_visible(&self, function: &Function) -> bool {
        let candidates = self.functions_named(None, &function.name);
        let first = candidates.iter().find(|candidate| candidate.function.inputs == function.inputs);
        first.is_some_and(|found| found.function.oid == function.oid)
    }

    /// Whether the bare symbol and these operand types find this operator (`OperatorIsVisible`).
    #[must_use]
    pub fn is_operator_visible(&self, operator: &Operator) -> bool {
        let same = |other: &Operator| other.left == operator.left && other.right == operator.right;
        let candidates = self.operators_named(None, &operator.name);
        let first = candidates.iter().find(|candidate| same(candidate.operator));
        first.is_some_and(|found| found.operator.oid == operator.oid)
    }

    /// A relation's name as SQL writes it, qualified where the path does not find it (`regclass` output).
    #[must_use]
    pub fn relation_name(&self, oid: Oid) -> String {
        match self.relation(oid) {
            Some(relation) if self.is_visible(relation) => quote_identifier(&relation.name),
            Some(relation) => self.qualified_name(relation.namespace, &relation.name),
            None => oid.0.to_string(),
        }
    }

    /// `schema.name`, each part in quotes where it needs them (`quote_qualified_identifier`).
    #[must_use]
    pub fn qualified_name(&self, namespace: Oid, name: &str) -> String {
        match self.namespace_name(namespace) {
            Some(schema) => format!("{}.{}", quote_identifier(schema), quote_identifier(name)),
            None => quote_identifier(name),
        }
    }

    /// A routine's name and input types (`regprocedure` output): `public.f(integer,text)`.
    #[must_use]
    pub fn function_signature(&self, function: &Function) -> String {
        let name = if self.is_function_visible(function) {
            quote_identifier(&function.name)
        } else {
            self.qualified_name(function.namespace, &function.name)
        };
        let inputs: Vec<_> = function.inputs.iter().map(|oid| self.format_type_plain(*oid)).collect();
        format!("{name}({})", inputs.join(","))
    }
}
