/// The inputs of structures: what goes into one declared unit.
struct InputOperations: Sendable {
    let store: any Store

    var all: [Operation] {
        [
            Operation(
                .post, "/product-structure-inputs", for: .holders(.productsWrite),
                OperationDescription("createInput", "Create an input", body: "InputDraft", answer: 201, "Identifier"),
                create),
            Operation(
                .post, "/product-structure-inputs/bulk", for: .holders(.productsWrite),
                OperationDescription(
                    "createInputsOfMany", "Create inputs of several structures, all or none", body: "InputDrafts",
                    answer: 201, "Identifiers"), createOfMany),
            Operation(
                .get, "/product-structure-inputs/{inputId}", for: .holders(.productsRead),
                OperationDescription("getInput", "An input", answer: 200, "Input"), get),
            Operation(
                .patch, "/product-structure-inputs/{inputId}", for: .holders(.productsWrite),
                OperationDescription("editInput", "Edit an input", body: "InputEdit", answer: 200, "Success"), edit),
            Operation(
                .delete, "/product-structure-inputs/{inputId}", for: .holders(.productsWrite),
                OperationDescription("deleteInput", "Delete an input", answer: 204), delete),
            Operation(
                .get, "/product-structures/{structureId}/inputs", for: .holders(.productsRead),
                OperationDescription(
                    "listInputs", "A structure's inputs", answer: 200, "Inputs",
                    query: Self.names.parameters), list),
            Operation(
                .post, "/product-structures/{structureId}/inputs", for: .holders(.productsWrite),
                OperationDescription(
                    "createInputs", "Create inputs of a structure, all or none", body: "StructureInputDrafts",
                    answer: 201, "Identifiers"), createMany),
            Operation(
                .patch, "/product-structures/{structureId}/inputs", for: .holders(.productsWrite),
                OperationDescription(
                    "editInputs", "Edit inputs of a structure, all or none", body: "InputEdits", answer: 200, "Success"),
                editMany),
            Operation(
                .delete, "/product-structures/{structureId}/inputs", for: .holders(.productsWrite),
                OperationDescription(
                    "deleteInputs", "Delete inputs of a structure, all or none", body: "IdentifierList", answer: 204,
                    query: ["ids"]), deleteMany),
        ]
    }

    private static let mostOfOne = 500
    private static let mostOfMany = 1000
    /// Inputs that a structure may have.
    private static let mostKept = 2000

    private static let names = ListQuery.Names(
        search: "search", size: "perPage", mostSize: 500, sort: "sortField",
        columns: [
            ("input_code", "input_code"), ("product_structure_id", "product_structure_id"),
            ("input_name", "input_name"), ("input_category", "input_category"),
            ("product_or_packaging", "product_or_packaging"), ("weight", "CAST(weight AS REAL)"),
            ("supplier_name", "supplier_name"),
            ("created_at", "created_at"), ("updated_at", "updated_at"),
        ], allowsPageZero: true)

    // MARK: - Reading

    private func list(_ call: Call) async throws -> Reply {
        let (id, query) = (try call.id("structureId"), try ListQuery(call, Self.names))
        let (found, total) = try await store.read(try call.sight) { transaction in
            guard try transaction.structure(id) != nil else { throw Refusal.notFound }
            return try transaction.inputs(of: id, query)
        }
        return query.reply(.list(found.map(\.json)), total: total, to: call)
    }

    private func get(_ call: Call) async throws -> Reply {
        let id = try call.id("inputId")
        let input = try await store.read(try call.sight) { try $0.input(id) }
        guard let input else { throw Refusal.notFound }
        return .json(input.json)
    }

    // MARK: - Creating

    private func create(_ call: Call) async throws -> Reply {
        let ids = try await insert(["inputs": [try await call.json()]], most: 1, call)
        return .json(["id": .optional(ids.first)], status: 201)
    }

    private func createOfMany(_ call: Call) async throws -> Reply {
        let ids = try await insert(try await call.json(), most: Self.mostOfMany, call)
        return .json(["ids": .texts(ids)], status: 201)
    }

    private func insert(_ body: JSONValue, most: Int, _ call: Call) async throws -> [String] {
        let now = call.now
        return try await store.write(try call.sight) { transaction in
            let findings = Findings()
            var (ids, unknown): ([String], [String]) = ([], [])
            var counts: [String: Int] = [:]
            for fields in Fields(body, findings).list("inputs", most: most) {
                guard let id = fields.uuid("structureId", required: true) else { continue }
                if let structure = try transaction.structure(id) {
                    if let made = try Self.insert(fields, of: structure, now, transaction, &counts) { ids.append(made) }
                } else if !unknown.contains(id) {
                    unknown.append(id)
                }
            }
            guard unknown.isEmpty else { throw Refusal.unknown(unknown) }
            try findings.check(status: 422)
            return ids
        }
    }

    private func createMany(_ call: Call) async throws -> Reply {
        let (id, body, now) = (try call.id("structureId"), try await call.json(), call.now)
        let ids = try await store.write(try call.sight) { transaction in
            guard let structure = try transaction.structure(id) else { throw Refusal.notFound }
            let findings = Findings()
            var ids: [String] = []
            var counts: [String: Int] = [:]
            for fields in Fields(body, findings).list("inputs", most: Self.mostOfMany) {
                fields.mustBe("structureId", id)
                if let made = try Self.insert(fields, of: structure, now, transaction, &counts) { ids.append(made) }
            }
            try findings.check(status: 422)
            return ids
        }
        return .json(["ids": .texts(ids)], status: 201)
    }

    /// - Parameter counts: How many inputs structures have by now, as far as that was asked.
    /// - Returns: The new input's identifier, nil where something is wrong.
    private static func insert(
        _ fields: Fields, of structure: ProductStructure, _ now: Timestamp, _ transaction: any Transaction,
        _ counts: inout [String: Int]
    ) throws -> String? {
        let input = StructureInput(fields, of: structure, at: now)
        guard let input, fields.findings.all.isEmpty else { return nil }
        let count = try counts[structure.id] ?? transaction.inputCount(of: structure.id)
        guard count < mostKept else {
            fields.note("structureId", .outOfRange, "the structure has \(mostKept) inputs already")
            return nil
        }
        try transaction.insert(input)
        counts[structure.id] = count + 1
        return input.id
    }

    // MARK: - Editing

    private func edit(_ call: Call) async throws -> Reply {
        let (id, body, now) = (try call.id("inputId"), try await call.json(), call.now)
        try await store.write(try call.sight) { transaction in
            guard var input = try transaction.input(id) else { throw Refusal.notFound }
            let findings = Findings()
            let fields = Fields(body, findings)
            fields.mustBe("id", id)
            fields.mustBe("structureId", input.structureID)
            input.edit(fields, at: now)
            try findings.check(status: 422)
            try transaction.update(input)
        }
        return .json(ProductOperations.success)
    }

    private func editMany(_ call: Call) async throws -> Reply {
        let (id, body, now) = (try call.id("structureId"), try await call.json(), call.now)
        try await store.write(try call.sight) { transaction in
            guard try transaction.structure(id) != nil else { throw Refusal.notFound }
            let findings = Findings()
            for fields in Fields(body, findings).list("inputs", most: Self.mostOfOne) {
                guard let wanted = fields.uuid("id", required: true) else { continue }
                guard var input = try transaction.input(wanted), input.structureID == id else {
                    fields.note("id", .unknown, "the structure has no such input")
                    continue
                }
                fields.mustBe("structureId", id)
                input.edit(fields, at: now)
                if findings.all.isEmpty { try transaction.update(input) }
            }
            try findings.check(status: 422)
        }
        return .json(ProductOperations.success)
    }

    // MARK: - Deleting

    private func delete(_ call: Call) async throws -> Reply {
        let id = try call.id("inputId")
        try await store.write(try call.sight) { transaction in
            guard try transaction.deleteInput(id) else { throw Refusal.notFound }
        }
        return .noContent
    }

    private func deleteMany(_ call: Call) async throws -> Reply {
        let id = try call.id("structureId")
        let ids = try await call.identifiers()
        try await store.write(try call.sight) { transaction in
            guard try transaction.structure(id) != nil else { throw Refusal.notFound }
            let unknown = try ids.filter { wanted in
                guard try transaction.input(wanted)?.structureID == id else { return true }
                return try !transaction.deleteInput(wanted)
            }
            guard unknown.isEmpty else { throw Refusal.unknown(unknown) }
        }
        return .noContent
    }
}
