use sqlx::{PgPool, QueryBuilder};

use crate::text::{COLUMNS, by_name};

const SELECT: &str = concat!("SELECT id ", "FROM users");

pub async fn macros(pool: &PgPool, id: i64) -> sqlx::Result<()> {
    sqlx::query!("SELECT id FROM users WHERE id = $1", id).fetch_one(pool).await?;
    sqlx::query_as!(
        User,
        r#"
        SELECT id AS "id!: i64"
        FROM users
        "#
    )
    .fetch_all(pool)
    .await?;
    sqlx::query_scalar!("SELECT count(*) " + "FROM users").fetch_one(pool).await?;
    sqlx::query!("SELECT \"Quoted\" \
                  FROM users\n")
    .execute(pool)
    .await?;
    sqlx::query_file!("queries/find.sql", id).fetch_one(pool).await?;
    Ok(())
}

pub async fn functions(pool: &PgPool, table: &str, descending: bool) -> sqlx::Result<()> {
    sqlx::query(SELECT).execute(pool).await?;
    sqlx::query_as::<_, (i64,)>(&format!("SELECT {COLUMNS} FROM users WHERE {}", crate::text::ACTIVE)).fetch_all(pool).await?;
    let mut sql = String::from("SELECT id FROM users");
    if descending {
        sql.push_str(" ORDER BY id DESC");
    }
    sqlx::query(&sql).execute(pool).await?;
    sqlx::query(&format!("SELECT count(*) FROM {table}")).execute(pool).await?;
    let mut builder = QueryBuilder::new("SELECT id FROM users WHERE id = ");
    builder.push_bind(1).push(" AND active");
    builder.build().execute(pool).await?;
    sqlx::query(by_name("x")).execute(pool).await?;
    let _ = sqlx::query("DELETE FROM locks").execute(pool).await;
    if let Err(error) = sqlx::query("DELETE FROM jobs").execute(pool).await {
        tracing::warn!("SELECT is no query here: {error}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    async fn left_out(pool: &sqlx::PgPool) {
        sqlx::query!("SELECT 'test'").execute(pool).await.unwrap();
    }
}
