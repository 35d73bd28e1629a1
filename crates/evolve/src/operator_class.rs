//! Operator classes and families with what they hold (`opclasscmds.c`).

use std::sync::Arc;

use rollproof_catalog::{DependencyKind, FamilyMember, Function, ObjectId, Oid, OperatorClass, OperatorFamily, oid};
use rollproof_source::TextRange;
use rollproof_sql::ast::{
    AlterOperatorFamily, CreateOperatorClass, Name, ObjectKind, OperatorClassItem, QualifiedName, TypeName,
};

use crate::context::{Context, Outcome, Stop, refuse};
use crate::signature::Routine;

/// How many strategies and support functions an access method has (`amstrategies`, `amsupport`; no strategies: any), and
/// the number of the function that reads the options of an operator class.
fn numbers(method: &str, version: u32) -> Option<(i32, i32, i32)> {
    Some(match method {
        "btree" => (5, if version >= 18 { 6 } else { 5 }, 5),
        "hash" => (1, 3, 3),
        "gist" => (0, if version >= 18 { 12 } else { 11 }, 10),
        "gin" => (0, 7, 7),
        "spgist" => (0, 7, 6),
        "brin" => (0, 15, 5),
        _ => return None,
    })
}

/// What a member is.
fn member_object(member: &FamilyMember) -> ObjectId {
    if member.is_operator { ObjectId::Operator(member.object) } else { ObjectId::Function(member.object) }
}

impl Context {
    pub(crate) fn method_exists(&self, method: &Name) -> Outcome {
        if self.schema.has_access_method(&method.text) {
            return Ok(());
        }
        Err(refuse("42704", format!("access method \"{}\" does not exist", method.text), method.span))
    }

    /// `CREATE OPERATOR FAMILY`
    pub(crate) fn create_operator_family(&mut self, name: &QualifiedName, method: &Name) -> Outcome {
        self.superuser_for("create an operator family", name)?;
        let namespace = self.creation_namespace(name, false)?;
        self.method_exists(method)?;
        let text = &name.object().text;
        if self.schema.operator_families_in(namespace, text).any(|each| each.method == method.text) {
            let message = format!("operator family \"{text}\" for access method \"{}\" already exists", method.text);
            return Err(refuse("42710", message, name.span));
        }
        self.make_family(namespace, text.clone(), method.text.clone());
        Ok(())
    }

    fn make_family(&mut self, namespace: Oid, name: Arc<str>, method: Arc<str>) -> Oid {
        let oid = self.schema.allocate();
        self.schema.put_operator_family(OperatorFamily { oid, namespace, name, method, members: Vec::new() });
        self.depend_on_namespace(ObjectId::OperatorFamily(oid), namespace);
        self.owned_by_current(ObjectId::OperatorFamily(oid));
        oid
    }

    /// `CREATE OPERATOR CLASS`: without FAMILY it gets one of its own name (`DefineOpClass`).
    pub(crate) fn create_operator_class(&mut self, create: &CreateOperatorClass) -> Outcome {
        let namespace = self.creation_namespace(&create.name, false)?;
        self.method_exists(&create.method)?;
        self.superuser_for("create an operator class", &create.name)?;
        let (name, method) = (create.name.object().text.clone(), create.method.text.clone());
        let input = self.type_ref(&create.data_type)?.oid;
        let named = match &create.family {
            Some(family) => match self.class_or_family(ObjectKind::OperatorFamily, family, &create.method)? {
                ObjectId::OperatorFamily(oid) => Some(oid),
                _ => None,
            },
            None => {
                let mut families = self.schema.operator_families_in(namespace, &name);
                families.find(|each| each.method == method).map(|each| each.oid)
            }
        };
        if self.schema.operator_classes_in(namespace, &name).any(|class| class.method == method) {
            let message = format!("operator class \"{name}\" for access method \"{method}\" already exists");
            return Err(refuse("42710", message, create.name.span));
        }
        let family = named.unwrap_or_else(|| self.make_family(namespace, name.clone(), method.clone()));
        let oid = self.schema.allocate();
        let is_default = create.is_default;
        self.schema.put_operator_class(OperatorClass { oid, namespace, name, method, input, is_default, family });
        let me = ObjectId::OperatorClass(oid);
        self.depend_on_namespace(me, namespace);
        self.depend(me, ObjectId::OperatorFamily(family), DependencyKind::Automatic);
        self.depend(me, ObjectId::Type(input), DependencyKind::Normal);
        self.owned_by_current(me);
        let mut members = self.members(&create.items, &create.method, Some(input))?;
        for member in &mut members {
            member.class = oid;
        }
        self.add_members(family, &members, create.name.span)?;
        for member in members {
            self.depend(me, member_object(&member), DependencyKind::Normal);
        }
        Ok(())
    }

    fn superuser_for(&self, what: &str, name: &QualifiedName) -> Outcome {
        if self.schema.is_superuser(self.current_role()) {
            return Ok(());
        }
        Err(refuse("42501", format!("must be superuser to {what}"), name.span))
    }

    /// What the items name. `input` is a class's type; none where a family is altered.
    fn members(
        &mut self,
        items: &[OperatorClassItem],
        method: &Name,
        input: Option<Oid>,
    ) -> Outcome<Vec<FamilyMember>> {
        let limits = numbers(&method.text, self.schema.builtin.version);
        let mut members: Vec<FamilyMember> = Vec::new();
        for item in items {
            let (member, span) = match item {
                OperatorClassItem::Storage(written) if input.is_none() => {
                    let message = "STORAGE cannot be specified in ALTER OPERATOR FAMILY";
                    return Err(refuse("42601", message, written.span));
                }
                OperatorClassItem::Storage(written) => {
                    self.type_ref(written)?;
                    continue;
                }
                OperatorClassItem::Operator { number, name, types, order_by } => {
                    number_fits("operator", *number, limits.map_or(0, |limits| limits.0), name.span)?;
                    (self.operator_member(*number, name, types.as_ref(), order_by.as_ref(), method, input)?, name.span)
                }
                OperatorClassItem::Function { number, types, function } => {
                    let span = function.name.span;
                    number_fits("function", *number, limits.map_or(0, |limits| limits.1), span)?;
                    let options = limits.is_some_and(|limits| limits.2 == *number);
                    let oid = self.routine(function, Routine::Function)?;
                    let Some(found) = self.schema.function(oid).cloned() else { continue };
                    let types = self.member_types(types, span)?;
                    let types = support_types(&found, *number, types, options, &method.text, input, span)?;
                    (FamilyMember { is_operator: false, number: *number, types, object: oid, class: Oid::NONE }, span)
                }
            };
            let same = |known: &FamilyMember| {
                known.is_operator == member.is_operator && known.number == member.number && known.types == member.types
            };
            if members.iter().any(same) {
                let message = format!("{} appears more than once", self.member_shown(&member, " for "));
                return Err(refuse("42P17", message, span));
            }
            members.push(member);
        }
        Ok(members)
    }

    /// `operator number 1 for (integer,integer)`, `operator 1(integer,integer)`
    fn member_shown(&self, member: &FamilyMember, between: &str) -> String {
        let word = if member.is_operator { "operator" } else { "function" };
        let number = if between.is_empty() { "" } else { "number " };
        let shown = |oid| self.schema.format_type(rollproof_catalog::TypeRef::plain(oid));
        format!("{word} {number}{}{between}({},{})", member.number, shown(member.types.0), shown(member.types.1))
    }

    /// `OPERATOR n …` (`assignOperTypes`)
    fn operator_member(
        &mut self,
        number: i32,
        name: &QualifiedName,
        types: Option<&(Option<TypeName>, Option<TypeName>)>,
        order_by: Option<&QualifiedName>,
        method: &Name,
        input: Option<Oid>,
    ) -> Outcome<FamilyMember> {
        let wrong = |message: &str| Err(refuse("42P17", message, name.span));
        let found = match (types, input) {
            (Some((left, right)), _) => self.operator_to_drop(name, left.as_ref(), right.as_ref())?,
            (None, Some(input)) => self.operator_of(name, input, input)?,
            (None, None) => {
                let message = "operator argument types must be specified in ALTER OPERATOR FAMILY";
                return Err(refuse("42601", message, name.span));
            }
        };
        let Some(operator) = self.schema.operator(found).cloned() else {
            return Err(self.lost(ObjectId::Operator(found)));
        };
        if operator.left.is_none() || operator.right.is_none() {
            return wrong("index operators must be binary");
        }
        if let Some(family) = order_by {
            if !matches!(&*method.text, "gist" | "spgist") && numbers(&method.text, 0).is_some() {
                let message = format!("access method \"{}\" does not support ordering operators", method.text);
                return wrong(&message);
            }
            let btree = Name { text: Arc::from("btree"), span: family.span };
            self.class_or_family(ObjectKind::OperatorFamily, family, &btree)?;
        } else if operator.result != oid::BOOL {
            return wrong("index search operators must return boolean");
        }
        let types = (operator.left, operator.right);
        Ok(FamilyMember { is_operator: true, number, types, object: found, class: Oid::NONE })
    }

    fn operator_of(&mut self, name: &QualifiedName, left: Oid, right: Oid) -> Outcome<Oid> {
        let schema = name.schema().map(|schema| schema.text.clone());
        let candidates = self.schema.operators_named(schema.as_deref(), name.object().as_str());
        let found = candidates.iter().find(|each| each.operator.left == left && each.operator.right == right);
        found.map(|found| found.operator.oid).ok_or_else(|| {
            let shown = |oid| self.schema.format_type(rollproof_catalog::TypeRef::plain(oid));
            let message = format!("operator does not exist: {} {} {}", shown(left), name.object().text, shown(right));
            refuse("42883", message, name.span)
        })
    }

    /// The types that a member is for (`processTypesSpec`).
    fn member_types(&mut self, written: &[TypeName], span: TextRange) -> Outcome<Option<(Oid, Oid)>> {
        match written {
            [] => Ok(None),
            [only] => {
                let only = self.type_ref(only)?.oid;
                Ok(Some((only, only)))
            }
            [left, right] => Ok(Some((self.type_ref(left)?.oid, self.type_ref(right)?.oid))),
            _ => Err(refuse("42601", "one or two argument types must be specified", span)),
        }
    }

    /// Adds to what a family holds (42710 where it is there).
    fn add_members(&mut self, family: Oid, members: &[FamilyMember], span: TextRange) -> Outcome {
        let Some(mut found) = self.schema.operator_family(family).cloned() else { return Ok(()) };
        for member in members {
            let same = |known: &FamilyMember| {
                known.is_operator == member.is_operator && known.number == member.number && known.types == member.types
            };
            if found.members.iter().any(same) {
                let shown = self.member_shown(member, "");
                let message = format!("{shown} already exists in operator family \"{}\"", found.name);
                return Err(refuse("42710", message, span));
            }
            found.members.push(*member);
        }
        self.schema.put_operator_family(found);
        Ok(())
    }

    fn drop_members(&mut self, family: Oid, alter: &AlterOperatorFamily) -> Outcome {
        for (is_operator, number, types) in &alter.drop {
            let limits = numbers(&alter.method.text, self.schema.builtin.version);
            let limit = limits.map_or(0, |limits| if *is_operator { limits.0 } else { limits.1 });
            number_fits(if *is_operator { "operator" } else { "function" }, *number, limit, alter.name.span)?;
            let Some(types) = self.member_types(types, alter.name.span)? else { continue };
            let Some(mut found) = self.schema.operator_family(family).cloned() else { continue };
            let wanted =
                FamilyMember { is_operator: *is_operator, number: *number, types, object: Oid::NONE, class: Oid::NONE };
            let before = found.members.len();
            found.members.retain(|known| {
                (known.is_operator, known.number, known.types) != (wanted.is_operator, wanted.number, wanted.types)
            });
            // What a family of the server's own holds is not kept.
            if found.members.len() == before && family >= Oid::FIRST_USER {
                let shown = self.member_shown(&wanted, "");
                let message = format!("{shown} does not exist in operator family \"{}\"", found.name);
                return Err(refuse("42704", message, alter.name.span));
            }
            self.schema.put_operator_family(found);
        }
        Ok(())
    }

    /// What came with an operator class goes with it.
    pub(crate) fn forget_members(&mut self, class: Oid) {
        let family = self.schema.operator_class(class).map(|found| found.family);
        let Some(mut found) = family.and_then(|family| self.schema.operator_family(family).cloned()) else { return };
        if found.members.iter().any(|member| member.class == class) {
            found.members.retain(|member| member.class != class);
            self.schema.put_operator_family(found);
        }
    }

    /// `ALTER OPERATOR FAMILY … ADD | DROP`. Which operators sort and hash a type may change with it, which decides what
    /// ORDER BY, DISTINCT and comparisons of rows find: where a user's type hangs on the family, that is not followed.
    pub(crate) fn alter_operator_family(&mut self, alter: &AlterOperatorFamily) -> Outcome {
        self.method_exists(&alter.method)?;
        let family = match self.class_or_family(ObjectKind::OperatorFamily, &alter.name, &alter.method)? {
            ObjectId::OperatorFamily(oid) => oid,
            _ => return Ok(()),
        };
        self.superuser_for("alter an operator family", &alter.name)?;
        let members = self.members(&alter.add, &alter.method, None)?;
        self.add_members(family, &members, alter.name.span)?;
        self.drop_members(family, alter)?;
        let classes = self.schema.operator_classes.iter().filter(|class| class.family == family);
        let user_types: Vec<Arc<str>> =
            classes.filter_map(|class| self.schema.types.get(class.input)).map(|found| found.name.clone()).collect();
        if user_types.is_empty() {
            return Ok(());
        }
        let message = "what ALTER OPERATOR FAMILY adds or drops is not followed";
        Err(Box::new(Stop::Unmodelled {
            message: message.to_owned(),
            span: alter.name.span,
            taint: rollproof_catalog::Taint::Relations(user_types, Arc::from(message)),
        }))
    }
}

/// A strategy or support number that the access method has (42P17); no limit where it says nothing.
fn number_fits(what: &str, number: i32, limit: i32, span: TextRange) -> Outcome {
    if number > 0 && (limit == 0 || number <= limit) {
        return Ok(());
    }
    let limit = if limit == 0 { i32::from(i16::MAX) } else { limit };
    Err(refuse("42P17", format!("invalid {what} number {number}, must be between 1 and {limit}"), span))
}

/// The types that a support function is for (`assignProcTypes`): of btree and hash its own inputs, where none are written.
fn support_types(
    function: &Function,
    number: i32,
    written: Option<(Oid, Oid)>,
    options: bool,
    method: &str,
    input: Option<Oid>,
    span: TextRange,
) -> Outcome<(Oid, Oid)> {
    let wrong = |message: &str| Err(refuse("42P17", message, span));
    let inputs = &function.inputs;
    let mut own = written;
    if options {
        if written.is_some_and(|(left, right)| left != right) {
            let message =
                "left and right associated data types for operator class options parsing functions must match";
            return wrong(message);
        }
        if function.returns != oid::VOID || inputs[..] != [oid::INTERNAL] {
            return wrong("invalid operator class options parsing function");
        }
    } else if method == "btree" {
        own = own.or(btree_support(function, number, span)?);
        if number == 4 && own.is_some_and(|(left, right)| left != right) {
            return wrong("ordering equal image functions must not be cross-type");
        }
    } else if method == "hash" {
        let (count, returns, word, shown) = if number == 1 {
            (1, oid::INT4, "one argument", "integer")
        } else {
            (2, oid::INT8, "two arguments", "bigint")
        };
        if inputs.len() != count {
            return wrong(&format!("hash function {number} must have {word}"));
        }
        if function.returns != returns {
            return wrong(&format!("hash function {number} must return {shown}"));
        }
        own = own.or(Some((inputs[0], inputs[0])));
    }
    match own.or(input.map(|input| (input, input))) {
        Some(types) => Ok(types),
        None => wrong("associated data types must be specified for index support function"),
    }
}

/// What a support function of btree has to look like, and the types that it is for.
fn btree_support(function: &Function, number: i32, span: TextRange) -> Outcome<Option<(Oid, Oid)>> {
    let wrong = |message: &str| Err(refuse("42P17", message, span));
    let inputs = &function.inputs;
    match number {
        1 if inputs.len() != 2 => wrong("ordering comparison functions must have two arguments"),
        1 if function.returns != oid::INT4 => wrong("ordering comparison functions must return integer"),
        1 => Ok(Some((inputs[0], inputs[1]))),
        2 if inputs[..] != [oid::INTERNAL] => wrong("ordering sort support functions must accept type \"internal\""),
        2 if function.returns != oid::VOID => wrong("ordering sort support functions must return void"),
        3 if inputs.len() != 5 => wrong("ordering in_range functions must have five arguments"),
        3 if function.returns != oid::BOOL => wrong("ordering in_range functions must return boolean"),
        3 => Ok(Some((inputs[0], inputs[2]))),
        4 if inputs.len() != 1 => wrong("ordering equal image functions must have one argument"),
        4 if function.returns != oid::BOOL => wrong("ordering equal image functions must return boolean"),
        6 if inputs[..] != [oid::INTERNAL] => wrong("btree skip support functions must accept type \"internal\""),
        6 if function.returns != oid::VOID => wrong("btree skip support functions must return void"),
        _ => Ok(None),
    }
}
