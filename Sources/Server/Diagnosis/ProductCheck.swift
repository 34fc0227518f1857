import Model
import ProductDefinition

/// Whether the product definition is one, and what it gives up.
struct ProductCheck {
    let path: String?

    func findings() -> [Finding] {
        guard let path else { return [.fine("product", "the standard product")] }
        do throws(ProductError) {
            let product = try Product.load(from: path)
            let said = "\(product.name), brand \(product.brand), \(product.scopes.definitions.count) scopes"
            return [.fine("product", said)] + grace(product.policy) + lifetime(product.policy)
        } catch {
            return [.error("product", error.description)]
        }
    }

    private func lifetime(_ policy: ProductPolicy) -> [Finding] {
        let seconds = policy.accessTokenSeconds
        guard AccessToken.isShortLived(seconds) else { return [] }
        return [.warning("product", "access tokens live \(seconds) seconds. \(AccessToken.shortLifeWarning)")]
    }

    private func grace(_ policy: ProductPolicy) -> [Finding] {
        guard policy.revocationGraceSeconds > 0 else { return [] }
        let text = """
            revocation_grace_seconds is \(policy.revocationGraceSeconds): a node that reaches neither the revocation feed nor the \
            database accepts for so long what was revoked on other nodes
            """
        return [.warning("product", text)]
    }
}
