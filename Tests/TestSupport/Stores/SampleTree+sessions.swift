package import CredentialFormat
package import Model
import Persistence
import ProductDefinition
import Tokens

extension SampleTree {
    /// Begins a member's session, as of now and for two hours.
    ///
    /// - Returns: The session, and the secret that its cookie has.
    package func session(of member: ID<Member>) async throws -> (id: ID<MemberSession>, secret: String) {
        let now = clock.current
        let secret = MintedSecret(.session, brand: product.brand)
        let digest = secret.digest(under: peppers)
        let session = MemberSession(
            id: ID(at: now.milliseconds), member: member, methods: [], permissions: nil, returnURL: nil, address: nil,
            userAgent: nil, createdAt: now, authenticatedAt: now, seenAt: now, expiresAt: now.adding(seconds: 7200))
        try await store.write { tx in try tx.insert(session, digest: digest) }
        return (session.id, secret.reveal())
    }
}
