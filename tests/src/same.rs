//! Where a product's report differs from the oracle's.

use serde_json::{Map, Value};

/// Two floats that differ by no more are the same figure, summed in another order.
const FLOAT_DIFFERENCE_MAX: f64 = 1e-9;

/// Fields of the report that say what was asked, not what the answer is.
const NOT_FIGURES: [&str; 3] = ["input", "report", "version"];

/// Stops unless the product's report says what the oracle's says.
#[track_caller]
pub fn assert_same(product: &Value, oracle: &Value) {
    if let Some(difference) = first_difference(product, oracle) {
        panic!("{difference}");
    }
}

/// The JSON path of the first difference, with what either side says there.
///
/// `label` is ignored everywhere, and so are `input`, `report` and `version` of the report.
pub fn first_difference(product: &Value, oracle: &Value) -> Option<String> {
    match (product, oracle) {
        (Value::Object(product), Value::Object(oracle)) => {
            let figures = |fields: &Map<String, Value>| {
                let mut fields = fields.clone();
                fields.retain(|name, _| !NOT_FIGURES.contains(&name.as_str()));
                Value::Object(fields)
            };
            difference("", &figures(product), &figures(oracle))
        }
        _ => difference("", product, oracle),
    }
}

fn difference(path: &str, product: &Value, oracle: &Value) -> Option<String> {
    match (product, oracle) {
        (Value::Object(product), Value::Object(oracle)) => object(path, product, oracle),
        (Value::Array(product), Value::Array(oracle)) => array(path, product, oracle),
        _ if is_same_scalar(product, oracle) => None,
        _ => Some(format!("at {path}: the product says {product}, the oracle {oracle}")),
    }
}

fn object(path: &str, product: &Map<String, Value>, oracle: &Map<String, Value>) -> Option<String> {
    for (name, wanted) in oracle {
        let path = format!("{path}/{name}");
        match product.get(name) {
            None => return Some(format!("at {path}: missing, the oracle says {wanted}")),
            Some(value) => {
                if let Some(difference) = difference(&path, value, wanted) {
                    return Some(difference);
                }
            }
        }
    }
    let extra = product.keys().find(|name| *name != "label" && !oracle.contains_key(*name))?;
    Some(format!("at {path}/{extra}: the oracle has no such field"))
}

fn array(path: &str, product: &[Value], oracle: &[Value]) -> Option<String> {
    for (i, (value, wanted)) in product.iter().zip(oracle).enumerate() {
        if let Some(difference) = difference(&format!("{path}/{i}"), value, wanted) {
            return Some(difference);
        }
    }
    let (has, wanted) = (product.len(), oracle.len());
    (has != wanted).then(|| format!("at {path}: the product has {has} rows, the oracle {wanted}"))
}

/// A count must be a count; a figure may be off by what floats are off by.
fn is_same_scalar(product: &Value, oracle: &Value) -> bool {
    match (product.as_f64(), oracle.as_f64()) {
        (Some(value), Some(wanted)) if oracle.is_f64() => {
            (value - wanted).abs() <= FLOAT_DIFFERENCE_MAX
        }
        _ => product == oracle,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(product: Value, oracle: Value, want: Option<&str>) {
        assert_eq!(first_difference(&product, &oracle).as_deref(), want);
    }

    #[test]
    fn labels_and_the_input_are_no_figures() {
        check(
            json!({"version": 2, "input": {}, "rows": [{"label": "A", "n": 1}]}),
            json!({"rows": [{"n": 1}]}),
            None,
        );
    }

    #[test]
    fn floats_may_be_off_by_a_little_and_counts_by_nothing() {
        check(json!({"p": 0.1 + 0.2}), json!({"p": 0.3}), None);
        check(json!({"p": 2}), json!({"p": 2.0}), None);
        check(
            json!({"p": 0.30001}),
            json!({"p": 0.3}),
            Some("at /p: the product says 0.30001, the oracle 0.3"),
        );
        check(
            json!({"n": 2.0}),
            json!({"n": 2}),
            Some("at /n: the product says 2.0, the oracle 2"),
        );
    }

    #[test]
    fn the_first_difference_is_named_by_its_path() {
        check(
            json!({"rows": [{"n": 1}, {"n": 2}]}),
            json!({"rows": [{"n": 1}, {"n": 3}]}),
            Some("at /rows/1/n: the product says 2, the oracle 3"),
        );
        check(
            json!({"rows": []}),
            json!({"rows": [{"n": 1}]}),
            Some("at /rows: the product has 0 rows, the oracle 1"),
        );
        check(json!({}), json!({"n": null}), Some("at /n: missing, the oracle says null"));
        check(json!({"n": 1}), json!({}), Some("at /n: the oracle has no such field"));
    }
}
