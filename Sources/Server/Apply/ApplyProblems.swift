import DefinitionFile

/// What services have against a file, a line each, in the order of the file.
struct ApplyProblems: Error, CustomStringConvertible {
    /// How many are told.
    private static let maximum = 20

    let problems: [DefinitionError]

    var description: String {
        let inOrder = problems.sorted { ($0.line ?? 0, $0.column ?? 0) < ($1.line ?? 0, $1.column ?? 0) }
        let told = inOrder.prefix(Self.maximum).map(\.description)
        let rest = problems.count - told.count
        return (told + (rest > 0 ? ["and \(rest) more"] : [])).joined(separator: "\n")
    }
}
