package import Logging
package import Model

/// How a log line looks.
package enum LogFormat: String, Sendable, CaseIterable {
    /// One JSON object a line.
    case json
    /// `time level message key=value …`
    case text

    /// A line. Values are escaped, so none can begin another line or field.
    package func line(
        at now: Instant, _ level: Logger.Level, _ message: String, _ fields: [(name: String, value: String)]
    ) -> [UInt8] {
        let time = CivilTime(now).rfc3339(milliseconds: true)
        switch self {
        case .json:
            return JSONWriter.object { json in
                json.member("time", time)
                json.member("level", level.rawValue)
                json.member("message", message)
                for (name, value) in fields {
                    json.name(name)
                    json.string(value)
                }
            }
        case .text:
            var line = "\(time) \(level.rawValue) \(Self.quoted(message, always: false))"
            for (name, value) in fields { line += " \(name)=\(Self.quoted(value, always: true))" }
            return Array(line.utf8)
        }
    }

    private static func quoted(_ value: String, always: Bool) -> String {
        let isPlain = value.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C && $0 != 0x3D }
        if isPlain, !value.isEmpty { return value }
        let printable = value.unicodeScalars.map { scalar -> String in
            switch scalar {
            case "\"", "\\": "\\\(scalar)"
            case _ where scalar.properties.generalCategory == .control: "\\u{\(String(scalar.value, radix: 16))}"
            default: String(scalar)
            }
        }.joined()
        return always ? "\"\(printable)\"" : printable
    }
}

/// What swift-log writes to: the sink, in our format.
package struct SinkLogHandler: LogHandler {
    package var logLevel: Logger.Level
    package var metadata: Logger.Metadata = [:]
    private let label: String
    private let sink: LogSink
    private let format: LogFormat
    private let now: @Sendable () -> Instant

    package init(
        label: String, level: Logger.Level, sink: LogSink, format: LogFormat, now: @escaping @Sendable () -> Instant
    ) {
        self.label = label
        self.sink = sink
        self.format = format
        self.now = now
        logLevel = level
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { _, new in new }
        var fields = [(name: "label", value: label)]
        fields += all.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value.description) }
        sink.append(format.line(at: now(), event.level, event.message.description, fields))
    }
}
