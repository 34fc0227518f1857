import Model

/// What is wrong with the fields of a form, each at its field.
struct FieldErrors: Hashable, Sendable {
    private let problems: [InvalidField]

    /// Nothing wrong.
    static let none = FieldErrors([])

    init(_ problems: [InvalidField]) {
        self.problems = problems
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
