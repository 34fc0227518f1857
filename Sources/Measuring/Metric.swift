/// One thing that is measured, as Prometheus knows it. Names and labels are fixed, so there are as many of them an hour
/// after the start as at the start (law 7).
package struct Metric: Sendable {
    /// How its values are to be understood.
    package enum Kind: String, Sendable {
        /// Only ever grows.
        case counter
        /// As it is now.
        case gauge
        /// How often it was at most so much.
        case histogram
    }

    /// One line of it.
    package struct Reading: Sendable {
        /// Follows the metric's name.
        package let suffix: String
        package let labels: [(name: String, value: String)]
        package let value: Double

        package init(_ value: Double, labels: [(name: String, value: String)] = [], suffix: String = "") {
            self.value = value
            self.labels = labels
            self.suffix = suffix
        }
    }

    package let name: String
    package let kind: Kind
    /// What it says, for people.
    package let summary: String
    /// What it is now.
    package let read: @Sendable () -> [Reading]

    package init(_ name: String, _ kind: Kind, _ summary: String, read: @escaping @Sendable () -> [Reading]) {
        self.name = name
        self.kind = kind
        self.summary = summary
        self.read = read
    }

    /// A number of the moment.
    package static func gauge(_ name: String, _ summary: String, _ value: @escaping @Sendable () -> Int) -> Metric {
        Metric(name, .gauge, summary) { [Reading(Double(value()))] }
    }
}

extension Metric {
    /// Several metrics in the text format of Prometheus, version 0.0.4.
    package static func text(of metrics: [Metric]) -> String {
        metrics.map(\.text).joined()
    }

    /// The media type of that text.
    package static let mediaType = "text/plain; version=0.0.4; charset=utf-8"

    private var text: String {
        var text = "# HELP \(name) \(Self.escaped(summary))\n# TYPE \(name) \(kind.rawValue)\n"
        for reading in read() {
            let labels = reading.labels.map { "\($0.name)=\"\(Self.escaped($0.value, quoted: true))\"" }
            let list = labels.isEmpty ? "" : "{\(labels.joined(separator: ","))}"
            text += "\(name)\(reading.suffix)\(list) \(Self.written(reading.value))\n"
        }
        return text
    }

    /// Whole numbers without a fraction, as counters are read most easily.
    static func written(_ value: Double) -> String {
        if value == .infinity { return "+Inf" }
        return Int(exactly: value).map(String.init) ?? "\(value)"
    }

    private static func escaped(_ text: String, quoted: Bool = false) -> String {
        let plain = text.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
        return quoted ? plain.replacing("\"", with: "\\\"") : plain
    }
}
