import Locking
package import Measuring

/// What is measured of all requests. Routes are known by their patterns, never by what somebody asked for, so there are as many labels as
/// routes (law 7).
package final class RequestMeasures: Sendable {
    private struct Pattern: Hashable {
        let method: String
        let path: String
    }

    /// More patterns than our router has.
    private static let most = 1024
    private static let methods: Set<String> = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    /// What Hummingbird calls the pattern of what it has no route for.
    private static let notFound = "NotFound"

    /// Of each hot route, at ``HotEndpoint/place``. Every verification counts here, so each core does for itself.
    private let hot = HotEndpoint.allCases.sorted { $0.place < $1.place }.map { RouteMeasure($0.path, isSpread: true) }
    private let ordinary = Lock<[Pattern: RouteMeasure]>([:])
    private let unknown = RouteMeasure("unknown")
    /// What broke the rules of HTTP before anybody looked at what it asked for.
    private let refused = RouteMeasure("refused")

    package init() {}

    func note(_ endpoint: HotEndpoint, status: Int, nanoseconds: Int64) {
        let place = endpoint.place
        if hot.indices.contains(place) { hot[place].note(status: status, nanoseconds: nanoseconds) }
    }

    func noteRefused(status: Int) {
        refused.note(status: status, nanoseconds: nil)
    }

    /// - Parameter pattern: That of the route, nil where there is none.
    func note(_ method: String, _ pattern: String?, status: Int, nanoseconds: Int64) {
        guard let pattern, pattern != Self.notFound else {
            unknown.note(status: status, nanoseconds: nanoseconds)
            return
        }
        let key = Pattern(method: Self.methods.contains(method) ? method : "other", path: pattern)
        let route = ordinary.withLock { known -> RouteMeasure? in
            if let route = known[key] { return route }
            guard known.count < Self.most else { return nil }
            let route = RouteMeasure("\(key.method) \(key.path)")
            known[key] = route
            return route
        }
        (route ?? unknown).note(status: status, nanoseconds: nanoseconds)
    }

    private var all: [RouteMeasure] {
        hot + ordinary.withLock { Array($0.values) }.sorted { $0.name < $1.name } + [unknown, refused]
    }

    package var metrics: [Metric] {
        [
            Metric(
                "claviger_requests_total", .counter,
                "Requests that were answered, by the route's pattern and the status."
            ) { self.all.flatMap(\.counts) },
            Metric(
                "claviger_request_seconds", .histogram,
                "How long it took from the whole request to its answer, by the route's pattern."
            ) { self.all.flatMap(\.times) },
        ]
    }
}
