import CredentialFormat
package import DefinitionFile
import Limits
import Model
import Policy

extension Product {
    /// The product that a file defines.
    ///
    /// - Throws: ``DefinitionError``, which names the file, the line and the key.
    package static func load(from path: String) throws(DefinitionError) -> Product {
        try Product(whole: FileEntry(reading: path))
    }

    /// The product that a YAML text defines.
    ///
    /// - Parameter file: What errors call the text.
    package convenience init(yaml text: String, file: String) throws(DefinitionError) {
        try self.init(whole: FileEntry(parsing: text, file: file))
    }

    private convenience init(whole: FileEntry) throws(DefinitionError) {
        let sections = try whole.section(ProductKeys.File.self)
        func required(_ key: ProductKeys.File) throws(DefinitionError) -> FileEntry {
            guard let entry = sections[key] else {
                throw DefinitionError(file: whole.file, line: 1, column: 1, key: key.rawValue, problem: "is missing")
            }
            return entry
        }
        let identity = try required(.product)
        let words = try identity.section(ProductKeys.Identity.self)
        guard let name = try words[.name]?.text(maximum: 60) else { throw identity.error("name is missing") }
        let brand = try words[.brand].map(Brand.init(entry:)) ?? .claviger
        let supportLink = try words[.supportLink]?.link()
        let scopes = try ScopeCatalogue(entry: required(.scopes))
        let bundles = try sections[.permissions]?.bundles() ?? []
        let roles = try sections[.roles]?.roles(with: bundles) ?? RoleDefinition.standard
        let rateLimits = try sections[.rateLimits]?.rateLimits() ?? []
        let productWords = try sections[.words].map(ProductWords.init(entry:)) ?? ProductWords()
        self.init(
            name: name,
            brand: brand,
            supportLink: supportLink,
            look: try sections[.look].map(ProductLook.init(entry:)) ?? ProductLook(),
            endpoints: try sections[.endpoints].map(FurtherEndpoints.init(entry:)) ?? FurtherEndpoints(),
            scopes: scopes,
            roles: roles,
            policy: try sections[.policy].map { entry throws(DefinitionError) in
                try ProductPolicy(entry: entry, of: scopes, under: brand, for: roles)
            }
                ?? ProductPolicy(),
            audience: try sections[.audience]?.audience(),
            bundles: bundles,
            plans: try PlanCatalogue(
                entry: sections[.plans], standard: sections[.defaultPlan], besides: rateLimits),
            words: productWords,
            places: try ConsolePlaces(entry: sections[.places], hidden: sections[.hiddenSections], words: productWords),
            providers: try sections[.connections]?.offeredProviders() ?? [],
            rateLimits: rateLimits,
            source: whole.source
        )
    }
}

extension FileEntry {
    /// A link that a page may show: `https:` or `mailto:`, so that no script hides in it.
    fileprivate func link() throws(DefinitionError) -> String {
        let text = try text(maximum: 2000)
        guard text.hasPrefix("https://") || text.hasPrefix("mailto:"), text.utf8.allSatisfy(Self.isPlain) else {
            throw error("must be an https: or mailto: link")
        }
        return text
    }

    fileprivate func audience() throws(DefinitionError) -> String {
        let text = try text(maximum: 200)
        guard text.utf8.allSatisfy(Self.isPlain) else {
            throw error("must be visible ASCII without spaces, quotes, angle brackets and backslashes")
        }
        return text
    }

    fileprivate func roles(with bundles: [PermissionBundle]) throws(DefinitionError) -> [RoleDefinition] {
        var roles: [RoleDefinition] = []
        for (name, entry) in try entries() {
            guard RoleDefinition.allows(name: name) else {
                throw entry.error("a role's name has 1 to 64 lower-case letters, digits, - and _, a letter first")
            }
            roles.append(try RoleDefinition(name: name, entry: entry, bundles: bundles))
        }
        guard !roles.isEmpty else { throw error("must have at least one role") }
        return roles
    }
}

extension Brand {
    fileprivate init(entry: FileEntry) throws(DefinitionError) {
        guard let brand = Brand(try entry.text()) else { throw entry.error("must be 2 to 8 lower-case letters") }
        self = brand
    }
}

extension FurtherEndpoints {
    fileprivate init(entry: FileEntry) throws(DefinitionError) {
        let lists = try entry.section(ProductKeys.Endpoints.self)
        var owners: [String: String] = [:]
        func paths(_ key: ProductKeys.Endpoints) throws(DefinitionError) -> [String] {
            var result: [String] = []
            for entry in try lists[key]?.list(maximum: 16) ?? [] {
                let path = try entry.text()
                if let problem = Self.problem(with: path) { throw entry.error(problem) }
                if let owner = owners.updateValue(entry.key, forKey: path) {
                    throw entry.error("the path \(path) is taken by \(owner)")
                }
                result.append(path)
            }
            return result
        }
        self.init(
            token: try paths(.token), introspect: try paths(.introspect), revoke: try paths(.revoke),
            authorize: try paths(.authorize), userinfo: try paths(.userinfo), jwks: try paths(.jwks),
            metadata: try paths(.metadata))
    }
}

extension ScopeCatalogue {
    fileprivate init(entry: FileEntry) throws(DefinitionError) {
        var definitions: [ScopeDefinition] = []
        for (name, entry) in try entry.entries() {
            guard let scope = Scope(name) else {
                throw entry.error(
                    "a scope has 1 to 128 visible ASCII characters except \" and \\ (RFC 6749 section 3.3)")
            }
            guard !scope.isManagement else {
                throw entry.error("no scope of a product begins with \(Scope.managementPrefix)")
            }
            guard IdentityScope(scope) == nil else {
                throw entry.error("\(name) is a scope of OpenID Connect, which every product has")
            }
            let words = try entry.section(ProductKeys.Scope.self)
            guard let description = try words[.description]?.text() else { throw entry.error("description is missing") }
            definitions.append(
                ScopeDefinition(
                    scope, description: description, group: try words[.group]?.text(maximum: 60),
                    danger: try words[.danger]?.flag() ?? false,
                    cost: try words[.cost]?.integer(in: ScopeDefinition.costRange) ?? 1,
                    ending: try ScopeEnding(deprecated: words[.deprecated], sunset: words[.sunset])))
        }
        guard (1...Self.maximumCount).contains(definitions.count) else {
            throw entry.error("must have 1 to \(Self.maximumCount) scopes")
        }
        self.init(definitions)
    }
}

extension ScopeEnding {
    fileprivate init?(deprecated: FileEntry?, sunset: FileEntry?) throws(DefinitionError) {
        guard let deprecated else {
            guard let sunset else { return nil }
            throw sunset.error("a scope that ends must be deprecated before; say since when with deprecated")
        }
        let since = try Self.midnight(deprecated)
        guard let sunset else {
            self.init(deprecatedSince: since)
            return
        }
        let end = try Self.midnight(sunset)
        guard since <= end else { throw sunset.error("must not be before deprecated (RFC 9745 section 4)") }
        self.init(deprecatedSince: since, endsAt: end)
    }

    private static func midnight(_ entry: FileEntry) throws(DefinitionError) -> Instant {
        let date = try entry.date()
        guard let midnight = CivilTime.midnight(year: date.year, month: date.month, day: date.day) else {
            throw entry.error("there is no such day")
        }
        return midnight
    }
}

extension RoleDefinition {
    fileprivate init(name: String, entry: FileEntry, bundles: [PermissionBundle]) throws(DefinitionError) {
        let words = try entry.section(ProductKeys.Role.self)
        guard let list = words[.permissions] else { throw entry.error("permissions is missing") }
        let given = try list.permissions(with: bundles)
        self.init(
            name: name, title: try words[.title]?.text(maximum: 60), description: try words[.description]?.text(),
            permissions: given.permissions, bundles: given.bundles)
    }
}
