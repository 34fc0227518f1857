import CredentialFormat
import Crypto
import Model
import Persistence

extension KeySet {
    /// The keys of these rows, without those that have retired.
    ///
    /// - Parameter now: By the clock that the rows' times are of.
    /// - Throws: ``TokenError/doesNotOpen(purpose:version:)`` or ``TokenError/missing(_:)``.
    convenience init(rows: [KeyRingRow], masterKeys: MasterKeys, now: Instant) throws {
        let live = rows.filter { row in row.retiresAt.map { $0 > now } ?? true }.sorted { $0.version > $1.version }
        func keys<Key>(_ purpose: KeyPurpose, _ make: (KeyRingRow, [UInt8]) -> Key?) throws -> [Key] {
            let keys: [Key] = try live.filter { $0.purpose == purpose.rawValue }.map { row in
                guard let key = make(row, try row.opened(by: masterKeys)) else {
                    throw TokenError.doesNotOpen(purpose: purpose.rawValue, version: row.version)
                }
                return key
            }
            guard !keys.isEmpty || purpose.isMadeWhenNeeded else { throw TokenError.missing(purpose) }
            return keys
        }
        func signing(_ purpose: KeyPurpose, by algorithm: App.IDTokenAlgorithm) throws -> [SigningKey] {
            try keys(purpose) { SigningKey(algorithm, bytes: $1, usedFrom: $0.usedFrom, retiresAt: $0.retiresAt) }
        }
        let peppers = try keys(.pepper) { Pepper(version: $0.version, key: SymmetricKey(data: $1)) }
        self.init(
            peppers: Peppers(newest: peppers[0], older: Array(peppers.dropFirst())),
            sealing: try keys(.sealing, SealingKey.init),
            refresh: try keys(.refresh, SealingKey.init),
            signing: try signing(.signing, by: .es256),
            otherSigning: try signing(.signingEdDSA, by: .edDSA) + signing(.signingRS256, by: .rs256),
            replies: try keys(.replies, SealingKey.init),
            secrets: try keys(.secrets, SealingKey.init),
            clientSecrets: try keys(.clientSecrets, SealingKey.init),
            fingerprints: try keys(.fingerprints, SealingKey.init),
            auditLog: try keys(.auditLog) { LogKey(version: $0.version, bytes: $1) }
        )
    }
}

extension SealingKey {
    fileprivate init?(_ row: KeyRingRow, _ bytes: [UInt8]) {
        guard let version = UInt16(exactly: row.version) else { return nil }
        self.init(version: version, retiresAt: row.retiresAt, key: SymmetricKey(data: bytes))
    }
}

extension KeyRingRow {
    /// The key's bytes. A purpose that only a newer version knows is opened like the others, so that its key can be sealed anew, and
    /// is of no use here: nodes of two versions share a ring while one replaces the other, and after it was taken back.
    ///
    /// - Throws: ``TokenError/doesNotOpen(purpose:version:)``.
    func opened(by masterKeys: MasterKeys) throws -> [UInt8] {
        guard let bytes = masterKeys.open(sealed, for: context),
            KeyPurpose(rawValue: purpose)?.mayHave(bytes: bytes.count) ?? true
        else { throw TokenError.doesNotOpen(purpose: purpose, version: version) }
        return bytes
    }

    /// What it is sealed for.
    var context: String { KeyPurpose.context(purpose, version: version) }

    func isSealed(under masterKey: MasterKey) -> Bool {
        masterKey.open(sealed, for: context) != nil
    }
}
