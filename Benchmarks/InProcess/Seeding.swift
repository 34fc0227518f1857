import CredentialFormat
import Foundation
import Persistence
import Tokens

/// Adds API keys to the database of a server that does not run at the moment.
struct Seeding {
    let database: String
    let masterKeyFile: String
    let keysFile: String
    let count: Int

    /// Writes them in transactions of some thousand.
    func run() async throws -> String {
        guard let masterKey = MasterKey(text: try String(contentsOfFile: masterKeyFile, encoding: .utf8)) else {
            throw UsageError(description: "\(masterKeyFile) holds no master key")
        }
        let start = ContinuousClock.now
        let store = try await Database.open(database)
        let ring = try await KeyRing.open(store: store, masterKey: masterKey, now: Sample.now)
        let peppers = ring.keys.peppers
        var secrets = Data()
        let accounts = (count + Sample.keysPerAccount - 1) / Sample.keysPerAccount
        for first in stride(from: 0, to: accounts, by: 10) {
            let batch = try await store.write { [count] tx in
                try (first..<min(first + 10, accounts)).flatMap { account in
                    try tx.seedAccount(
                        "Benchmark \(account + 1)",
                        keys: min(Sample.keysPerAccount, count - account * Sample.keysPerAccount), brand: .claviger,
                        peppers: peppers, at: Sample.now())
                }
            }
            secrets.append(contentsOf: Data(batch.map { $0 + "\n" }.joined().utf8))
        }
        await store.close()
        try secrets.write(to: URL(filePath: keysFile))
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        return #"{"keys": \#(count), "accounts": \#(accounts), "seconds": \#(seconds)}"#
    }
}
