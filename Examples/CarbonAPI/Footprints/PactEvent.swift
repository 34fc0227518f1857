/// An event of PACT (CloudEvents 1.0, structured).
struct PactEvent: Sendable {
    let happening: PactVersion.Happening
    let id: String
    let source: String
    let data: JSONValue

    /// Characters of what events are told apart by: an index takes no text of any length.
    static let mostKey = 200
    /// Bytes of one.
    static let mostBytes = 65_536
    /// Footprints that one names.
    static let mostNamed = 1000

    /// - Throws: ``Refusal`` with status 400 for what is none.
    init(_ body: JSONValue, of version: PactVersion) throws {
        let findings = Findings()
        let fields = Fields(body, findings)
        let (type, id) = (fields.text("type", required: true), fields.text("id", required: true, most: Self.mostKey))
        let (source, specification) = (
            fields.text("source", required: true, most: Self.mostKey), fields.text("specversion", required: true)
        )
        if let time = fields.text("time", required: true), Timestamp(time) == nil {
            fields.note("time", .invalid, "a date and time is expected")
        }
        if let specification, specification != "1.0" { fields.note("specversion", .invalid, "it is 1.0") }
        if body["data"]?.asObject == nil { fields.note("data", .required, "an object is expected") }
        let happening = type.flatMap { version.happening(of: $0) }
        if type != nil, happening == nil { fields.note("type", .unknown, "there is no such event") }
        try findings.check(status: 400)
        guard let happening, let id, let source, let data = body["data"] else { throw Refusal(400, "It is no event.") }
        self.happening = happening
        self.id = id
        self.source = source
        self.data = data
    }

    /// - Throws: ``Refusal`` with status 400 where an announcement names no footprints.
    func checkAnnouncement() throws {
        let ids = data["pfIds"]?.asList ?? []
        guard !ids.isEmpty, ids.count <= Self.mostNamed,
            ids.allSatisfy({ $0.asText.flatMap { UUIDText.parse($0) } != nil })
        else {
            throw Refusal.invalid("data.pfIds", .invalid, "1 to \(Self.mostNamed) UUIDs are expected", status: 400)
        }
    }

    /// Which footprints a request is for.
    ///
    /// - Parameter data: The request's.
    /// - Returns: Nil where it asks by something that is not looked at here, so that anything at all might be meant.
    static func wanted(by data: JSONValue, _ version: PactVersion) throws -> FootprintFilter? {
        switch version {
        case .three: return try FootprintFilter { try values(data, $0, at: "data.\($0)", most: $1) }
        case .two: return try filter(ofFragment: data["pf"] ?? .null)
        }
    }

    /// What a footprint of the second PACT would have.
    private static func filter(ofFragment fragment: JSONValue) throws -> FootprintFilter? {
        guard let members = fragment.asObject else {
            throw Refusal.invalid("data.pf", .required, "an object is expected", status: 400)
        }
        var filter = FootprintFilter()
        for member in members {
            func values() throws -> [String] {
                try self.values(fragment, member.name, at: "data.pf.\(member.name)", most: 100).map { $0.lowercased() }
            }
            switch member.name {
            case "productIds": filter.terms[.product] = try values()
            case "companyIds": filter.terms[.company] = try values()
            case "productCategoryCpc": filter.terms[.classification] = try values().map { "urn:cpc:\($0)" }
            case "status": filter.statuses = try values()
            default: return nil
            }
        }
        return filter
    }

    /// One text or a list of them.
    private static func values(_ object: JSONValue, _ name: String, at place: String, most: Int) throws -> [String] {
        guard let value = object[name], !value.isNull else { return [] }
        let texts = (value.asList ?? [value]).map(\.asText)
        guard texts.count <= most, texts.allSatisfy({ $0 != nil }) else {
            throw Refusal.invalid(place, .invalid, "a text, or a list of at most \(most), is expected", status: 400)
        }
        return texts.compactMap(\.self).filter { !$0.isEmpty }
    }
}
