/// A facility, or an area of one, as a client describes it.
struct FacilityDraft: Sendable {
    /// Of its business unit, nil for the caller's own organization.
    let unit: String?
    let internalID: String?
    let ownershipType: String
    let typeID: String?
    let parentID: String?
    let inheritsAddress: Bool
    let tags: [String]
    let version: FacilityVersion
    let areas: [FacilityDraft]
    /// Where it stands in the body.
    let prefix: String

    static let mostAreas = 200

    /// - Parameter isArea: Whether it stands in the body of the facility of which it is an area.
    /// - Returns: Nil where something was found wrong that leaves nothing to go on with.
    init?(_ fields: Fields, isArea: Bool = false, today: CalendarDate) {
        prefix = fields.prefix
        unit = fields.uuid("buId")
        internalID = fields.text("internalId", most: 200)
        parentID = fields.uuid("parentId")
        inheritsAddress = fields.bool("inheritParentAddress") ?? false
        tags = fields.texts("tags") ?? []
        typeID = fields.uuid("facilityTypeId")
        let said = fields.choice("ownershipType", of: FacilityWords.ownershipTypes)
        let usual =
            isArea || parentID != nil
            ? FacilityWords.area : typeID == nil ? FacilityWords.shared : FacilityWords.standalone
        ownershipType = said ?? usual
        areas = fields.list("areas", required: false, most: Self.mostAreas)
            .compactMap { FacilityDraft($0, isArea: true, today: today) }
        guard let version = FacilityVersion(fields, before: nil, today: today) else { return nil }
        self.version = version
        check(fields, isArea: isArea)
    }

    private func check(_ fields: Fields, isArea: Bool) {
        let isKept = ownershipType == FacilityWords.area
        if isKept != (isArea || parentID != nil) {
            fields.note("ownershipType", .invalid, "area goes with a facility around it, and with nothing else")
        }
        if isArea, parentID != nil { fields.note("parentId", .invalid, "it stands in the facility already") }
        if isKept, !areas.isEmpty { fields.note("areas", .invalid, "an area has none") }
        if inheritsAddress, !isKept { fields.note("inheritParentAddress", .invalid, "only an area inherits one") }
        Self.check(typeID, of: ownershipType, fields)
    }

    /// Notes a type that does not go with the ownership.
    static func check(_ typeID: String?, of ownershipType: String, _ fields: Fields) {
        if let typeID {
            if !FacilityWords.typed.contains(ownershipType) {
                fields.note("facilityTypeId", .invalid, "\(ownershipType) has no type")
            } else if !FacilityWords.types.contains(where: { $0.id == typeID }) {
                fields.note("facilityTypeId", .unknown, "there is no such type")
            }
        } else if FacilityWords.typed.contains(ownershipType) {
            fields.note("facilityTypeId", .required, "\(ownershipType) needs a type")
        }
    }
}

extension FacilityVersion {
    /// Reads a version.
    ///
    /// - Parameter before: What stays where the body does not say, for an edit; nil for a new one.
    init?(_ fields: Fields, before: FacilityVersion?, today: CalendarDate) {
        _ = fields.choice("capacityUnit", required: before == nil, of: [FacilityWords.capacityUnit])
        let boundary = fields.choice("boundaryIndicator", required: before == nil, of: FacilityWords.boundaries)
        let address = Address(fields, before: before?.address)
        let count = fields.integer("employeeCount", in: 0...10_000_000)
        let capacity = fields.exact("capacity")
        if capacity?.isNegative == true { fields.note("capacity", .outOfRange, "it is less than nothing") }
        let date = fields.date("effectiveDate")
        let isOpen = fields.bool("isOpen")
        let (name, hasAddress) = (
            fields.text("name", required: true, most: 200), fields.bool("hasAddress", required: true)
        )
        guard let name, let hasAddress, let boundary = boundary ?? before?.boundary else { return nil }
        if hasAddress, address.country == nil, fields.bool("inheritParentAddress") != true {
            fields.note("country", .required, "an address needs one")
        }
        id = before?.id ?? UUIDText.make()
        effectiveDate = date ?? before?.effectiveDate ?? today
        self.name = name
        self.hasAddress = hasAddress
        self.address = hasAddress ? address : Address()
        employeeCount = fields.has("employeeCount") ? count : before?.employeeCount
        self.capacity = fields.has("capacity") ? capacity : before?.capacity
        self.boundary = boundary
        self.isOpen = isOpen ?? before?.isOpen ?? true
    }
}

extension FacilityVersion.Address {
    /// - Parameter before: What stays where the body does not say.
    fileprivate init(_ fields: Fields, before: Self?) {
        func text(_ name: String, _ old: String?) -> String? { fields.text(name, else: old, most: 200) }
        line1 = text("addressLine1", before?.line1)
        line2 = text("addressLine2", before?.line2)
        postalCode = text("postalCode", before?.postalCode)
        city = text("city", before?.city)
        region = text("region", before?.region)
        country = text("country", before?.country)
        subdivision = text("countrySub", before?.subdivision)
        if let country, !Places.isCountry(country) {
            fields.note("country", .unknown, "it is no code of ISO 3166-1")
        } else if let subdivision, !Places.isSubdivision(subdivision, of: country ?? "") {
            fields.note("countrySub", .unknown, "it is no code of ISO 3166-2 of the country, such as GB-SCT")
        }
    }
}
