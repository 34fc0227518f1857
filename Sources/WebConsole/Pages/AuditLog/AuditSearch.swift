import CredentialFormat
import Events
import Model
import Persistence
import Policy
import ProductDefinition
import SignIn

/// A search in the audit log, as an address has it.
struct AuditSearch: Hashable, Sendable {
    var action: String?
    /// An identifier, or a member's e-mail address.
    var who: String?
    var thing: String?
    var request: String?
    /// A day, as `2026-11-29`, in UTC.
    var since: String?
    var until: String?
    /// Whether the oldest come first, else the newest.
    let isOldestFirst: Bool

    init(_ visit: Visit) {
        action = visit.parameter("action")
        (who, thing, request) = (visit.parameter("who"), visit.parameter("thing"), visit.parameter("request"))
        since = visit.parameter("since")
        until = visit.parameter("until")
        isOldestFirst = visit.parameter("sort") == Self.oldestFirst
    }

    /// What is said where a day cannot be read.
    static let dayHint = "Write a day as 2026-11-29."

    /// What asks for the oldest first.
    static let oldestFirst = "when"

    /// What is searched for.
    var parameters: [(String, String)] {
        [("action", action), ("who", who), ("thing", thing), ("request", request), ("since", since), ("until", until)]
            .compactMap { name, value in value.map { (name, $0) } }
    }

    /// The query of the same search.
    ///
    /// - Parameters:
    ///   - name: What is left out of it.
    ///   - isOldestFirst: The order, nil for the same.
    func query(without name: String? = nil, oldestFirst isOldestFirst: Bool? = nil) -> [(String, String)] {
        parameters.filter { $0.0 != name }
            + (isOldestFirst ?? self.isOldestFirst ? [("sort", Self.oldestFirst)] : [])
    }

    /// What is asked of the log; nil where a day cannot be read.
    ///
    /// - Parameter actors: Whomever `who` names, nil for anybody.
    func filter(actors: [String]?) -> AuditFilter? {
        let (from, to) = (since.map(Self.day), until.map(Self.day))
        if case .some(.none) = from { return nil }
        if case .some(.none) = to { return nil }
        var filter = AuditFilter(
            action: action, target: thing, since: from ?? nil, until: (to ?? nil)?.adding(seconds: 86_400),
            requestID: request)
        filter.actors = actors
        return filter
    }

    /// The beginning of a day in UTC.
    static func day(_ text: String) -> Instant? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard text.utf8.count == 10, parts.count == 3, let year = Int(parts[0]), let month = Int(parts[1]),
            let day = Int(parts[2]), year >= 1970
        else { return nil }
        return CivilTime.midnight(year: year, month: month, day: day)
    }
}
