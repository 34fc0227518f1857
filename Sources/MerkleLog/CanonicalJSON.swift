package import TextForms

/// The one text of a JSON value (RFC 8785), so that everybody makes the same bytes of an entry, whatever they read it with.
///
/// Numbers are whole: of others RFC 8785 wants the shortest form, and no entry has one.
package enum CanonicalJSON {
    /// The bytes of a value, nil for one with a number that is not whole or has more than 53 bits.
    package static func bytes(_ value: JSONValue) -> [UInt8]? {
        var bytes: [UInt8] = []
        return append(value, to: &bytes) ? bytes : nil
    }

    private static func append(_ value: JSONValue, to json: inout [UInt8]) -> Bool {
        switch value {
        case .null: json += "null".utf8
        case .bool(let value): json += (value ? "true" : "false").utf8
        case .integer(let value):
            guard value.magnitude < 1 << 53 else { return false }
            json += "\(value)".utf8
        case .decimal: return false
        case .string(let text): append(text, to: &json)
        case .array(let elements):
            json.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { json.append(UInt8(ascii: ",")) }
                guard append(element, to: &json) else { return false }
            }
            json.append(UInt8(ascii: "]"))
        case .object(let object):
            json.append(UInt8(ascii: "{"))
            // By units of UTF-16, as RFC 8785 §3.2.3 has it.
            let members = object.members.sorted { $0.name.utf16.lexicographicallyPrecedes($1.name.utf16) }
            for (index, member) in members.enumerated() {
                if index > 0 { json.append(UInt8(ascii: ",")) }
                append(member.name, to: &json)
                json.append(UInt8(ascii: ":"))
                guard append(member.value, to: &json) else { return false }
            }
            json.append(UInt8(ascii: "}"))
        }
        return true
    }

    private static func append(_ text: String, to json: inout [UInt8]) {
        json.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            // Those that have an escape of two characters in RFC 8785 §3.2.2.2 and not in our other texts.
            case 0x08: json += "\\b".utf8
            case 0x09: json += "\\t".utf8
            case 0x0C: json += "\\f".utf8
            case 0x0D: json += "\\r".utf8
            case 0..<0x20, UInt8(ascii: "\""), UInt8(ascii: "\\"): JSONText.appendEscape(of: byte, to: &json)
            default: json.append(byte)
            }
        }
        json.append(UInt8(ascii: "\""))
    }
}
