//! Who may ask what: taken from the table of routes, so that it cannot say anything else.

use utoipa::openapi::path::{HttpMethod, Operation};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Components, ContentBuilder, OpenApi, Ref, ResponseBuilder};
use weir_access::Role;

use crate::routes::{Needs, ROUTES, Takes};

const SCHEME: &str = "token";

/// Says of each operation which token it takes, and what it answers without.
pub(super) fn secure(all: &mut OpenApi) {
    let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    all.components.get_or_insert_with(Components::new).add_security_scheme(SCHEME, scheme);
    for mounted in ROUTES {
        let Some(item) = all.paths.paths.get_mut(mounted.path) else { continue };
        for answer in mounted.answers {
            let operation = match method(answer.takes) {
                HttpMethod::Get => item.get.as_mut(),
                HttpMethod::Delete => item.delete.as_mut(),
                _ => item.post.as_mut(),
            };
            let (role, optional) = match answer.needs {
                Needs::Nobody => continue,
                Needs::At(role) => (role, false),
                Needs::ThisMachineOr(role) => (role, true),
            };
            if let Some(operation) = operation {
                take_token(operation, role, optional);
            }
        }
    }
}

/// `optional`: whatever runs on this machine needs none.
fn take_token(operation: &mut Operation, role: Role, optional: bool) {
    let token = SecurityRequirement::new::<_, [&str; 0], &str>(SCHEME, []);
    let nothing = optional.then(SecurityRequirement::default);
    operation.security = Some([Some(token), nothing].into_iter().flatten().collect());
    let least = format!("It takes a token of somebody with the role {role}, or more");
    for (status, why) in
        [("401", "The token is missing, over, revoked or not known"), ("403", &least)]
    {
        let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
        let response = ResponseBuilder::new()
            .description(why)
            .content("application/problem+json", problem)
            .build();
        operation.responses.responses.insert(status.to_owned(), response.into());
    }
}

const fn method(takes: Takes) -> HttpMethod {
    match takes {
        Takes::Get => HttpMethod::Get,
        Takes::Post => HttpMethod::Post,
        Takes::Delete => HttpMethod::Delete,
    }
}
