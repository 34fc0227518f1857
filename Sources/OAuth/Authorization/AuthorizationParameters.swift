import Policy

/// The parameters of an authorization request (RFC 6749 §4.1.1), decoded. Which of them were sent more than once is kept:
/// what that means depends on which it is.
struct AuthorizationParameters: Sendable {
    private static let maximumCount = 64
    /// Ours, in a ``continuation`` alone: somebody has just signed in. Who adds it by hand is not asked to sign in as the
    /// user of `id_token_hint`, and gets an error.
    private static let signedInMark = "claviger_signed_in"

    /// As it came.
    let query: String
    private var values: [String: String] = [:]
    private(set) var repeated: Set<String> = []

    /// - Throws: ``AuthorizationError`` for what is not well-formed.
    init(parsing query: String) throws(AuthorizationError) {
        self.query = query
        guard query.utf8.count <= AuthorizationRequest.maximumBytes else { throw .tooLong }
        var count = 0
        for pair in query.split(separator: "&") {
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            count += 1
            guard count <= Self.maximumCount, let name = Form.decode(halves[0]),
                let value = Form.decode(halves.count == 2 ? halves[1] : "")
            else { throw .malformed }
            if values.updateValue(value, forKey: name) != nil { repeated.insert(name) }
        }
        guard continuation.utf8.count <= AuthorizationRequest.maximumBytes else { throw .tooLong }
    }

    /// The value of a parameter, nil if it is absent or empty: RFC 6749 §3.1 treats those alike.
    subscript(name: String) -> String? {
        values[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Whether it is the ``continuation`` of a request that named the user.
    var followsSignIn: Bool { self[Self.signedInMark] != nil }

    /// The query to go on with once the user has signed in: without what asks for a sign-in, which was just done. The app
    /// sees when by `auth_time`, so it need not trust the browser to have come this way.
    ///
    /// It has only characters of a URI; browsers send others as well (WHATWG URL, query percent-encode set).
    var continuation: String {
        let pairs = query.split(separator: "&").compactMap { pair -> String? in
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            switch Form.decode(halves[0]) {
            case "max_age", Self.signedInMark: return nil
            case "prompt":
                let words = (Form.decode(halves.count == 2 ? halves[1] : "") ?? "").split(separator: " ")
                let rest = words.filter { $0 != "login" && $0 != "select_account" }
                return rest.isEmpty ? nil : "prompt=" + rest.joined(separator: "+")
            default: return PercentEscape.query(pair)
            }
        }
        let mark = self["id_token_hint"] == nil ? [] : ["\(Self.signedInMark)=1"]
        return (pairs + mark).joined(separator: "&")
    }
}
