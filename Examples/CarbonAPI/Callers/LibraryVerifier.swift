import ClavigerVerifier
import ServiceLifecycle

/// Judges credentials in this process, by what the desk has told of them before: a look into memory for each call, and what was revoked
/// is refused within one second all the same.
package struct LibraryVerifier: CallerVerifier, Service {
    private let verifier: Verifier
    private let ends = EndBook()
    private let now: @Sendable () -> Timestamp

    /// - Parameters:
    ///   - address: The desk's base address, without a final slash.
    ///   - clientID: The resource server that this API is at the desk.
    ///   - clientSecret: Its secret.
    ///   - now: By which clock a credential has ended, in seconds since 1970. Whether it is good is for the desk to say.
    package init(
        address: String, clientID: String, clientSecret: String,
        now: @escaping @Sendable () -> Int = { Timestamp.now.seconds }
    ) {
        var configuration = VerifierConfiguration(address: address, clientID: clientID, clientSecret: clientSecret)
        configuration.realm = "carbon"
        verifier = Verifier(configuration)
        self.now = { Timestamp(seconds: now()) }
    }

    /// Follows what is revoked, until the server ends. Without it each call is a question.
    package func run() async throws {
        await cancelWhenGracefulShutdown { [verifier] in await verifier.run() }
    }

    package func verdict(on credential: String, from address: String?) async -> CallerVerdict {
        do throws(ClavigerVerifier.Refusal) {
            let told = try await verifier.check(credential, address: address)
            guard let organization = OrganizationPath(told.organizationPath) else { return .unknown }
            await ends.note(credential, until: told.expiresAt)
            return .caller(Caller(organization: organization, scopes: told.scopes, credential: told.credentialID))
        } catch {
            return await verdict(error, on: credential)
        }
    }

    private func verdict(_ refusal: ClavigerVerifier.Refusal, on credential: String) async -> CallerVerdict {
        switch refusal.reason {
        case .unavailable: return .unknown
        case .address: return .refused(CallerRefusal(status: refusal.status, reason: "address"))
        case .invalidToken:
            let reason = await ends.hasEnded(credential, at: now()) ? CallerRefusal.expired : nil
            return .refused(
                CallerRefusal(status: refusal.status, challenge: refusal.challenge, reason: reason))
        case .noCredential, .malformedRequest, .insufficientScope, .organization:
            return .refused(CallerRefusal(status: refusal.status, challenge: refusal.challenge))
        }
    }
}
