//! Storage options of tables, indexes and views (`access/common/reloptions.c`): which there are, and what they take.

use rollproof_catalog::{DependencyKind, ObjectId, Oid, Relation, RelationKind, Schema};
use rollproof_source::TextRange;
use rollproof_sql::ast::{DefinitionOption, Name, OperatorName};

use crate::context::{Context, Outcome, refuse};

/// What an option takes.
#[derive(Debug, Clone, Copy)]
enum Takes {
    /// A truth value.
    Boolean,
    /// An integer between two bounds.
    Integer(i64, i64),
    /// A number between two bounds.
    Real(f64, f64),
    /// One of these words.
    Word(&'static [&'static str]),
}

/// What options are looked up for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner<'a> {
    /// A table or materialized view.
    Heap,
    /// A table's TOAST table: options with `toast.` before them.
    Toast,
    /// A view.
    View,
    /// An index of this access method.
    Index(&'a str),
}

const MAX: i64 = i32::MAX as i64;

/// Options of tables; the last says whether a TOAST table has it too, and since which version it is there.
const TABLE: &[(&str, Takes, bool, u32)] = &[
    ("fillfactor", Takes::Integer(10, 100), false, 0),
    ("autovacuum_enabled", Takes::Boolean, true, 0),
    ("user_catalog_table", Takes::Boolean, false, 0),
    ("vacuum_truncate", Takes::Boolean, true, 0),
    ("autovacuum_vacuum_threshold", Takes::Integer(0, MAX), true, 0),
    ("autovacuum_vacuum_max_threshold", Takes::Integer(-1, MAX), true, 18),
    ("autovacuum_vacuum_insert_threshold", Takes::Integer(-1, MAX), true, 0),
    ("autovacuum_analyze_threshold", Takes::Integer(0, MAX), false, 0),
    ("autovacuum_vacuum_cost_limit", Takes::Integer(1, 10_000), true, 0),
    ("autovacuum_freeze_min_age", Takes::Integer(0, 1_000_000_000), true, 0),
    ("autovacuum_multixact_freeze_min_age", Takes::Integer(0, 1_000_000_000), true, 0),
    ("autovacuum_freeze_max_age", Takes::Integer(100_000, 2_000_000_000), true, 0),
    ("autovacuum_multixact_freeze_max_age", Takes::Integer(10_000, 2_000_000_000), true, 0),
    ("autovacuum_freeze_table_age", Takes::Integer(0, 2_000_000_000), true, 0),
    ("autovacuum_multixact_freeze_table_age", Takes::Integer(0, 2_000_000_000), true, 0),
    ("log_autovacuum_min_duration", Takes::Integer(-1, MAX), true, 0),
    ("toast_tuple_target", Takes::Integer(128, 8160), false, 0),
    ("parallel_workers", Takes::Integer(0, 1024), false, 0),
    ("autovacuum_vacuum_cost_delay", Takes::Real(-1.0, 100.0), true, 0),
    ("autovacuum_vacuum_scale_factor", Takes::Real(0.0, 100.0), true, 0),
    ("autovacuum_vacuum_insert_scale_factor", Takes::Real(0.0, 100.0), true, 0),
    ("autovacuum_analyze_scale_factor", Takes::Real(0.0, 100.0), false, 0),
    ("vacuum_max_eager_freeze_failure_rate", Takes::Real(0.0, 1.0), true, 18),
    ("vacuum_index_cleanup", Takes::Word(&["auto", "on", "off", "true", "false", "yes", "no", "1", "0"]), true, 0),
];

const VIEW: &[(&str, Takes, u32)] = &[
    ("security_barrier", Takes::Boolean, 0),
    ("security_invoker", Takes::Boolean, 15),
    ("check_option", Takes::Word(&["local", "cascaded"]), 0),
];

const INDEX: &[(&str, &str, Takes)] = &[
    ("btree", "fillfactor", Takes::Integer(10, 100)),
    ("btree", "deduplicate_items", Takes::Boolean),
    ("hash", "fillfactor", Takes::Integer(10, 100)),
    ("gist", "fillfactor", Takes::Integer(10, 100)),
    ("gist", "buffering", Takes::Word(&["on", "off", "auto"])),
    ("spgist", "fillfactor", Takes::Integer(10, 100)),
    ("gin", "fastupdate", Takes::Boolean),
    ("gin", "gin_pending_list_limit", Takes::Integer(64, MAX)),
    ("brin", "pages_per_range", Takes::Integer(1, 131_072)),
    ("brin", "autosummarize", Takes::Boolean),
];

/// What `name` takes; none where the owner has no such option.
fn lookup(owner: Owner, name: &str, version: u32) -> Option<Takes> {
    match owner {
        Owner::Heap | Owner::Toast => TABLE
            .iter()
            .find(|(known, _, toast, since)| *known == name && (*toast || owner == Owner::Heap) && version >= *since)
            .map(|found| found.1),
        Owner::View => VIEW.iter().find(|(known, _, since)| *known == name && version >= *since).map(|found| found.1),
        Owner::Index(method) => {
            INDEX.iter().find(|(of, known, _)| *of == method && *known == name).map(|found| found.2)
        }
    }
}

/// Access methods of the server itself: those of extensions have options of their own.
fn is_known_method(method: &str) -> bool {
    matches!(method, "btree" | "hash" | "gist" | "gin" | "spgist" | "brin")
}

/// `parse_bool`: a beginning of `true`, `false`, `yes`, `no`, of `on`, `off` from two letters on, or a digit.
fn is_boolean(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let begins = |word: &str, least: usize| text.len() >= least && word.starts_with(text.as_str());
    begins("true", 1)
        || begins("false", 1)
        || begins("yes", 1)
        || begins("no", 1)
        || begins("on", 2)
        || begins("off", 2)
        || matches!(text.as_str(), "1" | "0")
}

/// The value as the server has it: without one it is `true`.
fn written(option: &DefinitionOption) -> String {
    match &option.value {
        None => "true".to_owned(),
        Some(rollproof_sql::ast::DefinitionValue::None) => "none".to_owned(),
        Some(rollproof_sql::ast::DefinitionValue::Operator(OperatorName { symbol, .. })) => symbol.to_string(),
        Some(_) => option.text().unwrap_or_default().to_owned(),
    }
}

fn check_value(takes: Takes, option: &DefinitionOption, name: &str) -> Outcome {
    let value = written(option);
    let invalid = |kind: &str| format!("invalid value for {kind} option \"{name}\": {value}");
    let complaint = match takes {
        Takes::Boolean => (!is_boolean(&value)).then(|| invalid("boolean")),
        Takes::Integer(low, high) => match value.parse::<f64>() {
            Err(_) => Some(invalid("integer")),
            Ok(number) if number.round() < low as f64 || number.round() > high as f64 => {
                Some(format!("value {value} out of bounds for option \"{name}\""))
            }
            Ok(_) => None,
        },
        Takes::Real(low, high) => match value.parse::<f64>() {
            Err(_) => Some(invalid("floating point")),
            Ok(number) if number < low || number > high => {
                Some(format!("value {value} out of bounds for option \"{name}\""))
            }
            Ok(_) => None,
        },
        Takes::Word(words) => (!words.iter().any(|word| word.eq_ignore_ascii_case(&value))).then(|| invalid("enum")),
    };
    complaint.map_or(Ok(()), |message| Err(refuse("22023", message, option.name.span)))
}

impl Context {
    /// Options that `WITH (…)` or `SET (…)` gives (`transformRelOptions`, `parseRelOptions`): 22023 where one is not
    /// there, is given twice, or has a value that does not fit.
    pub(crate) fn check_options(&self, options: &[DefinitionOption], owner: Owner) -> Outcome {
        if matches!(owner, Owner::Index(method) if !is_known_method(method)) {
            return Ok(());
        }
        let version = self.schema.builtin.version;
        for (at, option) in options.iter().enumerate() {
            let name = option.name.as_str();
            let (namespace, rest) = name.split_once('.').map_or((None, name), |(space, rest)| (Some(space), rest));
            let owner = match namespace {
                None => owner,
                Some("toast") if owner == Owner::Heap => Owner::Toast,
                // Extensions read options of their own out of the statement: `timescaledb.compress`.
                Some(_) if self.has_extensions() => continue,
                Some(space) => {
                    let message = format!("unrecognized parameter namespace \"{space}\"");
                    return Err(refuse("22023", message, option.name.span));
                }
            };
            let Some(takes) = lookup(owner, rest, version) else {
                let message = format!("unrecognized parameter \"{rest}\"");
                return Err(refuse("22023", message, option.name.span));
            };
            if options[..at].iter().any(|before| before.name.text == option.name.text) {
                let message = format!("parameter \"{rest}\" specified more than once");
                return Err(refuse("22023", message, option.name.span));
            }
            check_value(takes, option, rest)?;
        }
        Ok(())
    }

    /// Whether any extension but `plpgsql` is there.
    fn has_extensions(&self) -> bool {
        self.schema.extensions.iter().any(|extension| &*extension.name != "plpgsql")
    }

    /// The options of a new table: `oids` is one that is only there to be refused (`interpretOidsOption`).
    pub(crate) fn check_table_options(&self, options: &[DefinitionOption], partitioned: bool) -> Outcome {
        let (oids, others): (Vec<_>, Vec<_>) =
            options.iter().cloned().partition(|option| option.name.as_str() == "oids");
        if let Some(option) = oids.first().filter(|_| crate::view::option_is_on(&oids, "oids") == Some(true)) {
            return Err(refuse("0A000", "tables declared WITH OIDS are not supported", option.name.span));
        }
        self.partitioned_without_options(&others, partitioned)?;
        if partitioned { Ok(()) } else { self.check_options(&others, Owner::Heap) }
    }

    fn partitioned_without_options(&self, options: &[DefinitionOption], partitioned: bool) -> Outcome {
        let Some(option) = options.first().filter(|_| partitioned) else { return Ok(()) };
        if self.has_extensions() && option.name.as_str().contains('.') {
            return Ok(());
        }
        if self.schema.builtin.version >= 16 {
            let message = "cannot specify storage parameters for a partitioned table";
            return Err(refuse("42809", message, option.name.span));
        }
        Err(refuse("22023", format!("unrecognized parameter \"{}\"", option.name.text), option.name.span))
    }

    /// `SET (…)` and, with `reset`, `RESET (…)` of a relation (`ATExecSetRelOptions`).
    pub(crate) fn alter_options(&mut self, oid: Oid, options: &[DefinitionOption], reset: bool) -> Outcome {
        if let Some(option) = options.iter().find(|option| reset && option.value.is_some()) {
            return Err(refuse("42601", "RESET must not include values for parameters", option.name.span));
        }
        let relation = self.relation(oid)?;
        if !reset {
            self.options_of_relation(&relation, options)?;
        }
        self.set_view_options(oid, options, reset)
    }

    fn options_of_relation(&self, relation: &Relation, options: &[DefinitionOption]) -> Outcome {
        match relation.kind {
            RelationKind::View => self.check_options(options, Owner::View),
            RelationKind::PartitionedTable => self.partitioned_without_options(options, true),
            RelationKind::Table | RelationKind::MaterializedView | RelationKind::Toast => {
                self.check_options(options, Owner::Heap)
            }
            RelationKind::Index | RelationKind::PartitionedIndex => match &relation.index {
                Some(index) => self.check_options(options, Owner::Index(&index.method)),
                None => Ok(()),
            },
            _ => Ok(()),
        }
    }

    /// `ALTER COLUMN c SET (…)` (`attribute_reloptions`)
    pub(crate) fn check_column_options(&self, options: &[DefinitionOption]) -> Outcome {
        for option in options {
            if !matches!(option.name.as_str(), "n_distinct" | "n_distinct_inherited") {
                let message = format!("unrecognized parameter \"{}\"", option.name.text);
                return Err(refuse("22023", message, option.name.span));
            }
            check_value(Takes::Real(-1.0, f64::MAX), option, option.name.as_str())?;
        }
        Ok(())
    }

    /// Options of an operator class, of those that come with the server (`opclass_options`): only some of GiST and BRIN
    /// have any.
    pub(crate) fn check_class_options(&self, class: Oid, options: &[DefinitionOption], name: &Name) -> Outcome {
        let Some(found) = self.schema.operator_class(class).filter(|_| !options.is_empty()) else { return Ok(()) };
        if class >= Oid::FIRST_USER || found.namespace != rollproof_catalog::Schema::PG_CATALOG {
            return Ok(());
        }
        let known: &[(&str, Takes)] = match (&*found.method, &*found.name) {
            ("gist", "tsvector_ops") => &[("siglen", Takes::Integer(1, 2024))],
            ("brin", class) if class.ends_with("_bloom_ops") => &[
                ("n_distinct_per_range", Takes::Real(-1.0, MAX as f64)),
                ("false_positive_rate", Takes::Real(0.0001, 0.25)),
            ],
            ("brin", class) if class.ends_with("_minmax_multi_ops") => &[("values_per_range", Takes::Integer(8, 256))],
            _ => {
                let message = format!("operator class {} has no options", found.name);
                return Err(refuse("22023", message, name.span));
            }
        };
        for (at, option) in options.iter().enumerate() {
            if options[..at].iter().any(|before| before.name.text == option.name.text) {
                let message = format!("parameter \"{}\" specified more than once", option.name.text);
                return Err(refuse("22023", message, option.name.span));
            }
            match known.iter().find(|(known, _)| *known == option.name.as_str()) {
                Some((_, takes)) => check_value(*takes, option, option.name.as_str())?,
                None => {
                    let message = format!("unrecognized parameter \"{}\"", option.name.text);
                    return Err(refuse("22023", message, option.name.span));
                }
            }
        }
        Ok(())
    }

    /// `STORAGE s` of a column (`GetAttributeStorage`): types of a fixed length are stored plain.
    pub(crate) fn check_storage(&self, data_type: Oid, storage: &Name) -> Outcome {
        let word = storage.as_str().to_ascii_lowercase();
        if !matches!(word.as_str(), "plain" | "external" | "extended" | "main" | "default") {
            let message = format!("invalid storage type \"{}\"", storage.text);
            return Err(refuse("22023", message, storage.span));
        }
        let plain = rollproof_catalog::TypeRef::plain(data_type);
        let base = self.schema.base_type(plain).oid;
        let fixed = self.schema.type_of(base).is_some_and(|found| found.length != -1);
        if fixed && !matches!(word.as_str(), "plain" | "default") {
            let shown = self.schema.format_type(plain);
            return Err(refuse("0A000", format!("column data type {shown} can only have storage PLAIN"), storage.span));
        }
        Ok(())
    }

    /// `COMPRESSION` (`GetAttributeCompression`): of values that can be long, in one of two ways.
    pub(crate) fn check_compression(&self, data_type: Oid, column: &Name, method: Option<&Name>) -> Outcome {
        let Some(method) = method.filter(|method| method.as_str() != "default") else { return Ok(()) };
        let plain = rollproof_catalog::TypeRef::plain(data_type);
        let base = self.schema.base_type(plain).oid;
        if self.schema.type_of(base).is_some_and(|found| found.length != -1) {
            let shown = self.schema.format_type(plain);
            let message = format!("column data type {shown} does not support compression");
            return Err(refuse("0A000", message, column.span));
        }
        if !matches!(method.as_str(), "pglz" | "lz4") {
            return Err(refuse("22023", format!("invalid compression method \"{}\"", method.text), method.span));
        }
        Ok(())
    }

    /// Gives a table its access method; none for the default.
    pub(crate) fn put_access_method(&mut self, oid: Oid, name: Option<&Name>) -> Outcome {
        if let Some(name) = name {
            self.table_method_exists(name, name.span)?;
        }
        let me = ObjectId::Relation(oid);
        let object = |schema: &Schema, method: &str| schema.other(Oid::NONE, &format!("access method {method}"));
        if let Some(before) = self.relation(oid)?.access_method.and_then(|method| object(&self.schema, &method)) {
            self.unlink(me, ObjectId::Other(before));
        }
        let method = name.map(|name| name.text.clone()).filter(|name| &**name != "heap");
        if let Some(made) = method.as_ref().and_then(|method| object(&self.schema, method)) {
            self.depend(me, ObjectId::Other(made), DependencyKind::Normal);
        }
        self.change(oid, |relation| relation.access_method = method)
    }

    /// A table access method that is there (42704).
    pub(crate) fn table_method_exists(&self, name: &Name, span: TextRange) -> Outcome {
        if is_known_method(&name.text) {
            let message = format!("access method \"{}\" is not of type TABLE", name.text);
            return Err(refuse("55000", message, span));
        }
        let known = name.as_str() == "heap"
            || self.schema.has_access_method(&name.text)
            || self.schema.unknown_extension().is_some();
        if known {
            return Ok(());
        }
        Err(refuse("42704", format!("access method \"{}\" does not exist", name.text), span))
    }
}
