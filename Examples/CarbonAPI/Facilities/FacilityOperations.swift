/// Facilities, their areas, and how they were from which day on.
struct FacilityOperations: Sendable {
    let store: any Store

    var all: [Operation] { reading + writing }

    private var reading: [Operation] {
        [
            Operation(
                .get, "/facilities", for: .holders(.facilitiesRead),
                OperationDescription(
                    "listFacilities", "Facilities and areas as they are today", answer: 200, "Facilities",
                    query: Self.names.parameters + ["buId", QueryParameter("showClosed", ["type": "boolean"])]), list),
            Operation(
                .get, "/facilities/types", for: .holders(.facilitiesRead),
                OperationDescription("listFacilityTypes", "Types of facilities", answer: 200, "FacilityTypes"), types),
            Operation(
                .get, "/facilities/{facilityId}", for: .holders(.facilitiesRead),
                OperationDescription(
                    "getFacility", "A facility with its versions and areas", answer: 200, "FacilityAnswer"), get),
            Operation(
                .get, "/facilities/{facilityId}/versions/{versionId}", for: .holders(.facilitiesRead),
                OperationDescription(
                    "getFacilityVersion", "A facility as one of its versions has it", answer: 200, "FacilityAnswer"),
                getVersion),
        ]
    }

    private var writing: [Operation] {
        [
            Operation(
                .post, "/facilities/bulk", for: .holders(.facilitiesWrite),
                OperationDescription(
                    "createFacilities", "Create facilities with their areas, all or none", body: "FacilityDrafts",
                    answer: 201, "CreatedFacilities"), create),
            Operation(
                .patch, "/facilities/{facilityId}/persistent", for: .holders(.facilitiesWrite),
                OperationDescription(
                    "editFacility", "Edit what is the same in all versions", body: "FacilityEdit", answer: 204), edit),
            Operation(
                .post, "/facilities/{facilityId}/versions", for: .holders(.facilitiesWrite),
                OperationDescription(
                    "createFacilityVersion", "Add a version", body: "FacilityVersionDraft", answer: 204), createVersion),
            Operation(
                .patch, "/facilities/{facilityId}/versions/{versionId}", for: .holders(.facilitiesWrite),
                OperationDescription(
                    "editFacilityVersion", "Edit a version", body: "FacilityVersionEdit", answer: 204), editVersion),
            Operation(
                .delete, "/facilities/{facilityId}", for: .holders(.facilitiesWrite),
                OperationDescription("deleteFacility", "Delete a facility with versions and areas", answer: 204), delete
            ),
            Operation(
                .delete, "/facilities/{facilityId}/versions/{versionId}", for: .holders(.facilitiesWrite),
                OperationDescription("deleteFacilityVersion", "Delete a version", answer: 204), deleteVersion),
        ]
    }

    /// Errors in bodies of these routes are 400, where others have 422.
    private static let invalid = 400

    private static let names = ListQuery.Names(
        search: "search", size: "pageSize", mostSize: 1000, sort: "sortBy",
        columns: [
            ("facilityName", "name"), ("internalId", "internal_id"), ("organization", "organization_name"),
            ("country", "country"),
        ])

    // MARK: - Reading

    private func list(_ call: Call) async throws -> Reply {
        let query = try ListQuery(call, Self.names)
        let today = call.now.date
        let showsClosed: Bool
        switch call.query("showClosed") {
        case nil, "false": showsClosed = false
        case "true": showsClosed = true
        default: throw Refusal.invalid("showClosed", .invalid, "it is true or false", status: 400)
        }
        var unit: String?
        if let text = call.query("buId") {
            // What is no UUID is like the one of no organization.
            unit = UUIDText.parse(text) ?? ""
        }
        let chosen = unit
        let (found, total) = try await store.read(try call.sight) { transaction in
            if let chosen, try transaction.organization(uuid: chosen) == nil { throw Refusal.notFound }
            return try transaction.facilities(query, on: today, in: chosen, showsClosed: showsClosed)
        }
        return query.reply(["facilities": .list(found.map(\.json))], total: total, to: call)
    }

    private func types(_: Call) async throws -> Reply {
        .json(["types": .list(FacilityWords.types.map { ["id": .text($0.id), "name": .text($0.name)] })])
    }

    private func get(_ call: Call) async throws -> Reply {
        let (id, today) = (try call.id("facilityId"), call.now.date)
        let json = try await store.read(try call.sight) { transaction in
            guard let view = try transaction.facility(id, on: today) else { throw Refusal.notFound }
            return try Self.whole(view, try transaction.versions(of: id), today, transaction)
        }
        return .json(json)
    }

    private func getVersion(_ call: Call) async throws -> Reply {
        let (id, version, today) = (try call.id("facilityId"), try call.id("versionId"), call.now.date)
        let json = try await store.read(try call.sight) { transaction in
            let views = try transaction.versions(of: id)
            guard let view = views.first(where: { $0.version.id == version }) else { throw Refusal.notFound }
            return try Self.whole(view, views, today, transaction)
        }
        return .json(json)
    }

    private static func whole(
        _ view: FacilityView, _ versions: [FacilityView], _ today: CalendarDate, _ transaction: any Transaction
    ) throws -> JSONValue {
        let areas = try transaction.areas(of: view.facility.id, on: today)
        return [
            "facility": view.json.with([
                ("versions", .list(versions.map(\.json))), ("areas", .list(areas.map(\.json))),
            ])
        ]
    }

    // MARK: - Creating

    private static let mostFacilities = 1000

    private func create(_ call: Call) async throws -> Reply {
        let (body, now, caller) = (try await call.json(), call.now, try call.caller)
        let drafts = try Self.drafts(body, today: now.date)
        let made = try await store.write(try call.sight) { transaction in
            let findings = Findings()
            var made: [JSONValue] = []
            for draft in drafts {
                try Self.create(draft, below: nil, caller, now, transaction, findings, &made)
            }
            try findings.check(status: Self.invalid)
            return made
        }
        return .json(["facilities": .list(made)], status: 201)
    }

    private static func drafts(_ body: JSONValue, today: CalendarDate) throws -> [FacilityDraft] {
        let findings = Findings()
        let drafts = Fields(body, findings).list("facilities", most: mostFacilities)
            .compactMap { FacilityDraft($0, today: today) }
        try findings.check(status: invalid)
        return drafts
    }

    private static func create(
        _ draft: FacilityDraft, below parent: Facility?, _ caller: Caller, _ now: Timestamp,
        _ transaction: any Transaction, _ findings: Findings, _ made: inout [JSONValue]
    ) throws {
        var (organization, parent) = (parent?.organization ?? caller.organization, parent)
        if let id = draft.parentID {
            guard let found = try transaction.facility(id, on: now.date)?.facility, found.parentID == nil else {
                return findings.add(draft.prefix + "parentId", .unknown, "there is no such facility, or it is an area")
            }
            (organization, parent) = (found.organization, found)
        }
        if let unit = draft.unit {
            guard let found = try transaction.organization(uuid: unit) else {
                return findings.add(draft.prefix + "buId", .unknown, "there is no such organization")
            }
            if let parent, parent.organization != found.path {
                return findings.add(draft.prefix + "buId", .invalid, "an area belongs to its facility's organization")
            }
            organization = found.path
        }
        let facility = Facility(
            id: UUIDText.make(), organization: organization, internalID: draft.internalID,
            ownershipType: draft.ownershipType, typeID: draft.typeID, parentID: parent?.id,
            inheritsAddress: draft.inheritsAddress, tags: draft.tags, createdAt: now)
        var version = draft.version
        if draft.inheritsAddress, version.hasAddress == false || version.address.country == nil, let parent {
            version.address = try transaction.facility(parent.id, on: now.date)?.version.address ?? version.address
            version.hasAddress = version.address.country != nil
        }
        try checkName(version.name, of: facility, draft.prefix, transaction, findings)
        try checkInternalID(of: facility, draft.prefix, transaction, findings)
        guard findings.all.isEmpty else { return }
        try transaction.insert(facility)
        try transaction.insert(version, of: facility)
        made.append([
            "facilityId": .text(facility.id), "versionId": .text(version.id),
            "internalId": .optional(facility.internalID),
        ])
        for area in draft.areas { try create(area, below: facility, caller, now, transaction, findings, &made) }
    }

    /// Notes a name that another facility of the organization has.
    private static func checkName(
        _ name: String, of facility: Facility, _ prefix: String, _ transaction: any Transaction, _ findings: Findings
    ) throws {
        if try transaction.isFacilityName(name, takenIn: facility.organization, besides: facility.id) {
            findings.add(prefix + "name", .duplicate, "another facility of the organization has it")
        }
    }

    /// Notes an internal identifier that another facility of the organization has.
    private static func checkInternalID(
        of facility: Facility, _ prefix: String, _ transaction: any Transaction, _ findings: Findings
    ) throws {
        if let id = facility.internalID,
            try transaction.isInternalID(id, takenIn: facility.organization, besides: facility.id)
        {
            findings.add(prefix + "internalId", .duplicate, "another facility of the organization has it")
        }
    }

    // MARK: - Editing

    private func edit(_ call: Call) async throws -> Reply {
        let (id, body, now) = (try call.id("facilityId"), try await call.json(), call.now)
        try await store.write(try call.sight) { transaction in
            guard var facility = try transaction.facility(id, on: now.date)?.facility else { throw Refusal.notFound }
            let findings = Findings()
            let fields = Fields(body, findings)
            fields.mustBe("facilityId", id)
            if fields.has("internalId") { facility.internalID = fields.text("internalId", most: 200) }
            if fields.has("tags") { facility.tags = fields.texts("tags") ?? [] }
            if fields.has("facilityTypeId") {
                facility.typeID = fields.uuid("facilityTypeId")
                FacilityDraft.check(facility.typeID, of: facility.ownershipType, fields)
            }
            try Self.checkInternalID(of: facility, fields.prefix, transaction, findings)
            try findings.check(status: Self.invalid)
            try transaction.update(facility, at: now)
        }
        return .noContent
    }

    private func createVersion(_ call: Call) async throws -> Reply {
        let (id, body, now) = (try call.id("facilityId"), try await call.json(), call.now)
        let made = try await store.write(try call.sight) { transaction in
            let views = try transaction.versions(of: id)
            guard let last = views.last else { throw Refusal.notFound }
            let findings = Findings()
            let fields = Fields(body, findings)
            _ = fields.date("effectiveDate", required: true)
            // What is not said is as it was before.
            var before = last.version
            before.id = UUIDText.make()
            before.isOpen = true
            guard let version = FacilityVersion(fields, before: before, today: now.date) else {
                throw Refusal.invalid(findings.all, status: Self.invalid)
            }
            try Self.place(version, of: last.facility, among: views, fields, transaction)
            try transaction.insert(version, of: last.facility)
            try Self.moveIfAsked(last.facility, version, among: views, fields, transaction)
            return version.id
        }
        return Reply.noContent.with("Location", call.link(below: "/facilities/\(id)/versions/\(made)"))
    }

    private func editVersion(_ call: Call) async throws -> Reply {
        let (id, versionID) = (try call.id("facilityId"), try call.id("versionId"))
        let (body, now) = (try await call.json(), call.now)
        try await store.write(try call.sight) { transaction in
            let views = try transaction.versions(of: id)
            guard let view = views.first(where: { $0.version.id == versionID }) else { throw Refusal.notFound }
            let findings = Findings()
            let fields = Fields(body, findings)
            guard let version = FacilityVersion(fields, before: view.version, today: now.date) else {
                throw Refusal.invalid(findings.all, status: Self.invalid)
            }
            let others = views.filter { $0.version.id != versionID }
            try Self.place(version, of: view.facility, among: others, fields, transaction)
            try transaction.update(version)
            try Self.moveIfAsked(view.facility, version, among: others, fields, transaction)
        }
        return .noContent
    }

    /// - Throws: ``Refusal`` where the version cannot stand among the others.
    private static func place(
        _ version: FacilityVersion, of facility: Facility, among others: [FacilityView], _ fields: Fields,
        _ transaction: any Transaction
    ) throws {
        _ = fields.uuid("buId", required: true)
        if let said = fields.choice("ownershipType", of: FacilityWords.ownershipTypes), said != facility.ownershipType {
            fields.note("ownershipType", .immutable, "it cannot change")
        }
        if others.contains(where: { $0.version.effectiveDate == version.effectiveDate }) {
            fields.note("effectiveDate", .duplicate, "another version begins on that day")
        }
        try checkName(version.name, of: facility, fields.prefix, transaction, fields.findings)
        try fields.findings.check(status: invalid)
    }

    /// Hands the facility over to another organization, where its last version says so.
    private static func moveIfAsked(
        _ facility: Facility, _ version: FacilityVersion, among others: [FacilityView], _ fields: Fields,
        _ transaction: any Transaction
    ) throws {
        guard let unit = fields.uuid("buId"), unit != facility.organization.uuid else { return }
        var moved = facility
        if let found = try transaction.organization(uuid: unit) {
            moved.organization = found.path
        } else {
            fields.note("buId", .unknown, "there is no such organization")
        }
        if facility.parentID != nil {
            fields.note("buId", .invalid, "an area belongs to its facility's organization")
        } else if others.contains(where: { $0.version.effectiveDate > version.effectiveDate }) {
            fields.note("buId", .invalid, "only the last version can belong to another organization")
        }
        try checkName(version.name, of: moved, fields.prefix, transaction, fields.findings)
        try checkInternalID(of: moved, fields.prefix, transaction, fields.findings)
        // It takes along its areas, and what it was called before.
        if let name = try transaction.nameTaken(in: moved.organization, of: facility.id), name != version.name {
            fields.note("buId", .duplicate, "another facility of that organization is called \(name)")
        }
        if let id = try transaction.internalIDTaken(in: moved.organization, of: facility.id),
            id != facility.internalID
        {
            fields.note("buId", .duplicate, "another facility of that organization has the internalId \(id)")
        }
        try fields.findings.check(status: invalid)
        try transaction.move(facility.id, to: moved.organization)
    }

    // MARK: - Deleting

    private func delete(_ call: Call) async throws -> Reply {
        let id = try call.id("facilityId")
        do {
            try await store.write(try call.sight) { transaction in
                guard try transaction.deleteFacility(id) else { throw Refusal.notFound }
            }
        } catch StoreFailure.reference {
            throw Refusal(400, "Product structures or data refer to it.")
        }
        return .noContent
    }

    private func deleteVersion(_ call: Call) async throws -> Reply {
        let (id, version) = (try call.id("facilityId"), try call.id("versionId"))
        try await store.write(try call.sight) { transaction in
            let views = try transaction.versions(of: id)
            guard views.contains(where: { $0.version.id == version }) else { throw Refusal.notFound }
            guard views.count > 1 else {
                throw Refusal(400, "The only version cannot be deleted. Delete the facility instead.")
            }
            try transaction.deleteVersion(version)
        }
        return .noContent
    }
}
