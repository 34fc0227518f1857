/// Somebody's account at a provider, with what belongs to it. All of it follows from the seed and the number.
struct Account: Sendable {
    /// A page, a location, a team or the like.
    struct Child: Sendable {
        let id: String
        let name: String
        /// Of a page: the Instagram account behind it. Of a location: the Business Profile account that it belongs to.
        let further: String
    }

    let provider: ProviderName
    /// 1 and up.
    let number: Int
    let id: String
    let name: String
    let email: String
    let children: [Child]

    init(_ provider: ProviderName, _ number: Int, seed: UInt64) {
        var numbers = SeededNumbers(seed, Self.realm(of: provider), number)
        self.provider = provider
        self.number = number
        let first = Self.firstNames[Int(numbers.next() % UInt64(Self.firstNames.count))]
        let last = Self.lastNames[Int(numbers.next() % UInt64(Self.lastNames.count))]
        name = "\(first) \(last)"
        email = "\(first.lowercased()).\(last.lowercased()).\(number)@example.com"
        id = Self.prefix(of: provider) + numbers.digits(17)
        let count = 1 + Int(numbers.next() % 3)
        let further = numbers.digits(18)
        children = (1...count).map { index in
            let town = Self.towns[Int(numbers.next() % UInt64(Self.towns.count))]
            let trade = Self.trades[Int(numbers.next() % UInt64(Self.trades.count))]
            let id = numbers.digits(15)
            return Child(
                id: id, name: "\(trade) \(town)", further: provider == .google ? further : "1784" + id.suffix(13))
        }
    }

    /// A person's TikTok account is the same whichever way it is reached.
    private static func realm(of provider: ProviderName) -> String {
        provider == .tiktokBusiness ? ProviderName.tiktok.rawValue : provider.rawValue
    }

    private static func prefix(of provider: ProviderName) -> String {
        switch provider {
        case .tiktok, .tiktokBusiness: "-000sim-"
        case .salesforce: "005sim"
        case .slack: "U0SIM"
        case .notion, .xero: "sim-"
        case .facebook, .instagram, .google, .tiktokAdvertiser, .github, .microsoft, .hubspot, .shopify, .linkedin,
            .quickbooks:
            ""
        }
    }

    private static let firstNames = [
        "Ada", "Bruno", "Chiara", "Dilan", "Edda", "Femi", "Greta", "Hugo", "Ines", "Jonas", "Kiran", "Lena",
    ]
    private static let lastNames = [
        "Adler", "Brandt", "Castro", "Diallo", "Ekberg", "Fischer", "Gallo", "Hansen", "Ito", "Jensen", "Keller",
    ]
    private static let towns = [
        "Aarhus", "Basel", "Cork", "Delft", "Espoo", "Freiburg", "Ghent", "Halle", "Izola", "Jena", "Kiel", "Lund",
    ]
    private static let trades = [
        "Bakery", "Bike Shop", "Café", "Dental Care", "Florist", "Garage", "Hotel", "Optician",
    ]
}

/// An account without what belongs to it.
struct Person: Hashable, Sendable {
    let provider: ProviderName
    let number: Int
}
