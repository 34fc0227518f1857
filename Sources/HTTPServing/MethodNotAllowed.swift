package import HTTPTypes
package import Hummingbird

extension HTTPField.Name {
    /// `Accept-Patch` (RFC 5789 §3.1)
    package static let acceptPatch = HTTPField.Name("Accept-Patch") ?? .accept
}

/// The answer to a method that a known path does not take (RFC 9110 §15.5.6), whichever path it is.
package enum MethodNotAllowed {
    /// Adds it for every path that the router has so far.
    package static func register(on router: Router<CallerContext>) {
        for (_, routes) in Dictionary(grouping: router.routes, by: \.path.description) {
            guard let path = routes.first?.path else { continue }
            var allowed = Set(routes.map(\.method))
            // The router makes these.
            if allowed.contains(.get) { allowed.insert(.head) }
            var headers: HTTPFields = [.allow: allowed.map(\.rawValue).sorted().joined(separator: ", ")]
            if allowed.contains(.patch) { headers[.acceptPatch] = "application/json" }
            let problem = ProblemDocument(
                status: .methodNotAllowed, type: "method-not-allowed", title: "Method not allowed",
                detail: "This path takes only the methods that `Allow` names.",
                headers: headers)
            for method in OrdinaryDoor.methods where !allowed.contains(method) {
                router.on(path, method: method) { _, _ -> Response in throw problem }
            }
        }
    }
}
