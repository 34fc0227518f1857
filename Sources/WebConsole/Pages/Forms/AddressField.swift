import Policy

/// The field for the addresses from which a credential may be used: one a line, empty for anywhere.
enum AddressField {
    static let name = "allowed_addresses"

    /// What a rule looks like in it.
    static func text(of rule: AddressRule) -> String {
        rule.ranges.map { $0.map(\.description).joined(separator: "\n") } ?? ""
    }

    /// The addresses and blocks that were written, nil for anywhere.
    static func blocks(of text: String) -> [String]? {
        let blocks = text.split { $0.isWhitespace || $0 == "," || $0 == ";" }.map(String.init)
        return blocks.isEmpty ? nil : blocks
    }

    /// Whether a form was sent to have one's own address added.
    static func isAskedForMine(_ form: PageForm) -> Bool { form["use"] == "mine" }

    /// The same with the address of who asks.
    static func adding(_ address: IPAddress?, to text: String) -> String {
        guard let address, !(blocks(of: text) ?? []).contains(address.description) else { return text }
        return ((blocks(of: text) ?? []) + [address.description]).joined(separator: "\n")
    }

    /// The field, with what is wrong named by what was written.
    static func field(_ text: String, _ entered: ConsoleVisit, _ errors: FieldErrors) -> TextField {
        let blocks = blocks(of: text) ?? []
        let wrong = errors.items(of: name).compactMap { item in
            blocks.indices.contains(item.index) ? "“\(blocks[item.index])”: \(item.message)" : nil
        }.first
        return TextField(
            label: "Allowed addresses", name: name, value: text,
            hint:
                "One IPv4 or IPv6 address or block a line, such as 192.0.2.17 or 2001:db8::/48. Empty for anywhere. Behind a proxy or NAT it is the address by which others see you.",
            error: wrong ?? errors[name], maximum: 4000, isCode: true,
            button: entered.visit.address.map { address in
                FieldButton(words: "Add my address (\(address))", name: "use", value: "mine")
            })
    }

    /// What to say to somebody whose own address is not among those that a rule allows.
    static func warning(_ rule: AddressRule, _ entered: ConsoleVisit) -> Notice? {
        guard rule != .anywhere, let address = entered.visit.address, !rule.allows(address) else { return nil }
        return .hint(
            "Your own address, \(address), isn’t among the allowed ones: from here it’s refused. That’s right if only your servers use it."
        )
    }
}
