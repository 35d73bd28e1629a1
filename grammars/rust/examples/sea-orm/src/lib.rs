use sea_orm::{DatabaseBackend, Statement};

pub fn queries() -> Statement {
    Statement::from_string(DatabaseBackend::Postgres, "SELECT id FROM users".to_owned())
}

pub async fn built(db: &sea_orm::DatabaseConnection, seen: &mut HashSet<String>) -> Result<(), sea_orm::DbErr> {
    users::Entity::find().filter(users::Column::Name.eq("a")).all(db).await?;
    users::ActiveModel { name: Set("b".to_owned()), ..Default::default() }.insert(db).await?;
    tokio::select! {
        _ = users::Entity::delete_many().exec(db) => {}
        _ = tokio::time::sleep(SECOND) => { sqlx::query("SELECT 1").execute(pool).await; }
    }
    seen.insert("c".to_owned());
    seen.iter().all(|name| name.is_empty());
    Ok(())
}
