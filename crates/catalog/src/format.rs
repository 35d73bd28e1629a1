//! Types as the server prints them (`format_type.c` and the types' `typmodout` functions).

use rollproof_sql::quote_identifier;

use crate::{Oid, Schema, Type, TypeRef, oid};

/// An array's element may itself be printed as an array only in broken catalogs; this ends there.
const ELEMENT_DEPTH: usize = 8;

impl Schema {
    /// The type as `format_type(oid, modifier)` prints it: `character varying(20)`, `integer[]`, `"MySchema".mood`.
    /// Without a modifier, `bit` and `character` print as `"bit"` and `bpchar`, since `bit` alone would mean `bit(1)`.
    #[must_use]
    pub fn format_type(&self, data_type: TypeRef) -> String {
        self.format(data_type, true, ELEMENT_DEPTH)
    }

    /// The type as error messages and signatures print it (`format_type_be`): never a modifier, `character` and `bit`
    /// by their standard names.
    #[must_use]
    pub fn format_type_plain(&self, oid: Oid) -> String {
        self.format(TypeRef::plain(oid), false, ELEMENT_DEPTH)
    }

    fn format(&self, data_type: TypeRef, modifier_given: bool, depth: usize) -> String {
        if data_type.oid.is_none() {
            return "-".to_owned();
        }
        let Some(of) = self.type_of(data_type.oid) else { return "???".to_owned() };
        // The vector types are stored plainly and keep their own names.
        let is_array = of.is_array && !matches!(of.oid, oid::OID_VECTOR | oid::INT2_VECTOR);
        if is_array && depth > 0 {
            let element = TypeRef { oid: of.element, modifier: data_type.modifier };
            return format!("{}[]", self.format(element, modifier_given, depth - 1));
        }
        let modifier = (data_type.modifier >= 0).then_some(data_type.modifier);
        if let Some(name) = standard_name(of.oid)
            && !(matches!(of.oid, oid::BIT | oid::BPCHAR) && modifier_given && modifier.is_none())
        {
            let (name, rest) = name;
            return match modifier {
                Some(modifier) => format!("{name}{}{rest}", print_modifier(of.oid, modifier)),
                None => format!("{name}{rest}"),
            };
        }
        let name = self.type_name(of);
        match modifier {
            Some(modifier) if self.is_spatial(of) => format!("{name}{}", print_spatial_modifier(modifier)),
            Some(modifier) => format!("{name}{}", print_modifier(of.oid, modifier)),
            None => name,
        }
    }

    /// Whether a type is one of PostGIS's whose modifier packs a shape and a reference system.
    fn is_spatial(&self, of: &Type) -> bool {
        matches!(&*of.name, "geometry" | "geography") && self.find_extension("postgis").is_some()
    }

    /// A type's catalog name as SQL writes it, qualified where the path does not find it.
    #[must_use]
    pub fn type_name(&self, of: &Type) -> String {
        if self.is_type_visible(of) { quote_identifier(&of.name) } else { self.qualified_name(of.namespace, &of.name) }
    }
}

/// The standard's name of a type, and what comes after the modifier.
fn standard_name(of: Oid) -> Option<(&'static str, &'static str)> {
    let whole = |name| Some((name, ""));
    match of {
        oid::BIT => whole("bit"),
        oid::BOOL => whole("boolean"),
        oid::BPCHAR => whole("character"),
        oid::FLOAT4 => whole("real"),
        oid::FLOAT8 => whole("double precision"),
        oid::INT2 => whole("smallint"),
        oid::INT4 => whole("integer"),
        oid::INT8 => whole("bigint"),
        oid::JSON => whole("json"),
        oid::NUMERIC => whole("numeric"),
        oid::INTERVAL => whole("interval"),
        oid::TIME => Some(("time", " without time zone")),
        oid::TIMETZ => Some(("time", " with time zone")),
        oid::TIMESTAMP => Some(("timestamp", " without time zone")),
        oid::TIMESTAMPTZ => Some(("timestamp", " with time zone")),
        oid::VARBIT => whole("bit varying"),
        oid::VARCHAR => whole("character varying"),
        _ => None,
    }
}

/// `typmodout`; types without such a function print the number.
fn print_modifier(of: Oid, modifier: i32) -> String {
    match of {
        oid::VARCHAR | oid::BPCHAR if modifier > 4 => format!("({})", modifier - 4),
        oid::NUMERIC if modifier >= 4 => {
            let packed = modifier - 4;
            // The scale has eleven bits and a sign since PostgreSQL 15; before, it was never negative.
            let scale = ((packed & 0x7ff) ^ 1024) - 1024;
            format!("({},{scale})", (packed >> 16) & 0xffff)
        }
        oid::VARCHAR | oid::BPCHAR | oid::NUMERIC => String::new(),
        oid::INTERVAL => print_interval_modifier(modifier),
        _ => format!("({modifier})"),
    }
}

/// `intervaltypmodout`: the fields' mask above, the precision below.
fn print_interval_modifier(modifier: i32) -> String {
    let (month, year, day): (i32, i32, i32) = (1 << 1, 1 << 2, 1 << 3);
    let (hour, minute, second): (i32, i32, i32) = (1 << 10, 1 << 11, 1 << 12);
    let range = (modifier >> 16) & 0x7fff;
    let precision = modifier & 0xffff;
    let fields = [
        (year, " year"),
        (month, " month"),
        (day, " day"),
        (hour, " hour"),
        (minute, " minute"),
        (second, " second"),
        (year | month, " year to month"),
        (day | hour, " day to hour"),
        (day | hour | minute, " day to minute"),
        (day | hour | minute | second, " day to second"),
        (hour | minute, " hour to minute"),
        (hour | minute | second, " hour to second"),
        (minute | second, " minute to second"),
    ];
    let written = fields.iter().find(|(mask, _)| *mask == range).map_or("", |(_, text)| text);
    if precision == 0xffff { written.to_owned() } else { format!("{written}({precision})") }
}

/// `postgis_typmod_out`: reference system, shape, and whether it has Z and M.
fn print_spatial_modifier(modifier: i32) -> String {
    const SHAPES: [&str; 16] = [
        "Geometry",
        "Point",
        "LineString",
        "Polygon",
        "MultiPoint",
        "MultiLineString",
        "MultiPolygon",
        "GeometryCollection",
        "CircularString",
        "CompoundCurve",
        "CurvePolygon",
        "MultiCurve",
        "MultiSurface",
        "PolyhedralSurface",
        "Triangle",
        "Tin",
    ];
    let system = ((modifier & 0x0fff_ff00) - (modifier & 0x1000_0000)) >> 8;
    let shape = usize::try_from((modifier & 0xfc) >> 2).unwrap_or(0);
    let (has_z, has_m) = (modifier & 2 != 0, modifier & 1 != 0);
    if system == 0 && shape == 0 && !has_z && !has_m {
        return String::new();
    }
    let name = SHAPES.get(shape).unwrap_or(&SHAPES[0]);
    let (z, m) = (if has_z { "Z" } else { "" }, if has_m { "M" } else { "" });
    let system = if system == 0 { String::new() } else { format!(",{system}") };
    format!("({name}{z}{m}{system})")
}
