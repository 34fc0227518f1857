/// How much a unit of something emits, in kgCO2e, and who says so.
struct EmissionFactor: Sendable {
    /// What is emitted when: in use, on the way to it, before it.
    enum Stage: String, Sendable {
        case use = "Use"
        case transmission = "Transmission and distribution"
        case upstream = "Upstream"
        case production = "Production"
    }

    let name: String
    let value: Exact
    /// The divisor, such as `kWh`.
    let unit: String
    let stage: Stage
    let source: Source
    /// Of our own scale: 4 for metered figures and a national factor of the year, 3 for one of another year, 2 for a bill of materials
    /// or a distance with a generic factor.
    let accuracy: Int

    struct Source: Sendable {
        let name: String
        let version: String
        let country: String

        static let unitedKingdom = Source(
            name: "UK Government GHG Conversion Factors", version: "2025", country: "GB")
        static let germany = Source(
            name: "EEA greenhouse gas emission intensity of electricity", version: "2023", country: "DE")
    }

    private init(
        _ name: String, _ value: String, _ unit: String, _ stage: Stage, accuracy: Int,
        source: Source = .unitedKingdom
    ) {
        self.name = name
        self.value = .constant(value)
        self.unit = unit
        self.stage = stage
        self.source = source
        self.accuracy = accuracy
    }

    /// That of a mixture of new and recycled material, exactly.
    init(_ material: Material, recycled: Exact) throws {
        let rest = try Exact(100).plus(recycled.negated)
        name = recycled.isZero ? "\(material.name), primary" : "\(material.name), \(recycled) % closed loop"
        value = try rest.times(material.primary).plus(recycled.times(material.closedLoop)).times(.constant("0.01"))
        unit = "t"
        stage = .production
        source = .unitedKingdom
        accuracy = 2
    }

    // MARK: - What there is

    /// Of electricity from the grid of a country. None for countries whose grid nobody here knows.
    static func grid(in country: String) -> [EmissionFactor] {
        switch country {
        case "GB":
            [
                EmissionFactor("Electricity generated, UK grid", "0.177", "kWh", .use, accuracy: 4),
                EmissionFactor("Electricity T&D, UK grid", "0.01853", "kWh", .transmission, accuracy: 4),
                EmissionFactor("Electricity upstream, UK grid with T&D", "0.04987", "kWh", .upstream, accuracy: 4),
            ]
        case "DE":
            [EmissionFactor("Electricity generated, German grid", "0.329", "kWh", .use, accuracy: 3, source: .germany)]
        default: []
        }
    }

    static let naturalGas = [
        EmissionFactor("Natural gas, gross calorific value", "0.18296", "kWh", .use, accuracy: 4),
        EmissionFactor("Natural gas upstream", "0.03021", "kWh", .upstream, accuracy: 4),
    ]
    static let diesel = [
        EmissionFactor("Diesel, average biofuel blend", "2.57082", "litre", .use, accuracy: 4),
        EmissionFactor("Diesel upstream", "0.61101", "litre", .upstream, accuracy: 4),
    ]
    static let waterSupply = [EmissionFactor("Water supply", "0.1913", "m3", .use, accuracy: 4)]
    static let waterTreatment = [EmissionFactor("Water treatment", "0.17088", "m3", .use, accuracy: 4)]
    static let wasteToEnergy = [
        EmissionFactor("Commercial waste to energy recovery", "4.68568", "t", .use, accuracy: 4)
    ]
    static let lorry = [EmissionFactor("Lorry, all, average laden", "0.10163", "t.km", .use, accuracy: 2)]
    static let rail = [EmissionFactor("National rail", "0.03546", "passenger.km", .use, accuracy: 2)]
    static let shortFlight = [
        EmissionFactor("Short-haul flight, average passenger, with RF", "0.12786", "passenger.km", .use, accuracy: 2)
    ]
}

/// A material of packaging, with what making a tonne of it emits.
struct Material: Sendable {
    let name: String
    let primary: Exact
    let closedLoop: Exact

    private init(_ name: String, _ primary: String, _ closedLoop: String) {
        self.name = name
        self.primary = .constant(primary)
        self.closedLoop = .constant(closedLoop)
    }

    private static let all = [
        Material("PET", "3863.90131", "2213.90131"), Material("HDPE", "3095.15524", "1770.79099"),
        Material("PP", "2577.57172", "1312.57172"), Material("LDPE", "2965.0779", "1097.90131"),
        Material("Glass", "1402.76667", "823.18954"), Material("Aluminium", "9115.90131", "995.0779"),
        Material("Paper", "1345.0779", "1050.0779"), Material("Board", "1199.72542", "1098.11442"),
    ]

    /// The material of an input, by its category; nil where nobody here knows a factor for it.
    static func of(_ input: StructureInput) -> Material? {
        guard let category = input.category?.lowercased() else { return nil }
        return all.first { $0.name.lowercased() == category }
    }
}
