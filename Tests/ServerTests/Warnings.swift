import Locking
import Logging

/// Counts the warnings of a log.
final class Warnings: Sendable {
    private let number = Lock(0)

    var count: Int { number.withLock(\.self) }

    fileprivate func add() {
        number.withLock { $0 += 1 }
    }
}

struct WarningHandler: LogHandler {
    let warnings: Warnings
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.debug

    init(_ warnings: Warnings) {
        self.warnings = warnings
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        if event.level == .warning { warnings.add() }
    }
}
