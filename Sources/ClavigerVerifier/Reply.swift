import TextForms

/// An object that Claviger answered (RFC 8259).
struct Reply {
    private let members: JSONObject

    init?(_ bytes: [UInt8]) {
        guard case .object(let members) = try? JSONParser.parse(bytes) else { return nil }
        self.members = members
    }

    func has(_ name: String) -> Bool { members[name] != nil }

    func text(_ name: String) -> String? {
        if case .string(let text) = members[name] { text } else { nil }
    }

    func number(_ name: String) -> Int64? {
        if case .integer(let number) = members[name] { Int64(number) } else { nil }
    }

    func flag(_ name: String) -> Bool? {
        if case .bool(let flag) = members[name] { flag } else { nil }
    }

    /// An array of texts and of nothing else.
    func texts(_ name: String) -> [String]? {
        guard case .array(let elements) = members[name] else { return nil }
        let texts = elements.compactMap { element in
            if case .string(let text) = element { text } else { nil }
        }
        return texts.count == elements.count ? texts : nil
    }
}
