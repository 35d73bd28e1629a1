-- The lines of `Schema::describe(Expressions::Presence)`, asked of a server. `search_path` is empty.
create or replace function pg_temp.own(catalog regclass, object oid, namespace oid) returns boolean language sql as $$
  select object >= 16384
    and not exists (select from pg_catalog.pg_depend where classid = catalog and objid = object and deptype = 'e')
    and not exists (select from pg_catalog.pg_namespace where oid = namespace and nspname ~ '^pg_')
$$;
create or replace function pg_temp.own_routine(p pg_catalog.pg_proc) returns boolean language sql as $$
  select pg_temp.own('pg_catalog.pg_proc', p.oid, p.pronamespace) and not exists (select from pg_catalog.pg_depend
    where classid = 'pg_catalog.pg_proc'::regclass and objid = p.oid and deptype = 'i')
$$;
create or replace function pg_temp.name(namespace oid, name name) returns text language sql as $$
  select quote_ident(nspname) || '.' || quote_ident(name) from pg_catalog.pg_namespace where oid = namespace
$$;
create or replace function pg_temp.relation(relation oid) returns text language sql as $$
  select pg_temp.name(relnamespace, relname) from pg_catalog.pg_class where oid = relation
$$;
create or replace function pg_temp.routine(routine oid) returns text language sql as $$
  select pg_temp.name(pronamespace, proname) from pg_catalog.pg_proc where oid = routine
$$;
create or replace function pg_temp.columns(relation oid, numbers int2[]) returns text language sql as $$
  select coalesce(string_agg(coalesce(quote_ident(attname), '(…)'), ', ' order by place), '')
  from unnest(numbers) with ordinality as u(number, place)
  left join pg_catalog.pg_attribute on attrelid = relation and attnum = number and number <> 0
$$;
create or replace function pg_temp.role(role oid) returns text language sql as $$
  select case when role = 0 then 'PUBLIC' else (select quote_ident(rolname) from pg_catalog.pg_roles where oid = role) end
$$;
create or replace function pg_temp.grants(list aclitem[], owner oid) returns table (privileges text, grantee oid) language sql as $$
  select string_agg(privilege_type, ', ' order by array_position(array['INSERT', 'SELECT', 'UPDATE', 'DELETE', 'TRUNCATE',
    'REFERENCES', 'TRIGGER', 'EXECUTE', 'USAGE', 'CREATE', 'MAINTAIN'], privilege_type)), grantee
  from aclexplode(list) where grantee <> owner group by grantee
$$;
create or replace function pg_temp.parameters(p pg_catalog.pg_proc) returns text language sql as $$
  select coalesce(string_agg(
    case mode when 'o' then 'out ' when 'b' then 'inout ' when 'v' then 'variadic ' when 't' then 'table ' else '' end
    || coalesce(quote_ident(nullif(name, '')) || ' ', '') || format_type(type, null)
    || case when input > p.pronargs - p.pronargdefaults then ' default' else '' end, ', ' order by place), '')
  from (
    select place, type, mode, name, case when mode in ('t', 'o') then 0
      else count(*) filter (where mode not in ('t', 'o')) over (order by place) end as input
    from (
      select place, type, coalesce(p.proargmodes[place]::text, 'i') as mode, p.proargnames[place] as name
      from unnest(coalesce(p.proallargtypes, (select array_agg(each) from unnest(p.proargtypes::oid[]) each))) with ordinality as u(type, place)) a) b
$$;
create or replace function pg_temp.signature(p pg_catalog.pg_proc) returns text language sql as $$
  select pg_temp.name(p.pronamespace, p.proname) || '(' || coalesce((select string_agg(format_type(each, null), ', ' order by place)
    from unnest(p.proargtypes::oid[]) with ordinality as u(each, place)), '') || ')'
$$;
create or replace function pg_temp.uses(class regclass, object oid) returns text language sql as $$
  select string_agg(distinct used, ', ' order by used) from (
    select (case refclassid when 'pg_proc'::regclass then pg_temp.routine(refobjid) || '()'
      else pg_temp.relation(refobjid) || '.' || (select quote_ident(attname) from pg_attribute where attrelid = refobjid and attnum = refobjsubid) end) collate "C" as used
    from pg_depend where classid = class and objid = object and deptype in ('n', 'a') and refobjid >= 16384
      and (refclassid = 'pg_proc'::regclass or refclassid = 'pg_class'::regclass and refobjsubid > 0)) u
$$;
create or replace function pg_temp.inherited(count int, local boolean) returns text language sql as $$
  select case when count = 0 then '' when local then ' inherited local' else ' inherited' end
$$;
-- statement
select 'schema ' || quote_ident(nspname) from pg_namespace where pg_temp.own('pg_namespace', oid, oid)
-- statement
select 'grant ' || privileges || ' on schema ' || quote_ident(nspname) || ' to ' || pg_temp.role(grantee)
from pg_namespace n cross join pg_temp.grants(nspacl, nspowner)
where nspname !~ '^pg_' and nspname <> 'information_schema' and nspacl::text is distinct from
  (select initprivs::text from pg_init_privs where objoid = n.oid and classoid = 'pg_namespace'::regclass)
-- statement
select 'extension ' || quote_ident(extname) || ' in ' || quote_ident(nspname)
from pg_extension join pg_namespace n on n.oid = extnamespace where extname <> 'plpgsql'
-- statement
select 'type ' || pg_temp.name(typnamespace, typname) || ' ' || case
  when not typisdefined then 'shell'
  when typtype = 'e' then 'enum ' || coalesce((select string_agg(quote_literal(enumlabel), ', ' order by enumsortorder) from pg_enum where enumtypid = t.oid), '')
  when typtype = 'c' then 'composite'
  when typtype = 'd' then 'domain over ' || format_type(typbasetype, typtypmod) || case when typnotnull then ' not null' else '' end
    || case when typdefault is not null then ' default' else '' end
  when typtype = 'r' then (select 'range of ' || format_type(rngsubtype, null) from pg_range where rngtypid = t.oid)
  else 'base' end
from pg_type t where pg_temp.own('pg_type', oid, typnamespace) and typtype <> 'm'
  and not (typelem <> 0 and typsubscript = 'array_subscript_handler'::regproc)
  and (typrelid = 0 or (select relkind = 'c' from pg_class where oid = typrelid))
-- statement
select 'constraint ' || pg_temp.name(typnamespace, typname) || '.' || quote_ident(conname)
  || case contype when 'n' then ' NOT NULL' else ' CHECK of ()' end || case when convalidated then '' else ' NOT VALID' end
from pg_constraint c join pg_type t on t.oid = contypid where contype in ('c', 'n') and pg_temp.own('pg_type', t.oid, typnamespace)
-- statement
select 'collation ' || pg_temp.name(collnamespace, collname) || case when collisdeterministic then '' else ' nondeterministic' end
from pg_collation where pg_temp.own('pg_collation', oid, collnamespace)
-- statement
select case relkind when 'v' then 'view ' when 'm' then 'materialized view ' when 'f' then 'foreign table '
    when 'p' then 'partitioned table ' else 'table ' end || pg_temp.relation(c.oid)
  || case when relpersistence = 'u' then ' unlogged' else '' end
  || case when reloftype <> 0 then ' of ' || format_type(reloftype, null) else '' end
  || case when relispartition then '' else coalesce((select ' inherits (' || string_agg(pg_temp.relation(inhparent), ', ' order by inhseqno) || ')'
    from pg_inherits where inhrelid = c.oid), '') end
  || case when relispartition then (select ' partition of ' || pg_temp.relation(inhparent) from pg_inherits where inhrelid = c.oid)
    || (select case when bound = 'DEFAULT' then ' default' when bound ~ '^FOR VALUES FROM' then ' for a range'
      when bound ~ '^FOR VALUES IN' then ' for ' || (select count(*) from regexp_matches(regexp_replace(bound, '''([^'']|'''')*''', 'x', 'g'), ',', 'g')) + 1 || ' values'
      else regexp_replace(bound, '^FOR VALUES WITH \(modulus (\d+), remainder (\d+)\)$', ' for \2 of \1') end
      from (select pg_get_expr(relpartbound, c.oid) as bound) b) else '' end
  || coalesce((select ' by ' || case partstrat when 'l' then 'list' when 'r' then 'range' else 'hash' end
    || ' (' || pg_temp.columns(c.oid, partattrs::int2[]) || ')' from pg_partitioned_table where partrelid = c.oid), '')
  || case when relrowsecurity then ' row security' else '' end || case when relforcerowsecurity then ' forced' else '' end
  || case when array_to_string(reloptions, ' ') ~ 'security_barrier=(true|on|1)' then ' security barrier' else '' end
  || case when array_to_string(reloptions, ' ') ~ 'security_invoker=(true|on|1)' then ' security invoker' else '' end
  || case when array_to_string(reloptions, ' ') ~ 'check_option=' then ' check option' else '' end
from pg_class c where relkind in ('r', 'p', 'v', 'm', 'f') and pg_temp.own('pg_class', oid, relnamespace)
-- statement
select 'view ' || pg_temp.relation(c.oid) || ' uses ' || pg_temp.uses('pg_rewrite', r.oid)
from pg_rewrite r join pg_class c on c.oid = ev_class
where rulename = '_RETURN' and pg_temp.own('pg_class', c.oid, relnamespace) and pg_temp.uses('pg_rewrite', r.oid) is not null
-- statement
select 'grant ' || privileges || ' on ' || case relkind when 'S' then 'sequence' else 'table' end || ' ' || pg_temp.relation(c.oid)
  || ' to ' || pg_temp.role(grantee)
from pg_class c cross join pg_temp.grants(relacl, relowner)
where relkind in ('r', 'p', 'v', 'm', 'f', 'S') and pg_temp.own('pg_class', oid, relnamespace)
-- statement
select 'column ' || pg_temp.relation(c.oid) || '.' || quote_ident(attname)
  || ' #' || (select count(*) from pg_attribute b where b.attrelid = c.oid and b.attnum between 1 and a.attnum and not b.attisdropped)
  || ' ' || format_type(atttypid, atttypmod)
  || case when attcollation <> typcollation and attcollation <> 0 then ' collate ' || (select quote_ident(collname) from pg_collation where oid = attcollation) else '' end
  || case when attnotnull then ' not null' else '' end || pg_temp.inherited(attinhcount, attislocal)
  || case attidentity when 'a' then ' identity always' when 'd' then ' identity by default' else '' end
  || case when not atthasdef then '' when attgenerated = 's' then ' generated stored' when attgenerated = 'v' then ' generated virtual' else ' default' end
from pg_attribute a join pg_class c on c.oid = attrelid join pg_type t on t.oid = atttypid
where attnum > 0 and not attisdropped and relkind in ('r', 'p', 'v', 'm', 'f', 'c') and case relkind when 'c'
  then pg_temp.own('pg_type', reltype, relnamespace) else pg_temp.own('pg_class', c.oid, relnamespace) end
-- statement
select 'grant ' || privileges || ' on column ' || pg_temp.relation(c.oid) || '.' || quote_ident(attname) || ' to ' || pg_temp.role(grantee)
from pg_attribute join pg_class c on c.oid = attrelid cross join pg_temp.grants(attacl, relowner)
where pg_temp.own('pg_class', c.oid, relnamespace)
-- statement
select 'constraint ' || pg_temp.relation(conrelid) || '.' || quote_ident(conname) || ' ' || case contype
  when 'c' then 'CHECK of (' || pg_temp.columns(conrelid, (select array_agg(k order by k) from unnest(conkey) k)) || ')'
  when 'n' then 'NOT NULL ' || pg_temp.columns(conrelid, conkey)
  when 'x' then 'EXCLUDE (' || (select string_agg(case k.number when 0 then '(…)' else pg_temp.columns(conrelid, array[k.number]) end || ' WITH ' || oprname, ', ' order by k.place)
    from unnest(i.indkey::int2[]) with ordinality k(number, place) join unnest(conexclop) with ordinality o(operator, place) on o.place = k.place
    join pg_operator on pg_operator.oid = o.operator) || ')'
  when 't' then 'TRIGGER'
  when 'f' then 'FOREIGN KEY (' || pg_temp.columns(conrelid, conkey) || ') REFERENCES ' || pg_temp.relation(confrelid) || '('
    || pg_temp.columns(confrelid, confkey) || ')' || case confmatchtype when 'f' then ' MATCH FULL' else '' end
    || case confupdtype when 'a' then '' else ' ON UPDATE ' || case confupdtype when 'r' then 'RESTRICT' when 'c' then 'CASCADE' when 'n' then 'SET NULL' else 'SET DEFAULT' end end
    || case confdeltype when 'a' then '' else ' ON DELETE ' || case confdeltype when 'r' then 'RESTRICT' when 'c' then 'CASCADE' when 'n' then 'SET NULL' else 'SET DEFAULT' end end
  else case contype when 'p' then 'PRIMARY KEY' else 'UNIQUE' end
    || case when pg_get_constraintdef(k.oid) ~ '^UNIQUE NULLS NOT DISTINCT' then ' NULLS NOT DISTINCT' else '' end
    || ' (' || pg_temp.columns(conrelid, conkey) || ')'
    || case when indnatts > indnkeyatts then ' INCLUDE (' || pg_temp.columns(conrelid, (indkey::int2[])[indnkeyatts:]) || ')' else '' end
  end
  || case when connoinherit and contype in ('c', 'n') then ' NO INHERIT' else '' end
  || case when condeferrable then ' DEFERRABLE' else '' end || case when condeferred then ' INITIALLY DEFERRED' else '' end
  || case when convalidated then '' when pg_get_constraintdef(k.oid) ~ ' NOT ENFORCED$' then ' NOT ENFORCED' else ' NOT VALID' end
  || pg_temp.inherited(coninhcount, conislocal)
from pg_constraint k join pg_class c on c.oid = conrelid left join pg_index i on indexrelid = conindid and contype in ('p', 'u', 'x')
where pg_temp.own('pg_class', c.oid, relnamespace)
  and not (contype = 'f' and exists (select from pg_constraint p where p.oid = k.conparentid and p.conrelid = k.conrelid))
-- statement
select 'index ' || pg_temp.relation(indexrelid) || ' on ' || pg_temp.relation(indrelid) || ' ' || case when indisunique then 'unique ' else '' end
  || amname || ' (' || (select string_agg(pg_temp.columns(indrelid, array[(indkey::int2[])[at]])
    || coalesce((select ' collate ' || quote_ident(collname) from pg_attribute, pg_collation co
      where attrelid = indrelid and attnum = (indkey::int2[])[at] and attnum <> 0 and co.oid = (indcollation::oid[])[at] and co.oid <> attcollation), '')
    || ' ' || quote_ident(opcname)
    || case when (indoption::int2[])[at] & 1 <> 0 then ' desc' else '' end || case when (indoption::int2[])[at] & 2 <> 0 then ' nulls first' else '' end, ', ' order by at)
    from generate_series(0, indnkeyatts - 1) at join pg_opclass o on o.oid = (indclass::oid[])[at]) || ')'
  || case when indnatts > indnkeyatts then ' include (' || pg_temp.columns(indrelid, (indkey::int2[])[indnkeyatts:]) || ')' else '' end
  || case when pg_get_indexdef(indexrelid) ~ ' NULLS NOT DISTINCT' then ' nulls not distinct' else '' end
  || case when indpred is not null then ' where' else '' end || case when indisvalid then '' else ' invalid' end
from pg_index join pg_class c on c.oid = indexrelid join pg_am a on a.oid = relam where pg_temp.own('pg_class', c.oid, relnamespace)
-- statement
select 'sequence ' || pg_temp.relation(seqrelid) || ' ' || case when exists (select from pg_depend
    where classid = 'pg_class'::regclass and objid = seqrelid and deptype = 'i') then 'identity' else format_type(seqtypid, null) end || case when relpersistence = 'u' then ' unlogged' else '' end
  || coalesce((select ' owned by ' || pg_temp.relation(refobjid) || '.' || pg_temp.columns(refobjid, array[refobjsubid::int2])
    from pg_depend where classid = 'pg_class'::regclass and objid = seqrelid and refclassid = 'pg_class'::regclass and deptype in ('a', 'i')), '')
from pg_sequence join pg_class c on c.oid = seqrelid where pg_temp.own('pg_class', c.oid, relnamespace)
-- statement
select 'trigger ' || pg_temp.relation(tgrelid) || '.' || quote_ident(tgname) || ' '
  || case when tgtype & 2 <> 0 then 'before' when tgtype & 64 <> 0 then 'instead of' else 'after' end || ' '
  || concat_ws(' or ', case when tgtype & 4 <> 0 then 'insert' end, case when tgtype & 8 <> 0 then 'delete' end,
    case when tgtype & 16 <> 0 then 'update' || case when array_length(tgattr::int2[], 1) > 0 then ' of ' || pg_temp.columns(tgrelid, tgattr::int2[]) else '' end end,
    case when tgtype & 32 <> 0 then 'truncate' end)
  || ' for each ' || case when tgtype & 1 <> 0 then 'row' else 'statement' end || case when tgqual is not null then ' when' else '' end
  || coalesce(' old table ' || quote_ident(tgoldtable), '') || coalesce(' new table ' || quote_ident(tgnewtable), '')
  || ' execute ' || pg_temp.routine(tgfoid) || '(' || coalesce((select string_agg(quote_literal(each), ', ' order by place)
    from unnest(string_to_array(rtrim(encode(tgargs, 'escape'), '\000'), '\000')) with ordinality u(each, place) where tgnargs > 0), '') || ')' || case when tgenabled <> 'O' then ' enabled ' || tgenabled::text else '' end
from pg_trigger join pg_class c on c.oid = tgrelid where not tgisinternal and pg_temp.own('pg_class', c.oid, relnamespace)
-- statement
select 'rule ' || pg_temp.relation(ev_class) || '.' || quote_ident(rulename) || ' on '
  || case ev_type when '1' then 'select' when '2' then 'update' when '3' then 'insert' else 'delete' end
  || case when ev_qual <> '<>' then ' where' else '' end || ' do' || case when is_instead then ' instead' else '' end
  || case when ev_enabled <> 'O' then ' enabled ' || ev_enabled::text else '' end
from pg_rewrite join pg_class c on c.oid = ev_class where rulename <> '_RETURN' and pg_temp.own('pg_class', c.oid, relnamespace)
-- statement
select 'policy ' || pg_temp.relation(polrelid) || '.' || quote_ident(polname) || case when polpermissive then ' permissive' else ' restrictive' end
  || ' for ' || case polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end
  || ' to ' || (select string_agg(pg_temp.role(r), ', ' order by pg_temp.role(r) collate "C") from unnest(polroles) r)
  || case when polqual is not null then ' using' else '' end || case when polwithcheck is not null then ' check' else '' end
from pg_policy join pg_class c on c.oid = polrelid where pg_temp.own('pg_class', c.oid, relnamespace)
-- statement
select case prokind when 'p' then 'procedure ' when 'a' then 'aggregate ' when 'w' then 'window function ' else 'function ' end
  || pg_temp.signature(p) || ' returns ' || case when proretset then 'setof ' else '' end || format_type(case when prorettype = 0 then 2278 else prorettype end, null)
  || ' parameters (' || pg_temp.parameters(p) || ')'
  || case when prokind = 'a' then '' else ' language ' || quote_ident(lanname) || case provolatile when 'i' then ' immutable' when 's' then ' stable' else ' volatile' end
    || case when proisstrict then ' strict' else '' end end
  || case when prosecdef then ' security definer' else '' end
  || coalesce((select string_agg(' set ' || split_part(each, '=', 1), '' order by place) from unnest(proconfig) with ordinality u(each, place)), '')
from pg_proc p join pg_language l on l.oid = prolang where pg_temp.own_routine(p)
-- statement
select 'body ' || pg_temp.signature(p) || ' ' || replace(replace(replace(prosrc, '\', '\\'), E'\n', '\n'), E'\r', '\r')
from pg_proc p join pg_language l on l.oid = prolang
where prokind <> 'a' and prosqlbody is null and lanname <> 'c' and pg_temp.own_routine(p)
-- statement
select 'body ' || pg_temp.signature(p) || ' uses ' || pg_temp.uses('pg_proc', p.oid)
from pg_proc p where prosqlbody is not null and pg_temp.own_routine(p) and pg_temp.uses('pg_proc', p.oid) is not null
-- statement
select 'revoke EXECUTE on routine ' || pg_temp.signature(p) || ' from PUBLIC' from pg_proc p
where proacl is not null and not exists (select from aclexplode(proacl) where grantee = 0) and pg_temp.own_routine(p)
-- statement
select 'grant ' || privileges || ' on routine ' || pg_temp.signature(p) || ' to ' || pg_temp.role(grantee)
from pg_proc p cross join pg_temp.grants(proacl, proowner) where grantee <> 0 and pg_temp.own_routine(p)
-- statement
select 'operator ' || quote_ident(nspname) || '.' || oprname || ' (' || case when oprleft = 0 then 'none' else format_type(oprleft, null) end || ', '
  || format_type(oprright, null) || ') returns ' || case when oprresult = 0 then 'none' else format_type(oprresult, null) end
  || ' by ' || coalesce(pg_temp.routine(oprcode), '?')
from pg_operator o join pg_namespace n on n.oid = oprnamespace where pg_temp.own('pg_operator', o.oid, oprnamespace)
-- statement
select 'cast (' || format_type(castsource, null) || ' as ' || format_type(casttarget, null) || ') '
  || case castcontext when 'i' then 'implicit' when 'a' then 'assignment' else 'explicit' end
  || case when castfunc <> 0 then ' by ' || pg_temp.routine(castfunc) else '' end
from pg_cast c where pg_temp.own('pg_cast', c.oid, 0)
  and not exists (select from pg_depend where classid = 'pg_cast'::regclass and objid = c.oid and deptype = 'i')
-- statement
select 'default grant ' || privileges || ' on ' || case defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'routines' when 'T' then 'types' else 'schemas' end
  || coalesce((select ' in ' || quote_ident(nspname) from pg_namespace where oid = defaclnamespace), '') || ' of ' || pg_temp.role(defaclrole) || ' to ' || pg_temp.role(grantee)
from pg_default_acl cross join pg_temp.grants(defaclacl, defaclrole)
-- statement
select 'default revoke on ' || case defaclobjtype when 'f' then 'routines' else 'types' end || ' of ' || pg_temp.role(defaclrole) || ' from PUBLIC'
from pg_default_acl where defaclobjtype in ('f', 'T') and defaclnamespace = 0 and not exists (select from aclexplode(defaclacl) where grantee = 0)
-- statement
select 'operator class ' || pg_temp.name(opcnamespace, opcname) || ' for ' || format_type(opcintype, null) || ' using ' || amname
  || case when opcdefault then ' default' else '' end
from pg_opclass o join pg_am a on a.oid = opcmethod where pg_temp.own('pg_opclass', o.oid, opcnamespace)
-- statement
select 'owner ' || pg_temp.role(nspowner) || ' of schema ' || quote_ident(nspname) from pg_namespace where nspowner >= 16384 and nspname !~ '^pg_'
-- statement
select 'owner ' || pg_temp.role(relowner) || ' of relation ' || pg_temp.relation(c.oid)
from pg_class c where relowner >= 16384 and relkind in ('r', 'p', 'v', 'm', 'f', 'S') and pg_temp.own('pg_class', oid, relnamespace)
  and not (relkind = 'S' and exists (select from pg_depend where classid = 'pg_class'::regclass and objid = c.oid and refclassid = 'pg_class'::regclass and refobjsubid > 0))
-- statement
select 'owner ' || pg_temp.role(proowner) || ' of routine ' || pg_temp.signature(p)
from pg_proc p where proowner >= 16384 and pg_temp.own_routine(p)
