export const COLUMNS = ["id", "name"].join(", ");
export const ACTIVE = "status = 'active'" as const;
