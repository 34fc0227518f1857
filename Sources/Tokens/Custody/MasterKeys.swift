/// The master keys that a node was given: the newest seals, those before it only open.
package struct MasterKeys: Sendable {
    package let newest: MasterKey
    package let older: [MasterKey]

    package init(_ newest: MasterKey, older: [MasterKey] = []) {
        self.newest = newest
        self.older = older
    }

    /// As those that wrap organizations' keys.
    package var wrapping: KeyEncryptionKeys { KeyEncryptionKeys(newest: newest, older: older) }

    func seal(_ plain: [UInt8], for context: String) throws -> [UInt8] {
        try newest.seal(plain, for: context)
    }

    func open(_ sealed: [UInt8], for context: String) -> [UInt8]? {
        newest.open(sealed, for: context) ?? older.lazy.compactMap { $0.open(sealed, for: context) }.first
    }
}
