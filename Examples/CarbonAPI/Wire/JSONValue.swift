/// A JSON text (RFC 8259). Numbers keep their digits, so that no quantity is rounded on its way in or out.
enum JSONValue: Sendable, Hashable {
    case null
    case bool(Bool)
    /// As it was written.
    case number(String)
    case text(String)
    case list([JSONValue])
    case object([Member])

    struct Member: Sendable, Hashable {
        let name: String
        let value: JSONValue
    }

    subscript(name: String) -> JSONValue? {
        switch self {
        case .object(let members): members.first { $0.name == name }?.value
        case .null, .bool, .number, .text, .list: nil
        }
    }

    var asText: String? {
        switch self {
        case .text(let text): text
        case .null, .bool, .number, .list, .object: nil
        }
    }

    var asList: [JSONValue]? {
        switch self {
        case .list(let elements): elements
        case .null, .bool, .number, .text, .object: nil
        }
    }

    var asObject: [Member]? {
        switch self {
        case .object(let members): members
        case .null, .bool, .number, .text, .list: nil
        }
    }

    var isNull: Bool { self == .null }

    /// A text, or null.
    static func optional(_ text: String?) -> JSONValue { text.map { .text($0) } ?? .null }
    static func optional(_ number: Exact?) -> JSONValue { number.map { .number($0.description) } ?? .null }
    static func optional(_ number: Int?) -> JSONValue { number.map { .number(String($0)) } ?? .null }
    static func integer(_ number: Int) -> JSONValue { .number(String(number)) }
    static func texts(_ texts: [String]) -> JSONValue { .list(texts.map { .text($0) }) }

    /// An object with another's members behind its own.
    func with(_ more: [(String, JSONValue)]) -> JSONValue {
        .object((asObject ?? []) + more.map { Member(name: $0.0, value: $0.1) })
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByNilLiteral {
    init(stringLiteral value: String) { self = .text(value) }
    init(booleanLiteral value: Bool) { self = .bool(value) }
    init(nilLiteral: ()) { self = .null }
}

extension JSONValue: ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
    init(arrayLiteral elements: JSONValue...) { self = .list(elements) }
    init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(elements.map { Member(name: $0.0, value: $0.1) })
    }
}

// MARK: - Writing

extension JSONValue: CustomStringConvertible {
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        write(to: &bytes)
        return bytes
    }

    var description: String { String(decoding: bytes, as: UTF8.self) }

    func write(to bytes: inout [UInt8]) {
        switch self {
        case .null: bytes += "null".utf8
        case .bool(let value): bytes += (value ? "true" : "false").utf8
        case .number(let digits): bytes += digits.utf8
        case .text(let text): Self.quote(text, to: &bytes)
        case .list(let elements):
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                element.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                Self.quote(member.name, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                member.value.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    private static func quote(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case 0..<0x20:
                let digits = String(byte, radix: 16)
                bytes += "\\u00\(digits.count == 1 ? "0" : "")\(digits)".utf8
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}

// MARK: - Reading

extension JSONValue {
    /// A text that is no JSON, and where.
    struct Malformed: Error {
        let problem: String
        /// Bytes before it.
        let offset: Int
    }

    /// Reads one value. A member that comes twice is refused, since readers differ on which of them counts.
    init(parsing bytes: [UInt8]) throws(Malformed) {
        var reader = JSONReader(bytes)
        self = try reader.whole()
    }
}

private struct JSONReader {
    private let bytes: [UInt8]
    private var place = 0
    private var values = 0

    private static let mostDepth = 32
    /// A value takes more memory than its text.
    private static let mostValues = 1_000_000

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func whole() throws(JSONValue.Malformed) -> JSONValue {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { place = 3 }
        let value = try value(depth: 0)
        skipBlanks()
        guard place == bytes.count else { throw problem("something stands behind the value") }
        return value
    }

    private func problem(_ text: String) -> JSONValue.Malformed { JSONValue.Malformed(problem: text, offset: place) }

    private var next: UInt8? { place < bytes.count ? bytes[place] : nil }

    private mutating func skipBlanks() {
        while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { place += 1 }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipBlanks()
        guard next == UInt8(ascii: character) else { return false }
        place += 1
        return true
    }

    private mutating func value(depth: Int) throws(JSONValue.Malformed) -> JSONValue {
        guard depth < Self.mostDepth else { throw problem("values are nested too deep") }
        values += 1
        guard values <= Self.mostValues else { throw problem("there are too many values") }
        skipBlanks()
        guard let byte = next else { throw problem("it ends too early") }
        switch byte {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try list(depth: depth)
        case UInt8(ascii: "\""): return .text(try text())
        case UInt8(ascii: "-"), 48...57: return .number(try number())
        default:
            for (word, value) in [("true", JSONValue.bool(true)), ("false", .bool(false)), ("null", .null)]
            where bytes[place...].starts(with: word.utf8) {
                place += word.utf8.count
                return value
            }
            throw problem("a value is expected")
        }
    }

    private mutating func object(depth: Int) throws(JSONValue.Malformed) -> JSONValue {
        place += 1
        var members: [JSONValue.Member] = []
        var names: Set<String> = []
        if take("}") { return .object([]) }
        repeat {
            skipBlanks()
            guard next == UInt8(ascii: "\"") else { throw problem("a member's name is expected") }
            let name = try text()
            guard names.insert(name).inserted else {
                throw problem("the member \(String(name.unicodeScalars.prefix(50))) comes twice")
            }
            guard take(":") else { throw problem("a colon is expected") }
            members.append(JSONValue.Member(name: name, value: try value(depth: depth + 1)))
        } while take(",")
        guard take("}") else { throw problem("a comma or } is expected") }
        return .object(members)
    }

    private mutating func list(depth: Int) throws(JSONValue.Malformed) -> JSONValue {
        place += 1
        var elements: [JSONValue] = []
        if take("]") { return .list([]) }
        repeat { elements.append(try value(depth: depth + 1)) } while take(",")
        guard take("]") else { throw problem("a comma or ] is expected") }
        return .list(elements)
    }

    private mutating func number() throws(JSONValue.Malformed) -> String {
        let start = place
        if next == UInt8(ascii: "-") { place += 1 }
        let whole = digits()
        guard whole > 0, whole == 1 || bytes[place - whole] != UInt8(ascii: "0") else {
            throw problem("a number is malformed")
        }
        if next == UInt8(ascii: ".") {
            place += 1
            guard digits() > 0 else { throw problem("a number is malformed") }
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            place += 1
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { place += 1 }
            guard digits() > 0 else { throw problem("a number is malformed") }
        }
        guard place - start <= 100 else { throw problem("a number is too long") }
        return String(decoding: bytes[start..<place], as: UTF8.self)
    }

    private mutating func digits() -> Int {
        let start = place
        while let byte = next, (48...57).contains(byte) { place += 1 }
        return place - start
    }

    private mutating func text() throws(JSONValue.Malformed) -> String {
        place += 1
        var content: [UInt8] = []
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                place += 1
                guard let text = String(validating: content, as: UTF8.self) else { throw problem("a text is no UTF-8") }
                return text
            case UInt8(ascii: "\\"):
                place += 1
                try escape(to: &content)
            case 0..<0x20: throw problem("a control character stands in a text")
            default:
                content.append(byte)
                place += 1
            }
        }
        throw problem("a text does not end")
    }

    private mutating func escape(to content: inout [UInt8]) throws(JSONValue.Malformed) {
        guard let byte = next else { throw problem("a text does not end") }
        place += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(byte)
        case UInt8(ascii: "b"): content.append(0x08)
        case UInt8(ascii: "f"): content.append(0x0C)
        case UInt8(ascii: "n"): content.append(0x0A)
        case UInt8(ascii: "r"): content.append(0x0D)
        case UInt8(ascii: "t"): content.append(0x09)
        case UInt8(ascii: "u"):
            var code = try fourDigits()
            if (0xD800..<0xDC00).contains(code) {
                guard next == UInt8(ascii: "\\"), place + 1 < bytes.count, bytes[place + 1] == UInt8(ascii: "u") else {
                    throw problem("half a character stands in a text")
                }
                place += 2
                let low = try fourDigits()
                guard (0xDC00..<0xE000).contains(low) else { throw problem("half a character stands in a text") }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code), code != 0 else { throw problem("an escape is no character") }
            content += String(Character(scalar)).utf8
        default: throw problem("an escape is none")
        }
    }

    private mutating func fourDigits() throws(JSONValue.Malformed) -> UInt32 {
        guard place + 4 <= bytes.count,
            let code = UInt32(String(decoding: bytes[place..<(place + 4)], as: UTF8.self), radix: 16),
            bytes[place..<(place + 4)].allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") })
        else { throw problem("an escape is none") }
        place += 4
        return code
    }
}
