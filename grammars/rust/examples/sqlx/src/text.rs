pub const COLUMNS: &str = "id, name";
pub static ACTIVE: &str = "active";

pub fn by_name(name: &str) -> &'static str {
    match name {
        "x" => "SELECT 'x' AS x",
        _ => "SELECT 'y' AS y",
    }
}

pub enum Permission {
    IsAdmin,
    IsOwner,
}

impl std::fmt::Display for Permission {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::IsAdmin => write!(f, "is_admin"),
            Self::IsOwner => f.write_str("is_owner"),
        }
    }
}

pub enum Part {
    Head,
    Tail,
}

impl std::fmt::Display for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.name())?;
        f.write_str("_at")
    }
}

pub async fn displayed(pool: &sqlx::PgPool, permission: Permission, part: Part) -> sqlx::Result<()> {
    let text = format!("SELECT id FROM groups WHERE {permission} = TRUE");
    sqlx::query(&text).execute(pool).await?;
    sqlx::query(&format!("UPDATE groups SET {} = $2 WHERE id = $1", permission.to_string())).execute(pool).await?;
    sqlx::query(&format!("SELECT {part} FROM groups")).execute(pool).await?;
    let defaults = std::collections::HashMap::from([("welcome", "hello"), ("farewell", "goodbye")]);
    for (field, value) in defaults {
        let text = format!("UPDATE settings SET {field} = $1 WHERE {field} IS NULL");
        sqlx::query(&text).bind(value).execute(pool).await?;
    }
    Ok(())
}

macro_rules! fetch {
    ($pool:expr, $table:ident, $($column:ident),*) => {{
        let rows = sqlx::query(&format!("SELECT {} FROM {}", [$(stringify!($column)),*].join(", "), stringify!($table)));
        sqlx::query("DELETE FROM fetched WHERE id = $1").bind($pool.id).execute($pool).await;
        rows.fetch_all($pool).await
    }};
}

pub fn derived(table: &str, columns: &str) -> proc_macro2::TokenStream {
    let insert = format!("INSERT INTO {table} ({columns}) DEFAULT VALUES");
    quote! {
        impl Model for #name {
            async fn save(&self, executor: &sqlx::PgPool) {
                sqlx::query(#insert).execute(executor).await;
                sqlx::query("UPDATE saved SET at = now()").execute(executor).await;
            }
        }
    }
}

macro_rules! select_users {
    ($predicate:tt, $param:ident) => {
        sqlx::query_as!(User, r#"SELECT id, name FROM users "# + $predicate, $param)
    };
}

macro_rules! generate {
    ($vis:vis $name:ident, $statement:literal,) => {
        $vis async fn $name(pool: &sqlx::PgPool) {
            sqlx::query!($statement).fetch_one(pool).await;
        }
    };
}

macro_rules! exists {
    ($name:ident, $statement:literal) => {
        async fn $name(pool: &sqlx::PgPool) {
            sqlx::query_scalar!($statement).fetch_one(pool).await;
        }
    };
}

exists!(user_exists, "SELECT EXISTS (SELECT 1 FROM users)");

pub async fn used(pool: &sqlx::PgPool, id: i64, name: &str) {
    select_users!("WHERE id = $1", id).fetch_all(pool).await;
    select_users!("WHERE name = $1", name).fetch_all(pool).await;
}

macro_rules! used_elsewhere {
    ($statement:expr) => {
        sqlx::query($statement)
    };
}
