//! JSON for the portal: a value, its reader and its writer, and records read and written by field.
//!
//! Why not serde here: generated readers and the tables for floating-point numbers made up about
//! 60 of the 195 KB (Brotli) that a phone had to fetch. Nothing that the portal keeps or receives
//! has fractions, so numbers are whole: a fraction in somebody else's JSON is cut off. Native
//! programs use serde on the same types; tests hold the two together.

use std::fmt::Write as _;

/// Nesting deeper than this is refused: no kit comes near, and a stack ends somewhere.
const MAX_DEPTH: u32 = 64;

/// A JSON value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Value {
    /// `null`, and what is not there.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Value>),
    /// An object, in its order.
    Map(Vec<(String, Value)>),
}

/// Why a text is not what was expected: the innermost field, or the place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// Not JSON from this byte on.
    #[error("not JSON at byte {0}")]
    Syntax(usize),
    /// A field is missing or of the wrong kind.
    #[error("field `{0}` is missing or wrong")]
    Field(&'static str),
}

impl Value {
    /// Reads a whole text.
    pub fn parse(text: &[u8]) -> Result<Value, JsonError> {
        let mut reader = Reader { text, at: 0 };
        let value = reader.value(0);
        reader.space();
        match value {
            Some(value) if reader.at == text.len() => Ok(value),
            _ => Err(JsonError::Syntax(reader.at)),
        }
    }

    /// A field of an object; `Null` when it is not there.
    pub fn get(&self, name: &str) -> &Value {
        const NOTHING: &Value = &Value::Null;
        match self {
            Value::Map(fields) => fields.iter().find(|(n, _)| n == name).map_or(NOTHING, |(_, v)| v),
            _ => NOTHING,
        }
    }

    /// The items of an array; none otherwise.
    pub fn items(&self) -> &[Value] {
        match self {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The string, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// An object of strings.
    pub fn of_texts(fields: &[(&str, &str)]) -> Value {
        Value::Map(fields.iter().map(|(n, v)| ((*n).to_owned(), Value::Text((*v).to_owned()))).collect())
    }

    /// The compact text.
    pub fn to_text(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) {
        match self {
            Value::Null => out.push_str("null"),
            Value::Bool(true) => out.push_str("true"),
            Value::Bool(false) => out.push_str("false"),
            // Writing to a string cannot fail.
            Value::Int(n) => drop(write!(out, "{n}")),
            Value::Text(text) => quote(text, out),
            Value::List(items) => {
                out.push('[');
                for (n, item) in items.iter().enumerate() {
                    out.push_str(if n > 0 { "," } else { "" });
                    item.write(out);
                }
                out.push(']');
            }
            Value::Map(fields) => {
                out.push('{');
                for (n, (name, value)) in fields.iter().enumerate() {
                    out.push_str(if n > 0 { "," } else { "" });
                    quote(name, out);
                    out.push(':');
                    value.write(out);
                }
                out.push('}');
            }
        }
    }
}

fn quote(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            c if c < ' ' => drop(write!(out, "\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn word(&mut self, word: &str, value: Value) -> Option<Value> {
        let rest = self.text.get(self.at..)?;
        rest.starts_with(word.as_bytes()).then(|| {
            self.at += word.len();
            value
        })
    }

    fn value(&mut self, depth: u32) -> Option<Value> {
        if depth > MAX_DEPTH {
            return None;
        }
        self.space();
        match self.peek()? {
            b'n' => self.word("null", Value::Null),
            b't' => self.word("true", Value::Bool(true)),
            b'f' => self.word("false", Value::Bool(false)),
            b'"' => self.string().map(Value::Text),
            b'[' => self.list(depth),
            b'{' => self.map(depth),
            _ => self.number(),
        }
    }

    fn list(&mut self, depth: u32) -> Option<Value> {
        self.at += 1;
        let mut items = Vec::new();
        self.space();
        if self.take(b']') {
            return Some(Value::List(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.space();
            if self.take(b']') {
                return Some(Value::List(items));
            }
            if !self.take(b',') {
                return None;
            }
        }
    }

    fn map(&mut self, depth: u32) -> Option<Value> {
        self.at += 1;
        let mut fields = Vec::new();
        self.space();
        if self.take(b'}') {
            return Some(Value::Map(fields));
        }
        loop {
            self.space();
            if self.peek()? != b'"' {
                return None;
            }
            let name = self.string()?;
            self.space();
            if !self.take(b':') {
                return None;
            }
            fields.push((name, self.value(depth + 1)?));
            self.space();
            if self.take(b'}') {
                return Some(Value::Map(fields));
            }
            if !self.take(b',') {
                return None;
            }
        }
    }

    /// A number's whole part; what follows the point is read and dropped. Exponents, which no
    /// writer of whole numbers uses, are refused.
    fn number(&mut self) -> Option<Value> {
        let negative = self.take(b'-');
        let start = self.at;
        let mut number = 0i64;
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            number = number.checked_mul(10)?.checked_add(i64::from(digit - b'0'))?;
            self.at += 1;
        }
        let digits = self.at - start;
        if digits == 0 || (digits > 1 && self.text.get(start) == Some(&b'0')) {
            return None;
        }
        if self.take(b'.') {
            let fraction = self.at;
            while matches!(self.peek(), Some(b'0'..=b'9')) {
                self.at += 1;
            }
            if self.at == fraction {
                return None;
            }
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            return None;
        }
        Some(Value::Int(if negative { -number } else { number }))
    }

    fn string(&mut self) -> Option<String> {
        self.at += 1;
        let mut bytes = Vec::new();
        loop {
            let byte = self.peek()?;
            self.at += 1;
            match byte {
                b'"' => return String::from_utf8(bytes).ok(),
                b'\\' => self.escape(&mut bytes)?,
                0..=0x1f => return None,
                byte => bytes.push(byte),
            }
        }
    }

    fn escape(&mut self, bytes: &mut Vec<u8>) -> Option<()> {
        let byte = self.peek()?;
        self.at += 1;
        let plain = match byte {
            b'"' | b'\\' | b'/' => byte,
            b'n' => b'\n',
            b't' => b'\t',
            b'r' => b'\r',
            b'b' => 8,
            b'f' => 12,
            b'u' => {
                let c = self.unicode()?;
                bytes.extend(c.encode_utf8(&mut [0; 4]).bytes());
                return Some(());
            }
            _ => return None,
        };
        bytes.push(plain);
        Some(())
    }

    fn unicode(&mut self) -> Option<char> {
        let high = self.hex4()?;
        if !(0xd800..0xdc00).contains(&high) {
            return char::from_u32(high);
        }
        if !(self.take(b'\\') && self.take(b'u')) {
            return None;
        }
        let low = self.hex4()?.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
        char::from_u32(0x10000 + ((high - 0xd800) << 10) + low)
    }

    fn hex4(&mut self) -> Option<u32> {
        let mut number = 0;
        for _ in 0..4 {
            number = number * 16 + char::from(self.peek()?).to_digit(16)?;
            self.at += 1;
        }
        Some(number)
    }
}

/// What can be read from JSON and written to it.
pub trait Json: Sized {
    /// Reads; the error is the innermost field that is wrong.
    fn from_json(value: &Value) -> Result<Self, JsonError>;
    /// Writes.
    fn to_json(&self) -> Value;
    /// What stands for a field that is not there, if anything may.
    fn missing() -> Option<Self> {
        None
    }
    /// Whether the field is left out when written.
    fn is_missing(&self) -> bool {
        false
    }
}

const WRONG: JsonError = JsonError::Field("value");

/// Reads a field. Not inlined: one body a type, not one a field.
#[inline(never)]
pub fn read_field<T: Json>(map: &Value, name: &'static str) -> Result<T, JsonError> {
    let named = |e| if e == WRONG { JsonError::Field(name) } else { e };
    match map.get(name) {
        Value::Null => T::missing().ok_or(JsonError::Field(name)),
        value => T::from_json(value).map_err(named),
    }
}

/// Writes a field, unless it is left out.
#[inline(never)]
pub fn write_field<T: Json>(fields: &mut Vec<(String, Value)>, name: &str, value: &T) {
    if !value.is_missing() {
        fields.push((name.to_owned(), value.to_json()));
    }
}

/// Reads a value from a whole text.
pub fn read<T: Json>(text: &[u8]) -> Result<T, JsonError> {
    T::from_json(&Value::parse(text)?)
}

/// The compact text of a value.
pub fn write<T: Json>(value: &T) -> String {
    value.to_json().to_text()
}

impl Json for Value {
    fn from_json(value: &Value) -> Result<Self, JsonError> {
        Ok(value.clone())
    }
    fn to_json(&self) -> Value {
        self.clone()
    }
}

impl Json for String {
    fn from_json(value: &Value) -> Result<Self, JsonError> {
        value.as_str().map(str::to_owned).ok_or(WRONG)
    }
    fn to_json(&self) -> Value {
        Value::Text(self.clone())
    }
}

impl Json for bool {
    fn from_json(value: &Value) -> Result<Self, JsonError> {
        if let Value::Bool(b) = value { Ok(*b) } else { Err(WRONG) }
    }
    fn to_json(&self) -> Value {
        Value::Bool(*self)
    }
    fn missing() -> Option<Self> {
        Some(false)
    }
}

macro_rules! whole_number {
    ($($int:ty),*) => { $(
        impl Json for $int {
            fn from_json(value: &Value) -> Result<Self, JsonError> {
                if let Value::Int(n) = value { <$int>::try_from(*n).map_err(|_| WRONG) } else { Err(WRONG) }
            }
            fn to_json(&self) -> Value {
                // Lengths, versions and times are far below 2^63.
                Value::Int(i64::try_from(*self).unwrap_or(i64::MAX))
            }
        }
    )* };
}
whole_number!(i32, u32, i64, u64);

impl<T: Json> Json for Option<T> {
    fn from_json(value: &Value) -> Result<Self, JsonError> {
        T::from_json(value).map(Some)
    }
    fn to_json(&self) -> Value {
        self.as_ref().map_or(Value::Null, T::to_json)
    }
    fn missing() -> Option<Self> {
        Some(None)
    }
    fn is_missing(&self) -> bool {
        self.is_none()
    }
}

impl<T: Json> Json for Vec<T> {
    fn from_json(value: &Value) -> Result<Self, JsonError> {
        let Value::List(items) = value else { return Err(WRONG) };
        let mut list = Vec::with_capacity(items.len());
        for item in items {
            list.push(T::from_json(item)?);
        }
        Ok(list)
    }
    fn to_json(&self) -> Value {
        Value::List(self.iter().map(T::to_json).collect())
    }
    fn missing() -> Option<Self> {
        Some(Vec::new())
    }
}

/// One of a list of words, as [`record!`](crate::record) writes it.
pub trait Word {
    /// The word in the JSON.
    fn word(&self) -> &'static str;
}

/// Reads and writes a struct by its fields, or an enum by its words. The compiler sees to it that
/// no field is forgotten; `"…"` gives a name that differs from the field's.
///
/// `record!(struct Rung { choice, codec, width })` · `record!(enum Mode { Simple = "simple" })` ·
/// with `or Standard` after the enum's name a missing field means that.
#[macro_export]
macro_rules! record {
    (struct $type:ident { $($field:ident $(= $name:literal)?),* $(,)? }) => {
        impl $crate::json::Json for $type {
            #[allow(unused_variables, reason = "a record without fields reads none")]
            fn from_json(value: &$crate::json::Value) -> Result<Self, $crate::json::JsonError> {
                Ok($type { $($field: $crate::json::read_field(value, $crate::record!(@name $field $($name)?))?),* })
            }
            fn to_json(&self) -> $crate::json::Value {
                #[allow(unused_mut, reason = "a record without fields writes none")]
                let mut fields = Vec::new();
                $($crate::json::write_field(&mut fields, $crate::record!(@name $field $($name)?), &self.$field);)*
                $crate::json::Value::Map(fields)
            }
        }
    };
    (enum $type:ident $(or $default:ident)? { $($variant:ident = $word:literal),* $(,)? }) => {
        impl $crate::json::Json for $type {
            fn from_json(value: &$crate::json::Value) -> Result<Self, $crate::json::JsonError> {
                match value.as_str() {
                    $(Some($word) => Ok($type::$variant),)*
                    _ => Err($crate::json::JsonError::Field("value")),
                }
            }
            fn to_json(&self) -> $crate::json::Value {
                $crate::json::Value::Text($crate::json::Word::word(self).to_owned())
            }
            $(fn missing() -> Option<Self> { Some($type::$default) })?
        }

        impl $crate::json::Word for $type {
            fn word(&self) -> &'static str {
                match self { $($type::$variant => $word),* }
            }
        }
    };
    (@name $field:ident) => { stringify!($field) };
    (@name $field:ident $name:literal) => { $name };
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The same value as serde sees it.
    fn theirs(value: &Value) -> serde_json::Value {
        match value {
            Value::Null => serde_json::Value::Null,
            Value::Bool(b) => (*b).into(),
            Value::Int(n) => (*n).into(),
            Value::Text(s) => s.as_str().into(),
            Value::List(items) => items.iter().map(theirs).collect(),
            Value::Map(fields) => {
                serde_json::Value::Object(fields.iter().map(|(n, v)| (n.clone(), theirs(v))).collect())
            }
        }
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            (-i64::MAX..i64::MAX).prop_map(Value::Int),
            any::<String>().prop_map(Value::Text),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::List),
                prop::collection::btree_map(any::<String>(), inner, 0..6)
                    .prop_map(|m| Value::Map(m.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn serde_json_reads_what_is_written_here_and_the_other_way_round(value in values()) {
            let text = value.to_text();
            prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), theirs(&value));
            let pretty = serde_json::to_vec_pretty(&theirs(&value)).unwrap();
            prop_assert_eq!(theirs(&Value::parse(&pretty).unwrap()), theirs(&value));
        }

        #[test]
        fn what_serde_json_refuses_is_refused_here(text in "[\\[\\]{},:\"\\\\ntrue0-9.u -]{0,24}") {
            if Value::parse(text.as_bytes()).is_ok() {
                prop_assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok(), "{text}");
            }
        }

        #[test]
        fn any_bytes_are_read_or_refused_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let _ = Value::parse(&bytes);
        }
    }

    #[test]
    fn escapes_surrogates_and_fractions_are_understood() {
        let text = r#"{"a":"\u00e9\ud83d\ude00\/\b","b":14.985,"c":-0}"#;
        let value = Value::parse(text.as_bytes()).unwrap();
        assert_eq!(value.get("a").as_str(), Some("é😀/\u{8}"));
        assert_eq!((value.get("b"), value.get("c")), (&Value::Int(14), &Value::Int(0)));
        for bad in [r#""\ud83d""#, r#""\ude00""#, "01", "1e5", "1.", "-", "9223372036854775808", "\"\t\""] {
            assert!(Value::parse(bad.as_bytes()).is_err(), "{bad}");
        }
    }

    #[test]
    fn nesting_without_end_is_refused_and_the_stack_stands() {
        assert!(Value::parse("[".repeat(1_000_000).as_bytes()).is_err());
        assert!(Value::parse(format!("{}{}", "[".repeat(60), "]".repeat(60)).as_bytes()).is_ok());
    }
}
