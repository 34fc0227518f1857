package import CredentialFormat
package import Limits

/// What an operator says of itself: its name, its words for credentials and rights, and its limits.
///
/// Made from `claviger.yaml`, or ``standard`` where there is no file. Read once at the start; nothing changes it after. An object, because
/// every service has it, and each route has the services.
package final class Product: Sendable {
    /// What pages and documents call the product.
    package let name: String
    /// The first word of every credential.
    package let brand: Brand
    /// Where people find help: an `https:` or `mailto:` link.
    package let supportLink: String?
    /// Its colour and its mark on pages.
    package let look: ProductLook
    /// Paths at which the OAuth endpoints answer too.
    package let endpoints: FurtherEndpoints
    /// The named rights at the operator's API.
    package let scopes: ScopeCatalogue
    /// The named sets of rights at Claviger's own API.
    package let roles: [RoleDefinition]
    /// The product's own names for some of these rights together.
    package let bundles: [PermissionBundle]
    /// Where all of it comes from.
    package let source: ProductSource
    /// The plans that accounts are on.
    package let plans: PlanCatalogue
    /// How many calls are let through, by plan.
    package let rateLimits: RateLimitCatalogue
    /// Lifetimes, limits and switches.
    package let policy: ProductPolicy
    /// What people are told that things are called.
    package let words: ProductWords
    /// Where things stand on pages.
    package let places: ConsolePlaces
    /// The sections that it has at all, whoever asks for them.
    package let sections: Set<ConsoleSection>
    /// The sections that it has where they stand. Made once, because every page shows it.
    package let arrangement: [ConsolePlaces.Place]
    /// The providers whose accounts customers may connect, in the order in which pages show them.
    package let providers: [OfferedProvider]
    /// The `aud` of an access token that was not asked for a particular one; nil stands for the issuer.
    package let audience: String?

    /// A product with these parts. What is left out is as in ``standard``.
    package convenience init(
        name: String, brand: Brand = .claviger, supportLink: String? = nil, look: ProductLook = ProductLook(),
        endpoints: FurtherEndpoints = FurtherEndpoints(), scopes: ScopeCatalogue = .standard,
        roles: [RoleDefinition] = RoleDefinition.standard, policy: ProductPolicy = ProductPolicy(),
        audience: String? = nil, bundles: [PermissionBundle] = [], plans: PlanCatalogue = PlanCatalogue(),
        words: ProductWords = ProductWords(), places: ConsolePlaces = ConsolePlaces(),
        providers: [OfferedProvider] = [], rateLimits: [RateLimit] = []
    ) {
        self.init(
            name: name, brand: brand, supportLink: supportLink, look: look, endpoints: endpoints, scopes: scopes,
            roles: roles, policy: policy, audience: audience, bundles: bundles, plans: plans, words: words,
            places: places, providers: providers, rateLimits: rateLimits, source: .builtIn)
    }

    init(
        name: String, brand: Brand, supportLink: String?, look: ProductLook, endpoints: FurtherEndpoints,
        scopes: ScopeCatalogue, roles: [RoleDefinition], policy: ProductPolicy, audience: String?,
        bundles: [PermissionBundle], plans: PlanCatalogue, words: ProductWords, places: ConsolePlaces,
        providers: [OfferedProvider], rateLimits: [RateLimit], source: ProductSource
    ) {
        self.source = source
        self.name = name
        self.brand = brand
        self.supportLink = supportLink
        self.look = look
        self.endpoints = endpoints
        self.scopes = scopes
        self.roles = roles
        self.policy = policy
        self.audience = audience
        self.bundles = bundles
        self.plans = plans
        self.rateLimits = RateLimitCatalogue(rateLimits, plans)
        self.words = words
        self.places = places
        sections = Set(of: places, policy, providers)
        arrangement = places.arranged(sections, in: words)
        self.providers = providers
    }

    /// What is in force where the operator gives no file.
    package static let standard = Product(name: "Claviger")

    /// The forms in which its secrets are presented.
    package var secretFormats: SecretFormats { SecretFormats(brand: brand, imported: policy.importedKeyPrefixes) }

    /// The role of that name. Members may hold names that the definition no longer has; those give nothing.
    package func role(_ name: String) -> RoleDefinition? {
        roles.first { $0.name == name }
    }
}
