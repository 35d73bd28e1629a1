pub fn ordered(conn: &mut PgConnection, sort: &str) -> QueryResult<Vec<Row>> {
    let order = match sort {
        "name" => "ORDER BY name",
        _ => "ORDER BY id",
    };
    diesel::sql_query(format!(include_str!("ordered.sql"), order)).load(conn)?;
    diesel::sql_query(format!(concat!("SELECT id FROM {1} ", "WHERE id = {0}"), 7, "users")).load(conn)?;
    diesel::sql_query(format!(include_str!("ordered.sql"), order = order)).load(conn)
}
