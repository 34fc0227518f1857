private let productColumns: SQLText = """
    id, organization_path, product_key, name, description, category, declared_unit, weight, weight_unit, additional,
    created_at, updated_at
    """

private let structureColumns: SQLText = """
    id, organization_path, product_id, facility_id, facility_name, valid_from, route_description, customer_structure_id,
    created_at, updated_at
    """

private let inputColumns: SQLText = """
    id, organization_path, product_structure_id, input_code, input_name, input_category, input_sub_category,
    product_or_packaging, weight, weight_unit, source_country, supplier_country_code, supplier_name, recycle_percentage,
    downstream_input_type, number_of_uses, additional, created_at, updated_at
    """

// MARK: - Products

extension Transaction {
    func products(_ query: ListQuery) throws -> ([Product], Int) {
        let part: SQLText = """
            FROM product WHERE \(sql: sees("organization_path"))
            AND \(sql: query.matches(["name", "product_key", "description", "category"]))
            """
        let found = try rows("SELECT \(sql: productColumns) \(sql: part) \(sql: query.limit)").map(Product.init)
        return (found, try count("SELECT count(*) AS n \(sql: part)"))
    }

    func product(_ id: String) throws -> Product? {
        try first(
            "SELECT \(sql: productColumns) FROM product WHERE id = \(id) AND \(sql: sees("organization_path"))"
        ).map(Product.init)
    }

    /// Whether there is a product by the organization's own name. There may be one in each organization that is seen.
    func hasProduct(key: String) throws -> Bool {
        try count(
            "SELECT count(*) AS n FROM product WHERE product_key = \(key) AND \(sql: sees("organization_path"))") > 0
    }

    /// A product by the organization's own name that is made at a facility. That of the facility's organization comes before others'.
    func product(key: String, madeAt facility: String) throws -> Product? {
        try first(
            """
            SELECT \(sql: productColumns) FROM product
            WHERE product_key = \(key) AND \(sql: sees("organization_path"))
            AND id IN (SELECT s.product_id FROM product_structure s
                       WHERE s.facility_id = \(facility) AND \(sql: sees("s.organization_path")))
            ORDER BY CASE WHEN organization_path = (SELECT f.organization_path FROM facility f WHERE f.id = \(facility))
                     THEN 0 ELSE 1 END, id LIMIT 1
            """
        ).map(Product.init)
    }

    func isProductKey(_ key: String, takenIn organization: OrganizationPath) throws -> Bool {
        try count(
            """
            SELECT count(*) AS n FROM product WHERE organization_path = \(organization) AND product_key = \(key)
            """) > 0
    }

    func insert(_ product: Product) throws {
        try run(
            """
            INSERT INTO product (\(sql: productColumns))
            VALUES (\(product.id), \(product.organization), \(product.key), \(product.name),
                \(product.description.sqlValue), \(product.category.sqlValue), \(product.declaredUnit),
                \(product.weight), \(product.weightUnit), \(product.additional.description), \(product.createdAt),
                \(product.updatedAt))
            """)
    }

    func update(_ product: Product) throws {
        try run(
            """
            UPDATE product SET name = \(product.name), description = \(product.description.sqlValue),
                category = \(product.category.sqlValue), declared_unit = \(product.declaredUnit),
                weight = \(product.weight), weight_unit = \(product.weightUnit),
                additional = \(product.additional.description), updated_at = \(product.updatedAt)
            WHERE id = \(product.id) AND \(sql: sees("organization_path"))
            """)
    }

    /// With its structures and their inputs.
    func deleteProduct(_ id: String) throws -> Bool {
        try run("DELETE FROM product WHERE id = \(id) AND \(sql: sees("organization_path"))") > 0
    }
}

// MARK: - Structures

extension Transaction {
    func structures(of product: String, _ query: ListQuery) throws -> ([ProductStructure], Int) {
        let part: SQLText = """
            FROM product_structure WHERE product_id = \(product) AND \(sql: sees("organization_path"))
            AND \(sql: query.matches(["facility_name", "route_description", "customer_structure_id"]))
            """
        let found = try rows("SELECT \(sql: structureColumns) \(sql: part) \(sql: query.limit)")
        return (try found.map(ProductStructure.init), try count("SELECT count(*) AS n \(sql: part)"))
    }

    func structure(_ id: String) throws -> ProductStructure? {
        try first(
            """
            SELECT \(sql: structureColumns) FROM product_structure
            WHERE id = \(id) AND \(sql: sees("organization_path"))
            """
        ).map(ProductStructure.init)
    }

    /// What a product is made of at a facility on a day: the last structure that has begun.
    func structure(of product: String, at facility: String, on day: CalendarDate) throws -> ProductStructure? {
        try first(
            """
            SELECT \(sql: structureColumns) FROM product_structure
            WHERE product_id = \(product) AND facility_id = \(facility) AND valid_from <= \(day)
            AND \(sql: sees("organization_path")) ORDER BY valid_from DESC, created_at DESC, id LIMIT 1
            """
        ).map(ProductStructure.init)
    }

    func structure(customerID: String, in organization: OrganizationPath) throws -> ProductStructure? {
        try first(
            """
            SELECT \(sql: structureColumns) FROM product_structure
            WHERE organization_path = \(organization) AND customer_structure_id = \(customerID)
            """
        ).map(ProductStructure.init)
    }

    func insert(_ structure: ProductStructure) throws {
        try run(
            """
            INSERT INTO product_structure (\(sql: structureColumns))
            VALUES (\(structure.id), \(structure.organization), \(structure.productID), \(structure.facilityID),
                \(structure.facilityName), \(structure.validFrom), \(structure.route.sqlValue), \(structure.customerID),
                \(structure.createdAt), \(structure.updatedAt))
            """)
    }

    func update(_ structure: ProductStructure) throws {
        try run(
            """
            UPDATE product_structure SET route_description = \(structure.route.sqlValue),
                updated_at = \(structure.updatedAt)
            WHERE id = \(structure.id) AND \(sql: sees("organization_path"))
            """)
    }

    /// With its inputs.
    func deleteStructure(_ id: String) throws -> Bool {
        try run("DELETE FROM product_structure WHERE id = \(id) AND \(sql: sees("organization_path"))") > 0
    }
}

// MARK: - Inputs

extension Transaction {
    func inputs(of structure: String, _ query: ListQuery) throws -> ([StructureInput], Int) {
        let part: SQLText = """
            FROM structure_input WHERE product_structure_id = \(structure) AND \(sql: sees("organization_path"))
            AND \(sql: query.matches(["input_name", "input_code", "input_category", "supplier_name"]))
            """
        let found = try rows("SELECT \(sql: inputColumns) \(sql: part) \(sql: query.limit)")
        return (try found.map(StructureInput.init), try count("SELECT count(*) AS n \(sql: part)"))
    }

    /// All inputs of a structure, of which there is a limit.
    func inputs(of structure: String) throws -> [StructureInput] {
        try rows(
            """
            SELECT \(sql: inputColumns) FROM structure_input
            WHERE product_structure_id = \(structure) AND \(sql: sees("organization_path")) ORDER BY created_at, id
            """
        ).map(StructureInput.init)
    }

    func inputCount(of structure: String) throws -> Int {
        try count("SELECT count(*) AS n FROM structure_input WHERE product_structure_id = \(structure)")
    }

    func input(_ id: String) throws -> StructureInput? {
        try first(
            "SELECT \(sql: inputColumns) FROM structure_input WHERE id = \(id) AND \(sql: sees("organization_path"))"
        ).map(StructureInput.init)
    }

    func insert(_ input: StructureInput) throws {
        try run(
            """
            INSERT INTO structure_input (\(sql: inputColumns))
            VALUES (\(input.id), \(input.organization), \(input.structureID), \(input.code.sqlValue), \(input.name),
                \(input.category.sqlValue), \(input.subCategory.sqlValue), \(input.kind), \(input.weight),
                \(input.weightUnit), \(input.sourceCountry.sqlValue), \(input.supplierCountry.sqlValue),
                \(input.supplierName.sqlValue), \(input.recycled.sqlValue), \(input.downstreamType.sqlValue),
                \(input.numberOfUses.sqlValue), \(input.additional.description), \(input.createdAt),
                \(input.updatedAt))
            """)
    }

    func update(_ input: StructureInput) throws {
        try run(
            """
            UPDATE structure_input SET input_code = \(input.code.sqlValue), input_name = \(input.name),
                input_category = \(input.category.sqlValue), input_sub_category = \(input.subCategory.sqlValue),
                product_or_packaging = \(input.kind), weight = \(input.weight), weight_unit = \(input.weightUnit),
                source_country = \(input.sourceCountry.sqlValue),
                supplier_country_code = \(input.supplierCountry.sqlValue),
                supplier_name = \(input.supplierName.sqlValue), recycle_percentage = \(input.recycled.sqlValue),
                downstream_input_type = \(input.downstreamType.sqlValue),
                number_of_uses = \(input.numberOfUses.sqlValue), additional = \(input.additional.description),
                updated_at = \(input.updatedAt)
            WHERE id = \(input.id) AND \(sql: sees("organization_path"))
            """)
    }

    func deleteInput(_ id: String) throws -> Bool {
        try run("DELETE FROM structure_input WHERE id = \(id) AND \(sql: sees("organization_path"))") > 0
    }
}

extension Product {
    fileprivate init(_ row: StoredRow) throws {
        id = try row.text("id")
        organization = try row.path("organization_path")
        key = try row.text("product_key")
        name = try row.text("name")
        description = try row.optionalText("description")
        category = try row.optionalText("category")
        declaredUnit = try row.text("declared_unit")
        weight = try row.exact("weight")
        weightUnit = try row.text("weight_unit")
        additional = try row.json("additional")
        createdAt = try row.time("created_at")
        updatedAt = try row.time("updated_at")
    }
}

extension ProductStructure {
    fileprivate init(_ row: StoredRow) throws {
        id = try row.text("id")
        organization = try row.path("organization_path")
        productID = try row.text("product_id")
        facilityID = try row.text("facility_id")
        facilityName = try row.text("facility_name")
        validFrom = try row.date("valid_from")
        route = try row.optionalText("route_description")
        customerID = try row.text("customer_structure_id")
        createdAt = try row.time("created_at")
        updatedAt = try row.time("updated_at")
    }
}

extension StructureInput {
    fileprivate init(_ row: StoredRow) throws {
        id = try row.text("id")
        organization = try row.path("organization_path")
        structureID = try row.text("product_structure_id")
        code = try row.optionalText("input_code")
        name = try row.text("input_name")
        category = try row.optionalText("input_category")
        subCategory = try row.optionalText("input_sub_category")
        kind = try row.text("product_or_packaging")
        weight = try row.exact("weight")
        weightUnit = try row.text("weight_unit")
        sourceCountry = try row.optionalText("source_country")
        supplierCountry = try row.optionalText("supplier_country_code")
        supplierName = try row.optionalText("supplier_name")
        recycled = try row.optionalExact("recycle_percentage")
        downstreamType = try row.optionalText("downstream_input_type")
        numberOfUses = try row.optionalExact("number_of_uses")
        additional = try row.json("additional")
        createdAt = try row.time("created_at")
        updatedAt = try row.time("updated_at")
    }
}
