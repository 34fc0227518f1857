import HTTPServing
import HTTPTypes
import Model
import Persistence
import Policy

/// What the management API reads from a query. A name that nobody asks for is ignored; one that is asked for and there
/// twice is refused.
extension QueryParameters {
    /// The value of `name`, nil where it is not given.
    ///
    /// - Throws: A problem with 400 if it is there twice, is not well-formed or has a control character.
    func single(_ name: String) throws(ProblemDocument) -> String? {
        let values = values(of: name)
        guard values.count <= 1 else { throw .badParameter(name, "is given more than once.") }
        guard let value = values.first else { return nil }
        guard let value, value.utf8.allSatisfy({ $0 >= 0x20 }) else {
            throw .badParameter(name, "is not well-formed.")
        }
        return value
    }

    /// `limit` and `cursor`: the part of a list that is wanted. 1 to 200 items, 50 unless given (threat P9).
    ///
    /// - Throws: A problem with 400 for any other limit, and for what is no cursor of this list.
    func page(of list: ListName) throws(ProblemDocument) -> Page {
        Page(limit: try limit(), after: try cursor(of: list))
    }

    private func limit() throws(ProblemDocument) -> Int {
        guard let text = try single("limit") else { return Page.standardLimit }
        guard (1...3).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let limit = Int(text), Page.limits.contains(limit)
        else { throw .badParameter("limit", "must be a whole number from 1 to 200.") }
        return limit
    }

    private func cursor(of list: ListName) throws(ProblemDocument) -> Cursor? {
        guard let text = try single("cursor") else { return nil }
        guard let cursor = list.cursor(text) else {
            throw .badParameter("cursor", "must be the next_cursor of a reply of this list.")
        }
        return cursor
    }

    /// `include`: whether what organizations below hold is wanted, too.
    ///
    /// - Throws: A problem with 400 for anything but `descendants`.
    func includesDescendants() throws(ProblemDocument) -> Bool {
        guard let text = try single("include") else { return false }
        guard text == "descendants" else { throw .badParameter("include", "may only be \"descendants\".") }
        return true
    }

    /// The filters of a list of credentials, of which each is left out where it is not given.
    ///
    /// - Parameter kind: What has no address rule or secret in every one is not asked for it.
    /// - Throws: A problem with 400 for a value that a filter does not have.
    func credentialFilter(of kind: StewardedID.Kind, at now: Instant) throws(ProblemDocument) -> CredentialFilter {
        var filter = CredentialFilter(at: now)
        if let text = try single("state") {
            guard let state = CredentialState(rawValue: text) else {
                throw .badParameter("state", "must be \"active\", \"disabled\" or \"expired\".")
            }
            filter.state = state
        }
        filter.isUsed = try flag("used")
        filter.unusedSince = try time("unused_since")
        filter.createdBefore = try time("created_before")
        filter.isLeft = try flag("creator_left")
        if let text = try single("scope") {
            guard let scope = Scope(text) else { throw .badParameter("scope", "must be the name of one scope.") }
            filter.scope = scope
        }
        switch kind {
        case .apiKey, .integration:
            filter.secretBefore = try time("secret_before")
            filter.isFromAnywhere = try flag("address_rule").map { !$0 }
        case .app: break
        }
        return filter
    }

    /// Yes or no, nil where it is not given.
    ///
    /// - Throws: A problem with 400 for anything but `true` and `false`.
    private func flag(_ name: String) throws(ProblemDocument) -> Bool? {
        switch try single(name) {
        case nil: return nil
        case "false": return false
        case "true": return true
        case .some: throw .badParameter(name, "must be \"true\" or \"false\".")
        }
    }

    /// `force`: whether something is wanted although it takes away the last of its kind, or what is in use.
    ///
    /// - Throws: A problem with 400 for anything but `true` and `false`.
    func force() throws(ProblemDocument) -> Bool {
        try flag("force") ?? false
    }

    /// A time (``RFC3339``), nil where it is not given.
    ///
    /// - Throws: A problem with 400 for anything else.
    func time(_ name: String) throws(ProblemDocument) -> Instant? {
        guard let text = try single(name) else { return nil }
        guard let time = RFC3339.instant(text) else {
            throw .badParameter(name, "must be a time such as 2026-03-01T09:30:00Z (RFC 3339).")
        }
        return time
    }
}

extension ProblemDocument {
    /// 400: a query parameter or header that cannot be read.
    static func badParameter(_ name: String, _ explanation: String) -> ProblemDocument {
        ProblemDocument(
            status: .badRequest, type: "bad-parameter", title: "Unreadable parameter", detail: "\(name) \(explanation)")
    }
}
