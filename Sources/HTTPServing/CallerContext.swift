package import CredentialFormat
package import Hummingbird
import Locking
package import Model
package import NIOCore
package import Policy

/// What is known of a request and its caller while it is answered.
package struct CallerContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    /// Names the request in reply, log and audit.
    package let requestID: String
    /// The other end of the connection, which may be a proxy.
    package let peer: IPAddress?
    /// The connection itself. What waits for its client has to be able to end it.
    package let channel: any Channel
    /// What is spoken on it.
    var spoken = WireProtocol.http1
    /// Where the request came from. Set by ``RequestMiddleware``.
    package var clientAddress: IPAddress?
    /// Who calls. Set by ``BearerAuthentication``.
    package var actor: Actor?
    /// The scopes of the credential that they called with. Set by ``BearerAuthentication``.
    package var scopes = ScopeSet.empty
    /// Where the access token that they called with came from, if a user gave it to an app. Set by ``BearerAuthentication``.
    package var lineage: ID<RefreshLineage>?

    /// What the log will say of it.
    package let notes = RequestNotes()

    package init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        requestID = RequestID.next().description
        channel = source.channel
        peer = IPAddress(of: source.channel.remoteAddress)
        clientAddress = peer
    }

    /// The caller, who has proved who they are.
    ///
    /// - Throws: ``ProblemDocument`` with 401 on a route that the authentication was not put in front of: a mistake of
    ///   ours that must not open a door (law 3).
    package func requireActor() throws -> Actor {
        guard let actor else { throw ProblemDocument.unauthenticated(challenge: "Bearer") }
        return actor
    }
}

/// What was found out about a request on its way, for its line in the log. Shared by all copies of its context.
package final class RequestNotes: Sendable {
    private struct Found {
        var caller: String?
        var organization: String?
        var rule: String?
    }

    private let found = Lock(Found())

    /// Adds what was found out.
    func tell(_ answered: inout AnsweredRequest) {
        let found = found.withLock(\.self)
        answered.caller = found.caller
        answered.organization = found.organization
        answered.rule = found.rule
    }

    /// Notes whose credential or session was admitted, and of which organization.
    package func admitted(_ caller: String, of organization: String?) {
        found.withLock {
            $0.caller = caller
            $0.organization = organization
        }
    }

    /// Notes the name of the rule that refused. Never what a caller sent.
    package func refused(by rule: String) {
        found.withLock { $0.rule = rule }
    }
}
