//! What a form of ours sent.

use actix_web::web::{self, Bytes};

use weir_access::Refusal;

use crate::problem::Problem;
use crate::reader::Reader;

/// The fields of a form that changes something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads what somebody sent who is nobody yet.
    pub(crate) fn unsigned(body: &Bytes) -> Result<Fields, Problem> {
        let unreadable = || Problem::parameter("", "the form cannot be read; nothing was changed");
        let text = std::str::from_utf8(body).map_err(|_| unreadable())?;
        let read = web::Query::<Vec<(String, String)>>::from_query(text);
        Ok(Fields(read.map_err(|_| unreadable())?.into_inner()))
    }

    /// Reads what was sent, if it came from a page that this reader was given.
    pub(crate) fn read(reader: &Reader, body: &Bytes) -> Result<Fields, Problem> {
        let fields = Fields::unsigned(body)?;
        if fields.get("csrf") != reader.csrf {
            return Err(Problem::Csrf);
        }
        Ok(fields)
    }

    /// The value of a field; empty where it was not sent.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// The values of a field that may be sent several times.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// What is wrong with what was entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// The field; empty for the whole of the form.
    pub(crate) name: &'static str,
    /// What is wrong, without a full stop.
    pub(crate) sentence: String,
}

impl Fault {
    pub(crate) fn of(refusal: Refusal) -> Fault {
        Fault { name: refusal.parameter().unwrap_or_default(), sentence: refusal.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use actix_web::web::Bytes;
    use weir_access::Role;

    use super::Fields;
    use crate::reader::Reader;

    #[test]
    fn a_form_of_another_sign_in_is_refused() {
        let reader = Reader {
            name: Some("Ann".to_owned()),
            role: Role::Operator,
            csrf: "c1".to_owned(),
            notes: crate::audit::Notes::default(),
        };
        let read = |body: &'static str| Fields::read(&reader, &Bytes::from_static(body.as_bytes()));
        let fields = read("csrf=c1&label=a+b%0D%0A&label=second").unwrap();
        assert_eq!((fields.get("label"), fields.get("stage")), ("a b\r\n", ""));
        for body in ["", "csrf=", "csrf=c2", "label=x"] {
            assert!(read(body).unwrap_err().to_string().contains("not of this sign-in"), "{body}");
        }
        let bytes = Bytes::from_static(b"csrf=c1&label=\xff");
        assert!(Fields::read(&reader, &bytes).unwrap_err().to_string().contains("cannot be read"));
    }
}
