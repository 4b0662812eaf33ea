//! What a bench found: figures by name, in the order in which they make sense.

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

/// Figures by name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report(Vec<(String, Value)>);

impl Report {
    pub(super) fn set(&mut self, name: &str, value: impl Into<Value>) {
        self.0.push((name.to_owned(), value.into()));
    }

    /// A figure; none if it isn't there or no number.
    pub fn number(&self, name: &str) -> Option<f64> {
        let (_, value) = self.0.iter().find(|(n, _)| n == name)?;
        value.as_f64()
    }

    /// All figures as a table for people: name and value. Those by kernel get a row each.
    pub fn rows(&self) -> Vec<(String, String)> {
        let mut rows = Vec::new();
        for (name, value) in &self.0 {
            match value {
                Value::Object(parts) => {
                    rows.extend(
                        parts
                            .iter()
                            .map(|(part, value)| (format!("{name}.{part}"), words(value))),
                    );
                }
                value => rows.push((name.clone(), words(value))),
            }
        }
        rows
    }
}

/// As one object, in order.
impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// A value with as many digits as can be meant.
fn words(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) if number.is_f64() => {
            let x = number.as_f64().unwrap_or(f64::NAN);
            let digits = match x.abs() {
                100.0.. => 0,
                10.0.. => 1,
                1.0.. => 2,
                _ => 4,
            };
            format!("{x:.digits$}")
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn figures_keep_their_order_and_get_digits_that_can_be_meant() {
        let mut report = Report::default();
        report.set("z", 1234.56);
        report.set("a", json!({ "embed": 1, "linear": 36 }));
        report.set("m", 0.12346);
        report.set("device", "a b");
        assert_eq!(
            serde_json::to_string(&report).unwrap(),
            r#"{"z":1234.56,"a":{"embed":1,"linear":36},"m":0.12346,"device":"a b"}"#
        );
        let rows: Vec<String> = report
            .rows()
            .into_iter()
            .map(|(name, value)| format!("{name} {value}"))
            .collect();
        assert_eq!(
            rows,
            [
                "z 1235",
                "a.embed 1",
                "a.linear 36",
                "m 0.1235",
                "device a b"
            ]
        );
        assert_eq!(report.number("m"), Some(0.12346));
        assert_eq!((report.number("device"), report.number("b")), (None, None));
    }
}
