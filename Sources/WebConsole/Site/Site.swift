import Model
import Policy
package import ProductDefinition

/// What all pages of an installation have in common. Comes from the configuration alone, never from a request (threat P5).
package struct Site: Sendable {
    /// What the pages call the product.
    let product: String
    /// Where people find help.
    let supportLink: String?
    /// Where the server is reached. Links, cookies and the check of `Origin` follow it.
    let address: PublicAddress
    /// The link to the stylesheet.
    let stylesheet: String
    /// The product's colours and marks.
    let assets: ProductAssets
    /// What the pages call the things that people meet here.
    let words: ProductWords
    /// Whether the product's name is in its logo.
    let logoHasName: Bool

    /// - Parameter issuer: A URL of scheme, host, port and path without a final slash.
    package init(product: Product, issuer: String) {
        self.product = product.name
        supportLink = product.supportLink
        address = PublicAddress(issuer: issuer)
        stylesheet = address.link(Stylesheet.asset.path)
        assets = ProductAssets(product)
        words = product.words
        logoHasName = product.look.logoHasName
    }

    /// A link to one of our pages.
    func link(_ url: ConsoleURL) -> String { address.link(url.text) }

    /// A link to what a page loads.
    func link(_ asset: Asset) -> String { address.link(asset.path) }
}
