/// One thing that `claviger doctor` has to say.
struct Finding: Hashable, Sendable {
    /// How much it matters.
    enum Severity: String, Sendable {
        /// As it should be.
        case fine = "ok"
        /// Works, and may not be what is wanted.
        case warning
        /// Unsafe, or keeps the server from starting.
        case error
    }

    let severity: Severity
    /// The setting or thing that it is about.
    let subject: String
    let text: String

    static func fine(_ subject: String, _ text: String) -> Finding {
        Finding(severity: .fine, subject: subject, text: text)
    }

    static func warning(_ subject: String, _ text: String) -> Finding {
        Finding(severity: .warning, subject: subject, text: text)
    }

    static func error(_ subject: String, _ text: String) -> Finding {
        Finding(severity: .error, subject: subject, text: text)
    }
}
