/// The public base URL (the issuer identifier, RFC 8414 §2) as the one source of the addresses that we write. What it makes lies below
/// the issuer's path, which a proxy takes off before a request reaches us.
package struct PublicAddress: Hashable, Sendable {
    /// The base URL itself, as it is compared: no final slash.
    package let issuer: String
    /// Scheme, host and port, as browsers write them into `Origin`.
    package let origin: String
    /// The issuer's path, in front of every link. Empty for most.
    package let path: String

    /// - Parameter issuer: A URL of scheme, host, port and path without a final slash.
    package init(issuer: String) {
        self.issuer = issuer
        let host = issuer.split(separator: "//", maxSplits: 1).last ?? ""
        let path = host.drop { $0 != "/" }
        self.path = String(path)
        origin = String(issuer.dropLast(path.count))
    }

    /// Whether it is reached by TLS.
    package var isSecure: Bool { issuer.hasPrefix("https://") }

    /// The whole address of one of our own paths, such as `/oauth2/token`.
    package func url(_ path: String) -> String { issuer + path }

    /// The same without the origin: a link within a page, or a `Location`.
    package func link(_ path: String) -> String { self.path + path }

    /// Where we answer for a well-known address (RFC 8615), such as `/.well-known/openid-configuration`. With a path in the issuer there
    /// are three: as a proxy that takes the path off leaves it, with the path after it (RFC 8414 §3.1), and with the path before it (OpenID
    /// Connect Discovery §4).
    package func wellKnown(_ plain: String) -> [String] {
        path.isEmpty ? [plain] : [plain, plain + path, path + plain]
    }
}
