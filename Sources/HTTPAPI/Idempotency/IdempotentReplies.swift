import CredentialFormat
import HTTPTypes
import HTTPServing
import Model
import Persistence
import Tokens

/// Lets a caller repeat a request that creates something without creating it twice: the first reply is kept, sealed, for
/// a day and given again (law 9).
///
/// The reply is kept in the transaction of the creation, so either both are there or neither, and of several equal
/// requests at once one creates and the others find its reply. A reply opens for its own actor and key only, and its
/// request is kept as a keyed digest, because it may hold a password. An error is not kept: there is nothing to repeat.
struct IdempotentReplies: Sendable {
    /// How long a reply is kept, in seconds.
    static let keptSeconds = 86_400

    let keys: @Sendable () -> KeySet
    let now: @Sendable () -> Instant

    /// One attempt to create something, under the caller's own name for it.
    struct Attempt: Sendable {
        let key: IdempotencyKey
        let actor: Actor
        /// Who may make such a request.
        let caller: Route.Caller
        /// Method and path.
        let target: String
        let body: [UInt8]
    }

    /// The reply kept for this attempt, or else the one that `make` makes, which is kept.
    ///
    /// - Throws: A problem with 422 if the key was used for another request, ``Refusal/forbidden(_:)`` if the caller has
    ///   lost the right to make such a request, and what `make` throws.
    func reply(
        to attempt: Attempt, in tx: borrowing Transaction, orMake make: (borrowing Transaction) throws -> Reply
    ) throws -> Reply {
        let keys = keys()
        let now = now()
        let actor = attempt.actor.label
        let key = attempt.key.text
        let request = Array("\(attempt.target)\n".utf8) + attempt.body
        let context = "idempotent_reply/\(actor)/\(key)"
        let oldest = now.adding(seconds: -Self.keptSeconds)
        if let kept = try tx.idempotentReply(actor: actor, key: key, notBefore: oldest) {
            guard keys.peppers.all.contains(where: { $0.matches(request, kept.requestDigest) }) else {
                throw ProblemDocument.keyUsedForAnotherRequest
            }
            try attempt.caller.admit(attempt.actor)
            guard let plain = keys.openReply(kept.sealed, for: context), let reply = Reply(kept: plain) else {
                throw StoreError.unreadable("idempotent_reply")
            }
            return reply
        }
        let reply = try make(tx)
        let kept = IdempotentReply(
            requestDigest: keys.peppers.newest.digest(of: request).bytes,
            sealed: try keys.sealReply(reply.kept, for: context), createdAt: now)
        try tx.keep(kept, actor: actor, key: key)
        return reply
    }
}

extension Pepper {
    fileprivate func matches(_ request: [UInt8], _ kept: [UInt8]) -> Bool {
        constantTimeEqual(digest(of: request).bytes, kept)
    }
}

extension ProblemDocument {
    fileprivate static var keyUsedForAnotherRequest: ProblemDocument {
        ProblemDocument(
            status: .unprocessableContent, type: "idempotency-key-reused", title: "Key used for another request",
            detail: "This Idempotency-Key was used for another request within the last 24 hours. Use a new one.")
    }
}

extension Route.Caller {
    /// Refuses an actor without the right, wherever it may reach.
    fileprivate func admit(_ actor: Actor) throws(Refusal) {
        switch self {
        case .permission(let permission):
            guard actor.permissions.contains(permission) else { throw .forbidden(permission) }
        case .operatorWith(let permission): try actor.requiresOperator(permission)
        case .anyone, .client, .app, .browser, .gateway, .anyManagementScope: break
        }
    }
}

extension Reply {
    /// How it is kept, before it is sealed.
    fileprivate var kept: [UInt8] {
        JSONWriter.object {
            $0.member("status", status.code)
            $0.member("etag", entityTag?.text)
            $0.member("location", location)
            $0.member("body", String(decoding: body, as: UTF8.self))
        }
    }

    /// The repetition of a reply that was kept, or nil if these bytes are none.
    fileprivate init?(kept bytes: [UInt8]) {
        guard case .object(let object)? = try? JSONParser.parse(bytes),
            case .integer(let code)? = object["status"], case .string(let body)? = object["body"]
        else { return nil }
        self.init(
            status: code == HTTPResponse.Status.created.code ? .created : .ok,
            entityTag: object.text("etag").map { EntityTag(String($0.dropFirst().dropLast())) },
            location: object.text("location"),
            body: Array(body.utf8), isReplay: true)
    }
}

extension JSONObject {
    fileprivate func text(_ name: String) -> String? {
        if case .string(let text)? = self[name] { text } else { nil }
    }
}
