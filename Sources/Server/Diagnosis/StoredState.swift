import Model
import Persistence
import Tokens

/// What a look into a database finds, on either engine.
struct StoredState {
    /// How many steps the schema lacks.
    private let missingSteps: Int
    /// How many steps of later versions it has.
    private let laterSteps: Int
    private let keyRing: [KeyRingRow]
    /// The name of the master key that seals, nil where it is not written down.
    private let masterKeyInForce: String?
    private let installation: InstallationRow?
    private let operatorKeys: OperatorKeys?
    /// What is used and not in the definition, nil for nothing.
    private let missingNames: MissingNames?

    /// - Throws: `MigrationError` for a schema that we cannot serve, or a `StoreError`.
    ///
    /// - Parameters:
    ///   - other: What a server that is started now would be told; nil where its product definition cannot be read.
    init(_ tx: borrowing Transaction, joining other: Installation?, at now: Instant) throws {
        missingSteps = try MigrationRunner().missing(tx)
        laterSteps = try MigrationRunner().later(tx)
        keyRing = missingSteps == 0 ? try tx.keyRingRows() : []
        masterKeyInForce = missingSteps == 0 ? try tx.masterKeyInForce() : nil
        installation = missingSteps == 0 ? try tx.installation() : nil
        operatorKeys = missingSteps == 0 ? try OperatorKeys(tx, at: now) : nil
        do {
            if missingSteps == 0 { try other?.checkNames(after: installation, tx, at: now) }
            missingNames = nil
        } catch let missing as MissingNames {
            missingNames = missing
        }
    }

    /// What to say of the schema.
    var schema: String {
        if missingSteps > 0 { return "\(missingSteps) schema steps are run at the next start" }
        return laterSteps == 0 ? "schema up to date" : "schema of a later version, which serves this one"
    }

    /// Whether it belongs to `other`, as a server that is started now would see it.
    ///
    /// - Parameter other: Nil where the product definition cannot be read, which is told elsewhere.
    func findings(joining other: Installation?) -> [Finding] {
        guard let installation, let other else { return [] }
        do throws(InstallationMismatch) {
            try other.check(against: installation)
        } catch {
            return [.error("installation", error.description)]
        }
        if let missingNames { return [.error("installation", missingNames.description)] }
        guard installation.definition != other.definition else { return [] }
        let text = """
            the product definition is another one than that which a server was last started with; if it is the new one, restart \
            every server with it
            """
        return [.warning("installation", text)]
    }

    /// Whether the keys of the ring open under `keys`, whether the clock can be right, and until when the operator can come in.
    func findings(opening keys: MasterKeys?, now: Instant) -> [Finding] {
        var findings: [Finding] = []
        if let keys {
            do {
                if let name = masterKeyInForce, keys.named(name) == nil { throw CustodyError.notGiven(masterKey: name) }
                try KeyRing.check(keyRing, under: keys)
            } catch {
                findings.append(.error("master key", "\(error)"))
            }
        }
        if let latest = keyRing.map(\.createdAt).max(), latest.seconds(since: now) > 60 {
            findings.append(
                .error("clock", "is \(latest.seconds(since: now)) s behind what the database has already recorded"))
        }
        return findings + signing(now) + (operatorKeys?.findings(at: now) ?? [])
    }

    /// Signing keys that are published and do not sign yet.
    private func signing(_ now: Instant) -> [Finding] {
        let waiting = keyRing.filter { row in
            row.usedFrom > now && KeyPurpose(rawValue: row.purpose)?.isPublished ?? false
                && !(row.retiresAt.map { $0 <= now } ?? false)
        }
        guard let last = waiting.map(\.usedFrom).max() else { return [] }
        let time = CivilTime(last).rfc3339()
        return [
            .fine(
                "signing keys",
                "new ones are in the key set, and sign from \(time): who checks JWTs by a copy of the set has until then"
            )
        ]
    }
}
