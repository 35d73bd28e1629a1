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
-- Extensions' contents go by names.
create function pg_temp.member(catalog regclass, object oid, extension oid) returns boolean language sql as $$
  select exists (select from pg_depend where classid = catalog and objid = object and refobjid = extension
    and refclassid = 'pg_extension'::regclass and deptype = 'e')
$$;
create function pg_temp.local(namespace oid, extension oid) returns text language sql as $$
  select case when namespace = extnamespace then '' else namespace::regnamespace::text || '.' end from pg_extension where oid = extension
$$;
create function pg_temp.tn(type oid) returns text language sql as $$ select typname::text from pg_type where oid = type $$;
create function pg_temp.fn(routine oid) returns text language sql as $$
  select proname || '(' || coalesce((select string_agg(pg_temp.tn(each), ', ' order by place)
    from unnest(proargtypes::oid[]) with ordinality as u(each, place)), '') || ')' from pg_proc where oid = routine
$$;
create function pg_temp.arguments(p pg_proc) returns text language sql as $$
  select coalesce(string_agg(
    case mode when 'o' then 'out ' when 'b' then 'inout ' when 'v' then 'variadic ' when 't' then 'table ' else '' end
    || coalesce(nullif(name, '') || ': ', '') || pg_temp.tn(type)
    || case when input > p.pronargs - p.pronargdefaults then ' =' else '' end, ', ' order by place), '')
  from (
    select place, type, mode, name, case when mode in ('o', 't') then 0
      else count(*) filter (where mode not in ('o', 't')) over (order by place) end as input
    from (
      select place, type, coalesce(p.proargmodes[place]::text, 'i') as mode, p.proargnames[place] as name
      from unnest(coalesce(p.proallargtypes, (select array_agg(each) from unnest(p.proargtypes::oid[]) each))) with ordinality as u(type, place)) a) b
$$;
