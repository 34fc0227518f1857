/// Reads `$filter` as PACT 2.3 has it ("Action ListFootprints"): comparisons that are joined by `and`, in the syntax of OData 4.01 (URL
/// Conventions §5.1.1), of the members that PACT names.
struct FootprintFilterReader {
    private let bytes: [UInt8]
    private var place = 0
    /// Where the last word began.
    private var wordPlace = 0
    private var all: [FootprintComparison] = []

    private static let mostComparisons = 50
    private static let mostDepth = 10

    private init(_ text: String) {
        bytes = Array(text.utf8)
    }

    /// - Throws: ``Refusal`` with status 400: `BadRequest` for what is no filter, `NotImplemented` for one that is not understood here.
    static func read(_ text: String) throws -> [FootprintComparison] {
        var reader = FootprintFilterReader(text)
        try reader.conjunction(depth: 0)
        guard reader.place == reader.bytes.count else { throw reader.malformed("and, or the end, is expected") }
        return reader.all
    }

    // MARK: - Grammar

    private mutating func conjunction(depth: Int) throws {
        guard depth < Self.mostDepth else { throw malformed("it is nested too deep") }
        repeat {
            if take("(") {
                try conjunction(depth: depth + 1)
                guard take(")") else { throw malformed(") is expected") }
            } else {
                all.append(try comparison())
                guard all.count <= Self.mostComparisons else {
                    throw malformed("there are more than \(Self.mostComparisons) comparisons")
                }
            }
        } while try takeAnd()
    }

    private mutating func takeAnd() throws -> Bool {
        switch word().lowercased() {
        case "": return false
        case "and": return true
        case let other: throw unknown(other)
        }
    }

    private mutating func comparison() throws -> FootprintComparison {
        let name = word()
        switch name {
        case "": throw malformed("a member is expected")
        case "productIds/any": return try membership(of: .product)
        case "companyIds/any": return try membership(of: .company)
        case "created", "updated", "pcf/referencePeriodStart", "pcf/referencePeriodEnd":
            let (relation, text) = (try relation(), try literal())
            return try time(name, relation, text)
        case "productCategoryCpc":
            let (relation, text) = (try relation(), try literal())
            let isCode = (1...5).contains(text.utf8.count) && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
            return try term(.classification, relation, "urn:cpc:\(text)", isOrdered: isCode)
        case "pcf/geographyCountry":
            let (relation, text) = (try relation(), try literal())
            let isCode = text.utf8.count == 2 && text.allSatisfy { $0.isASCII && $0.isLetter }
            return try term(.geography, relation, text, isOrdered: isCode)
        default: throw unknown(name)
        }
    }

    /// `(name:name eq 'value')`
    private mutating func membership(of kind: Footprint.Term) throws -> FootprintComparison {
        guard take("(") else { throw malformed("( is expected") }
        let variable = word()
        guard !variable.isEmpty, take(":") else { throw malformed("a name and a colon are expected") }
        var depth = 0
        while take("(") { depth += 1 }
        guard word() == variable else { throw malformed("\(variable) is expected") }
        let relation = try relation()
        guard relation == .equal else { throw unknown(relation.rawValue) }
        let value = try literal()
        for _ in 0...depth {
            guard take(")") else { throw malformed(") is expected") }
        }
        return .term(kind, .equal, value.lowercased())
    }

    private mutating func relation() throws -> FootprintComparison.Relation {
        let word = word()
        guard let relation = FootprintComparison.Relation(rawValue: word.lowercased()) else {
            throw word.isEmpty ? malformed("an operator is expected") : unknown(word)
        }
        return relation
    }

    private func time(
        _ name: String, _ relation: FootprintComparison.Relation, _ text: String
    ) throws -> FootprintComparison {
        // The plus of an offset that was not escaped has become a blank.
        let whole = text.replacing(" ", with: "+")
        guard let moment = Timestamp(whole) ?? CalendarDate(whole).map({ Timestamp(seconds: $0.days * 86_400) }) else {
            throw malformed("\(name) is compared with a date and time")
        }
        let isExact = whole.firstMatch(of: #/\.[0-9]*[1-9]/#) == nil
        switch name {
        case "created": return .madeThen(relation, moment, isExact: isExact)
        case "pcf/referencePeriodStart": return .beganThen(relation, moment, isExact: isExact)
        case "pcf/referencePeriodEnd": return .endedThen(relation, moment, isExact: isExact)
        // What is calculated anew is another footprint, so none has the member.
        default: return .never
        }
    }

    /// - Parameter isOrdered: Whether texts of all databases have such a value in the same order.
    private func term(
        _ kind: Footprint.Term, _ relation: FootprintComparison.Relation, _ text: String, isOrdered: Bool
    ) throws -> FootprintComparison {
        guard isOrdered || relation == .equal else { throw malformed("\(relation.rawValue) wants a code") }
        return .term(kind, relation, text.lowercased())
    }

    // MARK: - Words

    private mutating func skipBlanks() {
        while place < bytes.count, bytes[place] == 0x20 || bytes[place] == 0x09 { place += 1 }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipBlanks()
        guard place < bytes.count, bytes[place] == UInt8(ascii: character) else { return false }
        place += 1
        return true
    }

    /// A name, a path or an operator; empty where there is none.
    private mutating func word() -> String {
        skipBlanks()
        wordPlace = place
        let word = bytes[place...].prefix { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "/")
        }
        place += word.count
        return String(decoding: word, as: UTF8.self)
    }

    /// A text in quotes, of which two are one inside; or a date and time, which OData writes without.
    private mutating func literal() throws -> String {
        guard take("'") else {
            let bare = bytes[place...].prefix { $0 != 0x20 && $0 != UInt8(ascii: ")") }
            guard !bare.isEmpty else { throw malformed("a value is expected") }
            place += bare.count
            return String(decoding: bare, as: UTF8.self)
        }
        var text: [UInt8] = []
        while place < bytes.count {
            let byte = bytes[place]
            place += 1
            if byte == UInt8(ascii: "'") {
                guard place < bytes.count, bytes[place] == byte else { return String(decoding: text, as: UTF8.self) }
                place += 1
            }
            text.append(byte)
        }
        throw malformed("a text does not end")
    }

    private func malformed(_ problem: String) -> Refusal {
        Refusal.invalid("$filter", .invalid, "\(problem), at character \(place + 1)", status: 400)
    }

    private func unknown(_ word: String) -> Refusal {
        var refusal = Refusal.invalid(
            "$filter", .unknown, "\(word.prefix(50)) is not understood, at character \(wordPlace + 1)", status: 400)
        refusal.pactCode = "NotImplemented"
        return refusal
    }
}
