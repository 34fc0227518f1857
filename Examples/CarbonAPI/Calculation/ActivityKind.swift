/// What can be calculated: activities with their units, factors and places in the GHG Protocol.
struct ActivityKind: Sendable {
    /// What the emissions depend on, besides the quantity.
    enum Basis: Sendable {
        /// The factors are the same everywhere.
        case fixed([EmissionFactor])
        /// They are those of the grid of the facility's country.
        case grid
        /// They are those of the materials in the product's bill.
        case billOfMaterials
    }

    let activity: String
    /// The usual one is also meant by none.
    let subActivity: String
    let area: String
    let unit: String
    let dimension: String
    let basis: Basis
    /// Where what is emitted in use is booked. What is emitted before is 3.3 for energy, and the same for everything else.
    let booking: Booking
    let isEnergy: Bool
    let needsFacility: Bool
    let method: String
    let tags: [(String, JSONValue)]

    private init(
        _ activity: String, _ subActivity: String, _ area: String, _ unit: String, _ dimension: String, _ basis: Basis,
        _ booking: Booking, energy isEnergy: Bool = false, facility needsFacility: Bool = true, _ method: String,
        tags: [(String, JSONValue)] = []
    ) {
        self.activity = activity
        self.subActivity = subActivity
        self.area = area
        self.unit = unit
        self.dimension = dimension
        self.basis = basis
        self.booking = booking
        self.isEnergy = isEnergy
        self.needsFacility = needsFacility
        self.method = method
        self.tags = tags
    }

    /// Of an activity, the usual one first.
    static let all = [
        ActivityKind(
            "ElectricityPurchased", "grid", "Energy", "kWh", "energy", .grid, .scope2, energy: true, "location-based",
            tags: [("energy_type", "grid electricity")]),
        ActivityKind(
            "StationaryCombustion", "natural_gas", "Energy", "kWh", "energy", .fixed(EmissionFactor.naturalGas),
            .scope1,
            energy: true, "fuel-based", tags: [("fuel_type", "natural gas")]),
        ActivityKind(
            "StationaryCombustion", "diesel", "Energy", "litre", "volume", .fixed(EmissionFactor.diesel), .scope1,
            energy: true, "fuel-based", tags: [("fuel_type", "diesel")]),
        ActivityKind(
            "LogisticsOwn", "diesel", "Logistics", "litre", "volume", .fixed(EmissionFactor.diesel), .scope1,
            energy: true, "fuel-based", tags: [("fuel_type", "diesel")]),
        ActivityKind(
            "WaterUse", "supply", "Water", "m3", "volume", .fixed(EmissionFactor.waterSupply), .purchased,
            "average-data"),
        ActivityKind(
            "Wastewater", "treatment", "Water", "m3", "volume", .fixed(EmissionFactor.waterTreatment), .waste,
            "waste-type-specific"),
        ActivityKind(
            "SolidWaste", "energy_recovery", "Waste", "t", "mass", .fixed(EmissionFactor.wasteToEnergy), .waste,
            "waste-type-specific", tags: [("waste_type", "commercial")]),
        ActivityKind(
            "Logistics3rd", "lorry", "Logistics", "t.km", "distance", .fixed(EmissionFactor.lorry), .upstreamTransport,
            facility: false, "distance-based", tags: [("vehicle_type", "lorry")]),
        ActivityKind(
            "BusinessTravel3rd", "rail", "Travel", "passenger.km", "distance", .fixed(EmissionFactor.rail), .travel,
            facility: false, "distance-based", tags: [("vehicle_type", "train")]),
        ActivityKind(
            "BusinessTravel3rd", "flight_short_haul", "Travel", "passenger.km", "distance",
            .fixed(EmissionFactor.shortFlight), .travel, facility: false, "distance-based",
            tags: [("vehicle_type", "aeroplane")]),
        ActivityKind(
            "ProductInputs", "packaging", "Materials", "pack", "mass", .billOfMaterials, .purchased, "average-data"),
    ]
}

/// A place in the GHG Protocol's scopes and, of scope 3, categories.
struct Booking: Sendable, Hashable {
    let scope: String
    let category: String

    static let scope1 = Booking(scope: "1", category: "1")
    static let scope2 = Booking(scope: "2", category: "2")
    static let purchased = Booking(scope: "3", category: "3.1")
    static let energyRelated = Booking(scope: "3", category: "3.3")
    static let upstreamTransport = Booking(scope: "3", category: "3.4")
    static let waste = Booking(scope: "3", category: "3.5")
    static let travel = Booking(scope: "3", category: "3.6")

    /// Where all energy of a facility is booked that somebody else runs, nil for one under the organization's own control.
    static func ofEnergy(at boundary: String) -> Booking? {
        switch boundary {
        case "SUPPLIER": purchased
        case "UPSTREAM_TRANSPORT_AND_DISTRIBUTION": upstreamTransport
        case "UPSTREAM_LEASED": Booking(scope: "3", category: "3.8")
        case "DOWNSTREAM_TRANSPORT_AND_DISTRIBUTION": Booking(scope: "3", category: "3.9")
        case "PROCESSING_OF_SOLD_PRODUCTS": Booking(scope: "3", category: "3.10")
        case "DOWNSTREAM_LEASED": Booking(scope: "3", category: "3.13")
        case "FRANCHISE": Booking(scope: "3", category: "3.14")
        case "INVESTMENT": Booking(scope: "3", category: "3.15")
        default: nil
        }
    }
}
