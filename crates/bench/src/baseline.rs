//! The same HTTP server without any work: it reads a body and answers 200.

use actix_web::{App, HttpResponse, HttpServer, web};
use futures_util::StreamExt;

/// Serves until killed; prints its address.
pub(crate) fn serve() -> anyhow::Result<()> {
    actix_web::rt::System::new().block_on(async {
        let server = HttpServer::new(|| App::new().route("/webhooks/veriff", web::post().to(take)))
            .bind("127.0.0.1:0")?;
        for address in server.addrs() {
            eprintln!("listening at http://{address}/");
        }
        Ok(server.run().await?)
    })
}

async fn take(mut payload: web::Payload) -> HttpResponse {
    while let Some(Ok(_)) = payload.next().await {}
    HttpResponse::Ok().body("ok\n")
}
