/// What a provider tells us by itself.
package enum PushIntake: Sendable, Equatable {
    /// A form with `signed_request` under the client secret: deauthorization, and requests to erase what is known of a user (Meta).
    case signedRequest
    /// Signed security events (RISC; Google).
    case risc(RISC)

    /// Whose events are believed.
    package struct RISC: Sendable, Equatable {
        package let issuer: String
        /// Where its keys are.
        package let keys: AddressTemplate
    }
}
