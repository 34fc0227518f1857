import ClavigerVerifier
import ServiceLifecycle

/// Judges credentials in this process, by what the desk has told of them before: a look into memory for each call, and what was revoked
/// is refused within one second all the same.
package struct LibraryVerifier: CallerVerifier, Service {
    private let verifier: Verifier

    /// - Parameters:
    ///   - address: The desk's base address, without a final slash.
    ///   - clientID: The resource server that this API is at the desk.
    ///   - clientSecret: Its secret.
    package init(address: String, clientID: String, clientSecret: String) {
        var configuration = VerifierConfiguration(address: address, clientID: clientID, clientSecret: clientSecret)
        configuration.realm = "carbon"
        verifier = Verifier(configuration)
    }

    /// Follows what is revoked, until the server ends. Without it each call is a question.
    package func run() async throws {
        await cancelWhenGracefulShutdown { [verifier] in await verifier.run() }
    }

    package func verdict(on credential: String, from address: String?) async -> CallerVerdict {
        do throws(ClavigerVerifier.Refusal) {
            let told = try await verifier.check(credential, address: address)
            guard let organization = OrganizationPath(told.organizationPath) else { return .unknown }
            return .caller(Caller(organization: organization, scopes: told.scopes, credential: told.credentialID))
        } catch {
            return Self.verdict(error)
        }
    }

    private static func verdict(_ refusal: ClavigerVerifier.Refusal) -> CallerVerdict {
        switch refusal.reason {
        case .unavailable: .unknown
        case .address: .refused(CallerRefusal(status: refusal.status, reason: "address"))
        case .noCredential, .malformedRequest, .invalidToken, .insufficientScope, .organization:
            .refused(CallerRefusal(status: refusal.status, challenge: refusal.challenge))
        }
    }
}
