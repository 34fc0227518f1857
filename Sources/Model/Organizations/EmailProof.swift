/// Why an e-mail address counts as that of its member (`email_verified`).
///
/// A proof is worth as much as what the member can be signed in with: it is gone once somebody else but the operator has set
/// their password or got a link to do so, for who they are then, the mailbox does not say.
package enum EmailProof: Hashable, Sendable {
    /// A link that went there by mail was used, at that moment.
    case link(Instant)
    /// The operator said so, at that moment.
    case operatorsWord(Instant)
}

extension Member {
    /// Whether an app may be told that the address is the user's.
    ///
    /// Who signed in before the mailbox was proved may be somebody else, and so may who was handed over: whoever may hand
    /// sign-ins over said who they are. The operator's word holds for both.
    package func isEmailVerified(for signIn: SignInContext?, at authenticatedAt: Instant) -> Bool {
        switch emailProof {
        case nil: false
        case .operatorsWord: true
        case .link(let proved):
            signIn.map { !$0.methods.contains(.handOver) && authenticatedAt >= proved } ?? false
        }
    }
}
