import Credentials
import HTTPServing

extension JSONWriter {
    /// Writes the secret of a client that was just made or rotated, and until when the one before it works; `null` for a
    /// client without a secret.
    mutating func clientSecret(of issued: Issued<some Sendable>?) {
        member("client_secret", issued?.secret)
        member("previous_secret_expires_at", issued?.previousExpiresAt)
    }
}
