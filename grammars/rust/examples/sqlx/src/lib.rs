mod queries;
mod text;
