use diesel::sql_query;

pub fn queries() {
    sql_query("SELECT id FROM users WHERE id = $1");
    diesel::sql_query(format!("SELECT id FROM {}", "users"));
}
