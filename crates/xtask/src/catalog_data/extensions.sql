-- name: extension
select case when v.schema is not null then v.schema when n.nspname = 'pg_catalog' then n.nspname else '.' end,
  coalesce(array_to_string(v.requires, ' '), '')
from pg_extension e join pg_namespace n on n.oid = extnamespace
join pg_available_extension_versions v on v.name = e.extname and v.version = e.extversion where e.oid = $ext;

-- name: namespace
select nspname from pg_namespace where pg_temp.member('pg_namespace', oid, $ext);

-- name: language
select lanname from pg_language where pg_temp.member('pg_language', oid, $ext);

-- name: wrapper
select fdwname from pg_foreign_data_wrapper where pg_temp.member('pg_foreign_data_wrapper', oid, $ext);

-- name: method
select amname, amtype from pg_am where pg_temp.member('pg_am', oid, $ext);

-- name: type
select pg_temp.local(typnamespace, $ext) || typname, typtype, typcategory,
  case when typispreferred then 'p' else '' end || case when typsubscript <> 0 then 's' else '' end
  || case when typmodin <> 0 then 'm' else '' end || case when typcollation <> 0 then 'c' else '' end
  || case when typarray = 0 then 'n' else '' end || case when not typisdefined then '?' else '' end,
  typlen, pg_temp.tn(nullif(typelem, 0)),
  case typtype::text when 'd' then pg_temp.tn(typbasetype) || case when typnotnull then ' !' else '' end
    when 'e' then (select string_agg(enumlabel, '|' order by enumsortorder) from pg_enum where enumtypid = t.oid)
    when 'r' then (select pg_temp.tn(rngsubtype) || ' ' || pg_temp.tn(rngmultitypid) from pg_range where rngtypid = t.oid)
    else '' end
from pg_type t where pg_temp.member('pg_type', t.oid, $ext) and typtype::text not in ('c', 'm')
  and not (typelem <> 0 and typsubscript = 'array_subscript_handler'::regproc);

-- name: relation
select pg_temp.local(relnamespace, $ext) || relname, relkind,
  (select string_agg(attname || ': ' || pg_temp.tn(atttypid) || case when atttypmod >= 0 then ' ' || atttypmod else '' end
     || case when attnotnull then ' !' else '' end, ', ' order by attnum)
   from pg_attribute where attrelid = c.oid and attnum > 0 and not attisdropped), pg_temp.acl(relacl)
from pg_class c where pg_temp.member('pg_class', c.oid, $ext) and relkind in ('r', 'v', 'm', 'S')
union all
select pg_temp.local(relnamespace, $ext) || relname, relkind,
  (select string_agg(attname || ': ' || pg_temp.tn(atttypid) || case when atttypmod >= 0 then ' ' || atttypmod else '' end, ', ' order by attnum)
   from pg_attribute where attrelid = c.oid and attnum > 0 and not attisdropped), ''
from pg_class c where relkind = 'c' and pg_temp.member('pg_type', reltype, $ext);

-- name: function
select pg_temp.local(pronamespace, $ext) || proname,
  prokind::text || case when proretset then '*' else '' end || case when proisstrict then '!' else '' end
  || case when prosecdef then 'd' else '' end || provolatile::text,
  pg_temp.arguments(p), coalesce(pg_temp.tn(prorettype), 'void'),
  (select aggkind::text || aggnumdirectargs from pg_aggregate where aggfnoid = p.oid), pg_temp.acl(proacl)
from pg_proc p where pg_temp.member('pg_proc', p.oid, $ext);

-- name: operator
select pg_temp.local(oprnamespace, $ext) || oprname, coalesce(pg_temp.tn(nullif(oprleft, 0)), '-'), pg_temp.tn(oprright),
  pg_temp.tn(oprresult), pg_temp.fn(oprcode), (select oprname from pg_operator c where c.oid = o.oprcom)
from pg_operator o where pg_temp.member('pg_operator', o.oid, $ext) and oprresult <> 0;

-- name: cast
select pg_temp.tn(castsource), pg_temp.tn(casttarget), pg_temp.fn(nullif(castfunc, 0)), castcontext, castmethod
from pg_cast c where pg_temp.member('pg_cast', c.oid, $ext);

-- name: family
select pg_temp.local(opfnamespace, $ext) || opfname, amname
from pg_opfamily f join pg_am a on a.oid = opfmethod where pg_temp.member('pg_opfamily', f.oid, $ext);

-- name: class
select pg_temp.local(opcnamespace, $ext) || opcname, amname, pg_temp.tn(opcintype), case when opcdefault then 'd' else '' end, opfname
from pg_opclass c join pg_am a on a.oid = opcmethod join pg_opfamily f on f.oid = opcfamily
where pg_temp.member('pg_opclass', c.oid, $ext);
