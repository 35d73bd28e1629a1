// Texts whose placeholders are a library's, which nothing tells.
export const byTenant = (only: boolean) => `SELECT id FROM plans WHERE tenant = $(tenant) ${only ? "AND open" : ""}`;
export const byName = "SELECT id FROM plans WHERE name = :name AND at > '10:30'::time";
