//! What the macros cannot say: an empty value is one left out, because a form sends all its fields.

use utoipa::Modify;
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::openapi::schema::{ArrayItems, Schema};
use utoipa::openapi::{OpenApi, RefOr, Required};

/// Says so of every query parameter for which the empty text is not a value by itself.
pub(super) struct EmptyIsLeftOut;

impl Modify for EmptyIsLeftOut {
    fn modify(&self, description: &mut OpenApi) {
        for path in description.paths.paths.values_mut() {
            let answers = [&mut path.get, &mut path.post].into_iter().flatten();
            for parameter in answers.filter_map(|answer| answer.parameters.as_mut()).flatten() {
                if let RefOr::T(parameter) = parameter {
                    allow(parameter);
                }
            }
        }
    }
}

fn allow(parameter: &mut Parameter) {
    let optional = parameter.required != Required::True;
    if parameter.parameter_in == ParameterIn::Query && optional && !takes_any_texts(parameter) {
        let said = parameter.extensions.get_or_insert_default();
        said.insert("allowEmptyValue".to_owned(), true.into());
    }
}

/// Whether it is a list of texts of any kind, in which the empty one stands for none.
fn takes_any_texts(parameter: &Parameter) -> bool {
    let Some(RefOr::T(Schema::Array(list))) = &parameter.schema else { return false };
    let ArrayItems::RefOrSchema(items) = &list.items else { return false };
    matches!(&**items, RefOr::T(Schema::Object(item)) if item.enum_values.is_none())
}
