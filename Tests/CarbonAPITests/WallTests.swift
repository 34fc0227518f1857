import CarbonAPI
import TestSupport
import Testing

/// PostgreSQL's row-level security, tried with the first wall taken away: queries that do not say whose rows they want.
@Suite("The second wall")
struct WallTests {
    @Test(arguments: [StoreUnderTest.sqlite, .postgres])
    func `with filters left out, PostgreSQL still shows nothing of others, and only then SQLite does`(
        _ engine: StoreUnderTest
    ) async throws {
        try await StoreUnderTest.$current.withValue(engine) {
            let api = try await CarbonFront(filters: false)
            let things = try await Self.things(api)
            for path in things {
                #expect(try await api.status("GET", path, as: "springs") == 200, "\(path)")
                #expect(try await api.status("GET", path, as: "group") == 200, "\(path)")
                // SQLite shows what is the other's: so the filters are left out indeed.
                let expected = engine == .postgres ? 404 : 200
                #expect(try await api.status("GET", path, as: "other") == expected, "\(path)")
                #expect(try await api.status("GET", path, as: "gmbh") == expected, "\(path)")
            }
            try await api.done("POST", "/footprints/calculation", ["year": 2025], as: "springs")
            for (token, isSeen) in [("springs", true), ("group", true), ("other", engine == .sqlite)] {
                let found = try await api.get("/3/footprints", bearer: token).json["data"].elements
                #expect(found.isEmpty != isSeen, "\(token)")
            }
            guard engine == .postgres else { return }
            for (path, member) in [
                ("/facilities", "facilities"), ("/datasource", "datasources"), ("/organization", "organizations"),
            ] {
                let found = try await api.done("GET", path, as: "other")[member].elements
                #expect(found.count == (path == "/organization" ? 1 : 0), "\(path)")
            }
            #expect(try await api.done("GET", "/products", as: "other").elements.isEmpty)
            let facts = try await api.export("JSON", as: "other")
            #expect(facts.flatMap(\.body).isEmpty)
            let shown = try await api.export("JSON", as: "springs").flatMap(\.body)
            #expect(!shown.isEmpty)
            for path in things where !path.hasPrefix("/datasource") && !path.hasPrefix("/export") {
                let (change, body) = path.hasPrefix("/facilities") ? ("/persistent", ["tags": []] as JSON) : ("", [:])
                #expect(try await api.status("PATCH", path + change, body, as: "other") >= 400, "\(path)")
                #expect(try await api.status("DELETE", path, as: "other") == 404, "\(path)")
                #expect(try await api.status("GET", path, as: "springs") == 200, "\(path)")
            }
        }
    }

    /// Something of each kind, of one company's.
    static func things(_ api: CarbonFront) async throws -> [String] {
        let made = try await api.done(
            "POST", "/facilities/bulk",
            .facility("Plant", ["internalId": "P", "hasAddress": true, "country": "GB"]), as: "springs")
        let facility = try made["facilities"][0]["facilityId"].string
        let product = try await api.done("POST", "/products", .product("W-1"), as: "springs")["id"].string
        let draft: JSON = ["productId": .text(product), "validFrom": "2025-01-01", "facilityName": "Plant"]
        let structure = try await api.done("POST", "/product-structures", draft, as: "springs")["id"].string
        let input: JSON = [
            "structureId": .text(structure), "inputName": "Bottle", "inputCategory": "PET",
            "productOrPackaging": "PACKAGING", "weight": 1,
            "weightUnit": "g",
        ]
        let inputID = try await api.done("POST", "/product-structure-inputs", input, as: "springs")["id"].string
        let bills: JSON = ["name": "Bills", "userEmail": "a@example.com"]
        let source = try await api.done("POST", "/datasource", bills, as: "springs")["datasourceId"].string
        let rows = """
            facility_internal_id,product_key,activity,period_start,period_end,quantity,unit
            P,,WaterUse,2025-01-01,2025-01-31,1,m3
            P,W-1,ProductInputs,2025-01-01,2025-01-31,1000,pack
            """
        let dataset = try await api.send(rows, to: source, as: "springs")
        #expect(dataset["status"] == "PROCESSED")
        let start = "/datasource/\(source)/upload?userEmail=a%40b&fileName=f"
        let upload = try await api.done("GET", start, as: "springs")["uploadId"].string
        let wish: JSON = ["filters": ["financialYears": [2025]]]
        let export = try await api.done("POST", "/export", wish, as: "springs")["exportId"].string
        return [
            "/facilities/\(facility)", "/products/\(product)", "/product-structures/\(structure)",
            "/product-structure-inputs/\(inputID)", "/datasource/\(source)",
            "/datasource/\(source)/datasets/\(try dataset["datasetId"].string)",
            "/datasource/\(source)/upload/\(upload)", "/export/\(export)",
        ]
    }
}
