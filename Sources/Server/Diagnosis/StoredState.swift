import Model
import Persistence
import Tokens

/// What a look into a database finds, on either engine.
struct StoredState {
    /// How many steps the schema lacks.
    private let missingSteps: Int
    private let keyRing: [KeyRingRow]

    /// - Throws: `MigrationError` for a schema that we cannot serve, or a `StoreError`.
    init(_ tx: borrowing Transaction) throws {
        missingSteps = try MigrationRunner().missing(tx)
        keyRing = missingSteps == 0 ? try tx.keyRingRows() : []
    }

    /// What to say of the schema.
    var schema: String {
        missingSteps == 0 ? "schema up to date" : "\(missingSteps) schema steps are run at the next start"
    }

    /// Whether the keys open under `key`, and whether the clock can be right.
    func findings(opening key: MasterKey?, now: Instant) -> [Finding] {
        var findings: [Finding] = []
        if let key {
            do {
                try KeyRing.check(keyRing, under: key)
            } catch {
                findings.append(.error("master key", "\(error)"))
            }
        }
        if let latest = keyRing.map(\.createdAt).max(), latest.seconds(since: now) > 60 {
            findings.append(
                .error("clock", "is \(latest.seconds(since: now)) s behind what the database has already recorded"))
        }
        return findings
    }
}
