import Model

/// An error as a command tells it.
struct CommandError: Error, CustomStringConvertible {
    let description: String

    init(_ text: String) {
        description = text
    }

    /// What a service refused, in words; any other error as it describes itself.
    init(_ error: any Error) {
        description =
            switch error {
            case Refusal.invalid(let fields): fields.map { "\($0.field): \($0.message)" }.joined(separator: "\n")
            case Refusal.conflict(_, let explanation), Refusal.limitReached(_, let explanation): explanation
            default: "\(error)"
            }
    }
}
