import CArgon2

/// Argon2id (RFC 9106) through libargon2.
///
/// Everything here blocks its thread for tens of milliseconds and takes 19 MiB: only ``PasswordHasher`` calls it.
enum Argon2id {
    /// What a guess costs.
    struct Cost: Hashable, Sendable {
        /// In KiB.
        let memory: UInt32
        let passes: UInt32
        let lanes: UInt32

        /// The first choice of OWASP's password storage cheat sheet: 19 MiB, two passes, one lane.
        static let standard = Cost(memory: 19 * 1024, passes: 2, lanes: 1)

        /// Whether a stored digest may make us pay this. A digest from elsewhere could ask for all of our memory.
        var isBearable: Bool {
            (8...256 * 1024).contains(memory) && (1...16).contains(passes) && (1...16).contains(lanes)
        }

        /// As in the PHC string format: `m=19456,t=2,p=1`.
        var parameters: String { "m=\(memory),t=\(passes),p=\(lanes)" }

        /// Nil for what is not written so.
        init?(parameters text: some StringProtocol) {
            let parts = text.split(separator: ",", omittingEmptySubsequences: false)
            let names = ["m=", "t=", "p="]
            guard parts.count == names.count else { return nil }
            let values = zip(parts, names).compactMap { part, name in
                part.hasPrefix(name) ? UInt32(part.dropFirst(name.count)) : nil
            }
            guard values.count == names.count else { return nil }
            self.init(memory: values[0], passes: values[1], lanes: values[2])
        }

        init(memory: UInt32, passes: UInt32, lanes: UInt32) {
            self.memory = memory
            self.passes = passes
            self.lanes = lanes
        }
    }

    /// In bytes.
    static let saltLength = 16
    private static let tagLength = 32

    /// The raw output for a password under a salt, of 32 bytes.
    ///
    /// - Throws: ``PasswordHashingError/engine(_:)``, for want of memory above all.
    static func output(_ password: [UInt8], salt: [UInt8], cost: Cost) throws -> [UInt8] {
        var tag = [UInt8](repeating: 0, count: tagLength)
        let code = argon2id_hash_raw(
            cost.passes, cost.memory, cost.lanes, password, password.count, salt, salt.count, &tag, tagLength)
        guard code == ARGON2_OK.rawValue else { throw PasswordHashingError.engine(code) }
        return tag
    }

    /// Whether `encoded`, in the PHC string format (`$argon2id$v=19$m=19456,t=2,p=1$<salt>$<tag>`), is the digest of
    /// `password`. libargon2 compares in constant time.
    ///
    /// - Throws: ``PasswordHashingError/unreadableDigest`` for what is no digest or costs too much,
    ///   ``PasswordHashingError/engine(_:)`` for want of memory above all.
    static func matches(_ password: [UInt8], _ encoded: String) throws -> Bool {
        guard let cost = cost(of: encoded), cost.isBearable else { throw PasswordHashingError.unreadableDigest }
        let code = encoded.withCString { argon2id_verify($0, password, password.count) }
        switch code {
        case ARGON2_OK.rawValue: return true
        case ARGON2_VERIFY_MISMATCH.rawValue: return false
        case ARGON2_DECODING_FAIL.rawValue, ARGON2_DECODING_LENGTH_FAIL.rawValue:
            throw PasswordHashingError.unreadableDigest
        default: throw PasswordHashingError.engine(code)
        }
    }

    /// The cost that a digest names, or nil for what is no Argon2id digest of version 19.
    static func cost(of encoded: String) -> Cost? {
        let parts = encoded.split(separator: "$", omittingEmptySubsequences: false)
        guard encoded.utf8.count <= 512, parts.count == 6, parts[0].isEmpty, parts[1] == "argon2id", parts[2] == "v=19"
        else { return nil }
        return Cost(parameters: parts[3])
    }
}

/// Why a password could be neither digested nor compared. Says nothing of the password.
package enum PasswordHashingError: Error, Hashable, Sendable {
    /// What is stored is no Argon2id digest that we would have made.
    case unreadableDigest
    /// libargon2's code, for the log.
    case engine(Int32)
}
