package import Persistence

/// The master keys that a node was given: the newest is that of `master-key`, the others stand beside it while one takes the place of
/// the other. The database says which of them seals; all of them open.
package struct MasterKeys: Sendable {
    package let newest: MasterKey
    package let older: [MasterKey]

    package init(_ newest: MasterKey, older: [MasterKey] = []) {
        self.newest = newest
        self.older = older
    }

    /// Newest first.
    package var all: [MasterKey] { [newest] + older }

    /// Their names, the newest first.
    package var names: [String] { all.map(\.identifier) }

    /// As those that wrap organizations' keys.
    package var wrapping: KeyEncryptionKeys { KeyEncryptionKeys(newest: newest, older: older) }

    package func named(_ identifier: String) -> MasterKey? { all.first { $0.identifier == identifier } }

    /// The one that seals, so that all nodes seal under the same, whatever the order in which they were given them: the newest where the
    /// database does not say yet.
    ///
    /// - Throws: ``CustodyError/notGiven(masterKey:)``, a `StoreError`.
    package func inForce(_ tx: borrowing Transaction) throws -> MasterKey {
        guard let name = try tx.masterKeyInForce() else { return newest }
        guard let key = named(name) else { throw CustodyError.notGiven(masterKey: name) }
        return key
    }

    /// Looks whether the one that seals is among them.
    ///
    /// - Throws: ``CustodyError/notGiven(masterKey:)``, a `StoreError`.
    package func check(_ tx: borrowing Transaction) throws {
        _ = try inForce(tx)
    }

    func open(_ sealed: [UInt8], for context: String) -> [UInt8]? {
        all.lazy.compactMap { $0.open(sealed, for: context) }.first
    }
}
