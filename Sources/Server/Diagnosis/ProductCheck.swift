import DefinitionFile
import Model
import Policy
import ProductDefinition
import ProviderDefinition

/// Whether the product definition is one, and what it gives up.
struct ProductCheck {
    let path: String?
    /// The folder of the operator's own provider files.
    let providers: String?

    func findings() -> [Finding] {
        do throws(DefinitionError) {
            let catalogue = try ProviderCatalogue.load(with: providers)
            guard let path else { return [.fine("product", "the standard product")] }
            let product = try Product.load(from: path)
            try product.requireProviders(of: catalogue)
            let said = "\(product.name), brand \(product.brand), \(product.scopes.definitions.count) scopes"
            return [.fine("product", said)] + grace(product.policy) + lifetime(product.policy)
                + scopeList(product.scopes)
        } catch {
            return [.error("product", error.description)]
        }
    }

    private func lifetime(_ policy: ProductPolicy) -> [Finding] {
        let seconds = policy.accessTokenSeconds
        guard AccessToken.isShortLived(seconds) else { return [] }
        return [.warning("product", "access tokens live \(seconds) seconds. \(AccessToken.shortLifeWarning)")]
    }

    /// nginx gives the whole header of an answer 4 KiB unless told otherwise, and a good key whose scopes do not fit gets 500.
    private func scopeList(_ catalogue: ScopeCatalogue) -> [Finding] {
        let lengths = catalogue.all.scopes.map(\.name.utf8.count).sorted(by: >).prefix(ScopeSet.maximumCount)
        let longest = lengths.reduce(0) { $0 + $1 + 1 }
        guard longest > Self.roomForScopes else { return [] }
        let text = """
            a credential with all scopes has \(longest) bytes of them in X-Auth-Scopes: nginx needs proxy_buffer_size, which the \
            recipe in docs/gateways.md has
            """
        return [.warning("product", text)]
    }

    /// What the other fields of an answer of `/verify` leave of 4 KiB, in bytes.
    private static let roomForScopes = 3000

    private func grace(_ policy: ProductPolicy) -> [Finding] {
        guard policy.revocationGraceSeconds > 0 else { return [] }
        let text = """
            revocation_grace_seconds is \(policy.revocationGraceSeconds): a node that reaches neither the revocation feed nor the \
            database accepts for so long what was revoked on other nodes
            """
        return [.warning("product", text)]
    }
}
