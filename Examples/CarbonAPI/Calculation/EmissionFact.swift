/// An emission that was calculated: of an activity, a stage and a month.
struct EmissionFact: Sendable {
    let id: String
    let organization: OrganizationPath
    let date: CalendarDate
    /// In the order of ``columns``.
    let cells: [JSONValue]

    /// What an export has, in its order.
    static let columns = [
        "fact_uuid", "calendar_date", "calendar_year", "emission_quantity", "emission_unit",
        "calculation_input_quantity",
        "calculation_input_quantity_unit", "spend_usd", "spend_eur", "spend_gbp", "per_unit", "input_dimensionality",
        "scope_category", "scope", "activity_area_name", "activity_name", "sub_activity_name", "aq_calc_method",
        "ghg_calc_method", "ef_specificity", "accuracy_score", "accuracy_score_name", "lifecycle", "bu_uuid", "bu_name",
        "root_org_uuid", "root_org_name", "facility_name", "facility_uuid", "facility_country_name",
        "facility_country_code", "facility_post_code", "facility_type", "facility_capacity_ratio", "data_source_name",
        "file_name", "supplier_legal_name", "supplier_country_code", "supplier_country_name", "supplier_vat_number",
        "tags", "financial_year", "custom_analytics_fields", "custom_tags", "emission_factor_name",
        "emission_factor_specificity", "emission_factor_specificity_code", "emission_factor_source",
        "emission_factor_source_version", "created_at", "updated_at",
    ]
}

/// What an emission is calculated from.
struct FactOrigin: Sendable {
    let row: ActivityRow
    let kind: ActivityKind
    let facility: FacilityView?
    let organization: KnownOrganization
    let dataSource: String
    let fileName: String
    let now: Timestamp

    /// In `custom_tags`: the product, and the bill of materials by which it was calculated.
    static let productTag = "product_key"
    static let structureTag = "product_structure_id"

    /// The emission of one factor.
    ///
    /// - Parameters:
    ///   - quantity: In the factor's unit, exactly.
    ///   - input: The input of a bill of materials, if it is of one.
    func fact(_ factor: EmissionFactor, _ quantity: Exact, of input: StructureInput? = nil) throws -> EmissionFact {
        let emission = try quantity.times(factor.value).rounded(places: 10)
        let booking = booking(factor)
        let id = UUIDText.make()
        let date = row.start.firstOfMonth
        let (unit, root) = (organization.path, organization.path.root)
        let address = facility?.version.address
        let country = Places.country(address?.country)
        let supplierCountry = Places.country(input?.supplierCountry)
        let type = FacilityWords.type(facility?.facility.typeID)
        let material: [(String, JSONValue)] = input.map { [("material", .text($0.name))] } ?? []
        let product: [(String, JSONValue)] = row.product.map { [(Self.productTag, .text($0))] } ?? []
        let structure: [(String, JSONValue)] = input.map { [(Self.structureTag, .text($0.structureID))] } ?? []
        let cells: [JSONValue] = [
            .text(id), .text(date.description), .integer(date.year), .text(emission.description), "kgCO2e",
            .text(quantity.description), .text(factor.unit), nil, nil, nil, .text(factor.unit), .text(kind.dimension),
            .text(booking.category), .text(booking.scope), .text(kind.area), .text(kind.activity),
            .text(kind.subActivity), .text("quantity × factor"), .text(kind.method), .text(factor.source.country),
            .integer(factor.accuracy), .text(Self.accuracyNames[factor.accuracy] ?? ""), .text(factor.stage.rawValue),
            .text(unit.uuid), .text(organization.name), .text(root.uuid), .text(organization.rootName),
            .optional(facility?.version.name), .optional(facility?.facility.id), country["name"] ?? .null,
            country["code"] ?? .null, .optional(address?.postalCode), type["name"] ?? .null,
            facility == nil ? nil : "1", .text(dataSource), .text(fileName), .optional(input?.supplierName),
            supplierCountry["code"] ?? .null, supplierCountry["name"] ?? .null, nil,
            JSONValue.object([]).with(kind.tags + material), .integer(date.year), .object([]),
            JSONValue.object([]).with(product + structure), .text(factor.name), .text("country"),
            .text(factor.source.country),
            .text(factor.source.name), .text(factor.source.version), .text(now.description), .text(now.description),
        ]
        return EmissionFact(id: id, organization: unit, date: date, cells: cells)
    }

    private func booking(_ factor: EmissionFactor) -> Booking {
        guard kind.isEnergy else { return kind.booking }
        if let facility, let elsewhere = Booking.ofEnergy(at: facility.version.boundary) { return elsewhere }
        switch factor.stage {
        case .use, .production: return kind.booking
        case .transmission, .upstream: return .energyRelated
        }
    }

    private static let accuracyNames = [
        4: "metered, factor of the year", 3: "metered, factor of another year", 2: "generic factor",
    ]
}
