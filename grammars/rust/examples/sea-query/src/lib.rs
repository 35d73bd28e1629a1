use sea_query::{Alias, Expr, PostgresQueryBuilder, Query};
use sea_query_binder::SqlxBinder;
use sea_query_postgres::PostgresBinder;

async fn count(pool: &sqlx::PgPool) -> Result<i64, sqlx::Error> {
    let select = Query::select().expr(Expr::cust("count(*)")).from(Alias::new("sessions")).to_owned();
    let (sql, arguments) = select.build_sqlx(PostgresQueryBuilder);
    sqlx::query_scalar_with(&sql, arguments).fetch_one(pool).await
}

async fn clear(client: &tokio_postgres::Client) -> Result<(), tokio_postgres::Error> {
    let (sql, values) = Query::delete().from_table(Alias::new("sessions")).build_postgres(PostgresQueryBuilder);
    client.execute(&sql, &values.as_params()).await?;
    client.execute("DELETE FROM sessions WHERE id = $1", &[]).await?;
    Ok(())
}
