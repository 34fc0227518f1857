import ArgumentParser
import CredentialFormat
import Foundation
import Model

/// What is done once a database is back: everything that was revoked since the backup, again.
struct AfterRestore {
    /// What goes to a server at a time, in number and in bytes: an answer must come within half a minute.
    private static let batch = (count: 50, bytes: 24 * 1024)

    let changes: LostChanges
    let keepsRefreshTokens: Bool

    /// Does what is not done yet, and tells of it.
    ///
    /// - Parameter isTrial: Whether it only tells.
    /// - Throws: `ExitCode` 1 where something could not be done, after everything was told; ``CommandError``, or what keeps the
    ///   database from being opened.
    func run(with configuration: ServerConfiguration, isTrial: Bool) async throws {
        let report = try await ErrandRun.several(with: configuration) { perform in
            let known = try KnownEvents(in: configuration.database, for: changes)
            let lost = changes.inOrder.filter { !known.ids.contains($0.id) }
            let plan = RevocationPlan(lost)
            var report = RevocationReport(changes: changes, lost: lost.count, plan: plan, isTrial: isTrial)
            var rest = plan.revocations.filter { revocation in
                let isOfRefreshTokens = revocation.isOfRefreshTokens && !keepsRefreshTokens
                return !known.repeated.contains(revocation.event) && !isOfRefreshTokens
            }[...]
            report.wereDone = plan.revocations.count - rest.count
            if !keepsRefreshTokens && !known.repeated.contains(Revocation.refreshMark) {
                rest.append(.ofRefreshTokens(since: changes.since))
            }
            report.keepsRefreshTokens = keepsRefreshTokens
            for (id, text) in changes.unknown.sorted(by: { $0.key < $1.key }) where !known.ids.contains(id) {
                report.leave(text, because: "this version does not know what was done")
            }
            for text in changes.incomplete {
                report.leave(text, because: "the page has a next_cursor, and the page behind it is not in the file")
            }
            while !rest.isEmpty {
                let next = try Self.next(of: &rest)
                let text = try await perform(.revoke(RevocationBatch(revocations: next, isTrial: isTrial)))
                let outcomes = try JSONDecoder().decode([RevocationOutcome].self, from: Data(text.utf8))
                for (revocation, outcome) in zip(next, outcomes) { report.note(outcome, of: revocation) }
            }
            return report
        }
        print(report.text)
        guard report.left.isEmpty else { throw ExitCode(1) }
    }

    /// As many as go together, at least one: keys of the ring go alone.
    private static func next(of rest: inout ArraySlice<Revocation>) throws -> [Revocation] {
        var (next, bytes) = ([Revocation](), 0)
        while let revocation = rest.first, next.count < batch.count {
            bytes += try JSONEncoder().encode(revocation).count
            guard next.isEmpty || (bytes <= batch.bytes && !revocation.isOfKeys) else { break }
            next.append(rest.removeFirst())
            if revocation.isOfKeys { break }
        }
        return next
    }
}

extension Revocation {
    fileprivate var isOfKeys: Bool {
        if case .replaceKeys = deed { true } else { false }
    }

    /// Whether every refresh token is refused by it.
    fileprivate var isOfRefreshTokens: Bool { isOfKeys && target == "refresh" }
}

/// What a restored database knows of the time since the backup.
private struct KnownEvents {
    /// They are in it, so nothing of them was lost.
    private(set) var ids: Set<ID<AuditEvent>> = []
    /// Those that were done again already.
    private(set) var repeated: Set<String> = []

    init(in location: DatabaseLocation, for changes: LostChanges) throws {
        try location.auditEvents(since: changes.start) { event in
            ids.insert(event.id)
            guard event.actor == "command:\(RevocationDesk.command)", let mark = event.details["repeats"] else {
                return
            }
            // What a restore before this backup did to refresh tokens was not done for this one.
            guard mark != Revocation.refreshMark || event.at >= changes.since else { return }
            repeated.insert(mark)
        }
    }
}
