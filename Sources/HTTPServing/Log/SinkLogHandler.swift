package import Logging
package import Model

/// What swift-log writes to: the sink, in our format.
package struct SinkLogHandler: LogHandler {
    /// That of all, unless this logger was given one of its own.
    package var logLevel: Logger.Level {
        get { own ?? threshold.level }
        set { own = newValue }
    }
    package var metadata: Logger.Metadata = [:]
    private let threshold: LogThreshold
    private var own: Logger.Level?
    private let label: String
    private let sink: LogSink
    private let format: LogFormat
    private let now: @Sendable () -> Instant

    package init(
        label: String, threshold: LogThreshold, sink: LogSink, format: LogFormat,
        now: @escaping @Sendable () -> Instant
    ) {
        self.threshold = threshold
        self.label = label
        self.sink = sink
        self.format = format
        self.now = now
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { _, new in new }.sorted { $0.key < $1.key }
        let time = CivilTime(now()).rfc3339(milliseconds: true)
        sink.append { line in
            line.begin(format, time: time, level: event.level.rawValue, message: event.message.description)
            line.field("label", label, format)
            for (name, value) in all { line.field(named: name, value.description, format) }
            line.end(format)
        }
    }
}
