//! From a name to addresses.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};

/// Asks for the addresses of a host.
pub trait Resolve: Send + Sync + 'static {
    /// The addresses of a host; the port is passed on.
    ///
    /// # Errors
    /// If there is no such host, or nobody answers.
    fn resolve(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>>;
}

/// Asks as every program on this machine does.
#[derive(Debug, Clone, Copy)]
pub struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        Ok((host, port).to_socket_addrs()?.collect())
    }
}
