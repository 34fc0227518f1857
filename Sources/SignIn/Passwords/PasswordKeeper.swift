package import CredentialFormat
package import Model

/// Makes what is kept of passwords, and tells whose a password is.
///
/// All members with one e-mail address share a salt, so one run of Argon2id says for all of them at once whether a password is
/// theirs, whatever their number. What is kept is a digest of its output under a pepper: a stolen copy of the database allows no
/// guess to be tested. The salt comes from the address and the oldest pepper, which is never replaced: none has to be kept, and
/// an address that nobody has is no different from one that somebody has.
package struct PasswordKeeper: Sendable {
    let hasher: PasswordHasher
    private let peppers: @Sendable () -> Peppers

    package init(hasher: PasswordHasher, peppers: @escaping @Sendable () -> Peppers) {
        self.hasher = hasher
        self.peppers = peppers
    }

    /// The digest to store of a password that ``PasswordPolicy`` accepts, for a member with that address.
    ///
    /// - Throws: ``PasswordHashingOverloaded``, ``PasswordHashingError``, `CancellationError`.
    package func digest(of password: String, for email: EmailAddress) async throws -> PasswordDigest {
        let peppers = peppers()
        let output = try await hasher.output(
            password, salt: Self.salt(email.text, peppers), cost: hasher.cost)
        return Self.text(of: output, at: hasher.cost, email.text, under: peppers.newest)
    }

    /// Which of these are digests of a password.
    struct Match: Sendable {
        /// For each of those that were given.
        let isMatch: [Bool]
        /// What is to be kept from now on by those that match; nil where none does.
        let renewed: PasswordDigest?
    }

    /// Compares a password with what the members with an address keep.
    ///
    /// The cost is that of one password: also for an address that nobody has, and for nil, which is none. Digests with a
    /// salt of their own, of before, cost one each, until their members have come in once.
    ///
    /// - Throws: ``PasswordHashingOverloaded``, ``PasswordHashingError``, `CancellationError`.
    func match(
        _ password: String, for email: EmailAddress?, among kept: [PasswordDigest]
    ) async throws -> Match {
        guard password.utf8.count <= PasswordPolicy.maximumBytes else {
            return Match(isMatch: kept.map { _ in false }, renewed: nil)
        }
        let address = email?.text ?? ""
        let peppers = peppers()
        let salt = Self.salt(address, peppers)
        let read = kept.map { KeptPassword($0) }
        var outputs: [Argon2id.Cost: [UInt8]] = [:]
        for case .keyed(let cost, _) in read where outputs[cost] == nil && cost.isBearable {
            outputs[cost] = try await hasher.output(password, salt: salt, cost: cost)
        }
        var isMatch: [Bool] = []
        var didWork = !outputs.isEmpty
        for (digest, read) in zip(kept, read) {
            switch read {
            case .keyed(let cost, let keyed):
                let pepper = peppers.version(keyed.pepperVersion)
                let own = outputs[cost].flatMap { output in
                    pepper.map { Self.keyed(output, address, under: $0) }
                }
                isMatch.append(own.map { $0.matches(keyed) } ?? false)
            case .ownSalt:
                didWork = true
                isMatch.append(try await matchesOwnSalt(password, digest))
            // What cannot be read is nobody's: it must stand in nobody else's way.
            case nil: isMatch.append(false)
            }
        }
        if !didWork { outputs[hasher.cost] = try await hasher.output(password, salt: salt, cost: hasher.cost) }
        guard isMatch.contains(true) else { return Match(isMatch: isMatch, renewed: nil) }
        var output = outputs[hasher.cost]
        if output == nil { output = try await hasher.output(password, salt: salt, cost: hasher.cost) }
        return Match(
            isMatch: isMatch,
            renewed: output.map { Self.text(of: $0, at: hasher.cost, address, under: peppers.newest) })
    }

    private func matchesOwnSalt(_ password: String, _ digest: PasswordDigest) async throws -> Bool {
        do { return try await hasher.verify(password, against: digest) } catch PasswordHashingError.unreadableDigest {
            return false
        }
    }

    private static func salt(_ address: String, _ peppers: Peppers) -> [UInt8] {
        Array(peppers.oldest.digest(of: "password salt 1: \(address)".utf8).bytes.prefix(Argon2id.saltLength))
    }

    private static func text(
        of output: [UInt8], at cost: Argon2id.Cost, _ address: String, under pepper: Pepper
    ) -> PasswordDigest {
        KeptPassword.text(cost, keyed(output, address, under: pepper))
    }

    private static func keyed(_ output: [UInt8], _ address: String, under pepper: Pepper) -> SecretDigest {
        pepper.digest(of: Array("password 1: \(address)\n".utf8) + output)
    }
}
