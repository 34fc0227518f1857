/// How a facility is from a day on.
struct FacilityVersion: Sendable {
    var id: String
    var effectiveDate: CalendarDate
    var name: String
    var hasAddress: Bool
    var address: Address
    var employeeCount: Int?
    /// In square metres.
    var capacity: Exact?
    var boundary: String
    var isOpen: Bool

    struct Address: Sendable {
        var line1: String?
        var line2: String?
        var postalCode: String?
        var city: String?
        var region: String?
        var country: String?
        var subdivision: String?

        init() {}
    }
}

/// What is the same of a facility in all its versions.
struct Facility: Sendable {
    let id: String
    var organization: OrganizationPath
    var internalID: String?
    let ownershipType: String
    var typeID: String?
    /// The facility of which it is an area.
    let parentID: String?
    let inheritsAddress: Bool
    var tags: [String]
    let createdAt: Timestamp
}

/// A facility with one of its versions.
struct FacilityView: Sendable {
    let facility: Facility
    let version: FacilityVersion
    /// The last day of the version, nil while there is no later one.
    let endDate: CalendarDate?
    let organizationName: String

    /// As lists and single answers have it.
    var json: JSONValue {
        let (address, unit) = (version.address, facility.organization.uuid)
        return [
            "facilityId": .text(facility.id),
            "versionId": .text(version.id),
            "facilityName": .text(version.name),
            "internalId": .optional(facility.internalID),
            "facilityType": FacilityWords.type(facility.typeID),
            "ownershipType": .text(facility.ownershipType),
            "organization": ["id": .text(unit), "name": .text(organizationName)],
            "buId": .text(unit),
            "tags": .texts(facility.tags),
            "hasAddress": .bool(version.hasAddress),
            "inheritParentAddress": .bool(facility.inheritsAddress),
            "addressLine1": .optional(address.line1),
            "addressLine2": .optional(address.line2),
            "postalCode": .optional(address.postalCode),
            "city": .optional(address.city),
            "regionCode": .optional(address.region),
            "region": address.region.map { ["code": .text($0), "name": .text($0)] } ?? .null,
            "country": Places.country(address.country),
            "countrySub": Places.subdivision(address.subdivision),
            "isOpen": .bool(version.isOpen),
            "effectiveDate": .text(version.effectiveDate.description),
            "endDate": .optional(endDate?.description),
            "employeeCount": .optional(version.employeeCount),
            "capacity": .optional(version.capacity),
            "capacityUnit": .text(FacilityWords.capacityUnit),
            "boundaryIndicator": .text(version.boundary),
            "parentId": .optional(facility.parentID),
        ]
    }
}
