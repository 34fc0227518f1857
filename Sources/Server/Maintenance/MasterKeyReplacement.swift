import CredentialFormat
import Logging
import Model
import Persistence
import Tokens

/// Seals anew under the newest master key what is still sealed under the one before: the key ring, and the keys of organizations in
/// small steps. What these sealed is not touched. Whatever stops it, the next round goes on.
struct MasterKeyReplacement: Sendable {
    private static let step = 100

    let keyRing: KeyRing
    let organizationKeys: OrganizationKeys
    let logger: Logger

    /// - Returns: How many keys it sealed anew.
    @discardableResult
    func run(through store: any Store) async throws -> Int {
        var count = try await keyRing.reseal(limit: Self.step, through: store)
        var unreadable: [ID<Organization>] = []
        var place: ID<Organization>?
        repeat {
            try Task.checkCancellation()
            let progress = try await organizationKeys.rewrap(after: place, limit: Self.step, through: store)
            count += progress.rewrapped
            unreadable += progress.unreadable
            place = progress.next
        } while place != nil
        if count > 0 { logger.notice("keys were sealed anew under the master key", metadata: ["count": "\(count)"]) }
        if !unreadable.isEmpty {
            logger.error(
                "keys of organizations do not open",
                metadata: [
                    "count": "\(unreadable.count)",
                    "organizations": "\(unreadable.prefix(20).map(\.description).joined(separator: " "))",
                ])
        }
        return count
    }
}
