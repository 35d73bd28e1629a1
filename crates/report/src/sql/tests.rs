//! What can be seen without a server; that a server takes it, and makes the same of it, is asked in `tests/`.

use rollproof_catalog::{Builtin, Schema};

use super::render;

#[test]
fn an_empty_schema_makes_nothing() {
    let text = render(&Schema::new(Builtin::newest()));
    assert!(!text.contains("CREATE"), "{text}");
    assert!(text.starts_with("-- The schema as PostgreSQL 18 has it.\n"));
}
