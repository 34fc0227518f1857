import Measuring

/// What is measured of the requests to one route: how they were answered, and how long that took.
final class RouteMeasure: Sendable {
    /// The statuses that we send or note. Any other counts as ``other``.
    private static let statuses = [
        101, 200, 201, 202, 204, 206, 302, 303, 304, 307, 308, 400, 401, 402, 403, 404, 405, 406, 408, 409, 410, 411,
        412, 413, 414, 415, 417, 421, 422, 423, 425, 426, 428, 429, 431, 451, 499, 500, 501, 502, 503, 504, 505,
    ]
    private static let other = "other"
    /// The place of each status from 100 on, so that none is searched for.
    private static let places: [UInt8] = (100..<600).map { status in
        UInt8(statuses.firstIndex(of: status) ?? statuses.count)
    }

    let name: String
    private let answers: Tally
    private let durations: Histogram

    /// - Parameter isSpread: Whether each core counts for itself.
    init(_ name: String, isSpread: Bool = false) {
        self.name = name
        answers = Tally(Self.statuses.count + 1, isSpread: isSpread)
        durations = Histogram(Histogram.shortTimes, isSpread: isSpread)
    }

    /// A request was answered.
    ///
    /// - Parameter nanoseconds: How long it took, nil where nobody took the time.
    func note(status: Int, nanoseconds: Int64?) {
        let index = status - 100
        answers.add(at: Self.places.indices.contains(index) ? Int(Self.places[index]) : Self.statuses.count)
        if let nanoseconds { durations.note(nanoseconds: nanoseconds) }
    }

    /// How often it was answered, by status, where it was at all.
    var counts: [Metric.Reading] {
        (Self.statuses.map(String.init) + [Self.other]).enumerated().compactMap { place, status in
            let count = answers[place]
            return count == 0 ? nil : .init(Double(count), labels: [("route", name), ("status", status)])
        }
    }

    /// How long that took, where it was answered at all.
    var times: [Metric.Reading] { durations.count == 0 ? [] : durations.readings([("route", name)]) }
}
