import CredentialFormat
import Crypto
import Model
import Persistence
import Tokens

/// Idempotent forms: makes something with a secret once for a form, however often a browser sends it: by a double click, or
/// because the answer was lost or is loaded again (law 9).
///
/// A form has an idempotency key in a hidden field. The secret is kept sealed, in the transaction that made it, and is shown again
/// for half a minute; after that a form that comes again leads to what it made, and the secret is nowhere (law 1).
struct FormRepetitions: Sendable {
    /// For how long the second is answered as the first was, in seconds.
    static let seconds = 30
    /// For how long it is known that there was a first, in seconds.
    private static let keptSeconds = 86_400

    let keyRing: KeyRing
    let now: @Sendable () -> Instant

    /// What came of a form.
    enum Outcome: Sendable {
        /// The identifier of what was made, and the secret to show.
        case shown(id: String, secret: String)
        /// It was made before. The secret is not to be had any more.
        case over(id: String?)
    }

    /// A new one.
    static func idempotencyKey() -> String {
        var text: [UInt8] = []
        Base62.append(ID<KeptForm>(at: 0).value, width: 22, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// What such a key is drawn for.
    private enum KeptForm: Entity {
        static let prefix = "frm"
    }

    /// The outcome of the same form, or else what `make` makes.
    ///
    /// - Parameters:
    ///   - form: All that was sent, with its key in it.
    ///   - path: Where it was sent to.
    ///   - make: Gives the identifier and the secret.
    func once(
        _ form: PageForm, sentTo path: String, as actor: Actor, tx: borrowing Transaction,
        orMake make: (borrowing Transaction) throws -> (id: String, secret: String)
    ) throws -> Outcome {
        let keys = keyRing.keys
        let now = now()
        let key = "form:" + Self.digits(of: SHA256.hash(data: Array("\(path)\n\(form.text)".utf8)))
        let context = "page_form/\(actor.label)/\(key)"
        if let kept = try tx.idempotentReply(
            actor: actor.label, key: key, notBefore: now.adding(seconds: -Self.keptSeconds))
        {
            let lines = keys.openKept(kept.sealed, for: context)
                .map { String(decoding: $0, as: UTF8.self).split(separator: "\n").map(String.init) }
            guard let lines, lines.count == 2 else { return .over(id: nil) }
            return now.seconds(since: kept.createdAt) <= Self.seconds
                ? .shown(id: lines[0], secret: lines[1]) : .over(id: lines[0])
        }
        let made = try make(tx)
        let kept = IdempotentReply(
            requestDigest: Array(SHA256.hash(data: Array(key.utf8))),
            sealed: try keys.sealForLater(Array("\(made.id)\n\(made.secret)".utf8), for: context), createdAt: now)
        try tx.keep(kept, actor: actor.label, key: key)
        return .shown(id: made.id, secret: made.secret)
    }

    private static func digits(of digest: SHA256.Digest) -> String {
        var text: [UInt8] = []
        Base62.append(bytes: Array(digest), to: &text)
        return String(decoding: text, as: UTF8.self)
    }
}

extension HiddenField {
    /// The idempotency key of a form, a new one unless the step before had one.
    static func idempotencyKey(_ key: String = FormRepetitions.idempotencyKey()) -> HiddenField {
        HiddenField(name: "idempotency_key", value: key)
    }
}

extension PageForm {
    /// The key that its step before had, nil for none.
    var idempotencyKey: String? { self["idempotency_key"] }
}
