/// Calculates product footprints from a year's emissions: packaging by the bills of materials; inbound freight spread over all packaging
/// by mass; the site's emissions spread over its output by mass. What was made by several bills, of one site or of several, has
/// the mean by declared units. Summed over all packs, footprints are the emissions again.
struct FootprintCalculator: Sendable {
    private let year: Int
    /// Packaging that each bill took, in tonnes.
    private var used: [Use: Exact] = [:]
    private var freight = Exact.zero
    private var sites: [String: Site] = [:]

    private struct Use: Hashable {
        let product: String
        let facility: String
        /// Nil where the emission does not say by which bill it was calculated.
        let structure: String?
    }

    private struct Site {
        var total = Exact.zero
        /// What it emits itself or by the energy that it buys.
        var primary = Exact.zero
    }

    static let places = 20
    /// Of the part that a bill has in all that was made of its product.
    private static let partPlaces = 12
    private static let columns = Dictionary(
        uniqueKeysWithValues: EmissionFact.columns.enumerated().map { ($1, $0) })

    init(year: Int) {
        self.year = year
    }

    /// Takes an emission into account.
    mutating func add(_ cells: [JSONValue]) throws {
        func cell(_ name: String) -> JSONValue {
            guard let index = Self.columns[name], cells.indices.contains(index) else { return .null }
            return cells[index]
        }
        let emission = Exact.constant(cell("emission_quantity").asText ?? "0")
        switch (cell("activity_name").asText ?? "", cell("facility_uuid").asText) {
        case ("ProductInputs", .some(let facility)):
            let tags = cell("custom_tags")
            let tonnes = Exact.constant(cell("calculation_input_quantity").asText ?? "0")
            let use = Use(
                product: tags[FactOrigin.productTag]?.asText ?? "", facility: facility,
                structure: tags[FactOrigin.structureTag]?.asText)
            used[use] = try (used[use] ?? .zero).plus(tonnes)
        case ("Logistics3rd", _): freight = try freight.plus(emission)
        case (_, .some(let facility)):
            var site = sites[facility] ?? Site()
            site.total = try site.total.plus(emission)
            if ["1", "2"].contains(cell("scope").asText ?? "") { site.primary = try site.primary.plus(emission) }
            sites[facility] = site
        case (_, nil): break
        }
    }

    /// A bill with what is needed of it.
    private struct Bill {
        let product: Product
        let facility: String
        let country: String?
        /// Of packaging in one declared unit.
        var tonnes = Exact.zero
        /// Of it, in kgCO2e.
        var emission = Exact.zero
        /// Declared units in the year.
        var packs = Exact.zero
        /// Of one declared unit, in kg.
        var mass = Exact.zero
    }

    /// - Throws: ``Refusal`` where nothing was made in the year.
    func figures(_ transaction: any Transaction) throws -> [FootprintFigures] {
        let bills = try bills(transaction)
        guard !bills.isEmpty else { throw Refusal(422, "Nothing was made in \(year), as far as the data say.") }
        let allPackaging = try used.values.reduce(Exact.zero) { try $0.plus($1) }
        var outputs: [String: Exact] = [:]
        for bill in bills {
            outputs[bill.facility] = try (outputs[bill.facility] ?? .zero).plus(try bill.packs.times(bill.mass))
        }
        return try Dictionary(grouping: bills, by: \.product.id).values.compactMap { bills -> FootprintFigures? in
            guard let (product, country) = bills.first.map({ ($0.product, $0.country) }) else { return nil }
            let packs = try bills.reduce(Exact.zero) { try $0.plus($1.packs) }
            var figures = FootprintFigures(
                product: product, organizationName: try transaction.organization(at: product.organization).name,
                year: year, country: bills.allSatisfy { $0.country == country } ? country : nil)
            for bill in bills {
                let (site, output) = (sites[bill.facility] ?? Site(), outputs[bill.facility] ?? .zero)
                let part = try bill.packs.over(packs, places: Self.partPlaces)
                try figures.add(
                    part, packaging: bill.emission,
                    freight: try freight.times(bill.tonnes).over(allPackaging, places: Self.places),
                    site: try site.total.times(bill.mass).over(output, places: Self.places),
                    primary: try site.primary.times(bill.mass).over(output, places: Self.places))
            }
            return figures
        }
        .sorted { ($0.product.key, $0.product.id) < ($1.product.key, $1.product.id) }
    }

    private func bills(_ transaction: any Transaction) throws -> [Bill] {
        var bills: [Bill] = []
        guard let day = CalendarDate(year: year, month: 12, day: 31) else { return [] }
        for (use, tonnes) in used {
            guard let facility = try transaction.facility(use.facility, on: day),
                let structure = try structure(of: use, on: day, transaction),
                let product = try transaction.product(structure.productID)
            else { continue }
            var bill = Bill(product: product, facility: use.facility, country: facility.version.address.country)
            for input in try transaction.inputs(of: structure.id) {
                guard let material = Material.of(input) else { continue }
                let (mass, factor) = (try input.tonnes, try EmissionFactor(material, recycled: input.recycled ?? .zero))
                bill.tonnes = try bill.tonnes.plus(mass)
                bill.emission = try bill.emission.plus(try mass.times(factor.value))
            }
            guard bill.tonnes.isPositive else { continue }
            bill.packs = try tonnes.over(bill.tonnes, places: 6)
            guard bill.packs.isPositive else { continue }
            bill.mass = try product.kilograms
            bills.append(bill)
        }
        return bills
    }

    /// The bill by which an emission was calculated; where that does not say it, or the bill is gone, the last one of the year.
    private func structure(
        of use: Use, on day: CalendarDate, _ transaction: any Transaction
    ) throws -> ProductStructure? {
        if let id = use.structure, let known = try transaction.structure(id) { return known }
        let product = try transaction.product(key: use.product, madeAt: use.facility)
        return try product.flatMap { try transaction.structure(of: $0.id, at: use.facility, on: day) }
    }
}
