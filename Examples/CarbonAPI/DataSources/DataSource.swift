/// Where an organization's figures come from.
struct DataSource: Sendable {
    let id: String
    let organization: OrganizationPath
    var name: String
    var userEmail: String
    var startDate: CalendarDate?
    var endDate: CalendarDate?
    var frequency: String?
    var methods: [String]
    var activities: [String]
    let createdAt: Timestamp

    static let frequencies = ["yearly", "quarterly", "monthly", "fortnightly", "weekly"]
    static let allActivities: Set<String> = [
        "ElectricityPurchased", "ElectricityFuel", "ElectricityRenewable", "HeatingOnsite", "HeatingDistrict",
        "WaterUse", "StationaryCombustion", "SolidWaste", "Wastewater", "FugitiveEmissions", "DirectEmissions",
        "LogisticsOwn", "Logistics3rd", "LogisticsInboundProductFootprint", "BusinessTravelOwn", "BusinessTravel3rd",
        "CommutingLocation", "CommutingSurvey", "ProductInputs", "CapitalGoods", "IndirectPurchases", "Processing",
        "UseOfSold", "PostConsumerWaste", "UseOfLeased", "Investments", "Franchises",
    ]

    var json: JSONValue {
        [
            "datasourceId": .text(id), "name": .text(name), "userEmail": .text(userEmail),
            "organizationId": .text(organization.uuid), "startDate": .optional(startDate?.description),
            "endDate": .optional(endDate?.description), "updateFrequency": .optional(frequency),
            "methods": .texts(methods), "activities": .texts(activities),
            "createdAt": .text(createdAt.description),
        ]
    }

    /// Reads a new data source.
    init?(_ fields: Fields, in organization: OrganizationPath, at now: Timestamp) {
        id = UUIDText.make()
        self.organization = organization
        (name, userEmail, methods, activities) = ("", "", [], [])
        createdAt = now
        read(fields, isNew: true)
        guard !name.isEmpty, !userEmail.isEmpty else { return nil }
    }

    /// Takes over what a body says; what it does not say stays.
    mutating func edit(_ fields: Fields) {
        read(fields, isNew: false)
    }

    private mutating func read(_ fields: Fields, isNew: Bool) {
        if isNew || fields.has("name") { name = fields.text("name", required: true, most: 200) ?? name }
        if isNew || fields.has("userEmail"), let said = fields.text("userEmail", required: true) {
            userEmail = said
            if !said.contains("@") { fields.note("userEmail", .invalid, "it is no address") }
        }
        if fields.has("startDate") { startDate = fields.date("startDate") }
        if fields.has("endDate") { endDate = fields.date("endDate") }
        if let startDate, let endDate, endDate < startDate {
            fields.note("endDate", .outOfRange, "it is before startDate")
        }
        if fields.has("updateFrequency") { frequency = fields.choice("updateFrequency", of: Self.frequencies) }
        if fields.has("methods") { methods = fields.texts("methods") ?? [] }
        if fields.has("activities") {
            activities = fields.texts("activities") ?? []
            for unknown in activities where !Self.allActivities.contains(unknown) {
                fields.note("activities", .unknown, "there is no activity \(unknown.prefix(50))")
            }
        }
    }
}
