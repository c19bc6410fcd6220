//! Where a delivery came from, without an allocation a request.

use std::sync::{Arc, OnceLock};

use actix_web::http::header::{CONTENT_TYPE, HeaderMap, HeaderName, USER_AGENT};
use weir_domain::{Header, Origin};

use crate::integration::Integrations;
use crate::limits::HEADER_BYTES_MAX;
use crate::verify::Verified;

/// Senders remembered per secret. A provider has a few versions of its sender in use at a time.
const SENDERS_MAX: usize = 16;

/// The origins that were met, so that equal ones are one: the log recognises the pointer.
///
/// Slots are only ever filled, first to last, so reading takes no lock. What finds no slot gets an
/// origin of its own, which costs a little more and means the same.
pub(crate) struct Origins {
    by_secret: Vec<Vec<Senders>>,
}

type Senders = [OnceLock<Sender>; SENDERS_MAX];

/// An origin with the header bytes that it was made from.
struct Sender {
    content_type: Option<Box<[u8]>>,
    user_agent: Option<Box<[u8]>>,
    origin: Arc<Origin>,
}

impl Origins {
    pub(crate) fn of(integrations: &Integrations) -> Origins {
        let senders = |count| std::iter::repeat_with(Senders::default).take(count).collect();
        let by_secret = integrations.all().iter().map(|keyed| senders(keyed.secrets.len()));
        Origins { by_secret: by_secret.collect() }
    }

    /// The origin of a verified delivery with these headers.
    pub(crate) fn get(&self, verified: &Verified<'_>, headers: &HeaderMap) -> Arc<Origin> {
        let content_type = kept(headers, &CONTENT_TYPE);
        let user_agent = kept(headers, &USER_AGENT);
        let slots = &self.by_secret[verified.id.0][verified.secret_index];
        for slot in slots {
            let sender = slot.get_or_init(|| Sender::new(verified, content_type, user_agent));
            if sender.is(content_type, user_agent) {
                return Arc::clone(&sender.origin);
            }
        }
        Sender::new(verified, content_type, user_agent).origin
    }
}

impl Sender {
    fn new(verified: &Verified<'_>, content_type: Option<&[u8]>, agent: Option<&[u8]>) -> Sender {
        // Sorted by name, as the log keeps them.
        let headers = [header(&CONTENT_TYPE, content_type), header(&USER_AGENT, agent)];
        let origin = Origin {
            integration: verified.integration.to_owned(),
            secret: Some(verified.secret.to_owned()),
            headers: headers.into_iter().flatten().collect(),
        };
        Sender {
            content_type: content_type.map(Box::from),
            user_agent: agent.map(Box::from),
            origin: Arc::new(origin),
        }
    }

    fn is(&self, content_type: Option<&[u8]>, user_agent: Option<&[u8]>) -> bool {
        self.content_type.as_deref() == content_type && self.user_agent.as_deref() == user_agent
    }
}

/// What is kept of a header of the allow-list: the beginning of its first value.
fn kept<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a [u8]> {
    let value = headers.get(name)?.as_bytes();
    Some(&value[..value.len().min(HEADER_BYTES_MAX)])
}

fn header(name: &HeaderName, value: Option<&[u8]>) -> Option<Header> {
    value.map(|value| (name.as_str().to_owned(), String::from_utf8_lossy(value).into_owned()))
}
