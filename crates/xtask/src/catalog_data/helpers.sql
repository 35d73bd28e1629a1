-- Functions of the session: numbers that all servers share, or keys that the reader numbers.
create function pg_temp.space(namespace oid) returns text language sql as $$
  select case nspname when 'pg_catalog' then '11' when 'pg_toast' then '99' else '{n:' || nspname || '}' end
  from pg_namespace where oid = namespace
$$;
create function pg_temp.t(type oid) returns text language sql as $$
  select case when type < 10000 then type::text
    else (select '{t:' || nspname || '.' || typname || '}' from pg_type t join pg_namespace n on n.oid = typnamespace where t.oid = type) end
$$;
create function pg_temp.r(relation oid) returns text language sql as $$
  select case when relation < 10000 then relation::text
    else (select '{r:' || nspname || '.' || relname || '}' from pg_class c join pg_namespace n on n.oid = relnamespace where c.oid = relation) end
$$;
create function pg_temp.f(routine oid) returns text language sql as $$
  select case when routine < 10000 then routine::text
    else (select '{f:' || nspname || '.' || proname || '(' || proargtypes::text || ')}' from pg_proc p join pg_namespace n on n.oid = pronamespace where p.oid = routine) end
$$;
create function pg_temp.c(collation_oid oid) returns text language sql as $$
  select case when collation_oid < 10000 then collation_oid::text
    else (select '{c:' || nspname || '.' || collname || '}' from pg_collation c join pg_namespace n on n.oid = collnamespace where c.oid = collation_oid) end
$$;
create function pg_temp.ts(types oid[]) returns text language sql as $$
  select coalesce(string_agg(pg_temp.t(each), ' ' order by place), '') from unnest(types) with ordinality as u(each, place)
$$;
-- What others than the bootstrap superuser may do: `0r` is SELECT for everyone; `!` is a list that grants nothing.
create function pg_temp.acl(list aclitem[]) returns text language sql as $$
  select case when list is null then '' else coalesce((
    select string_agg(grantee || letters, ',' order by grantee) from (
      select grantee, string_agg(case privilege_type when 'SELECT' then 'r' when 'INSERT' then 'a' when 'UPDATE' then 'w'
        when 'DELETE' then 'd' when 'TRUNCATE' then 'D' when 'REFERENCES' then 'x' when 'TRIGGER' then 't'
        when 'EXECUTE' then 'X' when 'USAGE' then 'U' when 'CREATE' then 'C' when 'MAINTAIN' then 'm' else '' end, ''
        order by privilege_type) as letters
      from aclexplode(list) where grantee <> 10 group by grantee) s), '!') end
$$;
