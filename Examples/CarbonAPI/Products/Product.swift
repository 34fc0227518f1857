/// A product, by its declared unit.
struct Product: Sendable {
    let id: String
    let organization: OrganizationPath
    /// The organization's own name for it, which never changes.
    let key: String
    var name: String
    var description: String?
    var category: String?
    var declaredUnit: String
    var weight: Exact
    var weightUnit: String
    var additional: JSONValue
    let createdAt: Timestamp
    var updatedAt: Timestamp

    var json: JSONValue {
        [
            "id": .text(id), "productKey": .text(key), "name": .text(name), "description": .optional(description),
            "category": .optional(category), "declaredUnit": .text(declaredUnit),
            "weightPerDeclaredUnit": .number(weight.description), "weightUnit": .text(weightUnit),
            "additionalData": additional, "updatedAt": .text(updatedAt.description),
        ]
    }
}

extension Product {
    /// Reads a new product.
    init?(_ fields: Fields, in organization: OrganizationPath, at now: Timestamp) {
        let key = fields.text("productKey", required: true, most: 200)
        let (name, unit) = (fields.text("name", required: true), fields.text("declaredUnit", required: true, most: 100))
        let (weight, weightUnit) = (Self.weight(fields), Self.weightUnit(fields))
        let (description, category) = (fields.text("description", most: 2000), fields.text("category"))
        let additional = fields.object("additionalData") ?? .object([])
        guard let key, let name, let unit, let weight, let weightUnit else { return nil }
        id = UUIDText.make()
        self.organization = organization
        self.key = key
        self.name = name
        self.description = description
        self.category = category
        declaredUnit = unit
        self.weight = weight
        self.weightUnit = weightUnit
        self.additional = additional
        createdAt = now
        updatedAt = now
    }

    /// Takes over what a body says; what it does not say stays.
    mutating func edit(_ fields: Fields, at now: Timestamp) {
        if let said = fields.text("productKey"), said != key {
            fields.note("productKey", .immutable, "it never changes")
        }
        if fields.has("name") { name = fields.text("name", required: true) ?? name }
        description = fields.text("description", else: description, most: 2000)
        category = fields.text("category", else: category)
        if fields.has("declaredUnit") {
            declaredUnit = fields.text("declaredUnit", required: true, most: 100) ?? declaredUnit
        }
        if fields.has("weightPerDeclaredUnit") { weight = Self.weight(fields) ?? weight }
        if fields.has("weightUnit") { weightUnit = Self.weightUnit(fields) ?? weightUnit }
        if fields.has("additionalData") { additional = fields.object("additionalData") ?? .object([]) }
        updatedAt = now
    }

    private static func weight(_ fields: Fields) -> Exact? {
        let weight = fields.exact("weightPerDeclaredUnit", required: true)
        if let weight, !weight.isPositive { fields.note("weightPerDeclaredUnit", .outOfRange, "it is not above 0") }
        return weight
    }

    private static func weightUnit(_ fields: Fields) -> String? {
        fields.choice("weightUnit", required: true, of: WeightUnit.names)
    }
}

/// What a product is made of at a facility, from a day on.
struct ProductStructure: Sendable {
    let id: String
    let organization: OrganizationPath
    let productID: String
    let facilityID: String
    let facilityName: String
    let validFrom: CalendarDate
    var route: String?
    let customerID: String
    let createdAt: Timestamp
    var updatedAt: Timestamp

    var json: JSONValue {
        [
            "id": .text(id), "productId": .text(productID), "facilityId": .text(facilityID),
            "facilityName": .text(facilityName), "validFrom": .text(validFrom.description),
            "routeDescription": .optional(route), "customerStructureId": .text(customerID),
            "createdAt": .text(createdAt.description), "updatedAt": .text(updatedAt.description),
        ]
    }
}

/// A material or a part that goes into one declared unit of a product.
struct StructureInput: Sendable {
    let id: String
    let organization: OrganizationPath
    let structureID: String
    var code: String?
    var name: String
    var category: String?
    var subCategory: String?
    var kind: String
    var weight: Exact
    var weightUnit: String
    var sourceCountry: String?
    var supplierCountry: String?
    var supplierName: String?
    /// Per cent.
    var recycled: Exact?
    var downstreamType: String?
    var numberOfUses: Exact?
    var additional: JSONValue
    let createdAt: Timestamp
    var updatedAt: Timestamp

    static let packaging = "PACKAGING"
    static let kinds = ["PRODUCT", packaging]
    static let downstreamTypes = [
        "Glass", "Steel Cans", "Aluminium Cans", "Paper", "PET", "Rigid Plastic", "Mixed Plastic", "LDPE", "Other",
        "CO2 for carbonation",
    ]

    var json: JSONValue {
        [
            "id": .text(id), "structureId": .text(structureID), "inputCode": .optional(code), "inputName": .text(name),
            "inputCategory": .optional(category), "inputSubCategory": .optional(subCategory),
            "productOrPackaging": .text(kind), "weight": .number(weight.description), "weightUnit": .text(weightUnit),
            "sourceCountry": .optional(sourceCountry), "supplierCountryCode": .optional(supplierCountry),
            "supplierName": .optional(supplierName), "recyclePercentage": .optional(recycled),
            "downstreamInputType": .optional(downstreamType), "noOfUses": .optional(numberOfUses),
            "additionalData": additional, "createdAt": .text(createdAt.description),
            "updatedAt": .text(updatedAt.description),
        ]
    }
}

extension StructureInput {
    /// Reads a new input.
    init?(_ fields: Fields, of structure: ProductStructure, at now: Timestamp) {
        id = UUIDText.make()
        organization = structure.organization
        structureID = structure.id
        createdAt = now
        updatedAt = now
        additional = .object([])
        (name, kind, weight, weightUnit) = ("", "", .zero, "")
        read(fields, isNew: true)
        guard !name.isEmpty, !kind.isEmpty, weight.isPositive, !weightUnit.isEmpty else { return nil }
    }

    /// Takes over what a body says; what it does not say stays.
    mutating func edit(_ fields: Fields, at now: Timestamp) {
        read(fields, isNew: false)
        updatedAt = now
    }

    private mutating func read(_ fields: Fields, isNew: Bool) {
        func country(_ name: String, _ old: String?) -> String? {
            let said = fields.text(name, else: old)
            if let said, !Places.isCountry(said) { fields.note(name, .unknown, "it is no code of ISO 3166-1") }
            return said
        }
        code = fields.text("inputCode", else: code)
        category = fields.text("inputCategory", else: category)
        subCategory = fields.text("inputSubCategory", else: subCategory)
        sourceCountry = country("sourceCountry", sourceCountry)
        supplierCountry = country("supplierCountryCode", supplierCountry)
        supplierName = fields.text("supplierName", else: supplierName)
        if isNew || fields.has("inputName") { name = fields.text("inputName", required: true) ?? name }
        if isNew || fields.has("productOrPackaging") {
            kind = fields.choice("productOrPackaging", required: true, of: Self.kinds) ?? kind
        }
        if isNew || fields.has("weight") {
            weight = fields.exact("weight", required: true) ?? weight
            if fields.has("weight"), !weight.isPositive { fields.note("weight", .outOfRange, "it is not above 0") }
        }
        if isNew || fields.has("weightUnit") {
            weightUnit = fields.choice("weightUnit", required: true, of: WeightUnit.names) ?? weightUnit
        }
        if fields.has("recyclePercentage") {
            recycled = fields.exact("recyclePercentage")
            if let recycled, recycled.isNegative || recycled > Exact(100) {
                fields.note("recyclePercentage", .outOfRange, "it is from 0 to 100")
            }
        }
        if fields.has("downstreamInputType") {
            downstreamType = fields.choice("downstreamInputType", of: Self.downstreamTypes)
        }
        if fields.has("noOfUses") {
            numberOfUses = fields.exact("noOfUses")
            if let numberOfUses, !numberOfUses.isPositive { fields.note("noOfUses", .outOfRange, "it is not above 0") }
        }
        if fields.has("additionalData") { additional = fields.object("additionalData") ?? .object([]) }
    }
}
