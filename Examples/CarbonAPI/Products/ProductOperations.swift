/// Products.
struct ProductOperations: Sendable {
    let store: any Store

    var all: [Operation] {
        [
            Operation(
                .get, "/products", for: .holders(.productsRead),
                OperationDescription(
                    "listProducts", "Products", answer: 200, "Products",
                    query: Self.names.parameters), list),
            Operation(
                .post, "/products", for: .holders(.productsWrite),
                OperationDescription(
                    "createProduct", "Create a product", body: "ProductDraft", answer: 201, "Identifier"),
                create),
            Operation(
                .post, "/products/bulk", for: .holders(.productsWrite),
                OperationDescription(
                    "createProducts", "Create products, all or none", body: "ProductDrafts", answer: 201, "Identifiers"),
                createMany),
            Operation(
                .patch, "/products", for: .holders(.productsWrite),
                OperationDescription(
                    "editProducts", "Edit products, all or none", body: "ProductEdits", answer: 200, "Success"),
                editMany),
            Operation(
                .delete, "/products", for: .holders(.productsWrite),
                OperationDescription(
                    "deleteProducts", "Delete products with their structures, all or none", body: "IdentifierList",
                    answer: 204, query: ["ids"]), deleteMany),
            Operation(
                .get, "/products/{productId}", for: .holders(.productsRead),
                OperationDescription("getProduct", "A product", answer: 200, "Product"), get),
            Operation(
                .patch, "/products/{productId}", for: .holders(.productsWrite),
                OperationDescription("editProduct", "Edit a product", body: "ProductEdit", answer: 200, "Success"), edit
            ),
            Operation(
                .delete, "/products/{productId}", for: .holders(.productsWrite),
                OperationDescription("deleteProduct", "Delete a product with its structures", answer: 204), delete),
        ]
    }

    static let success: JSONValue = ["success": true]
    private static let most = 1000

    private static let names = ListQuery.Names(
        search: "query", size: "perPage", mostSize: 500, sort: "sortField",
        columns: [
            ("name", "name"), ("description", "description"), ("category", "category"),
            ("declared_unit", "declared_unit"), ("declared_unit_weight", "CAST(weight AS REAL)"),
            ("created_at", "created_at"),
            ("updated_at", "updated_at"), ("product_key", "product_key"),
        ])

    private func list(_ call: Call) async throws -> Reply {
        let query = try ListQuery(call, Self.names)
        let (found, total) = try await store.read(try call.sight) { try $0.products(query) }
        return query.reply(.list(found.map(\.json)), total: total, to: call)
    }

    private func get(_ call: Call) async throws -> Reply {
        let id = try call.id("productId")
        let product = try await store.read(try call.sight) { try $0.product(id) }
        guard let product else { throw Refusal.notFound }
        return .json(product.json)
    }

    private func create(_ call: Call) async throws -> Reply {
        let (body, now, organization) = (try await call.json(), call.now, try call.caller.organization)
        let findings = Findings()
        let fields = Fields(body, findings)
        let product = Product(fields, in: organization, at: now)
        try findings.check(status: 422)
        let ids = try await insert([product].compactMap { $0 }, prefixes: [""], call)
        return .json(["id": .optional(ids.first)], status: 201)
    }

    private func createMany(_ call: Call) async throws -> Reply {
        let (body, now, organization) = (try await call.json(), call.now, try call.caller.organization)
        let findings = Findings()
        let list = Fields(body, findings).list("products", most: Self.most)
        let products = list.compactMap { Product($0, in: organization, at: now) }
        try findings.check(status: 422)
        let ids = try await insert(products, prefixes: list.map(\.prefix), call)
        return .json(["ids": .texts(ids)], status: 201)
    }

    private func insert(_ products: [Product], prefixes: [String], _ call: Call) async throws -> [String] {
        try await store.write(try call.sight) { transaction in
            let findings = Findings()
            for (product, prefix) in zip(products, prefixes) {
                if try transaction.isProductKey(product.key, takenIn: product.organization) {
                    findings.add(prefix + "productKey", .duplicate, "another product has it")
                } else if findings.all.isEmpty {
                    try transaction.insert(product)
                }
            }
            try findings.check(status: 422)
            return products.map(\.id)
        }
    }

    private func edit(_ call: Call) async throws -> Reply {
        let (id, body, now) = (try call.id("productId"), try await call.json(), call.now)
        try await store.write(try call.sight) { transaction in
            guard var product = try transaction.product(id) else { throw Refusal.notFound }
            let findings = Findings()
            let fields = Fields(body, findings)
            fields.mustBe("id", id)
            product.edit(fields, at: now)
            try findings.check(status: 422)
            try transaction.update(product)
        }
        return .json(Self.success)
    }

    private func editMany(_ call: Call) async throws -> Reply {
        let (body, now) = (try await call.json(), call.now)
        try await store.write(try call.sight) { transaction in
            let findings = Findings()
            for fields in Fields(body, findings).list("products", most: Self.most) {
                guard let id = fields.uuid("id", required: true) else { continue }
                guard var product = try transaction.product(id) else {
                    fields.note("id", .unknown, "there is no such product")
                    continue
                }
                product.edit(fields, at: now)
                if findings.all.isEmpty { try transaction.update(product) }
            }
            try findings.check(status: 422)
        }
        return .json(Self.success)
    }

    private func delete(_ call: Call) async throws -> Reply {
        let id = try call.id("productId")
        try await store.write(try call.sight) { transaction in
            guard try transaction.deleteProduct(id) else { throw Refusal.notFound }
        }
        return .noContent
    }

    private func deleteMany(_ call: Call) async throws -> Reply {
        let ids = try await call.identifiers()
        try await store.write(try call.sight) { transaction in
            let unknown = try ids.filter { try !transaction.deleteProduct($0) }
            guard unknown.isEmpty else { throw Refusal.unknown(unknown) }
        }
        return .noContent
    }
}

extension Refusal {
    /// Some of a list are not there.
    static func unknown(_ ids: [String]) -> Refusal {
        Refusal(422, "There is nothing with \(ids.count == 1 ? "this identifier" : "these identifiers").")
            .with("invalidIds", .texts(ids))
    }
}

extension Call {
    /// Things that may be deleted in one call.
    static let mostIdentifiers = 1000

    /// Identifiers in the body (`{"ids":[…]}`), or for clients whose proxies drop the body of a DELETE in the query. None at all are
    /// an error: never do they mean everything.
    func identifiers() async throws -> [String] {
        let most = Self.mostIdentifiers
        let body = try await optionalJSON()
        let findings = Findings()
        var texts = queries("ids").flatMap { $0.split(separator: ",").map(String.init) }
        if let body { texts += Fields(body, findings).texts("ids", required: true, most: most) ?? [] }
        let ids = texts.compactMap { UUIDText.parse($0) }
        if texts.isEmpty, findings.all.isEmpty { findings.add("ids", .required, "it is missing") }
        if texts.count > most { findings.add("ids", .outOfRange, "there are more than \(most)") }
        if ids.count < texts.count { findings.add("ids", .invalid, "UUIDs are expected") }
        try findings.check(status: 422)
        // One that comes twice is deleted once.
        var seen: Set<String> = []
        return ids.filter { seen.insert($0).inserted }
    }
}
