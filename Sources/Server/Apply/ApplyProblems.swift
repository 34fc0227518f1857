import DefinitionFile

/// What services have against a file, a line each.
struct ApplyProblems: Error, CustomStringConvertible {
    /// How many are told.
    private static let maximum = 20

    let problems: [DefinitionError]

    var description: String {
        let told = problems.prefix(Self.maximum).map(\.description)
        let rest = problems.count - told.count
        return (told + (rest > 0 ? ["and \(rest) more"] : [])).joined(separator: "\n")
    }
}
