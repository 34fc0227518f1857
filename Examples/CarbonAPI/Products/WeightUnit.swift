/// A unit of weight, by its name in the API.
enum WeightUnit: String, CaseIterable, Sendable {
    case gram = "g"
    case kilogram = "kg"
    case kilotonne = "kt"
    case pound = "lb"
    case longTon = "long_ton"
    case ounce = "oz"
    case shortTon = "short_ton"
    case tonne = "t"

    static let names = allCases.map(\.rawValue)

    /// The unit that a row names.
    static func named(_ name: String) throws -> WeightUnit {
        guard let unit = WeightUnit(rawValue: name) else { throw StoreFailure.unreadable("weight_unit") }
        return unit
    }

    /// Grams in one, exactly (international pound of 1959).
    var grams: Exact {
        switch self {
        case .gram: Exact(1)
        case .kilogram: Exact(1000)
        case .kilotonne: Exact(1_000_000_000)
        case .pound: .constant("453.59237")
        case .longTon: .constant("1016046.9088")
        case .ounce: .constant("28.349523125")
        case .shortTon: .constant("907184.74")
        case .tonne: Exact(1_000_000)
        }
    }
}
