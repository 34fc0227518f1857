import DefinitionFile
import Policy

extension ProductKeys {
    enum NewIntegration: String, CaseIterable {
        case scopes
        case allowedAddresses = "allowed_addresses"
    }
}

extension IntegrationPolicy {
    /// What the file says.
    ///
    /// - Parameters:
    ///   - count: Where it says how many an organization may have.
    ///   - entry: Where it says what a new one gets.
    init(count: FileEntry?, new entry: FileEntry?, of catalogue: ScopeCatalogue) throws(DefinitionError) {
        let parts = try entry?.section(ProductKeys.NewIntegration.self) ?? [:]
        self.init(
            perOrganization: try count?.word(Count.self, of: "count") ?? .many,
            scopes: try parts[.scopes]?.scopes(of: catalogue),
            addresses: try parts[.allowedAddresses]?.addresses() ?? .anywhere)
    }
}

extension FileEntry {
    /// `all` of the catalogue, or these of it. Rights at our own API are never given without being asked for.
    fileprivate func scopes(of catalogue: ScopeCatalogue) throws(DefinitionError) -> ScopeSet {
        guard isList else {
            _ = try name(of: "choice", among: ["all"])
            guard catalogue.all.scopes.count <= ScopeSet.maximumCount else {
                throw error(
                    "the catalogue has more than the \(ScopeSet.maximumCount) scopes that a credential may have")
            }
            return catalogue.all
        }
        var scopes: Set<Scope> = []
        for entry in try list(maximum: ScopeSet.maximumCount) {
            let name = try entry.name(of: "scope", among: catalogue.definitions.map(\.scope.name))
            guard let scope = Scope(name), scopes.insert(scope).inserted else {
                throw entry.error("\(name) stands here twice")
            }
        }
        guard !scopes.isEmpty else { throw error("must name at least one scope, or be all") }
        return ScopeSet(scopes)
    }

    /// Addresses and blocks.
    fileprivate func addresses() throws(DefinitionError) -> AddressRule {
        var ranges: [IPRange] = []
        for entry in try list(maximum: AddressRule.maximumCount) {
            guard let range = IPRange(try entry.text(maximum: 64)) else {
                throw entry.error(
                    "must be an IPv4 or IPv6 address, or a block such as 192.0.2.0/24 with no bits set behind its length"
                )
            }
            ranges.append(range)
        }
        guard let rule = AddressRule(within: ranges) else {
            throw error("must name at least one address; leave it out for any")
        }
        return rule
    }
}
