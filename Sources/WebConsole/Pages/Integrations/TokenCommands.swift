import Policy
import ProductDefinition

/// Commands that get a token from this product's own address.
struct TokenCommands: Sendable {
    private let address: String
    private let words: ProductWords

    init(site: Site, product: Product) {
        address = site.address.url(product.endpoints.token.first ?? "/oauth2/token")
        words = product.words
    }

    /// With what stands for the credentials.
    var example: CodeBlock { curl("CLIENT_ID", "CLIENT_SECRET") }

    /// Ready to run.
    func curl(_ id: String, _ secret: String) -> CodeBlock {
        CodeBlock(
            """
            curl -u '\(id):\(secret)' \\
              -d grant_type=client_credentials \\
              \(address)
            """, label: "Get a token with curl")
    }
}
