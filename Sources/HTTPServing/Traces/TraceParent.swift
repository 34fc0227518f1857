/// Where a request stands in a trace, as the one who sent it says: the field `traceparent` (W3C Trace Context §3.2).
package struct TraceParent: Hashable, Sendable {
    /// The field's name.
    package static let field = "traceparent"

    /// 32 hexadecimal digits in lower case, not all of them 0.
    package let trace: String
    /// The span that sent it: 16 of them.
    package let span: String
    /// Whether the trace is kept by who began it. Of any other nothing is noted.
    package let isSampled: Bool

    package init(trace: String, span: String, isSampled: Bool) {
        self.trace = trace
        self.span = span
        self.isSampled = isSampled
    }

    /// What a field says, nil for what is none: `00-<trace>-<span>-<flags>`, and behind that something where the version is a later one.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 55, bytes.count <= 512,
            bytes[2] == Self.dash, bytes[35] == Self.dash, bytes[52] == Self.dash,
            let version = Self.digits(bytes[0..<2]), let trace = Self.digits(bytes[3..<35]),
            let span = Self.digits(bytes[36..<52]), let flags = Self.digits(bytes[53..<55]),
            version != "ff", version == "00" ? bytes.count == 55 : bytes.count == 55 || bytes[55] == Self.dash,
            trace.contains(where: { $0 != "0" }), span.contains(where: { $0 != "0" }),
            let value = UInt8(flags, radix: 16)
        else { return nil }
        self.init(trace: trace, span: span, isSampled: value & 1 == 1)
    }

    private static let dash = UInt8(ascii: "-")

    private static func digits(_ bytes: ArraySlice<UInt8>) -> String? {
        let isHexadecimal = bytes.allSatisfy { byte in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
        }
        return isHexadecimal ? String(decoding: bytes, as: UTF8.self) : nil
    }
}
