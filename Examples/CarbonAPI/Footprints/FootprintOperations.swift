import Foundation

/// Product footprints, exchanged as PACT says: 3.0, and the second one for those who still speak that.
struct FootprintOperations: Sendable {
    let store: any Store

    var all: [Operation] { PactVersion.allCases.flatMap(exchange) + own }

    private func exchange(_ version: PactVersion) -> [Operation] {
        let path = "/\(version.rawValue)/footprints"
        let (list, get, schema, query): (String, String, String, [QueryParameter]) =
            switch version {
            case .two: ("listFootprints2", "getFootprint2", "Footprint2", ["limit", "$filter"])
            case .three:
                (
                    "listFootprints", "getFootprint", "Footprint",
                    [
                        "limit", "productId", "companyId", "geography", "classification", "validOn", "validAfter",
                        "validBefore", "status",
                    ]
                )
            }
        return [
            Operation(
                .get, path, at: .root, for: .holders(.productFootprint), envelope: .pact(version),
                OperationDescription(
                    list, "Product footprints (PACT \(version.rawValue) ListFootprints)", answer: 200, schema + "s",
                    query: query)
            ) { try await self.list($0, version) },
            Operation(
                .get, path + "/{footprintId}", at: .root, for: .holders(.productFootprint), envelope: .pact(version),
                OperationDescription(
                    get, "A product footprint (PACT \(version.rawValue) GetFootprint)", answer: 200,
                    schema + "Answer")
            ) { try await self.get($0, version) },
        ]
    }

    private var own: [Operation] {
        [
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

    private func list(_ call: Call, _ version: PactVersion) async throws -> Reply {
        let filter: FootprintFilter
        switch version {
        case .two:
            var wanted = FootprintFilter()
            if let text = call.query("$filter") { wanted.comparisons = try FootprintFilterReader.read(text) }
            filter = wanted
        case .three: filter = try FootprintFilter { try Self.values(call, $0, most: $1) }
        }
        var limit = Self.usualPage
        if let text = call.query("limit") {
            guard let number = Int(text), number > 0 else {
                throw Refusal.invalid("limit", .outOfRange, "a whole number above 0 is expected", status: Self.invalid)
            }
            limit = min(number, Self.mostPage)
        }
        let (most, place) = (limit, try Self.place(call.query("cursor")))
        let found = try await store.read(try call.sight) {
            try $0.footprints(filter, of: version, after: place, limit: most + 1)
        }
        let page = found.prefix(most)
        let reply = Reply.json(["data": .list(page.map { $0.json(version) })])
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

    private static func values(_ call: Call, _ name: String, most: Int) throws -> [String] {
        let values = call.queries(name)
        guard values.count <= most else {
            throw Refusal.invalid(name, .outOfRange, "there are more than \(most)", status: invalid)
        }
        return values
    }

    private func get(_ call: Call, _ version: PactVersion) async throws -> Reply {
        let id = try call.id("footprintId")
        let found = try await store.read(try call.sight) { try $0.footprint(id) }
        guard let found, found.isTold(by: version) else { throw Refusal.notFound }
        return .json(["data": found.json(version)])
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
