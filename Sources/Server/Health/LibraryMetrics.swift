import CoreMetrics
import Locking
import Measuring

/// What the libraries measure that the server is made of: they tell swift-metrics, and this stands behind it.
///
/// Libraries choose their names and labels, so both are bounded here (law 7): so many names, and so many series of each. Series beyond
/// those count together under labels that say `other`; a name too many is not told at all.
final class LibraryMetrics: MetricsFactory {
    private static let mostNames = 64
    private static let mostSeries = 48
    private static let decades = [1, 10, 100, 1000, 10_000, 100_000, 1_000_000].map(Double.init)

    /// Where a number is counted.
    fileprivate enum Measure {
        case counter(Measuring.Counter)
        case gauge(Measuring.Gauge)
        case histogram(Histogram)
    }

    fileprivate struct Series {
        let labels: [(name: String, value: String)]
        let measure: Measure
    }

    private struct Family {
        let kind: Metric.Kind
        var series: [[String]: Series] = [:]
    }

    private let families = Lock<[String: Family]>([:])
    private let leftOut = Measuring.Counter()

    /// What they said so far, in the order of the names.
    var all: [Metric] {
        families.withLock { $0 }.sorted { $0.key < $1.key }.map { name, family in
            Metric(name, family.kind, "What a library of the server measures.") {
                family.series.sorted { $0.key.lexicographicallyPrecedes($1.key) }.flatMap { $0.value.readings }
            }
        }
    }

    /// How many names there were too many.
    var metric: Metric {
        leftOut.metric(
            "claviger_library_metrics_left_out_total",
            "Numbers of libraries that are not told, because there are too many.")
    }

    /// Where a number of that name counts, which is made unless it is there.
    private func measure(
        _ label: String, _ suffix: String, _ dimensions: [(String, String)], _ kind: Metric.Kind,
        make: () -> Measure
    ) -> Measure {
        let name = Self.name(label) + suffix
        let labels = dimensions.map { (name: Self.name($0.0).replacing(":", with: "_"), value: $0.1) }
        let found = families.withLock { families -> Measure? in
            var family = families[name] ?? Family(kind: kind)
            // Our own names are ours, and no name says two things.
            guard family.kind == kind, !Self.isOurs(name),
                families[name] != nil || families.count < Self.mostNames
            else { return nil }
            var labels = labels
            if family.series[labels.map(\.value)] == nil, family.series.count >= Self.mostSeries {
                labels = labels.map { (name: $0.name, value: "other") }
            }
            let key = labels.map(\.value)
            if let known = family.series[key] { return known.measure }
            let made = make()
            family.series[key] = Series(labels: labels, measure: made)
            families[name] = family
            return made
        }
        if found == nil { leftOut.add() }
        return found ?? make()
    }

    /// What Prometheus allows in a name, with `_` in place of all else.
    private static func name(_ text: String) -> String {
        let name = text.utf8.map { byte -> Character in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: ":"):
                Character(UnicodeScalar(byte))
            default: "_"
            }
        }
        return name.first?.isNumber ?? true ? "_" + String(name) : String(name)
    }

    private static func isOurs(_ name: String) -> Bool { name.hasPrefix("claviger_") || name.hasPrefix("process_") }
}

extension LibraryMetrics.Series {
    fileprivate var readings: [Metric.Reading] {
        switch measure {
        case .counter(let counter): [.init(Double(counter.value), labels: labels)]
        case .gauge(let gauge): [.init(gauge.value, labels: labels)]
        case .histogram(let histogram): histogram.readings(labels)
        }
    }
}

// MARK: What swift-metrics asks for

extension LibraryMetrics {
    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        LibraryNumber(measure(label, "_total", dimensions, .counter) { .counter(Measuring.Counter()) })
    }

    func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        LibraryNumber(measure(label, "", dimensions, .gauge) { .gauge(Measuring.Gauge()) })
    }

    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        LibraryNumber(
            measure(label, "", dimensions, aggregate ? .histogram : .gauge) {
                aggregate ? .histogram(Histogram(Self.decades)) : .gauge(Measuring.Gauge())
            })
    }

    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        LibraryNumber(
            measure(label, "_seconds", dimensions, .histogram) { .histogram(Histogram(Histogram.shortTimes)) })
    }

    // A counter that goes away would look as if it had begun anew, so what was counted stays.
    func destroyCounter(_: any CounterHandler) {}
    func destroyMeter(_: any MeterHandler) {}
    func destroyRecorder(_: any RecorderHandler) {}
    func destroyTimer(_: any TimerHandler) {}
}

/// One number of a library's. What does not fit its kind is not asked of it.
private final class LibraryNumber: CounterHandler, MeterHandler, RecorderHandler, TimerHandler {
    private let measure: LibraryMetrics.Measure

    init(_ measure: LibraryMetrics.Measure) {
        self.measure = measure
    }

    func increment(by amount: Int64) {
        if case .counter(let counter) = measure { counter.add(Int(max(0, amount))) }
    }

    /// A counter never goes back while the process runs.
    func reset() {}

    func set(_ value: Int64) { set(Double(value)) }

    func set(_ value: Double) {
        if case .gauge(let gauge) = measure { gauge.set(value) }
    }

    func increment(by amount: Double) {
        if case .gauge(let gauge) = measure { gauge.add(amount) }
    }

    func decrement(by amount: Double) { increment(by: -amount) }

    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        switch measure {
        case .gauge(let gauge): gauge.set(value)
        case .histogram(let histogram): histogram.note(seconds: value)
        case .counter: return
        }
    }

    func recordNanoseconds(_ duration: Int64) {
        if case .histogram(let histogram) = measure { histogram.note(nanoseconds: duration) }
    }
}
