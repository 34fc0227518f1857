private let columns: SQLText = """
    f.id AS id, f.organization_path AS organization_path, f.internal_id AS internal_id,
    f.ownership_type AS ownership_type, f.facility_type_id AS facility_type_id, f.parent_id AS parent_id,
    f.inherit_parent_address AS inherit_parent_address, f.tags AS tags, f.created_at AS created_at,
    v.id AS version_id, v.effective_date AS effective_date, v.name AS name, v.has_address AS has_address,
    v.address_line1 AS address_line1, v.address_line2 AS address_line2, v.postal_code AS postal_code, v.city AS city,
    v.region AS region, v.country AS country, v.country_sub AS country_sub, v.employee_count AS employee_count,
    v.capacity AS capacity, v.boundary AS boundary, v.is_open AS is_open, o.name AS organization_name,
    (SELECT min(n.effective_date) FROM facility_version n
     WHERE n.facility_id = f.id AND n.effective_date > v.effective_date) AS next_date
    """

private let tables: SQLText = """
    facility f JOIN facility_version v ON v.facility_id = f.id
    LEFT JOIN organization o ON o.organization_path = f.organization_path
    """

/// The version of a day: the last that has begun, or the first where none has.
private func isCurrent(on day: CalendarDate) -> SQLText {
    """
    v.effective_date = coalesce(
        (SELECT max(c.effective_date) FROM facility_version c WHERE c.facility_id = f.id AND c.effective_date <= \(day)),
        (SELECT min(c.effective_date) FROM facility_version c WHERE c.facility_id = f.id))
    """
}

extension Transaction {
    /// A part of the list of facilities and areas, each as it is on `day`, and how many there are in all.
    func facilities(_ query: ListQuery, on day: CalendarDate, in organization: String?, showsClosed: Bool) throws
        -> ([FacilityView], Int)
    {
        let chosen: SQLText = organization.map { id in "o.uuid = \(id)" } ?? "1 = 1"
        let open: SQLText = showsClosed ? "1 = 1" : "v.is_open = 1"
        let part: SQLText = """
            FROM \(sql: tables) WHERE \(sql: sees("f.organization_path")) AND \(sql: isCurrent(on: day)) AND \(sql: open)
            AND \(sql: chosen) AND \(sql: query.matches(["v.name", "f.internal_id", "v.city"]))
            """
        let found = try rows("SELECT * FROM (SELECT \(sql: columns) \(sql: part)) AS found \(sql: query.limit)")
        return (try found.map(FacilityView.init), try count("SELECT count(*) AS n \(sql: part)"))
    }

    /// A facility as it is on a day.
    func facility(_ id: String, on day: CalendarDate) throws -> FacilityView? {
        try first(
            """
            SELECT \(sql: columns) FROM \(sql: tables)
            WHERE f.id = \(id) AND \(sql: sees("f.organization_path")) AND \(sql: isCurrent(on: day))
            """
        ).map(FacilityView.init)
    }

    /// All versions of a facility, the oldest first.
    func versions(of facility: String) throws -> [FacilityView] {
        try rows(
            """
            SELECT \(sql: columns) FROM \(sql: tables)
            WHERE f.id = \(facility) AND \(sql: sees("f.organization_path")) ORDER BY v.effective_date
            """
        ).map(FacilityView.init)
    }

    /// The areas of a facility, each as it is on a day.
    func areas(of facility: String, on day: CalendarDate) throws -> [FacilityView] {
        try rows(
            """
            SELECT \(sql: columns) FROM \(sql: tables)
            WHERE f.parent_id = \(facility) AND \(sql: sees("f.organization_path")) AND \(sql: isCurrent(on: day))
            ORDER BY v.name, f.id
            """
        ).map(FacilityView.init)
    }

    /// Facilities that have a name on a day. There may be one in each organization that is seen.
    func facilities(named name: String, on day: CalendarDate) throws -> [FacilityView] {
        try rows(
            """
            SELECT \(sql: columns) FROM \(sql: tables)
            WHERE v.name = \(name) AND \(sql: sees("f.organization_path")) AND \(sql: isCurrent(on: day)) LIMIT 2
            """
        ).map(FacilityView.init)
    }

    /// Facilities with an identifier of the organization's own.
    func facilities(internalID: String) throws -> [String] {
        try rows(
            """
            SELECT f.id AS id FROM facility f
            WHERE f.internal_id = \(internalID) AND \(sql: sees("f.organization_path")) LIMIT 2
            """
        ).map { try $0.text("id") }
    }

    /// Whether another facility of the organization has or had the name.
    func isFacilityName(_ name: String, takenIn organization: OrganizationPath, besides id: String) throws -> Bool {
        try count(
            """
            SELECT count(*) AS n FROM facility_version
            WHERE organization_path = \(organization) AND name = \(name) AND facility_id <> \(id)
            """) > 0
    }

    func isInternalID(_ internalID: String, takenIn organization: OrganizationPath, besides id: String) throws -> Bool {
        try count(
            """
            SELECT count(*) AS n FROM facility
            WHERE organization_path = \(organization) AND internal_id = \(internalID) AND id <> \(id)
            """) > 0
    }

    /// A name that the facility or one of its areas has or had, and that another facility of the organization has or had, too.
    func nameTaken(in organization: OrganizationPath, of facility: String) throws -> String? {
        try first(
            """
            SELECT v.name AS name FROM facility_version v
            JOIN facility f ON f.id = v.facility_id AND (f.id = \(facility) OR f.parent_id = \(facility))
            JOIN facility_version o ON o.organization_path = \(organization) AND o.name = v.name
            JOIN facility g ON g.id = o.facility_id AND g.id <> \(facility) AND coalesce(g.parent_id, '') <> \(facility)
            ORDER BY v.name LIMIT 1
            """
        )?.text("name")
    }

    /// The same for identifiers of the organization's own.
    func internalIDTaken(in organization: OrganizationPath, of facility: String) throws -> String? {
        try first(
            """
            SELECT f.internal_id AS internal_id FROM facility f
            JOIN facility g ON g.organization_path = \(organization) AND g.internal_id = f.internal_id
                AND g.id <> \(facility) AND coalesce(g.parent_id, '') <> \(facility)
            WHERE f.id = \(facility) OR f.parent_id = \(facility)
            ORDER BY f.internal_id LIMIT 1
            """
        )?.text("internal_id")
    }

    func insert(_ facility: Facility) throws {
        let tags = JSONValue.texts(facility.tags).description
        try run(
            """
            INSERT INTO facility (id, organization_path, internal_id, ownership_type, facility_type_id, capacity_unit,
                parent_id, inherit_parent_address, tags, created_at, updated_at)
            VALUES (\(facility.id), \(facility.organization), \(facility.internalID.sqlValue), \(facility.ownershipType),
                \(facility.typeID.sqlValue), \(FacilityWords.capacityUnit), \(facility.parentID.sqlValue), \(facility.inheritsAddress),
                \(tags), \(facility.createdAt), \(facility.createdAt))
            """)
    }

    /// Writes what is the same in all versions.
    func update(_ facility: Facility, at now: Timestamp) throws {
        let tags = JSONValue.texts(facility.tags).description
        try run(
            """
            UPDATE facility SET internal_id = \(facility.internalID.sqlValue), facility_type_id = \(facility.typeID.sqlValue),
                tags = \(tags), updated_at = \(now)
            WHERE id = \(facility.id) AND \(sql: sees("organization_path"))
            """)
    }

    /// Moves a facility with its versions and areas to another organization.
    func move(_ facility: String, to organization: OrganizationPath) throws {
        try run(
            """
            UPDATE facility_version SET organization_path = \(organization)
            WHERE \(sql: sees("organization_path"))
            AND facility_id IN (SELECT id FROM facility WHERE id = \(facility) OR parent_id = \(facility))
            """)
        try run(
            """
            UPDATE facility SET organization_path = \(organization)
            WHERE \(sql: sees("organization_path")) AND (id = \(facility) OR parent_id = \(facility))
            """)
    }

    func insert(_ version: FacilityVersion, of facility: Facility) throws {
        let address = version.address
        try run(
            """
            INSERT INTO facility_version (id, facility_id, organization_path, effective_date, name, has_address,
                address_line1, address_line2, postal_code, city, region, country, country_sub, employee_count, capacity,
                boundary, is_open)
            VALUES (\(version.id), \(facility.id), \(facility.organization), \(version.effectiveDate), \(version.name),
                \(version.hasAddress), \(address.line1.sqlValue), \(address.line2.sqlValue), \(address.postalCode.sqlValue), \(address.city.sqlValue),
                \(address.region.sqlValue), \(address.country.sqlValue), \(address.subdivision.sqlValue), \(version.employeeCount.sqlValue),
                \(version.capacity.sqlValue), \(version.boundary), \(version.isOpen))
            """)
    }

    func update(_ version: FacilityVersion) throws {
        let address = version.address
        try run(
            """
            UPDATE facility_version SET effective_date = \(version.effectiveDate), name = \(version.name),
                has_address = \(version.hasAddress), address_line1 = \(address.line1.sqlValue),
                address_line2 = \(address.line2.sqlValue), postal_code = \(address.postalCode.sqlValue), city = \(address.city.sqlValue),
                region = \(address.region.sqlValue), country = \(address.country.sqlValue), country_sub = \(address.subdivision.sqlValue),
                employee_count = \(version.employeeCount.sqlValue), capacity = \(version.capacity.sqlValue),
                boundary = \(version.boundary), is_open = \(version.isOpen)
            WHERE id = \(version.id) AND \(sql: sees("organization_path"))
            """)
    }

    /// With its versions and areas.
    ///
    /// - Returns: Whether there was one.
    func deleteFacility(_ id: String) throws -> Bool {
        try run("DELETE FROM facility WHERE id = \(id) AND \(sql: sees("organization_path"))") > 0
    }

    func deleteVersion(_ id: String) throws {
        try run("DELETE FROM facility_version WHERE id = \(id) AND \(sql: sees("organization_path"))")
    }
}

extension FacilityView {
    fileprivate init(_ row: StoredRow) throws {
        facility = Facility(
            id: try row.text("id"), organization: try row.path("organization_path"),
            internalID: try row.optionalText("internal_id"), ownershipType: try row.text("ownership_type"),
            typeID: try row.optionalText("facility_type_id"), parentID: try row.optionalText("parent_id"),
            inheritsAddress: try row.bool("inherit_parent_address"),
            tags: try row.texts("tags"), createdAt: try row.time("created_at"))
        var address = FacilityVersion.Address()
        address.line1 = try row.optionalText("address_line1")
        address.line2 = try row.optionalText("address_line2")
        address.postalCode = try row.optionalText("postal_code")
        address.city = try row.optionalText("city")
        address.region = try row.optionalText("region")
        address.country = try row.optionalText("country")
        address.subdivision = try row.optionalText("country_sub")
        version = FacilityVersion(
            id: try row.text("version_id"), effectiveDate: try row.date("effective_date"), name: try row.text("name"),
            hasAddress: try row.bool("has_address"), address: address,
            employeeCount: try row.optionalInteger("employee_count"), capacity: try row.optionalExact("capacity"),
            boundary: try row.text("boundary"), isOpen: try row.bool("is_open"))
        endDate = try row.optionalDate("next_date")?.dayBefore
        organizationName = try row.optionalText("organization_name") ?? facility.organization.id
    }
}
