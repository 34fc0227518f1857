import TextForms

/// Where an app has the browser sent back to (RFC 6749 §3.1.2): an absolute URI without a fragment, compared byte for
/// byte.
///
/// Allowed are `https`, `http` to the own machine, and private-use schemes with a dot in them, such as
/// `com.example.app:/callback` (RFC 8252 §7.1). That leaves out `javascript:`, `data:` and the like by construction
/// (threat R8). Of `http://127.0.0.1` and `http://[::1]` the port may differ (RFC 8252 §7.3), and nothing else.
package struct RedirectURI: Hashable, Sendable, CustomStringConvertible {
    /// Why a text is none.
    package enum Problem: String, Error, Hashable, Sendable, CaseIterable {
        case tooLong, forbiddenCharacter, brokenEscape, fragment, scheme, plainHTTP, host, userInformation
        case answerParameter

        /// For people.
        package var explanation: String {
            switch self {
            case .tooLong: "A URI has at most \(RedirectURI.maximumLength) bytes."
            case .forbiddenCharacter: "A URI has visible ASCII characters alone, and none of \"<>\\^`{|}*."
            case .brokenEscape: "Every % must be followed by two hexadecimal digits."
            case .fragment: "A redirect URI has no fragment (RFC 6749 §3.1.2)."
            case .scheme:
                "The scheme must be https, http to the own machine, or a private-use one with a dot in it such as com.example.app."
            case .plainHTTP: "http is for 127.0.0.1, [::1] and localhost alone. Use https."
            case .host: "The URI must name a host, and a port from 1 to 65535 without leading zeros if any."
            case .userInformation: "The URI must not name a user."
            case .answerParameter: "The query has a parameter that only the answer may have, such as code or state."
            }
        }
    }

    /// The longest, in bytes.
    package static let maximumLength = 2000

    /// As it was registered.
    package let text: String
    /// For a loopback address: what stands before and behind the port.
    private let loopback: Loopback?

    private struct Loopback: Hashable, Sendable {
        /// Scheme and host as they are spelled.
        let head: String
        /// Path and query.
        let tail: String
    }

    /// - Throws: ``Problem``.
    package init(parsing text: String) throws(Problem) {
        let parts = try URIParts(text)
        guard !text.utf8.contains(UInt8(ascii: "#")) else { throw .fragment }
        switch parts.scheme {
        case "https": loopback = nil
        case "http":
            guard let host = parts.host, Self.ownHosts.contains(host) else { throw .plainHTTP }
            loopback = host == "localhost" ? nil : Loopback(head: parts.head, tail: parts.tail)
        default:
            guard parts.scheme.contains(".") else { throw .scheme }
            loopback = nil
        }
        self.text = text
    }

    /// Whether a request names this one. The text that it names is used from then on, with its own port.
    package func matches(_ presented: String) -> Bool {
        if presented.utf8.elementsEqual(text.utf8) { return true }
        guard let loopback, let other = try? RedirectURI(parsing: presented) else { return false }
        return other.loopback == loopback
    }

    /// The scheme of a native app, nil for the web's own.
    package var privateUseScheme: String? {
        let scheme = text.prefix { $0 != ":" }.lowercased()
        return scheme == "https" || scheme == "http" ? nil : scheme
    }

    /// Scheme, host and port, for a Content-Security-Policy. Nil for private-use schemes.
    package var origin: String? {
        privateUseScheme == nil ? (try? URIParts(text))?.origin : nil
    }

    package var description: String { text }

    /// What an authorization response may have, of every response type and mode that there is, not of ours alone.
    package static let answerParameters: Set = [
        "code", "state", "iss", "error", "error_description", "error_uri", "response", "id_token", "access_token",
        "token_type", "expires_in", "scope", "session_state",
    ]
    /// What comes back from a sign-out (OpenID Connect RP-Initiated Logout §3).
    package static let signedOutParameters: Set = ["state"]

    /// Whether its own query has one of these parameters, in any spelling, or something that may be taken for one: the app
    /// could not tell it from our answer (threat R7).
    package func hasParameter(among names: Set<String>) -> Bool {
        guard let mark = text.firstIndex(of: "?") else { return false }
        return text[text.index(after: mark)...].split(whereSeparator: { $0 == "&" || $0 == ";" }).contains { pair in
            guard let name = Self.decoded(pair.prefix { $0 != "=" }) else { return true }
            return names.contains(name.lowercased())
        }
    }

    /// A name of a query, whose escapes are whole. Nil for what is no text.
    private static func decoded(_ name: Substring) -> String? {
        var name = name
        guard let bytes = name.withUTF8({ PercentEscape.bytes(UnsafeRawBufferPointer($0)) }) else { return nil }
        return bytes.contains(0) ? nil : String(validating: bytes, as: UTF8.self)
    }

    private static let ownHosts: Set = ["127.0.0.1", "[::1]", "localhost"]
}

/// A link that a page shows: an `https` URI (threat R8). Nothing of ours ever fetches it.
package struct WebLink: Hashable, Sendable, CustomStringConvertible {
    package let text: String
    /// Scheme, host and port, for a Content-Security-Policy.
    package let origin: String

    /// - Throws: ``RedirectURI/Problem``.
    package init(parsing text: String) throws(RedirectURI.Problem) {
        let parts = try URIParts(text)
        guard parts.scheme == "https", let origin = parts.origin else { throw .scheme }
        self.text = text
        self.origin = origin
    }

    package var description: String { text }
}

/// The parts of a URI (RFC 3986 §3), taken apart strictly: what two parsers could read in two ways is refused (threat R1).
private struct URIParts {
    /// In lower case.
    let scheme: String
    /// In lower case, with the brackets of an IPv6 address. Nil for a URI without authority.
    let host: String?
    let port: Int?
    /// What stands before the port, as it is spelled.
    let head: String
    /// What follows the authority.
    let tail: String

    var origin: String? {
        host.map { host in "\(scheme)://\(host)\(port.map { ":\($0)" } ?? "")" }
    }

    init(_ text: String) throws(RedirectURI.Problem) {
        guard text.utf8.count <= RedirectURI.maximumLength else { throw .tooLong }
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && !Self.isForbidden($0) }) else {
            throw .forbiddenCharacter
        }
        guard Self.hasWholeEscapes(text) else { throw .brokenEscape }
        let pieces = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard pieces.count == 2, Self.isScheme(pieces[0]) else { throw .scheme }
        let scheme = pieces[0].lowercased()
        let rest = pieces[1]
        let isWeb = scheme == "https" || scheme == "http"
        guard rest.hasPrefix("//") else {
            guard !isWeb else { throw .host }
            self.scheme = scheme
            host = nil
            port = nil
            head = "\(pieces[0]):"
            tail = String(rest)
            return
        }
        let authority = rest.dropFirst(2).prefix { !"/?#".contains($0) }
        guard !authority.contains("@") else { throw .userInformation }
        guard let (host, port) = Self.hostAndPort(authority) else { throw .host }
        guard !host.isEmpty || !isWeb else { throw .host }
        self.scheme = scheme
        self.host = host
        self.port = port
        let portLength = port.map { ":\($0)".count } ?? 0
        head = "\(pieces[0])://\(authority.dropLast(portLength))"
        tail = String(rest.dropFirst(2 + authority.count))
    }

    private static func isForbidden(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\\"), UInt8(ascii: "^"),
            UInt8(ascii: "`"), UInt8(ascii: "{"), UInt8(ascii: "|"), UInt8(ascii: "}"), UInt8(ascii: "*"):
            true
        default: false
        }
    }

    private static func isScheme(_ text: Substring) -> Bool {
        guard let first = text.utf8.first, isLetter(first) else { return false }
        return text.utf8.allSatisfy { isLetter($0) || (0x30...0x39).contains($0) || "+-.".utf8.contains($0) }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }

    private static func hasWholeEscapes(_ text: String) -> Bool {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return true }
        let pieces = text.utf8.split(separator: UInt8(ascii: "%"), omittingEmptySubsequences: false)
        return pieces.dropFirst().allSatisfy { piece in
            piece.count >= 2 && piece.prefix(2).allSatisfy { Hexadecimal.value(of: $0) != nil }
        }
    }

    private static func hostAndPort(_ authority: Substring) -> (host: String, port: Int?)? {
        var host = authority
        var rest: Substring = ""
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]"),
                IPAddress(String(authority[authority.index(after: authority.startIndex)..<end])) != nil
            else { return nil }
            let behind = authority.index(after: end)
            host = authority[..<behind]
            rest = authority[behind...]
        } else if let colon = authority.firstIndex(of: ":") {
            host = authority[..<colon]
            rest = authority[colon...]
        }
        guard host.hasPrefix("[") || host.utf8.allSatisfy(isHostCharacter) else { return nil }
        guard !rest.isEmpty else { return (host.lowercased(), nil) }
        let digits = rest.dropFirst()
        guard rest.hasPrefix(":"), (1...5).contains(digits.utf8.count),
            digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), !digits.hasPrefix("0"), let port = Int(digits),
            (1...65535).contains(port)
        else { return nil }
        return (host.lowercased(), port)
    }

    /// A registered name in ASCII, without escapes: those exist for names that no resolver takes.
    private static func isHostCharacter(_ byte: UInt8) -> Bool {
        isLetter(byte) || (0x30...0x39).contains(byte) || "-._~".utf8.contains(byte)
    }
}
