import Model
package import ProductDefinition

/// What all pages of an installation have in common. Comes from the configuration alone, never from a request (threat P5).
package struct Site: Sendable {
    /// What the pages call the product.
    let product: String
    /// Where people find help.
    let supportLink: String?
    /// The public base URL of the server.
    let issuer: String
    /// Scheme, host and port of the issuer, as browsers write them into `Origin`.
    let origin: String
    /// The path of the issuer, in front of every link. Empty for most.
    let base: String
    /// Whether cookies may insist on TLS.
    let isSecure: Bool
    /// The path of the stylesheet, below ``base``.
    let stylesheet: String

    /// - Parameter issuer: A URL of scheme, host, port and path without a final slash.
    package init(product: Product, issuer: String) {
        self.product = product.name
        supportLink = product.supportLink
        self.issuer = issuer
        let host = issuer.split(separator: "//", maxSplits: 1).last ?? ""
        let path = host.drop { $0 != "/" }
        base = String(path)
        origin = String(issuer.dropLast(path.count))
        isSecure = issuer.hasPrefix("https://")
        stylesheet = Stylesheet.path
    }

    /// A link to one of our pages.
    func link(_ url: ConsoleURL) -> String { base + url.text }
}
