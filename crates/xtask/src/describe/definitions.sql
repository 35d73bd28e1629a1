-- The server's own words for what two databases keep, beside the lines of `describe.sql`. What only says how something is
-- stored or planned (storage options, PARALLEL, COST) is left out.
select 'definition of view ' || pg_temp.relation(oid) || ' ' || pg_get_viewdef(oid) from pg_class
where relkind in ('v', 'm') and pg_temp.own('pg_class', oid, relnamespace)
-- statement
select 'definition of constraint ' || coalesce(pg_temp.relation(nullif(conrelid, 0)), format_type(contypid, null)) || '.' || quote_ident(conname) || ' ' || pg_get_constraintdef(k.oid)
from pg_constraint k left join pg_class c on c.oid = conrelid left join pg_type t on t.oid = contypid
where (contypid = 0 and pg_temp.own('pg_class', c.oid, relnamespace) or contypid <> 0 and pg_temp.own('pg_type', t.oid, typnamespace)) and contype <> 't'
  and not (contype = 'f' and exists (select from pg_constraint p where p.oid = k.conparentid and p.conrelid = k.conrelid))
-- statement
select 'definition of index ' || regexp_replace(pg_get_indexdef(indexrelid), ' WITH \([^)]*\)', '') from pg_index join pg_class c on c.oid = indexrelid
where pg_temp.own('pg_class', c.oid, relnamespace)
-- statement
select 'definition of default ' || pg_temp.relation(adrelid) || '.' || (select quote_ident(attname) from pg_attribute where attrelid = adrelid and attnum = adnum)
  || ' ' || pg_get_expr(adbin, adrelid) from pg_attrdef join pg_class c on c.oid = adrelid where pg_temp.own('pg_class', c.oid, relnamespace)
-- statement
select 'definition of trigger ' || pg_get_triggerdef(t.oid) from pg_trigger t join pg_class c on c.oid = tgrelid
where not tgisinternal and pg_temp.own('pg_class', c.oid, relnamespace)
-- statement
select 'definition of rule ' || pg_get_ruledef(r.oid) from pg_rewrite r join pg_class c on c.oid = ev_class
where rulename <> '_RETURN' and pg_temp.own('pg_class', c.oid, relnamespace)
-- statement
select 'definition of policy ' || pg_temp.relation(polrelid) || '.' || quote_ident(polname)
  || coalesce(' using ' || pg_get_expr(polqual, polrelid), '') || coalesce(' check ' || pg_get_expr(polwithcheck, polrelid), '')
from pg_policy join pg_class c on c.oid = polrelid where pg_temp.own('pg_class', c.oid, relnamespace)
-- statement
select 'definition of partition ' || pg_temp.relation(oid) || ' ' || pg_get_expr(relpartbound, oid) from pg_class
where relispartition and relkind in ('r', 'p', 'f') and pg_temp.own('pg_class', oid, relnamespace)
-- statement
select 'definition of partition key ' || pg_temp.relation(oid) || ' ' || pg_get_partkeydef(oid) from pg_class
where relkind = 'p' and pg_temp.own('pg_class', oid, relnamespace)
-- statement
select 'definition of routine ' || regexp_replace(regexp_replace(pg_get_functiondef(p.oid),
  '( (PARALLEL \w+|COST \d+|ROWS \d+|LEAKPROOF|SUPPORT \S+))+(?=[ \n][^$]*AS \$|\n)', ''), '\n\s*\n', E'\n', 'g') from pg_proc p join pg_language l on l.oid = prolang
where prokind <> 'a' and lanname <> 'c' and pg_temp.own_routine(p)
-- statement
select 'definition of aggregate ' || pg_temp.signature(p) || ' ' || concat_ws(' ', aggkind, aggtransfn, aggfinalfn, aggcombinefn, aggserialfn, aggmtransfn,
  format_type(aggtranstype, null), agginitval, aggsortop::regoperator, aggfinalextra) from pg_aggregate join pg_proc p on p.oid = aggfnoid
where pg_temp.own_routine(p)
-- statement
select 'definition of domain ' || pg_temp.name(typnamespace, typname) || ' ' || typdefault from pg_type
where typtype = 'd' and typdefault is not null and pg_temp.own('pg_type', oid, typnamespace)
