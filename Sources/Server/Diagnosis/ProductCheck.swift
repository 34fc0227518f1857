import ProductDefinition

/// Whether the product definition is one.
struct ProductCheck {
    let path: String?

    func finding() -> Finding {
        guard let path else { return .fine("product", "the standard product") }
        do throws(ProductError) {
            let product = try Product.load(from: path)
            return .fine(
                "product", "\(product.name), brand \(product.brand), \(product.scopes.definitions.count) scopes")
        } catch {
            return .error("product", error.description)
        }
    }
}
