/// Bills of materials: what a product is made of at which facility, from which day on.
struct StructureOperations: Sendable {
    let store: any Store

    var all: [Operation] {
        [
            Operation(
                .post, "/product-structures", for: .holders(.productsWrite),
                OperationDescription(
                    "createStructure", "Create a structure", body: "StructureDraft", answer: 201, "Identifier"), create),
            Operation(
                .get, "/product-structures/{structureId}", for: .holders(.productsRead),
                OperationDescription("getStructure", "A structure without its inputs", answer: 200, "Structure"), get),
            Operation(
                .patch, "/product-structures/{structureId}", for: .holders(.productsWrite),
                OperationDescription(
                    "editStructure", "Edit a structure's route", body: "StructureEdit", answer: 200, "Success"), edit),
            Operation(
                .delete, "/product-structures/{structureId}", for: .holders(.productsWrite),
                OperationDescription("deleteStructure", "Delete a structure with its inputs", answer: 204), delete),
            Operation(
                .get, "/products/{productId}/structures", for: .holders(.productsRead),
                OperationDescription(
                    "listStructures", "A product's structures", answer: 200, "Structures",
                    query: Self.names.parameters), list),
            Operation(
                .post, "/products/{productId}/structures", for: .holders(.productsWrite),
                OperationDescription(
                    "createStructures", "Create structures of a product, all or none", body: "StructureDrafts",
                    answer: 201, "Identifiers"), createMany),
            Operation(
                .patch, "/products/{productId}/structures", for: .holders(.productsWrite),
                OperationDescription(
                    "editStructures", "Edit routes, all or none", body: "StructureEdits", answer: 200, "Success"),
                editMany),
            Operation(
                .delete, "/products/{productId}/structures", for: .holders(.productsWrite),
                OperationDescription(
                    "deleteStructures", "Delete structures of a product, all or none", body: "IdentifierList",
                    answer: 204,
                    query: ["ids"]), deleteMany),
        ]
    }

    private static let most = 500

    private static let names = ListQuery.Names(
        search: "search", size: "perPage", mostSize: 500, sort: "sortField",
        columns: [
            ("customerStructureId", "customer_structure_id"), ("validFromDate", "valid_from"),
            ("facilityName", "facility_name"), ("routeDescription", "route_description"), ("createdAt", "created_at"),
            ("updatedAt", "updated_at"),
        ], allowsPageZero: true)

    // MARK: - Reading

    private func list(_ call: Call) async throws -> Reply {
        let (id, query) = (try call.id("productId"), try ListQuery(call, Self.names))
        let (found, total) = try await store.read(try call.sight) { transaction in
            guard try transaction.product(id) != nil else { throw Refusal.notFound }
            return try transaction.structures(of: id, query)
        }
        return query.reply(["structures": .list(found.map(\.json))], total: total, to: call)
    }

    private func get(_ call: Call) async throws -> Reply {
        let id = try call.id("structureId")
        let structure = try await store.read(try call.sight) { try $0.structure(id) }
        guard let structure else { throw Refusal.notFound }
        return .json(structure.json)
    }

    // MARK: - Creating

    private func create(_ call: Call) async throws -> Reply {
        let (body, now) = (try await call.json(), call.now)
        let id = try await store.write(try call.sight) { transaction in
            let findings = Findings()
            let fields = Fields(body, findings)
            var product: Product?
            if let id = fields.uuid("productId", required: true) {
                product = try transaction.product(id)
                if product == nil { fields.note("productId", .unknown, "there is no such product") }
            }
            let made = try Self.insert(fields, of: product, now, transaction)
            try findings.check(status: 422)
            return made
        }
        return .json(["id": .optional(id)], status: 201)
    }

    private func createMany(_ call: Call) async throws -> Reply {
        let (id, body, now) = (try call.id("productId"), Self.asList(try await call.json()), call.now)
        let ids = try await store.write(try call.sight) { transaction in
            guard let product = try transaction.product(id) else { throw Refusal.notFound }
            let findings = Findings()
            var ids: [String] = []
            for fields in Fields(body, findings).list("structures", most: Self.most) {
                fields.mustBe("productId", id)
                if let made = try Self.insert(fields, of: product, now, transaction) { ids.append(made) }
            }
            try findings.check(status: 422)
            return ids
        }
        return .json(["ids": .texts(ids)], status: 201)
    }

    /// A list, an object with one, or one structure alone: the document and its examples differ.
    private static func asList(_ body: JSONValue) -> JSONValue {
        if body.asList != nil { return ["structures": body] }
        return body["structures"] == nil ? ["structures": [body]] : body
    }

    /// - Returns: The new structure's identifier, nil where something is wrong.
    private static func insert(
        _ fields: Fields, of product: Product?, _ now: Timestamp, _ transaction: any Transaction
    ) throws -> String? {
        let validFrom = fields.date("validFrom", required: true)
        let name = fields.text("facilityName", required: true)
        let route = fields.text("routeDescription", most: 2000)
        let said = fields.text("customerStructureId", most: 300)
        guard let product, let validFrom, let name else { return nil }
        let found = try transaction.facilities(named: name, on: max(validFrom, now.date))
        guard let facility = found.first?.facility, found.count == 1 else {
            let problem = found.isEmpty ? "there is no such facility" : "several organizations have one of this name"
            fields.note("facilityName", .unknown, problem)
            return nil
        }
        guard facility.parentID == nil else {
            fields.note("facilityName", .invalid, "it is an area")
            return nil
        }
        guard fields.findings.all.isEmpty else { return nil }
        let customerID = said ?? "aq|\(product.id)|\(validFrom)|\(facility.id)"
        if try transaction.structure(customerID: customerID, in: product.organization) != nil {
            throw Refusal(409, "There is such a structure already.")
                .with("conflictingCustomerStructureIds", [.text(customerID)])
        }
        let structure = ProductStructure(
            id: UUIDText.make(), organization: product.organization, productID: product.id, facilityID: facility.id,
            facilityName: name, validFrom: validFrom, route: route, customerID: customerID, createdAt: now,
            updatedAt: now)
        try transaction.insert(structure)
        return structure.id
    }

    // MARK: - Editing

    private func edit(_ call: Call) async throws -> Reply {
        let (id, body, now) = (try call.id("structureId"), try await call.json(), call.now)
        try await store.write(try call.sight) { transaction in
            guard let structure = try transaction.structure(id) else { throw Refusal.notFound }
            let findings = Findings()
            let fields = Fields(body, findings)
            fields.mustBe("id", id)
            try Self.edit(structure, fields, now, transaction)
            try findings.check(status: 422)
        }
        return .json(ProductOperations.success)
    }

    private func editMany(_ call: Call) async throws -> Reply {
        let (id, body, now) = (try call.id("productId"), Self.asList(try await call.json()), call.now)
        try await store.write(try call.sight) { transaction in
            guard try transaction.product(id) != nil else { throw Refusal.notFound }
            let findings = Findings()
            for fields in Fields(body, findings).list("structures", most: Self.most) {
                guard let wanted = fields.uuid("id", required: true) else { continue }
                guard let structure = try transaction.structure(wanted), structure.productID == id else {
                    fields.note("id", .unknown, "the product has no such structure")
                    continue
                }
                try Self.edit(structure, fields, now, transaction)
            }
            try findings.check(status: 422)
        }
        return .json(ProductOperations.success)
    }

    private static func edit(
        _ structure: ProductStructure, _ fields: Fields, _ now: Timestamp, _ transaction: any Transaction
    ) throws {
        var structure = structure
        structure.route = fields.text("routeDescription", required: true, most: 2000)
        structure.updatedAt = now
        if fields.findings.all.isEmpty { try transaction.update(structure) }
    }

    // MARK: - Deleting

    private func delete(_ call: Call) async throws -> Reply {
        let id = try call.id("structureId")
        try await store.write(try call.sight) { transaction in
            guard try transaction.deleteStructure(id) else { throw Refusal.notFound }
        }
        return .noContent
    }

    private func deleteMany(_ call: Call) async throws -> Reply {
        let id = try call.id("productId")
        let ids = try await call.identifiers()
        try await store.write(try call.sight) { transaction in
            guard try transaction.product(id) != nil else { throw Refusal.notFound }
            let unknown = try ids.filter { wanted in
                guard try transaction.structure(wanted)?.productID == id else { return true }
                return try !transaction.deleteStructure(wanted)
            }
            guard unknown.isEmpty else { throw Refusal.unknown(unknown) }
        }
        return .noContent
    }
}
