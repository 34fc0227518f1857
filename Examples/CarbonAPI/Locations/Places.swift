import Foundation

/// Countries by ISO 3166-1, and of some the subdivisions by ISO 3166-2.
enum Places {
    /// Code and English name.
    static let countries: [(code: String, name: String)] = {
        let english = Locale(identifier: "en_GB")
        return Locale.Region.isoRegions.map(\.identifier)
            .filter { $0.utf8.count == 2 && $0.utf8.allSatisfy { (65...90).contains($0) } }
            .map { ($0, english.localizedString(forRegionCode: $0) ?? $0) }
            .sorted { $0.0 < $1.0 }
    }()

    private static let names = Dictionary(countries.map { ($0.code, $0.name) }) { first, _ in first }

    static func isCountry(_ code: String) -> Bool { names[code] != nil }

    static func country(_ code: String?) -> JSONValue {
        code.map { ["code": .text($0), "name": .text(names[$0] ?? $0)] } ?? .null
    }

    /// Codes without the country, and names. Of other countries any code of the right form is taken.
    private static let subdivisions: [String: (type: String, all: [(code: String, name: String)])] = [
        "GB": (
            "country",
            [("ENG", "England"), ("NIR", "Northern Ireland"), ("SCT", "Scotland"), ("WLS", "Wales")]
        ),
        "DE": (
            "Land",
            [
                ("BB", "Brandenburg"), ("BE", "Berlin"), ("BW", "Baden-Württemberg"), ("BY", "Bayern"),
                ("HB", "Bremen"), ("HE", "Hessen"), ("HH", "Hamburg"), ("MV", "Mecklenburg-Vorpommern"),
                ("NI", "Niedersachsen"), ("NW", "Nordrhein-Westfalen"), ("RP", "Rheinland-Pfalz"),
                ("SH", "Schleswig-Holstein"), ("SL", "Saarland"), ("SN", "Sachsen"), ("ST", "Sachsen-Anhalt"),
                ("TH", "Thüringen"),
            ]
        ),
    ]

    static func subdivisions(of country: String) -> [JSONValue] {
        guard let known = subdivisions[country] else { return [] }
        return known.all.map { code, name in
            [
                "code": .text("\(country)-\(code)"), "name": .text(name), "type": .text(known.type),
                "countryCode": .text(country),
            ]
        }
    }

    /// Whether a subdivision may be one of the country.
    static func isSubdivision(_ code: String, of country: String) -> Bool {
        let parts = code.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0] == country, (1...3).contains(parts[1].utf8.count),
            parts[1].utf8.allSatisfy({ (65...90).contains($0) || (48...57).contains($0) })
        else { return false }
        guard let known = subdivisions[country] else { return true }
        return known.all.contains { $0.code == parts[1] }
    }

    static func subdivision(_ code: String?) -> JSONValue {
        guard let code else { return nil }
        let parts = code.split(separator: "-")
        let name = subdivisions[String(parts.first ?? "")]?.all.first { $0.code == parts.last ?? "" }?.name
        return ["code": .text(code), "name": .text(name ?? code)]
    }
}
