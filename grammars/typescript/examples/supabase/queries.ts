// Supabase: https://supabase.com/docs/reference/javascript
import { createClient, type SupabaseClient } from "@supabase/supabase-js";

const supabase = createClient(process.env.URL!, process.env.KEY!);

export const find = (id: number) => supabase.from("carts").select("name").eq("id", id);
export const count = (client: SupabaseClient) => client.rpc("count_carts", { open: true });
export const file = () => supabase.storage.from("images").list();
