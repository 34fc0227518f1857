import Policy

/// The public base URL of the server (RFC 8414 §2), in the one form that is compared byte for byte.
struct IssuerURL: Sendable {
    let text: String
    private let isHTTPS: Bool
    private let host: String

    /// A URL of scheme, host, port and path in lower case where case does not matter, or nil. No user, query, fragment,
    /// percent sign, empty or dotted path segment, or final slash.
    init?(_ text: String) {
        let form = /(https?):\/\/([a-z0-9.-]+|\[[0-9a-f:.]+\])(?::([0-9]+))?((?:\/[A-Za-z0-9._~-]+)*)/
        guard text.utf8.count <= 200, let match = text.wholeMatch(of: form) else { return nil }
        let (_, scheme, host, port, path) = match.output
        guard Self.isHost(host), port.map({ ListenAddress.port($0) != nil }) ?? true,
            !path.split(separator: "/").contains(where: { $0 == "." || $0 == ".." })
        else { return nil }
        self.text = text
        self.host = String(host)
        isHTTPS = scheme == "https"
    }

    /// Whether tokens may be issued under it: never over plain HTTP, but for trying out on one machine.
    func isAllowed(in environment: ServerConfiguration.Environment) -> Bool {
        isHTTPS || (environment == .development && isLoopback)
    }

    private var isLoopback: Bool {
        let address = host.first == "[" ? host.dropFirst().dropLast() : host[...]
        return host == "localhost" || IPAddress(address).map(\.isLoopback) ?? false
    }

    private static func isHost(_ host: Substring) -> Bool {
        if host.first == "[" { return IPAddress(host.dropFirst().dropLast()) != nil }
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        guard labels.allSatisfy({ (1...63).contains($0.count) && $0.first != "-" && $0.last != "-" }) else {
            return false
        }
        // What ends in a number is an IPv4 address or a slip.
        let endsInNumber = labels.last?.allSatisfy(\.isNumber) ?? false
        return !endsInNumber || IPAddress(host) != nil
    }
}
