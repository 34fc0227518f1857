import Crypto
import Foundation
import Model
import Tokens

/// What a command has the server do that owns the database. It lies sealed under the master key in a file beside the
/// database, so only who has that key can ask; its answer is encrypted to the command that asked (HPKE, RFC 9180), so
/// nobody else can read it, not even later and with the master key.
struct Errand: Codable, Sendable {
    enum Task: Codable, Sendable {
        /// Replaces keys of the ring (the raw values of ``KeyPurpose``).
        case rotateKeys([String], atOnce: Bool)
        /// Makes another key for the operator.
        case makeOperatorKey(OperatorKeyRequest)
        /// Seals a secret of our client at a provider.
        case setProviderSecret(ProviderSecretRequest)
        /// Opens what is sealed for connections, behind the one of that identifier.
        case verifySeals(after: String?)
        /// Puts the master key of that name in force.
        case putMasterKeyInForce(String)
        /// Seals anew what is sealed under another one, behind the organization of that identifier.
        case sealAnew(after: String?)
        /// Ends again what a restore put in force again.
        case revoke(RevocationBatch)
        /// Brings the database to what a file says, or tells what would be done.
        case apply(ApplyRequest)
    }

    /// How long it is good, in seconds: a command waits no longer.
    static let seconds = 30
    private static let context = "errand"
    private static let suite = HPKE.Ciphersuite.Curve25519_SHA256_ChachaPoly

    let id: String
    /// In milliseconds since 1970.
    private let at: Int64
    let task: Task
    private let answerKey: Data

    /// - Parameter key: Opens the answer.
    init(_ task: Task, answeredTo key: Curve25519.KeyAgreement.PrivateKey, at now: Instant) {
        id = UUID().uuidString
        at = now.milliseconds
        self.task = task
        answerKey = key.publicKey.rawRepresentation
    }

    /// Nil for what was not sealed under this master key, or too long ago.
    init?(opening sealed: [UInt8], under masterKey: MasterKey, at now: Instant) {
        guard let plain = masterKey.open(sealed, for: Self.context),
            let errand = try? JSONDecoder().decode(Errand.self, from: Data(plain)),
            abs(now.seconds(since: Instant(milliseconds: errand.at))) <= Self.seconds
        else { return nil }
        self = errand
    }

    func sealed(under masterKey: MasterKey) throws -> [UInt8] {
        try masterKey.seal(Array(JSONEncoder().encode(self)), for: Self.context)
    }

    /// How an errand ended, on its way to the command.
    struct Answer: Codable, Sendable {
        /// What to print; in `problem`'s place if that is nil.
        var text = ""
        /// Why nothing was done.
        var problem: String?
    }

    func sealed(_ answer: Answer) throws -> [UInt8] {
        let key = try Curve25519.KeyAgreement.PublicKey(rawRepresentation: answerKey)
        var sender = try HPKE.Sender(recipientKey: key, ciphersuite: Self.suite, info: Data(id.utf8))
        return Array(sender.encapsulatedKey + (try sender.seal(JSONEncoder().encode(answer))))
    }

    /// The answer to this errand, nil for anything else.
    func answer(opening sealed: [UInt8], by key: Curve25519.KeyAgreement.PrivateKey) -> Answer? {
        guard sealed.count > 32,
            var recipient = try? HPKE.Recipient(
                privateKey: key, ciphersuite: Self.suite, info: Data(id.utf8),
                encapsulatedKey: Data(sealed.prefix(32))),
            let plain = try? recipient.open(Data(sealed.dropFirst(32)))
        else { return nil }
        return try? JSONDecoder().decode(Answer.self, from: plain)
    }
}
