import Templating

/// A filter in force, as a link without it.
struct Chip: Hashable, Sendable {
    /// `Status: expired`
    let words: String
    let removeLink: String
}

/// The filters in force.
struct Chips: Hashable, Sendable {
    let chips: [Chip]
    let clearLink: String
}

/// How many things are at one risk, as a link to those.
struct RiskCard: Hashable, Sendable {
    let count: Int
    let words: String
    let address: String
    /// Whether the list shows those now.
    let isCurrent: Bool
    /// The classes of its look.
    let look: String

    /// - Parameter isUrgent: Whether something breaks soon.
    init(_ count: Int, _ words: String, address: String, isUrgent: Bool = false, isCurrent: Bool = false) {
        self.count = count
        self.words = words
        self.address = address
        self.isCurrent = isCurrent
        look = [
            count == 0 ? "risk-none" : nil, isUrgent && count > 0 ? "risk-urgent" : nil, isCurrent ? "risk-now" : nil,
        ].compactMap(\.self).joined(separator: " ")
    }
}

extension Chip: TemplateReadable {
    static let templateNames: TemplateNames = ["words", "removeLink"]
    var templateValues: [TemplateValue] { [.of(words), .of(removeLink)] }
}

extension Chips: TemplateReadable {
    static let templateNames: TemplateNames = ["chips", "clearLink"]
    var templateValues: [TemplateValue] { [.of(chips), .of(clearLink)] }
}

extension RiskCard: TemplateReadable {
    static let templateNames: TemplateNames = ["count", "words", "address", "isCurrent", "look"]
    var templateValues: [TemplateValue] { [.of(count), .of(words), .of(address), .of(isCurrent), .of(look)] }
}
