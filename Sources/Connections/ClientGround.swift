import CredentialFormat
import Locking
import Model
import Persistence

/// Our client as renewals that were read together see it. Its secrets are opened once for all of them, and forgotten with them.
final class ClientGround: Sendable, Redacted {
    let access: ProviderAccess?
    private let rows: [ProviderAccessSecretRow]
    private let keys: [DataKeyRow]
    private let opened = Lock<[String]?>(nil)

    init(_ access: ProviderAccess?, _ rows: [ProviderAccessSecretRow], _ keys: [DataKeyRow]) {
        self.access = access
        self.rows = rows
        self.keys = keys
    }

    /// Those that open, the newest first. None where there is no such client.
    func secrets(_ vault: ConnectionVault) async throws -> [String] {
        guard let access else { return [] }
        if let known = opened.withLock(\.self) { return known }
        let secrets = try await vault.open(rows, of: access, under: keys)
        opened.withLock { $0 = secrets }
        return secrets
    }
}
