//! `weir sign`: the signature of a body.

use std::io::Read;
use std::path::PathBuf;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::config::secrets;
use crate::failure::{Failure, Outcome};

/// What to sign, and with what.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// The file that holds the shared secret
    #[arg(long, value_name = "F")]
    secret_file: PathBuf,
    /// The body; `-` or nothing is stdin
    file: Option<PathBuf>,
}

/// Prints the signature in hex.
pub(crate) fn run(args: &Args) -> Outcome {
    let secret = secrets::file(&args.secret_file)?;
    let body = match args.file.as_deref().filter(|file| file.as_os_str() != "-") {
        Some(file) => std::fs::read(file).map_err(|error| {
            Failure::call(format!(
                "the body {} cannot be read: {error}; name a file, or `-` for stdin",
                file.display()
            ))
        })?,
        None => {
            let mut body = Vec::new();
            std::io::stdin().read_to_end(&mut body)?;
            body
        }
    };
    println!("{}", signature(&secret, &body)?);
    Ok(())
}

/// HMAC-SHA256 of the body in hex, as `x-hmac-signature` carries it.
pub(crate) fn signature(secret: &[u8], body: &[u8]) -> Outcome<String> {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(secret).map_err(|_| Failure::call("the secret is empty"))?;
    mac.update(body);
    Ok(hex::encode(mac.finalize().into_bytes()))
}
