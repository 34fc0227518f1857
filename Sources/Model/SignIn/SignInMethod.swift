/// How a member proved who they are, in the words of RFC 8176 where it has one: the `amr` of an ID token.
package enum SignInMethod: String, Hashable, Sendable, CaseIterable {
    case password = "pwd"
    /// A one-time code of an authenticator (RFC 6238).
    case totp = "otp"
    /// More than one of the others.
    case multiple = "mfa"
    /// A recovery code. Ours.
    case recoveryCode = "rcv"
    /// The word of the operator's backend. Ours.
    case handOver = "handover"
    /// A one-time link, sent or handed to them. Ours.
    case link
}
