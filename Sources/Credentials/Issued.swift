package import Model

/// Something that was made or rotated, with its secret, for the one reply that shows it (law 1). It prints without it.
package struct Issued<Credential: Sendable>: Sendable, CustomStringConvertible, CustomReflectable {
    package let credential: Credential
    /// The text of the secret in force from now on.
    package let secret: String
    /// Until when the secret before it works too, nil if it does not or there was none.
    package let previousExpiresAt: Instant?

    init(_ credential: Credential, secret: String, previousExpiresAt: Instant? = nil) {
        self.credential = credential
        self.secret = secret
        self.previousExpiresAt = previousExpiresAt
    }

    /// Without the secret.
    package var description: String { "issued \(Credential.self)" }
    /// Without the secret.
    package var customMirror: Mirror { Mirror(self, children: ["credential": credential]) }
}
