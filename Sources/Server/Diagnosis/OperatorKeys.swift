import Model
import Persistence

/// Until when the operator can come in by a key: without one that manages accounts nobody can make another one by the API.
struct OperatorKeys: Sendable, Equatable {
    /// For how long before the end it is told, in seconds.
    static let noticeSeconds = 60 * 86_400

    /// When the last of them ends, nil where none is accepted any more.
    let end: Instant?

    /// - Returns: Nil before `claviger init`.
    init?(_ tx: borrowing Transaction, at now: Instant) throws {
        guard let desk = try tx.operatorAccount(), let scope = Permission.accountsManage.scope else { return nil }
        end = try tx.lastEnd(ofAPIKeysWith: scope, account: desk.id, at: now)
    }

    /// How long there is one, in seconds, once that has to be told; 0 where there is none, nil while there is time.
    func secondsLeft(at now: Instant) -> Int? {
        guard let end, end > now else { return 0 }
        let seconds = end.seconds(since: now)
        return seconds <= Self.noticeSeconds ? seconds : nil
    }

    /// What to do, nil while there is time.
    func problem(at now: Instant) -> String? {
        guard secondsLeft(at: now) != nil else { return nil }
        guard let end, end > now else {
            return "the operator has no key that manages accounts. To make one: claviger operator-key new"
        }
        return """
            the operator's last key that manages accounts ends on \(CivilTime(end).rfc3339()). Rotate it with \
            lifetime_seconds, or make another one: claviger operator-key new
            """
    }

    func findings(at now: Instant) -> [Finding] {
        if let problem = problem(at: now) { return [.warning("operator key", problem)] }
        return end.map { [.fine("operator key", "good until \(CivilTime($0).rfc3339())")] } ?? []
    }
}
