//! The numbers of well-known types (`pg_type.dat`): the same on every server of every version.

use crate::Oid;

/// `bool`
pub const BOOL: Oid = Oid(16);
/// `bytea`
pub const BYTEA: Oid = Oid(17);
/// `"char"`
pub const CHAR: Oid = Oid(18);
/// `name`
pub const NAME: Oid = Oid(19);
/// `int8`
pub const INT8: Oid = Oid(20);
/// `int2`
pub const INT2: Oid = Oid(21);
/// `int2vector`
pub const INT2_VECTOR: Oid = Oid(22);
/// `int4`
pub const INT4: Oid = Oid(23);
/// `regproc`
pub const REGPROC: Oid = Oid(24);
/// `text`
pub const TEXT: Oid = Oid(25);
/// `oid`
pub const OID: Oid = Oid(26);
/// `tid`
pub const TID: Oid = Oid(27);
/// `xid`
pub const XID: Oid = Oid(28);
/// `cid`
pub const CID: Oid = Oid(29);
/// `oidvector`
pub const OID_VECTOR: Oid = Oid(30);
/// `pg_ddl_command`
pub const PG_DDL_COMMAND: Oid = Oid(32);
/// `json`
pub const JSON: Oid = Oid(114);
/// `xml`
pub const XML: Oid = Oid(142);
/// `pg_node_tree`
pub const PG_NODE_TREE: Oid = Oid(194);
/// `point`
pub const POINT: Oid = Oid(600);
/// `lseg`
pub const LSEG: Oid = Oid(601);
/// `path`
pub const PATH: Oid = Oid(602);
/// `box`
pub const BOX: Oid = Oid(603);
/// `polygon`
pub const POLYGON: Oid = Oid(604);
/// `line`
pub const LINE: Oid = Oid(628);
/// `cidr`
pub const CIDR: Oid = Oid(650);
/// `float4`
pub const FLOAT4: Oid = Oid(700);
/// `float8`
pub const FLOAT8: Oid = Oid(701);
/// `unknown`
pub const UNKNOWN: Oid = Oid(705);
/// `circle`
pub const CIRCLE: Oid = Oid(718);
/// `macaddr8`
pub const MACADDR8: Oid = Oid(774);
/// `money`
pub const MONEY: Oid = Oid(790);
/// `macaddr`
pub const MACADDR: Oid = Oid(829);
/// `inet`
pub const INET: Oid = Oid(869);
/// `aclitem`
pub const ACLITEM: Oid = Oid(1033);
/// `bpchar`
pub const BPCHAR: Oid = Oid(1042);
/// `varchar`
pub const VARCHAR: Oid = Oid(1043);
/// `date`
pub const DATE: Oid = Oid(1082);
/// `time`
pub const TIME: Oid = Oid(1083);
/// `timestamp`
pub const TIMESTAMP: Oid = Oid(1114);
/// `timestamptz`
pub const TIMESTAMPTZ: Oid = Oid(1184);
/// `interval`
pub const INTERVAL: Oid = Oid(1186);
/// `timetz`
pub const TIMETZ: Oid = Oid(1266);
/// `bit`
pub const BIT: Oid = Oid(1560);
/// `varbit`
pub const VARBIT: Oid = Oid(1562);
/// `numeric`
pub const NUMERIC: Oid = Oid(1700);
/// `refcursor`
pub const REFCURSOR: Oid = Oid(1790);
/// `uuid`
pub const UUID: Oid = Oid(2950);
/// `regprocedure`
pub const REGPROCEDURE: Oid = Oid(2202);
/// `regoper`
pub const REGOPER: Oid = Oid(2203);
/// `regoperator`
pub const REGOPERATOR: Oid = Oid(2204);
/// `regclass`
pub const REGCLASS: Oid = Oid(2205);
/// `regtype`
pub const REGTYPE: Oid = Oid(2206);
/// `regconfig`
pub const REGCONFIG: Oid = Oid(3734);
/// `regdictionary`
pub const REGDICTIONARY: Oid = Oid(3769);
/// `regnamespace`
pub const REGNAMESPACE: Oid = Oid(4089);
/// `regrole`
pub const REGROLE: Oid = Oid(4096);
/// `regcollation`
pub const REGCOLLATION: Oid = Oid(4191);
/// `pg_lsn`
pub const PG_LSN: Oid = Oid(3220);
/// `tsvector`
pub const TSVECTOR: Oid = Oid(3614);
/// `tsquery`
pub const TSQUERY: Oid = Oid(3615);
/// `gtsvector`
pub const GTSVECTOR: Oid = Oid(3642);
/// `jsonb`
pub const JSONB: Oid = Oid(3802);
/// `jsonpath`
pub const JSONPATH: Oid = Oid(4072);
/// `txid_snapshot`
pub const TXID_SNAPSHOT: Oid = Oid(2970);
/// `pg_snapshot`
pub const PG_SNAPSHOT: Oid = Oid(5038);
/// `xid8`
pub const XID8: Oid = Oid(5069);
/// `int4range`
pub const INT4_RANGE: Oid = Oid(3904);
/// `numrange`
pub const NUM_RANGE: Oid = Oid(3906);
/// `tsrange`
pub const TS_RANGE: Oid = Oid(3908);
/// `tstzrange`
pub const TSTZ_RANGE: Oid = Oid(3910);
/// `daterange`
pub const DATE_RANGE: Oid = Oid(3912);
/// `int8range`
pub const INT8_RANGE: Oid = Oid(3926);
/// `int4multirange`
pub const INT4_MULTIRANGE: Oid = Oid(4451);
/// `nummultirange`
pub const NUM_MULTIRANGE: Oid = Oid(4532);
/// `tsmultirange`
pub const TS_MULTIRANGE: Oid = Oid(4533);
/// `tstzmultirange`
pub const TSTZ_MULTIRANGE: Oid = Oid(4534);
/// `datemultirange`
pub const DATE_MULTIRANGE: Oid = Oid(4535);
/// `int8multirange`
pub const INT8_MULTIRANGE: Oid = Oid(4536);
/// `record`
pub const RECORD: Oid = Oid(2249);
/// `cstring`
pub const CSTRING: Oid = Oid(2275);
/// `"any"`
pub const ANY: Oid = Oid(2276);
/// `anyarray`
pub const ANYARRAY: Oid = Oid(2277);
/// `void`
pub const VOID: Oid = Oid(2278);
/// `trigger`
pub const TRIGGER: Oid = Oid(2279);
/// `language_handler`
pub const LANGUAGE_HANDLER: Oid = Oid(2280);
/// `internal`
pub const INTERNAL: Oid = Oid(2281);
/// `anyelement`
pub const ANYELEMENT: Oid = Oid(2283);
/// `anynonarray`
pub const ANYNONARRAY: Oid = Oid(2776);
/// `fdw_handler`
pub const FDW_HANDLER: Oid = Oid(3115);
/// `table_am_handler`
pub const TABLE_AM_HANDLER: Oid = Oid(269);
/// `index_am_handler`
pub const INDEX_AM_HANDLER: Oid = Oid(325);
/// `tsm_handler`
pub const TSM_HANDLER: Oid = Oid(3310);
/// `anyenum`
pub const ANYENUM: Oid = Oid(3500);
/// `anyrange`
pub const ANYRANGE: Oid = Oid(3831);
/// `event_trigger`
pub const EVENT_TRIGGER: Oid = Oid(3838);
/// `anymultirange`
pub const ANYMULTIRANGE: Oid = Oid(4537);
/// `anycompatiblemultirange`
pub const ANYCOMPATIBLEMULTIRANGE: Oid = Oid(4538);
/// `anycompatible`
pub const ANYCOMPATIBLE: Oid = Oid(5077);
/// `anycompatiblearray`
pub const ANYCOMPATIBLEARRAY: Oid = Oid(5078);
/// `anycompatiblenonarray`
pub const ANYCOMPATIBLENONARRAY: Oid = Oid(5079);
/// `anycompatiblerange`
pub const ANYCOMPATIBLERANGE: Oid = Oid(5080);
/// An array of [`BOOL`].
pub const BOOL_ARRAY: Oid = Oid(1000);
/// An array of [`BYTEA`].
pub const BYTEA_ARRAY: Oid = Oid(1001);
/// An array of [`CHAR`].
pub const CHAR_ARRAY: Oid = Oid(1002);
/// An array of [`NAME`].
pub const NAME_ARRAY: Oid = Oid(1003);
/// An array of [`INT2`].
pub const INT2_ARRAY: Oid = Oid(1005);
/// An array of [`INT4`].
pub const INT4_ARRAY: Oid = Oid(1007);
/// An array of [`REGPROC`].
pub const REGPROC_ARRAY: Oid = Oid(1008);
/// An array of [`TEXT`].
pub const TEXT_ARRAY: Oid = Oid(1009);
/// An array of [`TID`].
pub const TID_ARRAY: Oid = Oid(1010);
/// An array of [`XID`].
pub const XID_ARRAY: Oid = Oid(1011);
/// An array of [`BPCHAR`].
pub const BPCHAR_ARRAY: Oid = Oid(1014);
/// An array of [`VARCHAR`].
pub const VARCHAR_ARRAY: Oid = Oid(1015);
/// An array of [`INT8`].
pub const INT8_ARRAY: Oid = Oid(1016);
/// An array of [`FLOAT4`].
pub const FLOAT4_ARRAY: Oid = Oid(1021);
/// An array of [`FLOAT8`].
pub const FLOAT8_ARRAY: Oid = Oid(1022);
/// An array of [`OID`].
pub const OID_ARRAY: Oid = Oid(1028);
/// An array of [`ACLITEM`].
pub const ACLITEM_ARRAY: Oid = Oid(1034);
/// An array of [`INET`].
pub const INET_ARRAY: Oid = Oid(1041);
/// An array of [`TIMESTAMP`].
pub const TIMESTAMP_ARRAY: Oid = Oid(1115);
/// An array of [`DATE`].
pub const DATE_ARRAY: Oid = Oid(1182);
/// An array of [`TIME`].
pub const TIME_ARRAY: Oid = Oid(1183);
/// An array of [`TIMESTAMPTZ`].
pub const TIMESTAMPTZ_ARRAY: Oid = Oid(1185);
/// An array of [`INTERVAL`].
pub const INTERVAL_ARRAY: Oid = Oid(1187);
/// An array of [`NUMERIC`].
pub const NUMERIC_ARRAY: Oid = Oid(1231);
/// An array of [`CSTRING`].
pub const CSTRING_ARRAY: Oid = Oid(1263);
/// An array of [`TIMETZ`].
pub const TIMETZ_ARRAY: Oid = Oid(1270);
/// An array of [`BIT`].
pub const BIT_ARRAY: Oid = Oid(1561);
/// An array of [`VARBIT`].
pub const VARBIT_ARRAY: Oid = Oid(1563);
/// An array of [`JSON`].
pub const JSON_ARRAY: Oid = Oid(199);
/// An array of [`XML`].
pub const XML_ARRAY: Oid = Oid(143);
/// An array of [`REGCLASS`].
pub const REGCLASS_ARRAY: Oid = Oid(2210);
/// An array of [`REGTYPE`].
pub const REGTYPE_ARRAY: Oid = Oid(2211);
/// An array of [`RECORD`].
pub const RECORD_ARRAY: Oid = Oid(2287);
/// An array of [`UUID`].
pub const UUID_ARRAY: Oid = Oid(2951);
/// An array of [`JSONB`].
pub const JSONB_ARRAY: Oid = Oid(3807);
/// An array of [`JSONPATH`].
pub const JSONPATH_ARRAY: Oid = Oid(4073);
/// An array of [`TSVECTOR`].
pub const TSVECTOR_ARRAY: Oid = Oid(3643);
/// An array of [`TSQUERY`].
pub const TSQUERY_ARRAY: Oid = Oid(3645);

/// Collation `default` (`DEFAULT_COLLATION_OID`).
pub const DEFAULT_COLLATION: Oid = Oid(100);
/// Collation `C` (`C_COLLATION_OID`), which `name` has.
pub const C_COLLATION: Oid = Oid(950);
/// Collation `POSIX`.
pub const POSIX_COLLATION: Oid = Oid(951);

/// Aggregate `count("any")` (`pg_proc.dat`).
pub const COUNT_ANY: Oid = Oid(2147);

/// Types that stand for another one, found from the arguments (`IsPolymorphicType`).
#[must_use]
pub const fn is_polymorphic(oid: Oid) -> bool {
    matches!(
        oid,
        ANYELEMENT
            | ANYARRAY
            | ANYNONARRAY
            | ANYENUM
            | ANYRANGE
            | ANYMULTIRANGE
            | ANYCOMPATIBLE
            | ANYCOMPATIBLEARRAY
            | ANYCOMPATIBLENONARRAY
            | ANYCOMPATIBLERANGE
            | ANYCOMPATIBLEMULTIRANGE
    )
}
