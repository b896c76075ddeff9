//! Why an encrypted connection was refused here, in words, and what to do about it. Nothing is decided here: the certificate
//! was checked before anything else was sent, the token included.

use std::io;

use rustls::{CertificateError, Error};

/// What to do where no authority, or another one, vouches for the server.
const AUTHORITY: &str =
    "set SSL_CERT_FILE to a PEM file of trusted certificate authorities, to use it instead of the system's";

/// Why, and what to do; none if it has nothing to do with encryption.
pub(super) fn refusal(error: &io::Error) -> Option<(String, &'static str)> {
    if error.kind() == io::ErrorKind::NotFound && error.to_string().contains("root CA certificates") {
        return Some((
            "no certificate authorities found on this system".to_owned(),
            AUTHORITY,
        ));
    }
    let refused = error.get_ref()?.downcast_ref::<Error>()?;
    let Error::InvalidCertificate(certificate) = refused else {
        return Some((
            format!("TLS failed: {refused}"),
            "use ws:// for a server without TLS on this machine",
        ));
    };
    Some(match certificate {
        // The second is another authority of the same name.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => (
            "the server's certificate is from an unknown authority".to_owned(),
            AUTHORITY,
        ),
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => (
            format!("the server's certificate is for another name: {certificate}"),
            "connect with a name of the certificate",
        ),
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => (
            format!("the server's certificate has expired: {certificate}"),
            "renew it, or set the clock of this machine",
        ),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => (
            format!("the server's certificate is not valid yet: {certificate}"),
            "set the clock of this machine",
        ),
        other => (
            format!("the server's certificate was refused: {other}"),
            AUTHORITY,
        ),
    })
}
