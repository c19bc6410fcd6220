//! `GET /sessions.csv`: the whole of a list, as the page leads to it.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::State;
use crate::list::{List, OWN, file};
use crate::parameters::Parameters;
use crate::problem::Problem;

/// The list that the page with the same parameters shows.
pub(crate) async fn sessions_file(
    request: HttpRequest,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let parameters = Parameters::question(request.query_string(), &OWN)?;
    let list = List::read(&parameters, state.question(&parameters.asked)?)?;
    file(&request, state, list).await
}
