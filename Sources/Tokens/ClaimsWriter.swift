import TextForms

/// Appends JSON (RFC 8259) to bytes.
struct ClaimsWriter {
    private(set) var bytes: [UInt8] = []

    init() {
        bytes.reserveCapacity(512)
    }

    mutating func raw(_ text: StaticString) {
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    mutating func number(_ number: Int64) {
        bytes.append(contentsOf: String(number).utf8)
    }

    mutating func text(_ text: String) {
        JSONText.append(text, to: &bytes)
    }
}
