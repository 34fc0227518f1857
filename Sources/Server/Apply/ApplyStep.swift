/// One thing that was done, or would be.
struct ApplyStep: Codable, Hashable, Sendable {
    enum Action: String, Codable, Sendable {
        case create, change, delete
    }

    let action: Action
    let kind: AppliedKind
    let name: String
    /// The names of account and organizations that it is in, from the topmost.
    let within: [String]
    /// Of what is made or changed, as ``AppliedField/changes(from:to:)`` has it.
    var fields: [FieldChange] = []
    /// Of what is made, there is none before it is.
    var id: String?

    /// It as it could be said before it was done.
    var planned: ApplyStep {
        var step = self
        if action == .create { step.id = nil }
        return step
    }

    /// For people, in one line.
    var text: String {
        let sign =
            switch action {
            case .create: "+"
            case .change: "~"
            case .delete: "-"
            }
        let changes = action == .change ? ": " + fields.map(\.text).joined(separator: "; ") : ""
        return "\(sign) \(kind.told(of: name, within: within))\(changes)"
    }
}

extension AppliedKind {
    /// A thing of this kind with where it is, for people.
    func told(of name: String, within: [String]) -> String {
        "\(noun) \(name)\(within.isEmpty ? "" : " in " + within.joined(separator: " / "))"
    }
}

/// A field that has another value afterwards.
struct FieldChange: Codable, Hashable, Sendable {
    /// As the API calls it.
    let field: String
    /// Lists with spaces between; nil for none, and for what is made.
    let before: String?
    let after: String?

    fileprivate var text: String { "\(field) \(before ?? "none") → \(after ?? "none")" }
}
