//! The tree as text with every parenthesis written out.

use crate::ast::{
    Alias, Assignment, AssignmentTarget, Expr, ExprKind, FromItem, FromKind, FunctionCall, Indirection, JoinCondition,
    Literal, QualifiedName, Query, QueryBody, RelationRef, Select, Statement, StatementKind, SubLinkKind, Target,
    TypeName,
};

pub(super) trait Print {
    fn print(&self) -> String;
}

fn list<T: Print>(items: &[T]) -> String {
    items.iter().map(Print::print).collect::<Vec<_>>().join(", ")
}

fn optional<T: Print>(item: Option<&T>) -> String {
    item.map_or_else(String::new, Print::print)
}

impl Print for QualifiedName {
    fn print(&self) -> String {
        self.parts.iter().map(|part| part.as_str()).collect::<Vec<_>>().join(".")
    }
}

impl Print for TypeName {
    fn print(&self) -> String {
        let mut text = if self.set_of { "setof " } else { "" }.to_owned();
        text += &self.name.print();
        if !self.modifiers.is_empty() {
            text += &format!("({})", list(&self.modifiers));
        }
        if let Some(mask) = self.interval_fields {
            text += &format!(" fields {mask}");
        }
        for bound in &self.array_bounds {
            text += &bound.map_or("[]".to_owned(), |bound| format!("[{bound}]"));
        }
        text + if self.percent_type { "%type" } else { "" }
    }
}

impl Print for Indirection {
    fn print(&self) -> String {
        match self {
            Self::Field(name) => format!(".{}", name.as_str()),
            Self::Star(_) => ".*".to_owned(),
            Self::Index(index) => format!("[{}]", index.print()),
            Self::Slice(lower, upper) => format!("[{}:{}]", optional(lower.as_ref()), optional(upper.as_ref())),
        }
    }
}

fn steps(indirection: &[Indirection]) -> String {
    indirection.iter().map(Print::print).collect()
}

impl Print for FunctionCall {
    fn print(&self) -> String {
        let mut inside: Vec<String> = self
            .arguments
            .iter()
            .map(|argument| match &argument.name {
                Some(name) => format!("{} => {}", name.as_str(), argument.value.print()),
                None => argument.value.print(),
            })
            .collect();
        if self.star {
            inside.push("*".to_owned());
        }
        let mut text = format!("{}({})", self.name.print(), inside.join(", "));
        for (said, word) in [
            (self.distinct, " distinct"),
            (self.variadic, " variadic"),
            (self.within_group, " within"),
            (!self.order_by.is_empty(), " ordered"),
            (self.filter.is_some(), " filtered"),
            (self.over.is_some(), " over"),
        ] {
            if said {
                text += word;
            }
        }
        text
    }
}

impl Print for Literal {
    fn print(&self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Boolean(value) => value.to_string(),
            Self::Integer(value) => value.to_string(),
            Self::Number(value) => format!("n{value}"),
            Self::String(value) => format!("'{value}'"),
            Self::BitString(value) => format!("b'{value}'"),
        }
    }
}

fn negated(negated: bool) -> &'static str {
    if negated { "not " } else { "" }
}

impl Print for Expr {
    fn print(&self) -> String {
        match &self.kind {
            ExprKind::Literal(literal) => literal.print(),
            ExprKind::Parameter(number) => format!("${number}"),
            ExprKind::Column(column) => {
                let mut parts: Vec<&str> = column.fields.iter().map(|field| field.as_str()).collect();
                parts.extend(column.star.map(|_| "*"));
                parts.join(".")
            }
            ExprKind::Indirection(base, path) => format!("({}){}", base.print(), steps(path)),
            ExprKind::Operator { operator, left: Some(left), right } => {
                format!("({} {} {})", left.print(), operator.symbol, right.print())
            }
            ExprKind::Operator { operator, left: None, right } => format!("({} {})", operator.symbol, right.print()),
            ExprKind::AnyAll { operator, left, right, all } => {
                format!("({} {} {} {})", left.print(), operator.symbol, if *all { "all" } else { "any" }, right.print())
            }
            ExprKind::And(terms) => format!("and[{}]", list(terms)),
            ExprKind::Or(terms) => format!("or[{}]", list(terms)),
            ExprKind::Not(inner) => format!("(not {})", inner.print()),
            ExprKind::Cast { value, target, .. } => format!("({}::{})", value.print(), target.print()),
            ExprKind::Function(call) => call.print(),
            ExprKind::Row(fields, explicit) => format!("{}({})", if *explicit { "row" } else { "" }, list(fields)),
            ExprKind::Array(items) => format!("array[{}]", list(items)),
            ExprKind::Hole(hole) => format!("hole{hole}"),
            ExprKind::Open(inner) => format!("{}…", inner.print()),
            ExprKind::Default => "default".to_owned(),
            ExprKind::SubLink(link) => {
                let query = link.query.print();
                match &link.kind {
                    SubLinkKind::Exists => format!("exists{{{query}}}"),
                    SubLinkKind::Scalar => format!("{{{query}}}"),
                    SubLinkKind::Array => format!("array{{{query}}}"),
                    SubLinkKind::Any { test, operator } => {
                        let symbol = operator.as_ref().map_or("in", |operator| &operator.symbol);
                        format!("({} {symbol} any{{{query}}})", test.print())
                    }
                    SubLinkKind::All { test, operator } => {
                        format!("({} {} all{{{query}}})", test.print(), operator.symbol)
                    }
                }
            }
            other => tests_and_forms(other),
        }
    }
}

fn tests_and_forms(kind: &ExprKind) -> String {
    match kind {
        ExprKind::Like { kind, negated: not, left, right, escape, .. } => {
            let escape = escape.as_ref().map_or_else(String::new, |escape| format!(" escape {}", escape.print()));
            format!("({} {}{kind:?} {}{escape})", left.print(), negated(*not), right.print())
        }
        ExprKind::Between { negated: not, value, low, high, .. } => {
            format!("({} {}between {} .. {})", value.print(), negated(*not), low.print(), high.print())
        }
        ExprKind::In { left, list: items, negated: not, .. } => {
            format!("({} {}in [{}])", left.print(), negated(*not), list(items))
        }
        ExprKind::IsDistinct { left, right, negated: not, .. } => {
            format!("({} is {}distinct {})", left.print(), negated(*not), right.print())
        }
        ExprKind::NullTest { value, negated: not } => format!("({} is {}null)", value.print(), negated(*not)),
        ExprKind::BooleanTest { value, kind, negated: not } => {
            format!("({} is {}{kind:?})", value.print(), negated(*not))
        }
        ExprKind::IsJson { value, kind, negated: not } => {
            format!("({} is {}json {kind:?})", value.print(), negated(*not))
        }
        ExprKind::Collate(value, name) => format!("({} collate {})", value.print(), name.print()),
        ExprKind::NullIf(left, right) => format!("nullif({}, {})", left.print(), right.print()),
        ExprKind::Coalesce(values) => format!("coalesce({})", list(values)),
        ExprKind::MinMax(which, values) => format!("{which:?}({})", list(values)),
        ExprKind::Grouping(values) => format!("grouping({})", list(values)),
        ExprKind::SqlValue(which, precision) => format!("{which:?}{precision:?}"),
        ExprKind::CurrentOf(cursor) => format!("current of {}", cursor.as_str()),
        ExprKind::MergeAction => "merge_action".to_owned(),
        ExprKind::Case { argument, whens, otherwise } => {
            let branches: Vec<String> =
                whens.iter().map(|when| format!("{} -> {}", when.when.print(), when.then.print())).collect();
            format!(
                "case[{}; {}; {}]",
                optional(argument.as_deref()),
                branches.join(", "),
                optional(otherwise.as_deref())
            )
        }
        ExprKind::Special(special) => {
            let mut text = format!("{}!({})", special.name.as_str(), list(&special.arguments));
            if let Some(returning) = &special.returning {
                text += &format!(" returning {}", returning.print());
            }
            text
        }
        other => format!("{other:?}"),
    }
}

impl Print for Target {
    fn print(&self) -> String {
        match &self.alias {
            Some(alias) => format!("{} as {}", self.value.print(), alias.as_str()),
            None => self.value.print(),
        }
    }
}

fn alias(alias: Option<&Alias>) -> String {
    let Some(alias) = alias else {
        return String::new();
    };
    let name = alias.name.as_ref().map_or("", |name| name.as_str());
    let mut columns: Vec<String> = alias.columns.iter().map(|column| column.as_str().to_owned()).collect();
    let typed = alias.definitions.iter().map(|one| format!("{} {}", one.name.as_str(), one.type_name.print()));
    columns.extend(typed);
    if columns.is_empty() { format!(" as {name}") } else { format!(" as {name}({})", columns.join(", ")) }
}

impl Print for RelationRef {
    fn print(&self) -> String {
        format!("{}{}{}", if self.inherit { "" } else { "only " }, self.name.print(), alias(self.alias.as_ref()))
    }
}

impl Print for FromItem {
    fn print(&self) -> String {
        match &self.kind {
            FromKind::Relation(relation) => relation.print(),
            FromKind::Sample { relation, .. } => format!("sample of {}", relation.print()),
            FromKind::Subquery { lateral, query, alias: name } => {
                format!("{}{{{}}}{}", if *lateral { "lateral " } else { "" }, query.print(), alias(name.as_ref()))
            }
            FromKind::Functions { lateral, calls, ordinality, alias: name, .. } => {
                let calls: Vec<String> = calls.iter().map(|(call, _)| call.print()).collect();
                let ordinality = if *ordinality { " numbered" } else { "" };
                let lateral = if *lateral { "lateral " } else { "" };
                format!("{lateral}<{}>{ordinality}{}", calls.join(", "), alias(name.as_ref()))
            }
            FromKind::Join(join) => {
                let condition = match &join.condition {
                    JoinCondition::None => "cross".to_owned(),
                    JoinCondition::Natural => "natural".to_owned(),
                    JoinCondition::On(on) => format!("on {}", on.print()),
                    JoinCondition::Using(columns, name) => {
                        let columns: Vec<&str> = columns.iter().map(|column| column.as_str()).collect();
                        let name = name.as_ref().map_or_else(String::new, |name| format!(" as {}", name.as_str()));
                        format!("using {}{name}", columns.join(" "))
                    }
                };
                let (left, right) = (join.left.print(), join.right.print());
                format!("({left} {:?} {right} {condition}){}", join.kind, alias(join.alias.as_ref()))
            }
            FromKind::TableExpression { table, alias: name, .. } => {
                let columns: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
                format!("table({}; {}){}", list(&table.arguments), columns.join(" "), alias(name.as_ref()))
            }
            FromKind::Hole(hole) => format!("hole{hole}"),
        }
    }
}

impl Print for Select {
    fn print(&self) -> String {
        let mut text = format!("select {}", list(&self.targets));
        if !self.from.is_empty() {
            text += &format!(" from {}", list(&self.from));
        }
        if let Some(filter) = &self.filter {
            text += &format!(" where {}", filter.print());
        }
        if !self.group_by.is_empty() {
            text += &format!(" group by {} items", self.group_by.len());
        }
        for hole in &self.holes {
            text += &format!(" hole{hole}");
        }
        text
    }
}

impl Print for QueryBody {
    fn print(&self) -> String {
        match self {
            Self::Select(select) => select.print(),
            Self::Values(rows) => format!("values {} rows", rows.len()),
            Self::Table(relation) => format!("table {}", relation.print()),
            Self::SetOperation(set) => {
                let all = if set.all { " all" } else { "" };
                format!("({} {:?}{all} {})", set.left.print(), set.operator, set.right.print())
            }
            Self::Nested(query) => format!("<{}>", query.print()),
            Self::Hole(hole) => format!("hole{hole}"),
        }
    }
}

impl Print for Query {
    fn print(&self) -> String {
        let mut text = String::new();
        if let Some(with) = &self.with {
            let names: Vec<&str> = with.ctes.iter().map(|cte| cte.name.as_str()).collect();
            text += &format!("with {} ", names.join(" "));
        }
        text += &self.body.print();
        for sort in &self.order_by {
            text += &format!(" order {}{}", sort.value.print(), if sort.descending { " desc" } else { "" });
        }
        if let Some(limit) = &self.limit {
            text += &format!(" limit {}", limit.print());
        }
        if let Some(offset) = &self.offset {
            text += &format!(" offset {}", offset.print());
        }
        for lock in &self.locking {
            text += &format!(" lock {:?}", lock.strength);
        }
        for hole in &self.holes {
            text += &format!(" hole{hole}");
        }
        text
    }
}

impl Print for AssignmentTarget {
    fn print(&self) -> String {
        format!("{}{}", self.column.as_str(), steps(&self.indirection))
    }
}

impl Print for Assignment {
    fn print(&self) -> String {
        match self {
            Self::One(target, value) => format!("{} = {}", target.print(), value.print()),
            Self::Many(targets, value) => format!("({}) = {}", list(targets), value.print()),
            Self::Hole(hole) => format!("hole{hole}"),
        }
    }
}

impl Print for Statement {
    fn print(&self) -> String {
        match &self.kind {
            StatementKind::Query(query) => query.print(),
            StatementKind::Insert(insert) => {
                let source = insert.source.as_ref().map_or_else(|| "defaults".to_owned(), |source| source.print());
                format!("insert {} ({}) {source}", insert.target.print(), list(&insert.columns))
            }
            StatementKind::Update(update) => {
                let filter = update.filter.as_ref().map_or_else(String::new, |one| format!(" where {}", one.print()));
                format!("update {} set {}{filter}", update.target.print(), list(&update.assignments))
            }
            StatementKind::Delete(delete) => {
                let filter = delete.filter.as_ref().map_or_else(String::new, |one| format!(" where {}", one.print()));
                format!("delete {}{filter}", delete.target.print())
            }
            other => format!("{other:?}"),
        }
    }
}
