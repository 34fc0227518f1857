import TextForms

/// A request to a provider, or to the simulator itself.
struct Call: Sendable {
    let method: String
    /// The provider's host, which is the first segment of the path. Empty where there is none.
    let host: String
    /// What follows the host, with its leading slash.
    let path: String
    let query: Parameters
    /// The form in the body, if that is one.
    let form: Parameters
    /// The JSON in the body, if that is some.
    let json: JSONValue?
    /// By lower-case names.
    let headers: [String: String]
    /// Whoever is at the other end of the connection.
    let peer: String
    /// Where the simulator was reached, without a final slash, such as `http://127.0.0.1:8199`.
    let base: String

    /// - Parameter target: Path and query.
    init(
        method: String, target: String, headers: [String: String] = [:], body: [UInt8] = [], peer: String = "",
        base: String = ""
    ) {
        self.method = method
        let halves = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let whole = halves.first ?? "/"
        let segment = whole.dropFirst().prefix { $0 != "/" }
        if segment.contains(".") || segment == "_simulator" {
            host = segment.lowercased()
            let rest = whole.dropFirst(segment.count + 1)
            path = rest.isEmpty ? "/" : String(rest)
        } else {
            host = ""
            path = String(whole)
        }
        query = halves.count > 1 ? Parameters(encoded: halves[1]) : Parameters()
        let type = headers["content-type"] ?? ""
        // Our own addresses take nothing else, and curl's -d says that it is a form.
        json = type.hasPrefix("application/json") || host == "_simulator" ? JSONValue(parsing: body) : nil
        form =
            type.hasPrefix("application/x-www-form-urlencoded")
            ? Parameters(encoded: String(decoding: body, as: UTF8.self)) : Parameters()
        self.headers = headers
        self.peer = peer
        self.base = base
    }

    /// A parameter of the body, whether form or JSON.
    func body(_ name: String) -> String? { form[name] ?? json?[name]?.parameter }

    /// A parameter, wherever it stands.
    func anywhere(_ name: String) -> String? { body(name) ?? query[name] }

    /// The bearer token of the header (RFC 6750 §2.1).
    var bearer: String? {
        guard let field = headers["authorization"], field.lowercased().hasPrefix("bearer ") else { return nil }
        return String(field.dropFirst("bearer ".count))
    }

    /// Client id and secret of the header (RFC 6749 §2.3.1).
    var basic: (client: String, secret: String)? {
        guard let field = headers["authorization"], field.lowercased().hasPrefix("basic "),
            let bytes = Base64.bytes(Array(field.utf8.dropFirst("basic ".count)))
        else { return nil }
        let halves = String(decoding: bytes, as: UTF8.self).split(separator: ":", maxSplits: 1)
        guard halves.count == 2 else { return nil }
        let pair = Parameters(encoded: "\(halves[0])=\(halves[1])").pairs
        return pair.first.map { ($0.name, $0.value) }
    }

    /// Who calls, as they name themselves.
    var caller: String { headers["x-simulator-caller"] ?? headers["user-agent"] ?? peer }
}
