/// A product's footprint as PACT has it. It never changes but for its status: what is calculated anew is another one, with this
/// as its predecessor.
struct Footprint: Sendable {
    enum Status: String, Sendable {
        case active = "Active"
        case deprecated = "Deprecated"
    }

    /// By what a list can be narrowed.
    enum Term: String, Sendable, CaseIterable {
        case product = "productId"
        case company = "companyId"
        case geography
        case classification
    }

    let id: String
    let organization: OrganizationPath
    /// Our own product's identifier.
    let productID: String
    var status: Status
    let createdAt: Timestamp
    let validity: Range<Timestamp>
    /// The document of PACT 3.0 but for `status`.
    let body: JSONValue
    /// The same of PACT 2.x, nil where that has no words for it: it wants a product category, and emissions of one unit, which
    /// were not always kept.
    let older: JSONValue?
    /// In lower case.
    let terms: [(Term, String)]

    func isTold(by version: PactVersion) -> Bool {
        switch version {
        case .two: older != nil
        case .three: true
        }
    }

    func json(_ version: PactVersion) -> JSONValue {
        let document =
            switch version {
            case .two: older ?? .null
            case .three: body
            }
        return document.with([("status", .text(status.rawValue))])
    }

    static let specification = "3.0.3"
    static let olderSpecification = "2.3.0"
    /// Years for which a footprint holds after its reference period.
    static let yearsOfValidity = 3
}

/// What is known of a footprint's emissions: all of one declared unit of the product, rounded half to even to 20 places before the sum
/// is to 6.
struct FootprintFigures: Sendable {
    let product: Product
    let organizationName: String
    let year: Int
    /// Nil where it is made in several.
    let country: String?
    /// kgCO2e
    private(set) var packaging = Exact.zero
    private(set) var freight = Exact.zero
    private(set) var site = Exact.zero
    /// Of the site's part, what it emits itself or by the energy that it buys.
    private(set) var primary = Exact.zero

    init(product: Product, organizationName: String, year: Int, country: String?) {
        self.product = product
        self.organizationName = organizationName
        self.year = year
        self.country = country
    }

    /// Takes into account what a part of the product emits.
    ///
    /// - Parameter part: Of all that was made, up to 1.
    mutating func add(_ part: Exact, packaging: Exact, freight: Exact, site: Exact, primary: Exact) throws {
        func sum(_ before: Exact, _ more: Exact) throws -> Exact {
            // Of an exact product of long numbers, a part needs more digits than there are.
            let rounded = try more.rounded(places: FootprintCalculator.places)
            return try before.plus(part.times(rounded).rounded(places: FootprintCalculator.places))
        }
        self.packaging = try sum(self.packaging, packaging)
        self.freight = try sum(self.freight, freight)
        self.site = try sum(self.site, site)
        self.primary = try sum(self.primary, primary)
    }

    /// The document.
    func footprint(preceding: [String], at now: Timestamp) throws -> Footprint {
        let packaged = try packaging.plus(freight)
        let whole = try packaged.plus(site)
        let total = try whole.rounded(places: 6).description
        let share = whole.isZero ? Exact.zero : try primary.times(Exact(100)).over(whole, places: 1)
        let litres = product.additional["litres"]?.asText.flatMap { Exact($0) }.flatMap { $0.isPositive ? $0 : nil }
        let mass = try product.kilograms
        let (id, domain, unit) = (UUIDText.make(), "tarnside.example", product.organization.uuid)
        let company = "urn:pact:\(domain):supplier-id:\(unit)"
        let productID = "urn:pact:\(domain):product-id:\(Self.urnPart(product.key))"
        let (start, end) = (Self.start(of: year), Self.start(of: year + 1))
        var pcf: [(String, JSONValue)] = [
            ("declaredUnitOfMeasurement", litres == nil ? "kilogram" : "liter"),
            ("declaredUnitAmount", .text((litres ?? mass).description)),
            ("productMassPerDeclaredUnit", .text(mass.description)), ("referencePeriodStart", .text(start)),
            ("referencePeriodEnd", .text(end)), ("pcfExcludingBiogenicUptake", .text(total)),
            ("pcfIncludingBiogenicUptake", .text(total)), ("fossilGhgEmissions", .text(total)),
            ("fossilCarbonContent", "0"), ("biogenicCarbonContent", "0"), ("biogenicCO2Uptake", "0"),
            ("landUseChangeGhgEmissions", "0"), ("ipccCharacterizationFactors", ["AR5"]),
            ("crossSectoralStandards", ["PACT-3.0"]), ("exemptedEmissionsPercent", "0"),
            ("packagingEmissionsIncluded", true),
            ("packagingGhgEmissions", .text(try packaged.rounded(places: 6).description)),
            ("primaryDataShare", .text(share.description)), ("ccsTechnologicalCO2CaptureIncluded", false),
            (
                "secondaryEmissionFactorSources",
                [["name": "UK Government GHG Conversion Factors", "version": "2025"]]
            ),
        ]
        if let country { pcf.append(("geographyCountry", .text(country))) }
        var members: [(String, JSONValue)] = [
            ("id", .text(id)), ("specVersion", .text(Footprint.specification)), ("created", .text(now.description)),
            ("companyName", .text(organizationName)), ("companyIds", [.text(company)]),
            ("productDescription", .text(product.description ?? product.name)), ("productIds", [.text(productID)]),
            ("productNameCompany", .text(product.name)), ("comment", "A sample: simplified and verified by nobody."),
            ("pcf", JSONValue.object([]).with(pcf)),
        ]
        if !preceding.isEmpty { members.append(("precedingPfIds", .texts(preceding))) }
        var older: JSONValue?
        var terms: [(Footprint.Term, String)] = [(.product, productID), (.company, company)]
        if let country { terms.append((.geography, country)) }
        if let text = product.additional["classification"]?.asText, Self.isURN(text) {
            members.append(("productClassifications", [.text(text)]))
            terms.append((.classification, text))
            older = try Self.category(of: text).map {
                try self.older(members, category: $0, unit: litres == nil ? "kilogram" : "liter", per: litres ?? mass)
            }
        }
        return Footprint(
            id: id, organization: product.organization, productID: product.id, status: .active, createdAt: now,
            validity: validity(at: now), body: JSONValue.object([]).with(members), older: older,
            terms: terms.map { ($0.0, $0.1.lowercased()) })
    }

    /// The document of PACT 2.x, which tells emissions of one unit and not of the declared amount.
    ///
    /// - Parameter members: Of that of PACT 3.0.
    private func older(
        _ members: [(String, JSONValue)], category: String, unit: String, per amount: Exact
    ) throws -> JSONValue {
        func perUnit(_ emission: Exact) throws -> JSONValue {
            .text(try emission.over(amount, places: 6).description)
        }
        let packaged = try packaging.plus(freight)
        let whole = try packaged.plus(site)
        let total = try perUnit(whole)
        let share = whole.isZero ? Exact.zero : try primary.times(Exact(100)).over(whole, places: 1)
        var pcf: [(String, JSONValue)] = [
            ("declaredUnit", .text(unit)), ("unitaryProductAmount", .text(amount.description)),
            ("pCfExcludingBiogenic", total), ("pCfIncludingBiogenic", total), ("fossilGhgEmissions", total),
            ("fossilCarbonContent", "0"), ("biogenicCarbonContent", "0"), ("characterizationFactors", "AR5"),
            ("ipccCharacterizationFactorsSources", ["AR5"]),
            ("crossSectoralStandardsUsed", ["GHG Protocol Product standard"]),
            (
                "boundaryProcessesDescription",
                "Cradle to gate: packaging materials, their transport to the site, and what the site emits."
            ), ("referencePeriodStart", .text(Self.start(of: year))),
            ("referencePeriodEnd", .text(Self.start(of: year + 1))), ("exemptedEmissionsPercent", .number("0")),
            ("exemptedEmissionsDescription", ""), ("packagingEmissionsIncluded", true),
            ("packagingGhgEmissions", try perUnit(packaged)), ("primaryDataShare", .number(share.description)),
        ]
        if let country { pcf.append(("geographyCountry", .text(country))) }
        let kept = members.filter { !["specVersion", "pcf", "productClassifications"].contains($0.0) }
        return JSONValue.object([]).with(
            kept + [
                ("specVersion", .text(Footprint.olderSpecification)), ("version", .number("0")),
                ("productCategoryCpc", .text(category)), ("pcf", JSONValue.object([]).with(pcf)),
            ])
    }

    /// The code of a class of the UN's Central Product Classification.
    private static func category(of classification: String) -> String? {
        let prefix = "urn:cpc:"
        guard classification.lowercased().hasPrefix(prefix) else { return nil }
        let code = classification.dropFirst(prefix.count)
        return (1...5).contains(code.utf8.count) && code.utf8.allSatisfy { (0x30...0x39).contains($0) }
            ? String(code) : nil
    }

    /// From the end of the reference period on.
    func validity(at now: Timestamp) -> Range<Timestamp> {
        let last = Timestamp(Self.start(of: year + 1 + Footprint.yearsOfValidity)) ?? now
        return (Timestamp(Self.start(of: year + 1)) ?? last)..<last
    }

    private static func start(of year: Int) -> String { "\(year)-01-01T00:00:00Z" }

    /// Whether it can be one by which footprints are found: an index takes no text of any length.
    private static func isURN(_ text: String) -> Bool {
        text.hasPrefix("urn:") && text.utf8.count <= 500 && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }

    /// Without what would need an escape in a URN or an address.
    private static func urnPart(_ key: String) -> String {
        String(key.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == ".") ? $0 : "-" })
    }
}

extension Product {
    /// What one declared unit weighs, exactly.
    var kilograms: Exact {
        get throws { try weight.times(try WeightUnit.named(weightUnit).grams).times(.constant("0.001")) }
    }
}
