import Model

/// What is wrong with the fields of a form, each at its field.
struct FieldErrors: Hashable, Sendable {
    private let problems: [InvalidField]

    /// Nothing wrong.
    static let none = FieldErrors([])

    init(_ problems: [InvalidField]) {
        self.problems = problems
    }

    /// What a service says of a form.
    ///
    /// - Parameter shown: The fields of the form.
    /// - Throws: The refusal itself where it is about no form: what one may not know of is answered as what does not exist.
    init(_ refusal: Refusal, shown: Set<String>) throws(Refusal) {
        switch refusal {
        case .invalid(let fields): self.init(fields)
        case .exceedsRights(let permission):
            self.init([
                InvalidField(
                    shown.contains("scopes") ? "scopes" : "", "exceeds_rights",
                    "You can’t give or renew “\(permission.rawValue)”, because you don’t have it yourself.")
            ])
        case .conflict(let code, let explanation), .limitReached(let code, let explanation):
            self.init([InvalidField("", code, explanation)])
        case .preconditionFailed:
            self.init([
                InvalidField(
                    "", "changed",
                    "Somebody else changed it while you wrote. Open it again to see what it is now; nothing of yours was saved."
                )
            ])
        case .tooOften(let seconds):
            self.init([InvalidField("", "too_often", "That was too often. Try again in \(Spans.roughly(seconds)).")])
        case .notFound, .forbidden, .presenceRequired: throw refusal
        }
    }

    /// What is wrong with a field, or with something in it; nil for nothing.
    subscript(field: String) -> String? {
        problems.first { $0.field == field || $0.field.hasPrefix("\(field).") }?.message
    }

    /// What is wrong with the items of a field: their places from 0, and what is wrong with each.
    func items(of field: String) -> [(index: Int, message: String)] {
        problems.compactMap { problem in
            guard problem.field.hasPrefix("\(field)."), let index = Int(problem.field.dropFirst(field.count + 1)) else {
                return nil
            }
            return (index, problem.message)
        }
    }

    /// The sentence above the form, nil where nothing is wrong. It names what stands at no field that is shown.
    ///
    /// - Parameter shown: The fields of the form.
    func notice(besides shown: Set<String>) -> Notice? {
        guard !problems.isEmpty else { return nil }
        let other = problems.first { problem in
            !shown.contains { problem.field == $0 || problem.field.hasPrefix("\($0).") }
        }
        return .bad(other.map(\.message) ?? "Nothing was saved. Look at what is marked below.")
    }
}

extension RevisionCondition {
    /// What a form says of the revision that its page showed. One that says none is met by none, so that it changes nothing.
    init(_ text: String?) {
        self = .exactly(text.flatMap(Int.init) ?? 0)
    }
}
