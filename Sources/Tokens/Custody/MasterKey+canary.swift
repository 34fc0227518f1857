import Model
import Persistence

extension MasterKey {
    /// What is sealed under each master key to know it again.
    static let canary = Array("claviger canary".utf8)

    static func canaryContext(_ name: String) -> String { "master_key/\(name)" }
}

extension Transaction {
    /// Has a master key be the one that seals from now on, and writes it down if it was never seen. The one in force is that with the
    /// latest moment, so no two have the same.
    borrowing func putInForce(_ key: MasterKey, at now: Instant) throws {
        let name = key.identifier
        let latest = try masterKeys().compactMap(\.inForceFrom).max()
        try insert(masterKey: name, canary: key.seal(MasterKey.canary, for: MasterKey.canaryContext(name)), at: now)
        try putInForce(masterKey: name, from: latest.map { max(now, $0.next) } ?? now)
    }
}
