use sea_orm::{DatabaseBackend, Statement};

pub fn queries() -> Statement {
    Statement::from_string(DatabaseBackend::Postgres, "SELECT id FROM users".to_owned())
}
