export const TOP = "SELECT name FROM events ORDER BY at LIMIT 5 BY name";
export const NOWHERE = "SELECT name FROM events";
