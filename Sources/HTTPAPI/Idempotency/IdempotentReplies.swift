import CredentialFormat
import HTTPTypes
import HTTPServing
import Model
import Persistence
import TextForms
import Tokens

/// Lets a caller repeat a request that creates something without creating it twice: the first reply is kept, sealed, for
/// a day and given again (law 9).
///
/// The reply is kept in the transaction of the creation, so either both are there or neither, and of several equal
/// requests at once one creates and the others find its reply. A reply opens for its own actor and key only, and its
/// request is kept as a keyed digest, because it may hold a password. An error is not kept: there is nothing to repeat.
///
/// Keys rotate on one node and are heard of by the others a moment later. So a reply under a key that this node does not
/// have makes it read the ring once more; what does not open then was sealed under a key that is gone.
struct IdempotentReplies: Sendable {
    /// How long a reply is kept, in seconds.
    static let keptSeconds = 86_400

    let keyRing: KeyRing
    let now: @Sendable () -> Instant

    /// An idempotent request: one to create something, under the caller's own name for it.
    struct KeyedRequest: Sendable {
        let key: IdempotencyKey
        let actor: Actor
        /// Who may make such a request.
        let caller: Route.Caller
        /// Method and path.
        let target: String
        let body: [UInt8]
    }

    /// The reply kept for this request, or else the one that `make` makes, which is kept; in one transaction.
    ///
    /// - Throws: A problem with 422 if the key was used for another request, one with 409 if the first reply cannot be
    ///   opened any more, ``Refusal/forbidden(_:)`` if the caller has lost the right to make such a request, and what
    ///   `make` throws.
    func reply(
        to request: KeyedRequest, in store: ActorStore,
        orMake make: @escaping @Sendable (borrowing Transaction) throws -> Reply
    ) async throws -> Reply {
        do {
            return try await store.write(as: request.actor) { [self] tx in
                try reply(to: request, in: tx, orMake: make)
            }
        } catch is SealedUnderAnotherKey {
            _ = try await keyRing.readKeys()
        }
        do {
            return try await store.write(as: request.actor) { [self] tx in
                try reply(to: request, in: tx, orMake: make)
            }
        } catch is SealedUnderAnotherKey {
            throw ProblemDocument.firstReplyLost
        }
    }

    /// - Throws: ``SealedUnderAnotherKey``, and what the other one throws.
    private func reply(
        to request: KeyedRequest, in tx: borrowing Transaction, orMake make: (borrowing Transaction) throws -> Reply
    ) throws -> Reply {
        let keys = keyRing.keys
        let now = now()
        let actor = request.actor.label
        let key = request.key.text
        let asked = Array("\(request.target)\n".utf8) + request.body
        let context = "idempotent_reply/\(actor)/\(key)"
        let oldest = now.adding(seconds: -Self.keptSeconds)
        if let kept = try tx.idempotentReply(actor: actor, key: key, notBefore: oldest) {
            guard keys.peppers.all.contains(where: { $0.matches(asked, kept.requestDigest) }) else {
                throw ProblemDocument.keyUsedForAnotherRequest
            }
            try request.caller.admit(request.actor)
            guard keys.hasKey(ofReply: kept.sealed) else { throw SealedUnderAnotherKey() }
            guard let plain = keys.openKept(kept.sealed, for: context), let reply = Reply(kept: plain) else {
                throw StoreError.unreadable("idempotent_reply")
            }
            return reply
        }
        let reply = try make(tx)
        let kept = IdempotentReply(
            requestDigest: keys.peppers.newest.digest(of: asked).bytes,
            sealed: try keys.sealForLater(reply.kept, for: context), createdAt: now)
        try tx.keep(kept, actor: actor, key: key)
        return reply
    }
}

/// The kept reply is sealed under a key that the ring, as this node has read it, does not have.
private struct SealedUnderAnotherKey: Error {}

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

    fileprivate static var firstReplyLost: ProblemDocument {
        ProblemDocument(
            status: .conflict, type: "first-reply-lost", title: "The first reply is lost",
            detail: """
                This request was answered before under this Idempotency-Key, and that reply cannot be opened any more: the \
                operator has replaced leaked keys. Nothing was done again. Look at what the first request made, and use a \
                new key for another one.
                """)
    }
}

extension Route.Caller {
    /// Refuses an actor without the right, wherever it may reach.
    fileprivate func admit(_ actor: Actor) throws(Refusal) {
        switch self {
        case .permission(let permission):
            guard actor.permissions.contains(permission) else { throw .forbidden(permission) }
        case .anyPermission(let permissions):
            guard permissions.contains(where: actor.permissions.contains) else {
                throw .forbidden(permissions.first ?? .apiKeysRead)
            }
        case .operatorWith(let permission): try actor.requiresOperator(permission)
        case .anyone, .client, .app, .browser, .gateway, .holder, .partner, .anyManagementScope: break
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
