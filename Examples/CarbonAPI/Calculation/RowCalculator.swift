/// Calculates the emissions of rows: `kgCO2e = quantity × factor`, in exact decimals, each rounded half to even to ten places.
struct RowCalculator {
    private let transaction: any Transaction
    private let dataset: Dataset
    private let dataSource: DataSource
    private let now: Timestamp
    private(set) var facts: [EmissionFact] = []
    private(set) var findings: [Finding] = []
    /// What was left out because nobody knows a factor.
    private(set) var notes: [Finding] = []

    /// What an identifier of the organization's own names in a month.
    private enum NamedFacility {
        case one(FacilityView)
        case missing
        case several
    }

    private var facilities: [String: NamedFacility] = [:]
    private var organizations: [String: KnownOrganization] = [:]

    init(_ transaction: any Transaction, _ dataset: Dataset, _ dataSource: DataSource, at now: Timestamp) {
        self.transaction = transaction
        self.dataset = dataset
        self.dataSource = dataSource
        self.now = now
    }

    mutating func add(_ row: ActivityRow) throws {
        guard let kind = kind(of: row) else { return }
        guard row.unit == kind.unit else {
            return find(row, "unit", .invalid, "\(kind.activity) \(kind.subActivity) is in \(kind.unit)")
        }
        let before = findings.count
        let facility = try facility(of: row)
        if facility == nil, kind.needsFacility, row.facility == nil {
            find(row, "facility_internal_id", .required, "\(kind.activity) is of a facility")
        }
        guard findings.count == before else { return }
        let organization = try organization(at: facility?.facility.organization ?? dataset.organization)
        let origin = FactOrigin(
            row: row, kind: kind, facility: facility, organization: organization, dataSource: dataSource.name,
            fileName: dataset.fileName, now: now)
        do {
            switch kind.basis {
            case .fixed(let factors): try add(factors, origin)
            case .grid:
                let factors = EmissionFactor.grid(in: facility?.version.address.country ?? "")
                if factors.isEmpty {
                    note(row, "facility_internal_id", "no factor is known for the grid of its country")
                }
                try add(factors, origin)
            case .billOfMaterials: try addBill(origin)
            }
        } catch is Exact.Overflow {
            find(row, "quantity", .outOfRange, "it is too large to be calculated with")
        }
    }

    private mutating func add(_ factors: [EmissionFactor], _ origin: FactOrigin) throws {
        for factor in factors { facts.append(try origin.fact(factor, origin.row.quantity)) }
    }

    /// Packs, times what is in one of them.
    private mutating func addBill(_ origin: FactOrigin) throws {
        let row = origin.row
        guard let key = row.product else { return find(row, "product_key", .required, "it is missing") }
        // Two companies of a group can have products of one name.
        guard let facility = origin.facility,
            let product = try transaction.product(key: key, madeAt: facility.facility.id),
            let structure = try transaction.structure(of: product.id, at: facility.facility.id, on: row.start)
        else {
            let isKnown = try transaction.hasProduct(key: key)
            let problem = isKnown ? "it has no structure at the facility on that day" : "there is no such product"
            return find(row, "product_key", .unknown, problem)
        }
        for input in try transaction.inputs(of: structure.id) {
            guard let material = Material.of(input) else {
                note(row, "product_key", "no factor is known for \(input.name)")
                continue
            }
            let tonnes = try input.tonnes.times(row.quantity)
            let factor = try EmissionFactor(material, recycled: input.recycled ?? .zero)
            facts.append(try origin.fact(factor, tonnes, of: input))
        }
    }

    // MARK: - What a row names

    private mutating func kind(of row: ActivityRow) -> ActivityKind? {
        let kinds = ActivityKind.all.filter { $0.activity == row.activity }
        guard !kinds.isEmpty else {
            let known = Set(ActivityKind.all.map(\.activity)).sorted().joined(separator: ", ")
            find(row, "activity", .unknown, "nothing is calculated for it; there are \(known)")
            return nil
        }
        let found = row.subActivity.isEmpty ? kinds.first : kinds.first { $0.subActivity == row.subActivity }
        if found == nil {
            find(row, "sub_activity", .unknown, "there are \(kinds.map(\.subActivity).joined(separator: ", "))")
        }
        return found
    }

    /// The facility as it is in the row's month.
    private mutating func facility(of row: ActivityRow) throws -> FacilityView? {
        guard let internalID = row.facility else { return nil }
        let key = "\(row.start) \(internalID)"
        let named = try facilities[key] ?? facility(named: internalID, on: row.start)
        facilities[key] = named
        switch named {
        case .one(let view): return view
        case .missing: find(row, "facility_internal_id", .unknown, "there is no such facility")
        case .several:
            find(row, "facility_internal_id", .unknown, "several organizations have one of this identifier")
        }
        return nil
    }

    private func facility(named internalID: String, on day: CalendarDate) throws -> NamedFacility {
        let ids = try transaction.facilities(internalID: internalID)
        guard ids.count <= 1 else { return .several }
        guard let id = ids.first, let view = try transaction.facility(id, on: day) else { return .missing }
        return .one(view)
    }

    private mutating func organization(at path: OrganizationPath) throws -> KnownOrganization {
        if let known = organizations[path.text] { return known }
        let found = try transaction.organization(at: path)
        organizations[path.text] = found
        return found
    }

    private mutating func find(_ row: ActivityRow, _ column: String, _ code: Finding.Code, _ message: String) {
        findings.append(Finding(field: column, code: code, message: message, line: row.line))
    }

    private mutating func note(_ row: ActivityRow, _ column: String, _ message: String) {
        notes.append(Finding(field: column, code: .unknown, message: message, line: row.line))
    }
}

extension StructureInput {
    /// What is in one declared unit, in tonnes, exactly.
    var tonnes: Exact {
        get throws {
            try weight.times(try WeightUnit.named(weightUnit).grams).times(.constant("0.000001"))
        }
    }
}
