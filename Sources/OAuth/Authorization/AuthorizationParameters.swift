/// The parameters of an authorization request (RFC 6749 §4.1.1), decoded. Which of them were sent more than once is kept:
/// what that means depends on which it is.
struct AuthorizationParameters: Sendable {
    /// The longest query, in bytes. Browsers and proxies refuse longer addresses.
    static let maximumBytes = 16_384
    private static let maximumCount = 64

    /// As it came.
    let query: String
    private var values: [String: String] = [:]
    private(set) var repeated: Set<String> = []

    /// - Throws: ``AuthorizationError`` for what is not well-formed.
    init(parsing query: String) throws(AuthorizationError) {
        self.query = query
        guard query.utf8.count <= Self.maximumBytes else { throw .malformed }
        var count = 0
        for pair in query.split(separator: "&") {
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            count += 1
            guard count <= Self.maximumCount, let name = Form.decode(halves[0]),
                let value = Form.decode(halves.count == 2 ? halves[1] : "")
            else { throw .malformed }
            if values.updateValue(value, forKey: name) != nil { repeated.insert(name) }
        }
    }

    /// The value of a parameter, nil if it is absent or empty: RFC 6749 §3.1 treats those alike.
    subscript(name: String) -> String? {
        values[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The query to go on with once the user has signed in: without what asks for a sign-in, which was just done. The app
    /// sees when by `auth_time`, so it need not trust the browser to have come this way.
    var continuation: String {
        query.split(separator: "&").compactMap { pair -> String? in
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            switch Form.decode(halves[0]) {
            case "max_age": return nil
            case "prompt":
                let words = (Form.decode(halves.count == 2 ? halves[1] : "") ?? "").split(separator: " ")
                let rest = words.filter { $0 != "login" && $0 != "select_account" }
                return rest.isEmpty ? nil : "prompt=" + rest.joined(separator: "+")
            default: return String(pair)
            }
        }.joined(separator: "&")
    }
}
