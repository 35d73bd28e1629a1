CREATE TABLE plans (name text);
INSERT INTO plans (name) VALUES ($1);
