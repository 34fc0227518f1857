import CredentialFormat
import Locking
import Model
import Persistence
import Verification

/// Organizations as they were read, for what asks for one at every call (a cache). One is believed as what the verifier remembers
/// is: while this node hears of all changes, and none of the organization was announced since before it was read.
final class KnownOrganizations: Sendable {
    /// Which one is asked for.
    enum Wanted: Hashable, Sendable {
        case organization(ID<Organization>)
        /// The operator's own.
        case operatorsOwn
    }

    private struct Known {
        let organization: Organization
        /// Up to where nothing was announced of it.
        var mark: ChangeLog.Mark
    }

    /// How many are held; beyond, all are read anew (law 7).
    private static let capacity = 4096

    private let store: any Store
    private let hearing: Hearing
    private let changes: ChangeLog
    private let known = Lock<[Wanted: Known]>([:])

    init(store: any Store, verifier: CredentialVerifier) {
        self.store = store
        hearing = verifier.hearing
        changes = verifier.changes
    }

    /// The organization, nil where there is none.
    ///
    /// - Throws: ``StoreError``.
    func organization(_ wanted: Wanted) async throws -> Organization? {
        if hearing.isCurrent, let remembered = remembered(wanted) { return remembered }
        let mark = changes.mark()
        let found = try await store.read { tx in
            switch wanted {
            case .organization(let id): try tx.organization(id)
            case .operatorsOwn: try tx.operatorAccount()?.organization
            }
        }
        known.withLock { known in
            if known.count >= Self.capacity { known = [:] }
            known[wanted] = found.map { Known(organization: $0, mark: mark) }
        }
        return found
    }

    private func remembered(_ wanted: Wanted) -> Organization? {
        known.withLock { known in
            guard let one = known[wanted] else { return nil }
            // So that the next look passes over no more than what was announced in between.
            let now = changes.mark()
            guard changes.isUnchanged(since: one.mark, { $0 == .organization(one.organization.id) }) else {
                known[wanted] = nil
                return nil
            }
            known[wanted]?.mark = now
            return one.organization
        }
    }
}
