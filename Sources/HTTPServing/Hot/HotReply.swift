package import HTTPTypes
import Model
import OAuth

/// A reply of a hot route, before either door gives it its form.
package struct HotReply: Sendable {
    package var status: HTTPResponse.Status
    /// Names and values. Values are ours or were validated: none has a control character (threat R9).
    package var fields: [(name: StaticString, value: String)]
    /// `Cache-Control` (RFC 9111 §5.2.2). What does not say otherwise is about one caller at one moment, and no cache may
    /// keep it.
    package var caching: StaticString = "no-store"
    package var body: [UInt8]
    /// What is written as it comes, in place of the body.
    var followed: FollowedReply?
    /// Whose credential it was, for the log.
    package var caller: String?
    /// The organization of that credential, for the log.
    package var organization: String?
    /// The access token that it carries, to be counted.
    var issued: (grant: GrantType, format: TokenFormat)?
    /// The rule that refused, for the log (law 14).
    package var rule: String?

    package init(
        _ status: HTTPResponse.Status, fields: [(name: StaticString, value: String)] = [], body: [UInt8] = [],
        caller: String? = nil, organization: String? = nil, rule: String? = nil
    ) {
        self.status = status
        self.fields = fields
        self.body = body
        self.caller = caller
        self.organization = organization
        self.rule = rule
    }

    /// A JSON reply that no cache may keep (RFC 6749 §5.1).
    package static func json(_ body: [UInt8], status: HTTPResponse.Status = .ok) -> HotReply {
        HotReply(status, fields: [("Content-Type", "application/json")], body: body)
    }

    /// A problem document (RFC 9457), with the fields that it has everywhere.
    init(_ problem: ProblemDocument, requestID: String, rule: String? = nil) {
        self.init(
            problem.status,
            fields: [
                ("Content-Type", ProblemDocument.mediaType),
                ("Content-Security-Policy", ProblemDocument.contentSecurityPolicy),
                ("X-Content-Type-Options", "nosniff"),
            ], body: problem.json(requestID: requestID), rule: rule)
    }
}
