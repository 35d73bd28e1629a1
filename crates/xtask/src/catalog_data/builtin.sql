-- name: namespaces
select pg_temp.space(oid), nspname, pg_temp.acl(nspacl) from pg_namespace
where nspname in ('pg_catalog', 'pg_toast', 'information_schema');

-- name: roles
select oid, rolname, case when rolsuper then 's' else '' end || case when rolbypassrls then 'b' else '' end
  || case when rolinherit then 'i' else '' end,
  coalesce((select string_agg(roleid::text, ' ' order by roleid) from pg_auth_members where member = r.oid), '')
from pg_roles r where oid < 10000;

-- name: types
select pg_temp.t(t.oid), pg_temp.space(typnamespace), typname, typtype, typcategory,
  case when typispreferred then 'p' else '' end
  || case when typsubscript = 'array_subscript_handler'::regproc and typelem <> 0 then 'a' else '' end
  || case when typsubscript <> 0 then 's' else '' end || case when typmodin <> 0 then 'm' else '' end,
  pg_temp.t(typelem), pg_temp.t(typarray), typlen, pg_temp.c(typcollation),
  case typtype::text when 'c' then pg_temp.r(typrelid)
    when 'd' then pg_temp.t(typbasetype) || ' ' || typtypmod || ' ' || case when typnotnull then '!' else '' end
    when 'r' then (select pg_temp.t(rngsubtype) || ' ' || pg_temp.t(rngmultitypid) from pg_range where rngtypid = t.oid)
    when 'm' then (select pg_temp.t(rngtypid) from pg_range where rngmultitypid = t.oid)
    else '' end
from pg_type t join pg_namespace n on n.oid = typnamespace
where nspname in ('pg_catalog', 'information_schema') and t.oid < 16384;

-- name: functions
select pg_temp.f(p.oid), pg_temp.space(pronamespace), proname,
  pg_temp.ts(proargtypes::oid[]), pg_temp.ts(proallargtypes), array_to_string(proargmodes, ''),
  array_to_string(proargnames, ' '), nullif(pronargdefaults, 0),
  pg_temp.t(nullif(provariadic, 0)), pg_temp.t(prorettype),
  prokind::text || case when proretset then '*' else '' end || case when proisstrict then '!' else '' end
  || case when prosecdef then 'd' else '' end || provolatile::text || case when lanname = 'sql' then 'q' else '' end,
  (select aggkind::text || aggnumdirectargs from pg_aggregate where aggfnoid = p.oid), pg_temp.acl(proacl)
from pg_proc p join pg_namespace n on n.oid = pronamespace join pg_language l on l.oid = prolang
where nspname in ('pg_catalog', 'information_schema') and p.oid < 16384;

-- name: operators
select oid, oprname, nullif(pg_temp.t(oprleft), '0'), pg_temp.t(oprright), pg_temp.t(oprresult), pg_temp.f(oprcode),
  nullif(oprcom, 0)
from pg_operator where oid < 10000;

-- name: casts
select '{x:' || castsource || ' ' || casttarget || '}', pg_temp.t(castsource), pg_temp.t(casttarget),
  nullif(pg_temp.f(castfunc), '0'), castcontext, castmethod
from pg_cast where oid < 16384;

-- name: operator_classes
select case when c.oid < 10000 then c.oid::text else '{k:' || amname || '.' || opcname || '}' end, opcname, amname,
  pg_temp.t(opcintype), case when opcdefault then 'd' else '' end, opcfamily
from pg_opclass c join pg_am a on a.oid = opcmethod where c.oid < 16384;

-- name: operator_families
select f.oid, opfname, amname from pg_opfamily f join pg_am a on a.oid = opfmethod where f.oid < 16384;

-- name: collations
select pg_temp.c(c.oid), collname, case when collisdeterministic then 'd' else '' end
from pg_collation c where c.oid < 10000 or collname like '%-x-icu' or collname = 'ucs_basic';

-- name: relations
select pg_temp.r(c.oid), pg_temp.space(relnamespace), relname, relkind, pg_temp.t(reltype), pg_temp.acl(relacl),
  (select string_agg(conname || ':' || contype::text || ':' || array_to_string(conkey, ','), ' ' order by contype, conname)
   from pg_constraint where conrelid = c.oid and contype in ('p', 'u')),
  (select string_agg(attname || ':' || pg_temp.t(atttypid) || case when atttypmod >= 0 then ':' || atttypmod else '' end
     || case when attnotnull then '!' else '' end || case when attacl is not null then '+' || pg_temp.acl(attacl) else '' end
     || case when attcollation <> typcollation then '~' || pg_temp.c(attcollation) else '' end, ' ' order by attnum)
   from pg_attribute a join pg_type t on t.oid = atttypid where attrelid = c.oid and attnum > 0 and not attisdropped)
from pg_class c join pg_namespace n on n.oid = relnamespace
where nspname in ('pg_catalog', 'information_schema') and relkind in ('r', 'v') and c.oid < 16384;
