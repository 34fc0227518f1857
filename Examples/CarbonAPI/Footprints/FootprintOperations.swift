import Foundation

/// Product footprints, exchanged as PACT 3.0 says.
struct FootprintOperations: Sendable {
    let store: any Store
    /// Events that are kept for an organization; of more, the oldest go.
    let mostEvents: Int

    var all: [Operation] {
        [
            Operation(
                .get, "/3/footprints", at: .root, for: .holders(.productFootprint), envelope: .pact,
                OperationDescription(
                    "listFootprints", "Product footprints (PACT ListFootprints)", answer: 200, "Footprints",
                    query: [
                        "limit", "productId", "companyId", "geography", "classification", "validOn", "validAfter",
                        "validBefore", "status",
                    ]), list),
            Operation(
                .get, "/3/footprints/{footprintId}", at: .root, for: .holders(.productFootprint), envelope: .pact,
                OperationDescription(
                    "getFootprint", "A product footprint (PACT GetFootprint)", answer: 200, "FootprintAnswer"),
                get),
            Operation(
                .post, "/3/events", at: .root, for: .holders(.productFootprint), envelope: .pact,
                OperationDescription(
                    "sendEvent", "Tell of footprints that were published (PACT Events)", body: "CloudEvent",
                    bodyType: "application/cloudevents+json", answer: 200, failures: [501]), take),
            Operation(
                .post, "/footprints/calculation", for: .holders(.productFootprint),
                OperationDescription(
                    "calculateFootprints", "Calculate the footprints of a year's products anew", ours: true,
                    body: "FootprintCalculation", answer: 201, "Identifiers"), calculate),
            Operation(
                .get, "/footprints/{footprintId}/shares", for: .holders(.productFootprint),
                OperationDescription(
                    "listShares", "With which organizations a footprint is shared", ours: true, answer: 200, "Shares"),
                shares),
            Operation(
                .post, "/footprints/{footprintId}/shares", for: .holders(.productFootprint),
                OperationDescription(
                    "share", "Share a footprint, and those that will replace it, with an organization", ours: true,
                    body: "Share", answer: 204), share),
            Operation(
                .delete, "/footprints/{footprintId}/shares/{organizationId}", for: .holders(.productFootprint),
                OperationDescription(
                    "unshare", "Share a footprint with an organization no longer", ours: true, answer: 204), unshare),
        ]
    }

    private static let invalid = 400
    private static let mostPage = 500
    private static let usualPage = 50

    // MARK: - Reading

    private func list(_ call: Call) async throws -> Reply {
        let filter = try Self.filter(call)
        var limit = Self.usualPage
        if let text = call.query("limit") {
            guard let number = Int(text), number > 0 else {
                throw Refusal.invalid("limit", .outOfRange, "a whole number above 0 is expected", status: Self.invalid)
            }
            limit = min(number, Self.mostPage)
        }
        let (most, place) = (limit, try Self.place(call.query("cursor")))
        let found = try await store.read(try call.sight) { try $0.footprints(filter, after: place, limit: most + 1) }
        let page = found.prefix(most)
        let reply = Reply.json(["data": .list(page.map(\.json))])
        guard found.count > most, let last = page.last else { return reply }
        var pairs = call.queryPairs.filter { $0.name != "cursor" }
        pairs.append(("cursor", "\(last.createdAt.seconds)-\(last.id)"))
        return reply.with("Link", "<\(call.link(with: pairs))>; rel=\"next\"")
    }

    private static func place(_ cursor: String?) throws -> (Timestamp, String)? {
        guard let cursor else { return nil }
        let halves = cursor.split(separator: "-", maxSplits: 1)
        guard halves.count == 2, let seconds = Int(halves[0]), let id = UUIDText.parse(halves[1]) else {
            throw Refusal.invalid("cursor", .invalid, "it is none of ours", status: invalid)
        }
        return (Timestamp(seconds: seconds), id)
    }

    /// An empty value is as none. What no footprint can have leaves an empty list.
    private static func filter(_ call: Call) throws -> FootprintFilter {
        var filter = FootprintFilter()
        for term in Footprint.Term.allCases {
            filter.terms[term] = try values(call, term.rawValue, most: 100).map { $0.lowercased() }
        }
        filter.statuses = try values(call, "status", most: 100).map { $0.lowercased() }
        filter.validOn = try times(call, "validOn")
        filter.validAfter = try times(call, "validAfter")
        filter.validBefore = try times(call, "validBefore")
        return filter
    }

    private static func values(_ call: Call, _ name: String, most: Int) throws -> [String] {
        let values = call.queries(name)
        guard values.count <= most else {
            throw Refusal.invalid(name, .outOfRange, "there are more than \(most)", status: invalid)
        }
        return values
    }

    private static func times(_ call: Call, _ name: String) throws -> [Timestamp] {
        try values(call, name, most: 10).map { text in
            // The plus of an offset that was not escaped has become a blank.
            let whole = text.replacing(" ", with: "+")
            guard let time = Timestamp(whole) ?? CalendarDate(whole).map({ Timestamp(seconds: $0.days * 86_400) })
            else {
                throw Refusal.invalid(name, .invalid, "a date and time is expected", status: invalid)
            }
            return time
        }
    }

    private func get(_ call: Call) async throws -> Reply {
        let id = try call.id("footprintId")
        let found = try await store.read(try call.sight) { try $0.footprint(id) }
        guard let found else { throw Refusal.notFound }
        return .json(["data": found.json])
    }

    // MARK: - Events

    /// Characters of what events are told apart by: an index takes no text of any length.
    static let mostKey = 200
    private static let types = "org.wbcsd.pact.ProductFootprint."
    /// Bytes of an event, and footprints that it names.
    static let mostEvent = 65_536
    static let mostNamed = 1000

    /// Takes a CloudEvent. Of those of PACT, the announcement of footprints is kept; requests for footprints are not answered here, and
    /// that is said at once.
    private func take(_ call: Call) async throws -> Reply {
        let body = try await call.json(most: Self.mostEvent)
        let (now, organization) = (call.now, try call.caller.organization)
        let findings = Findings()
        let fields = Fields(body, findings)
        let (type, id) = (fields.text("type", required: true), fields.text("id", required: true, most: Self.mostKey))
        let (source, version) = (
            fields.text("source", required: true, most: Self.mostKey), fields.text("specversion", required: true)
        )
        if let time = fields.text("time", required: true), Timestamp(time) == nil {
            fields.note("time", .invalid, "a date and time is expected")
        }
        if let version, version != "1.0" { fields.note("specversion", .invalid, "it is 1.0") }
        if body["data"]?.asObject == nil { fields.note("data", .required, "an object is expected") }
        try findings.check(status: Self.invalid)
        guard let type, let id, let source, let data = body["data"] else { throw Refusal(400, "It is no event.") }
        switch type {
        case Self.types + "PublishedEvent.3":
            let ids = data["pfIds"]?.asList ?? []
            guard !ids.isEmpty, ids.count <= Self.mostNamed,
                ids.allSatisfy({ $0.asText.flatMap { UUIDText.parse($0) } != nil })
            else {
                throw Refusal.invalid(
                    "data.pfIds", .invalid, "1 to \(Self.mostNamed) UUIDs are expected", status: Self.invalid)
            }
        case Self.types + "RequestCreatedEvent.3", Self.types + "RequestFulfilledEvent.3",
            Self.types + "RequestRejectedEvent.3":
            throw Refusal(501, "Requests for footprints are not answered here. Ask by ListFootprints.")
        default: throw Refusal.invalid("type", .unknown, "there is no such event", status: Self.invalid)
        }
        let most = mostEvents
        try await store.write(try call.sight) { transaction in
            try transaction.keepEvent(id, of: source, type: type, data: data, for: organization, at: now)
            let tooMany = try transaction.eventCount(of: organization) - most
            if tooMany > 0 { try transaction.deleteOldestEvents(tooMany, of: organization) }
        }
        return Reply(status: 200, headers: [], body: .none)
    }

    // MARK: - Sharing

    private static let mostPartners = 1000

    private func shares(_ call: Call) async throws -> Reply {
        let id = try call.id("footprintId")
        let partners = try await store.read(try call.sight) { transaction in
            guard try transaction.ownFootprint(id) != nil else { throw Refusal.notFound }
            return try transaction.partners(of: id)
        }
        return .json(["organizations": .list(partners.map { ["id": .text($0)] })])
    }

    /// The other organization is named by its `buId`, as it tells its partners. Whether there is one is nobody else's business, so any
    /// is taken.
    private func share(_ call: Call) async throws -> Reply {
        let (id, body) = (try call.id("footprintId"), try await call.json())
        let findings = Findings()
        let named = Fields(body, findings).uuid("organizationId", required: true)
        let wrong = findings.all
        try await store.write(try call.sight) { transaction in
            guard let footprint = try transaction.ownFootprint(id) else { throw Refusal.notFound }
            guard let named else { throw Refusal.invalid(wrong) }
            guard try transaction.partners(of: id).count < Self.mostPartners else {
                throw Refusal(422, "It is shared with \(Self.mostPartners) organizations already.")
            }
            try transaction.share(footprint, with: named)
        }
        return .noContent
    }

    private func unshare(_ call: Call) async throws -> Reply {
        let (id, partner) = (try call.id("footprintId"), try call.id("organizationId"))
        try await store.write(try call.sight) { transaction in
            guard try transaction.ownFootprint(id) != nil else { throw Refusal.notFound }
            try transaction.unshare(id, with: partner)
        }
        return .noContent
    }

    // MARK: - Calculation

    private static let page = 1000

    private func calculate(_ call: Call) async throws -> Reply {
        let (body, now) = (try await call.json(), call.now)
        let findings = Findings()
        let wanted = Fields(body, findings).integer("year", required: true, in: 1990...2100)
        try findings.check(status: 422)
        guard let year = wanted else { throw Refusal(422, "It is not valid.") }
        let sight = try call.sight
        var calculator = FootprintCalculator(year: year)
        let period = ExportPeriod(years: [year], start: nil, end: nil)
        var last = FactPlace.start
        while true {
            let after = last
            let rows = try await store.read(sight) { try $0.facts(period, after: after, limit: Self.page) }
            for row in rows { try calculator.add(row.cells) }
            guard rows.count == Self.page, let end = rows.last?.place else { break }
            last = end
        }
        let counted = calculator
        let ids = try await store.write(sight) { transaction in
            try counted.figures(transaction).map { figures in
                let start = figures.validity(at: now).lowerBound
                let preceding = try transaction.deprecateFootprints(of: figures.product.id, validFrom: start)
                let footprint = try figures.footprint(preceding: preceding, at: now)
                try transaction.insert(footprint)
                for partner in Set(try preceding.flatMap { try transaction.partners(of: $0) }) {
                    try transaction.share(footprint, with: partner)
                }
                return footprint.id
            }
        }
        return .json(["ids": .texts(ids)], status: 201)
    }
}
