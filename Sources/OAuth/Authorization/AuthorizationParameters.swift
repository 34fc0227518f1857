import CredentialFormat
import Policy
import TextForms

/// The parameters of an authorization request (RFC 6749 §4.1.1), decoded. Which of them were sent more than once is kept:
/// what that means depends on which it is.
struct AuthorizationParameters: Sendable, Redacted {
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
        // An escape makes three bytes of one, so most queries are short enough without a look.
        let longest = query.utf8.count * 3 + Self.signedInMark.utf8.count + 3
        guard
            longest <= AuthorizationRequest.maximumBytes
                || max(escaped.utf8.count, continuation.utf8.count) <= AuthorizationRequest.maximumBytes
        else { throw .tooLong }
    }

    /// The value of a parameter, nil if it is absent or empty: RFC 6749 §3.1 treats those alike.
    subscript(name: String) -> String? {
        values[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Whether it is the ``continuation`` of a request that named the user.
    var followsSignIn: Bool { self[Self.signedInMark] != nil }

    /// All of it, in characters of a URI alone; browsers send others as well (WHATWG URL, query percent-encode set).
    var escaped: String { escaped(without: [], prompts: prompts) }

    /// The query to go on with once the user has signed in: without what asks for a sign-in, which was just done. The app
    /// sees when by `auth_time`, so it need not trust the browser to have come this way.
    var continuation: String {
        let words = prompts.filter { $0 != "login" && $0 != "select_account" }
        let rest = escaped(without: ["max_age", Self.signedInMark], prompts: words)
        return self["id_token_hint"] == nil ? rest : "\(rest)&\(Self.signedInMark)=1"
    }

    /// The query with which the user chooses as whom to go on: without a hint of who it may be.
    var choosingUser: String {
        escaped(
            without: ["login_hint", Self.signedInMark],
            prompts: prompts.filter { $0 != "select_account" } + ["select_account"])
    }

    private var prompts: [Substring] { values["prompt"]?.split(separator: " ") ?? [] }

    /// What came, but for these.
    private func escaped(without left: Set<String>, prompts words: [Substring]) -> String {
        var hasPrompt = false
        var pairs = query.split(separator: "&").compactMap { pair -> String? in
            let name = Form.decode(pair.prefix { $0 != "=" }) ?? ""
            guard name == "prompt", words != prompts else {
                return left.contains(name) ? nil : PercentEscape.query(pair)
            }
            defer { hasPrompt = true }
            return hasPrompt || words.isEmpty ? nil : "prompt=" + words.joined(separator: "+")
        }
        if values["prompt"] == nil, !words.isEmpty { pairs.append("prompt=" + words.joined(separator: "+")) }
        return pairs.joined(separator: "&")
    }
}
