/// The words that the API has for facilities.
enum FacilityWords {
    static let area = "area"
    static let standalone = "standalone"
    static let standaloneTracked = "standalone_tracked"
    static let shared = "shared"
    static let ownershipTypes = [shared, standalone, standaloneTracked, area]

    /// Those that are of a type. The others are of none.
    static let typed: Set<String> = [area, standalone]

    static let capacityUnit = "m2"

    static let operationalControl = "OPERATIONAL_CONTROL"
    static let boundaries = [
        operationalControl, "SUPPLIER", "UPSTREAM_TRANSPORT_AND_DISTRIBUTION", "UPSTREAM_LEASED",
        "DOWNSTREAM_TRANSPORT_AND_DISTRIBUTION", "PROCESSING_OF_SOLD_PRODUCTS", "DOWNSTREAM_LEASED", "FRANCHISE",
        "INVESTMENT",
    ]

    /// The types that all organizations have.
    static let types: [(id: String, name: String)] = [
        ("6f1c1c0e-0000-4000-8000-000000000001", "Manufacturing plant"),
        ("6f1c1c0e-0000-4000-8000-000000000002", "Warehouse"),
        ("6f1c1c0e-0000-4000-8000-000000000003", "Distribution centre"),
        ("6f1c1c0e-0000-4000-8000-000000000004", "Office"),
        ("6f1c1c0e-0000-4000-8000-000000000005", "Store"),
        ("6f1c1c0e-0000-4000-8000-000000000006", "Data centre"),
        ("6f1c1c0e-0000-4000-8000-000000000007", "Other"),
    ]

    static func type(_ id: String?) -> JSONValue {
        guard let id, let type = types.first(where: { $0.id == id }) else { return nil }
        return ["id": .text(type.id), "name": .text(type.name)]
    }
}
