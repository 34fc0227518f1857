import DefinitionFile
import Limits

extension ProductKeys {
    enum Plan: String, CaseIterable {
        case title, status, features, limits
        case rateLimits = "rate_limits"
    }
}

extension PlanCatalogue {
    /// The plans that a mapping of the file says.
    ///
    /// - Parameters:
    ///   - standard: Where the file names the plan of accounts that have none.
    ///   - rateLimits: Those of the product.
    init(entry: FileEntry?, standard: FileEntry?, besides rateLimits: [RateLimit]) throws(DefinitionError) {
        var definitions: [PlanDefinition] = []
        for (name, entry) in try entry?.entries() ?? [] {
            guard RoleDefinition.allows(name: name) else {
                throw entry.error("a plan's name has 1 to 64 lower-case letters, digits, - and _, a letter first")
            }
            definitions.append(try PlanDefinition(name: name, entry: entry, besides: rateLimits))
        }
        if let entry, !(1...PlanDefinition.maximumCount).contains(definitions.count) {
            throw entry.error("must have 1 to \(PlanDefinition.maximumCount) plans")
        }
        self.init(definitions, standard: try standard?.name(of: "plan", among: definitions.map(\.name)))
    }
}

extension PlanDefinition {
    fileprivate init(name: String, entry: FileEntry, besides rateLimits: [RateLimit]) throws(DefinitionError) {
        let words = try entry.section(ProductKeys.Plan.self)
        guard let list = words[.features] else {
            throw entry.error("features is missing; [] is a plan that gives nothing")
        }
        var features: Set<PlanFeature> = []
        for entry in try list.list() {
            let feature = try entry.word(PlanFeature.self, of: "feature")
            guard features.insert(feature).inserted else { throw entry.error("\(feature.rawValue) stands here twice") }
        }
        let said = try words[.limits]?.section(AccountLimit.self) ?? [:]
        var limits: [AccountLimit: Int] = [:]
        for limit in AccountLimit.allCases {
            limits[limit] = try said[limit]?.integer(in: ProductPolicy.limitRange)
        }
        self.init(
            name: name, title: try words[.title]?.text(maximum: 60),
            status: try words[.status]?.word(Status.self, of: "status") ?? .offered, features: features,
            limits: limits, rateLimits: try words[.rateLimits]?.rateLimits(besides: rateLimits) ?? [])
    }
}
