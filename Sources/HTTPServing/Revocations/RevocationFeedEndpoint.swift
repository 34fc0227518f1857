import HTTPTypes
import Model
import OAuth
import Verification

/// `GET /api/v1/revocation-feed`: lets resource servers follow what has to be forgotten. They prove who they are as at introspection.
struct RevocationFeedEndpoint: Sendable {
    let authenticator: ClientAuthenticator
    let stream: RevocationStream

    /// The answer. Nothing is asked but the evidence.
    ///
    /// - Throws: ``OAuthError``, ``Missing``.
    func answer(
        _ request: HotRequest, from call: OAuthRequest, _ evidence: Evidence, noting record: inout JudgementRecord
    ) throws -> HotReply {
        let client = try authenticator.authenticate(call, evidence, noting: &record)
        guard case .resourceServer(let server) = client.id else {
            throw OAuthError(.unauthorizedClient, "The stream is for resource servers.")
        }
        var reply = HotReply(.ok)
        reply.caller = client.known.identifierText
        reply.followed = FollowedReply(of: stream, by: server, after: request.field("Last-Event-ID"))
        return reply
    }
}
