package import TextForms

extension ProviderAnswer {
    /// The longest body that is read, in bytes.
    package static let maximumSize = 1 << 20

    /// The body as a value: JSON, or a form where the answer says that it is one; a form's values are texts. Nil for anything else.
    package var value: JSONValue? {
        guard body.count <= Self.maximumSize else { return nil }
        if let type = headers["Content-Type"]?.lowercased(), type.hasPrefix("application/x-www-form-urlencoded") {
            return form
        }
        return try? JSONParser.parse(body)
    }

    private var form: JSONValue? {
        var members: [JSONObject.Member] = []
        for pair in body.split(separator: UInt8(ascii: "&")) {
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.text(parts[0]), let value = parts.count > 1 ? Self.text(parts[1]) : "",
                !members.contains(where: { $0.name == name })
            else { return nil }
            members.append(JSONObject.Member(name: name, value: .string(value)))
        }
        return .object(JSONObject(members))
    }

    private static func text(_ escaped: ArraySlice<UInt8>) -> String? {
        escaped.withUnsafeBytes { PercentEscape.bytes($0, plusIsSpace: true) }
            .flatMap { String(validating: $0, as: UTF8.self) }
    }
}
