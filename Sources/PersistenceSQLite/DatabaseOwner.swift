/// The process that owns a database file.
package struct DatabaseOwner: Hashable, Sendable {
    private static let word = "takes errands"

    /// Its number.
    package let process: Int32
    /// Whether it takes what commands ask: a server does from when it listens until it ends, and a command never does.
    package let takesErrands: Bool

    init(process: Int32, takesErrands: Bool) {
        self.process = process
        self.takesErrands = takesErrands
    }

    /// From what is in the lock file: its number and, behind a space, what it takes.
    init?(parsing text: String) {
        let words = text.split(separator: " ", maxSplits: 1)
        guard let process = words.first.flatMap({ Int32($0) }), process > 0 else { return nil }
        self.init(process: process, takesErrands: words.dropFirst().first == Self.word[...])
    }

    var text: String { takesErrands ? "\(process) \(Self.word)" : String(process) }
}
