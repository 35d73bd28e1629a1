//! Condition names of PL/pgSQL and their SQLSTATEs (manual, appendix "PostgreSQL Error Codes").

use rollproof_sql::plpgsql::Handler;

use crate::context::Stop;

/// The handler that takes an error; what is not known is never caught.
pub(super) fn caught<'a>(stop: &Stop, handlers: &'a [Handler]) -> Option<&'a Handler> {
    let Stop::Refused { sqlstate: error, .. } = stop else { return None };
    handlers.iter().find(|handler| {
        let by_name = handler.conditions.iter().any(|condition| match &*condition.text {
            "others" => !matches!(*error, "57014" | "P0004"),
            name => sqlstate(name).is_some_and(|code| takes(code, error)),
        });
        by_name || handler.sqlstates.iter().any(|code| takes(code, error))
    })
}

/// A code that a program wrote, as one of the codes that are known.
pub(super) fn known_code(text: &str) -> Option<&'static str> {
    const WRITTEN: [&str; 8] = ["P0001", "P0002", "22023", "42501", "55000", "23514", "0A000", "42P01"];
    WRITTEN.into_iter().find(|code| *code == text)
}

/// The SQLSTATE that a condition name stands for; one that ends in `000` stands for its whole class.
pub(super) fn sqlstate(condition: &str) -> Option<&'static str> {
    NAMES.iter().find(|(name, _)| *name == condition).map(|(_, code)| *code)
}

/// Whether a handler's code takes an error (`exception_matches_conditions`).
fn takes(handler: &str, error: &str) -> bool {
    handler == error || (handler.ends_with("000") && handler.get(..2) == error.get(..2))
}

const NAMES: &[(&str, &str)] = &[
    ("feature_not_supported", "0A000"),
    ("invalid_transaction_initiation", "0B000"),
    ("case_not_found", "20000"),
    ("cardinality_violation", "21000"),
    ("data_exception", "22000"),
    ("array_subscript_error", "2202E"),
    ("division_by_zero", "22012"),
    ("invalid_parameter_value", "22023"),
    ("invalid_text_representation", "22P02"),
    ("null_value_not_allowed", "22004"),
    ("numeric_value_out_of_range", "22003"),
    ("string_data_right_truncation", "22001"),
    ("integrity_constraint_violation", "23000"),
    ("restrict_violation", "23001"),
    ("not_null_violation", "23502"),
    ("foreign_key_violation", "23503"),
    ("unique_violation", "23505"),
    ("check_violation", "23514"),
    ("exclusion_violation", "23P01"),
    ("invalid_cursor_state", "24000"),
    ("invalid_transaction_state", "25000"),
    ("active_sql_transaction", "25001"),
    ("no_active_sql_transaction", "25P01"),
    ("in_failed_sql_transaction", "25P02"),
    ("dependent_privilege_descriptors_still_exist", "2B000"),
    ("dependent_objects_still_exist", "2BP01"),
    ("invalid_catalog_name", "3D000"),
    ("invalid_schema_name", "3F000"),
    ("transaction_rollback", "40000"),
    ("serialization_failure", "40001"),
    ("deadlock_detected", "40P01"),
    ("syntax_error_or_access_rule_violation", "42000"),
    ("syntax_error", "42601"),
    ("insufficient_privilege", "42501"),
    ("cannot_coerce", "42846"),
    ("grouping_error", "42803"),
    ("invalid_foreign_key", "42830"),
    ("invalid_name", "42602"),
    ("name_too_long", "42622"),
    ("reserved_name", "42939"),
    ("datatype_mismatch", "42804"),
    ("indeterminate_datatype", "42P18"),
    ("wrong_object_type", "42809"),
    ("generated_always", "428C9"),
    ("undefined_column", "42703"),
    ("undefined_function", "42883"),
    ("undefined_table", "42P01"),
    ("undefined_parameter", "42P02"),
    ("undefined_object", "42704"),
    ("duplicate_column", "42701"),
    ("duplicate_cursor", "42P03"),
    ("duplicate_database", "42P04"),
    ("duplicate_function", "42723"),
    ("duplicate_schema", "42P06"),
    ("duplicate_table", "42P07"),
    ("duplicate_alias", "42712"),
    ("duplicate_object", "42710"),
    ("ambiguous_column", "42702"),
    ("ambiguous_function", "42725"),
    ("invalid_column_reference", "42P10"),
    ("invalid_column_definition", "42611"),
    ("invalid_function_definition", "42P13"),
    ("invalid_schema_definition", "42P15"),
    ("invalid_table_definition", "42P16"),
    ("invalid_object_definition", "42P17"),
    ("with_check_option_violation", "44000"),
    ("insufficient_resources", "53000"),
    ("program_limit_exceeded", "54000"),
    ("object_not_in_prerequisite_state", "55000"),
    ("object_in_use", "55006"),
    ("lock_not_available", "55P03"),
    ("unsafe_new_enum_value_usage", "55P04"),
    ("operator_intervention", "57000"),
    ("query_canceled", "57014"),
    ("external_routine_exception", "38000"),
    ("plpgsql_error", "P0000"),
    ("raise_exception", "P0001"),
    ("no_data_found", "P0002"),
    ("too_many_rows", "P0003"),
    ("assert_failure", "P0004"),
    ("internal_error", "XX000"),
];
