use tokio_postgres::Client;

pub async fn queries(client: &Client, transaction: &tokio_postgres::Transaction<'_>) -> Result<(), tokio_postgres::Error> {
    client.query("SELECT id FROM users WHERE id = $1", &[&1]).await?;
    client.query_one("SELECT count(*) FROM users", &[]).await?;
    transaction.execute("DELETE FROM users", &[]).await?;
    client.batch_execute("BEGIN; UPDATE users SET seen = now(); COMMIT").await?;
    let statement = client.prepare("SELECT 1 AS one").await?;
    client.query(&statement, &[]).await?;
    client.copy_in("COPY users FROM STDIN").await?;
    Ok(())
}
