/// The sample data: a maker of drinks with two companies. Everything but the emission factors is invented.
enum SampleData {
    static let group = "Tarnside Group"
    static let springs = "Tarnside Springs Ltd"
    static let store = "Tarnside Vertrieb GmbH"

    // MARK: - Facilities

    /// - Parameters: The organizations' UUIDs.
    static func facilities(springs: String, store: String) -> JSONValue {
        let plant = FacilityWords.types[0].id
        let warehouse = FacilityWords.types[1].id
        let kendal = facility(
            "Kendal bottling plant", "TS-KEN", springs, "GB", "GB-ENG", FacilityWords.standaloneTracked,
            capacity: 18_000
        ).with([
            (
                "areas",
                [
                    area("Bottling hall", "TS-KEN-BH", springs, plant),
                    area("Finished goods store", "TS-KEN-FG", springs, warehouse),
                ]
            )
        ])
        let rugby = facility(
            "Rugby distribution centre", "TS-RUG", springs, "GB", "GB-ENG", FacilityWords.shared, capacity: 9000,
            boundary: "UPSTREAM_TRANSPORT_AND_DISTRIBUTION")
        return [
            "facilities": [
                kendal,
                facility(
                    "Aviemore canning line", "TS-AVI", springs, "GB", "GB-SCT", FacilityWords.standalone, type: plant,
                    capacity: 5000, employees: 38), rugby,
                facility("Manchester office", "TS-MAN", springs, "GB", "GB-ENG", FacilityWords.shared, capacity: 400),
                facility(
                    "Hamburg store", "TV-HAM", store, "DE", "DE-HH", FacilityWords.shared, capacity: 250,
                    from: "2025-04-01"),
            ]
        ]
    }

    private static func facility(
        _ name: String, _ id: String, _ unit: String, _ country: String, _ subdivision: String, _ ownership: String,
        type: String? = nil, capacity: Int, boundary: String = FacilityWords.operationalControl, employees: Int? = nil,
        from date: String = "2023-01-01"
    ) -> JSONValue {
        [
            "name": .text(name), "internalId": .text(id), "buId": .text(unit), "ownershipType": .text(ownership),
            "facilityTypeId": .optional(type), "hasAddress": true, "country": .text(country),
            "countrySub": .text(subdivision), "capacityUnit": "m2", "capacity": .integer(capacity),
            "boundaryIndicator": .text(boundary), "employeeCount": .optional(employees), "effectiveDate": .text(date),
        ]
    }

    private static func area(_ name: String, _ id: String, _ unit: String, _ type: String) -> JSONValue {
        [
            "name": .text(name), "internalId": .text(id), "buId": .text(unit), "ownershipType": "area",
            "facilityTypeId": .text(type), "hasAddress": false, "inheritParentAddress": true, "capacityUnit": "m2",
            "boundaryIndicator": .text(FacilityWords.operationalControl), "effectiveDate": "2023-01-01",
        ]
    }

    /// Later versions, by the facility's internal identifier.
    static func versions(springs: String) -> [(facility: String, body: JSONValue)] {
        [
            (
                "TS-AVI",
                [
                    "buId": .text(springs), "name": "Aviemore canning line", "hasAddress": true,
                    "effectiveDate": "2025-07-01", "employeeCount": .integer(44),
                ]
            ),
            (
                "TS-MAN",
                [
                    "buId": .text(springs), "name": "Manchester office", "hasAddress": true,
                    "effectiveDate": "2025-10-01", "isOpen": false,
                ]
            ),
        ]
    }

    // MARK: - Products

    struct Pack: Sendable {
        let key: String
        let name: String
        let litres: String
        let facility: String
        /// In 2025.
        let packs: Int
        /// Material, grams and recycled per cent.
        let packaging: [(material: String, grams: String, recycled: Int)]
    }

    static let packs = [
        Pack(
            key: "TS-PET-050", name: "Still water, PET 0.5 l", litres: "0.5", facility: "Kendal bottling plant",
            packs: 48_000_000,
            packaging: [("PET", "12.5", 50), ("HDPE", "1.4", 0), ("PP", "0.35", 0), ("LDPE", "1.6", 0)]),
        Pack(
            key: "TS-GLA-075", name: "Sparkling water, glass 0.75 l", litres: "0.75", facility: "Kendal bottling plant",
            packs: 12_000_000,
            packaging: [("Glass", "420", 40), ("Aluminium", "1.8", 0), ("Paper", "1.2", 0), ("Board", "22", 0)]),
        Pack(
            key: "TS-CAN-033", name: "Sparkling water, can 0.33 l", litres: "0.33", facility: "Aviemore canning line",
            packs: 18_000_000, packaging: [("Aluminium", "12.8", 70), ("Board", "3", 0), ("LDPE", "0.9", 0)]),
        Pack(
            key: "TS-CTN-100", name: "Still water, carton 1 l", litres: "1", facility: "Kendal bottling plant",
            packs: 9_600_000,
            packaging: [
                ("Board", "24", 0), ("LDPE", "6.6", 0), ("Aluminium", "1.4", 0), ("HDPE", "2.7", 0), ("Board", "9", 0),
            ]),
    ]

    static var products: JSONValue {
        [
            "products": .list(
                packs.map { pack in
                    [
                        "productKey": .text(pack.key), "name": .text(pack.name), "category": "Bottled water",
                        "declaredUnit": "1 pack", "weightPerDeclaredUnit": .number(pack.litres), "weightUnit": "kg",
                        "description": .text("\(pack.name), one pack"),
                        "additionalData": ["litres": .text(pack.litres), "classification": "urn:cpc:24410"],
                    ]
                })
        ]
    }

    static func structure(of pack: Pack, product: String) -> JSONValue {
        [
            "productId": .text(product), "validFrom": "2025-01-01", "facilityName": .text(pack.facility),
            "routeDescription": .text("Filled at \(pack.facility)"),
        ]
    }

    static func inputs(of pack: Pack, structure: String) -> JSONValue {
        // Covered by the site's water meter, so it has no factor and nothing is counted twice.
        let water: JSONValue = [
            "structureId": .text(structure), "inputName": "Spring water", "inputCategory": "Water",
            "productOrPackaging": "PRODUCT", "weight": .number(pack.litres), "weightUnit": "kg",
        ]
        let packaging = pack.packaging.map { material, grams, recycled -> JSONValue in
            [
                "structureId": .text(structure), "inputName": .text(material), "inputCategory": .text(material),
                "productOrPackaging": .text(StructureInput.packaging), "weight": .number(grams), "weightUnit": "g",
                "recyclePercentage": .integer(recycled), "supplierName": "Lune Packaging Ltd",
                "supplierCountryCode": "GB",
            ]
        }
        return ["inputs": .list([water] + packaging)]
    }

    // MARK: - Activities of 2025

    /// Of 1,200.
    private static let shares = [94, 88, 96, 98, 104, 110, 116, 112, 102, 98, 92, 90]

    /// 126 rows.
    static var utilityBills: String {
        var rows = header
        for (facility, activity, sub, year, unit) in [
            ("TS-KEN", "ElectricityPurchased", "grid", 2_400_000, "kWh"),
            ("TS-KEN", "StationaryCombustion", "natural_gas", 900_000, "kWh"),
            ("TS-KEN", "WaterUse", "supply", 68_400, "m3"), ("TS-KEN", "Wastewater", "treatment", 12_000, "m3"),
            ("TS-KEN", "SolidWaste", "energy_recovery", 60, "t"),
            ("TS-AVI", "ElectricityPurchased", "grid", 360_000, "kWh"),
            ("TS-AVI", "StationaryCombustion", "diesel", 6000, "litre"), ("TS-AVI", "WaterUse", "supply", 9600, "m3"),
            ("TS-RUG", "ElectricityPurchased", "grid", 219_600, "kWh"),
        ] {
            for month in 1...12 { rows += row(facility, "", activity, sub, month, share(year, month), unit) }
        }
        for month in 1...9 { rows += row("TS-MAN", "", "ElectricityPurchased", "grid", month, "3000", "kWh") }
        for month in 4...12 { rows += row("TV-HAM", "", "ElectricityPurchased", "grid", month, "2000", "kWh") }
        return rows
    }

    /// 84 rows.
    static var production: String {
        let sites = ["Kendal bottling plant": "TS-KEN", "Aviemore canning line": "TS-AVI"]
        var rows = header
        for month in 1...12 {
            for pack in packs {
                let packs = share(pack.packs, month)
                rows += row(sites[pack.facility] ?? "", pack.key, "ProductInputs", "packaging", month, packs, "pack")
            }
            rows += row("", "", "Logistics3rd", "lorry", month, share(3_000_000, month), "t.km")
            rows += row("", "", "BusinessTravel3rd", "rail", month, "7000", "passenger.km")
            rows += row("", "", "BusinessTravel3rd", "flight_short_haul", month, "5000", "passenger.km")
        }
        return rows
    }

    private static let header = ActivityRow.columns.joined(separator: ",") + "\r\n"

    private static func row(
        _ facility: String, _ product: String, _ activity: String, _ sub: String, _ month: Int, _ quantity: String,
        _ unit: String
    ) -> String {
        let next =
            month == 12
            ? CalendarDate(year: 2026, month: 1, day: 1) : CalendarDate(year: 2025, month: month + 1, day: 1)
        let start = "2025-\(CalendarDate.two(month))-01"
        let end = next?.dayBefore.description ?? ""
        return "\([facility, product, activity, sub, start, end, quantity, unit].joined(separator: ","))\r\n"
    }

    private static func share(_ year: Int, _ month: Int) -> String {
        let total = try? Exact(year * shares[month - 1]).over(Exact(1200), places: 10)
        return total?.description ?? ""
    }
}
