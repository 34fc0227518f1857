import Model
import Persistence

/// The rows of the ring as they were read, with how the clock of this node compares with the database's at that moment.
/// Times in rows are of the database's clock, by which all nodes go; what is issued is dated by the node's own.
struct StoredKeys: Sendable {
    /// From how many milliseconds on a change of the difference is one, and no matter of how long a reading took.
    private static let tolerance: Int64 = 1000

    var rows: [KeyRingRow]
    /// How far the node's clock is ahead, in milliseconds; negative if it is behind.
    private let ahead: Int64

    /// - Parameters:
    ///   - shown: What the database's clock showed when the rows were read.
    ///   - now: What the node's own shows.
    init(rows: [KeyRingRow], at shown: Instant, now: Instant) {
        self.rows = rows
        ahead = Int64(clamping: Int128(now.milliseconds) - Int128(shown.milliseconds))
    }

    /// Whether nothing has changed since `before`.
    func isSame(as before: StoredKeys) -> Bool {
        rows == before.rows && (Int128(ahead) - Int128(before.ahead)).magnitude < Self.tolerance
    }

    /// When the newest key of a purpose was made, by the node's clock; nil where there is none.
    func newest(_ purpose: KeyPurpose) -> Instant? {
        rows.last { $0.purpose == purpose.rawValue }.map { local($0.createdAt) }
    }

    /// The keys, with all times by the node's clock.
    ///
    /// - Throws: ``TokenError/doesNotOpen(purpose:version:)`` or ``TokenError/missing(_:)``.
    func opened(by masterKeys: MasterKeys, now: Instant) throws -> KeySet {
        try KeySet(rows: rows.map(local), masterKeys: masterKeys, now: now)
    }

    private func local(_ row: KeyRingRow) -> KeyRingRow {
        KeyRingRow(
            purpose: row.purpose, version: row.version, sealed: row.sealed, createdAt: local(row.createdAt),
            usedFrom: local(row.usedFrom), retiresAt: row.retiresAt.map(local))
    }

    private func local(_ time: Instant) -> Instant {
        Instant(milliseconds: Int64(clamping: Int128(time.milliseconds) + Int128(ahead)))
    }
}
