//! Who asks.

use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload};
use weir_access::Role;

use crate::audit::Notes;
use crate::problem::Problem;

/// Who asks, as far as pages and routes need to know.
#[derive(Debug, Clone)]
pub struct Reader {
    /// What they are called; none where the dashboard is open to whoever sits at the machine.
    pub name: Option<String>,
    /// What they may do.
    pub role: Role,
    /// What every form that changes something sends along, so that no other site can make it.
    pub csrf: String,
    /// What a route says of what it did, for the audit record.
    pub(crate) notes: Notes,
}

impl Reader {
    /// Whoever sits at a machine whose dashboard is open.
    #[must_use]
    pub fn open() -> Reader {
        Reader { name: None, role: Role::Owner, csrf: String::new(), notes: Notes::default() }
    }
}

impl FromRequest for Reader {
    type Error = actix_web::Error;
    type Future = std::future::Ready<Result<Reader, actix_web::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let known = request.extensions().get::<Reader>().cloned();
        std::future::ready(known.ok_or_else(|| {
            Problem::internal(&"a route that everybody may ask wants to know its reader").into()
        }))
    }
}
