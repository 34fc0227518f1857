import TestSupport
import Testing

@Suite("Facilities", .onEveryEngine)
struct FacilityTests {
    @Test func `a facility is made with its areas, and is another from a later day on`() async throws {
        let api = try await CarbonFront()
        let type = try await api.done("GET", "/facilities/types")["types"][0]["id"]
        let area: JSON = [
            "name": "Hall", "ownershipType": "area", "facilityTypeId": type, "hasAddress": false,
            "inheritParentAddress": true, "capacityUnit": "m2", "boundaryIndicator": "OPERATIONAL_CONTROL",
        ]
        let body = JSON.facility(
            "Plant",
            [
                "internalId": "P-1", "hasAddress": true, "country": "GB", "countrySub": "GB-SCT", "areas": [area],
                "effectiveDate": "2025-01-01T00:00:00.000Z", "employeeCount": "38", "tags": ["water"],
            ])
        let made = try await api.done("POST", "/facilities/bulk", body)["facilities"]
        #expect(try made.elements.count == 2)
        let path = "/facilities/\(try made[0]["facilityId"].string)"
        let unit = try await api.done("GET", path)["facility"]["buId"]

        let version: JSON = [
            "buId": unit, "name": "Plant", "hasAddress": true, "effectiveDate": "2025-07-01", "employeeCount": 44,
        ]
        let posted = try await api.call("POST", CarbonFront.path + path + "/versions", bearer: "group", version)
        #expect(posted.status == 204 && posted.body.isEmpty && posted.headers["content-type"] == nil)
        #expect(posted.headers["location"]?.contains("/versions/") == true)
        #expect(try await api.status("POST", path + "/versions", version) == 400, "two versions of one day")

        let found = try await api.done("GET", path + "/")["facility"]
        #expect(found["employeeCount"] == 44)
        #expect(found["endDate"] == .null && found["effectiveDate"] == "2025-07-01")
        #expect(found["versions"][0]["endDate"] == "2025-06-30")
        #expect(found["areas"][0]["country"]["code"] == "GB", "an area inherits the address")
        #expect(found["countrySub"]["name"] == "Scotland")

        // The only version of an area stays; closing it is a version, too.
        let hall = found["areas"][0]
        let only = "/facilities/\(try hall["facilityId"].string)/versions/\(try hall["versionId"].string)"
        #expect(try await api.status("DELETE", only) == 400)
        let closing: JSON = [
            "buId": unit, "name": "Plant", "hasAddress": true, "effectiveDate": "2025-10-01", "isOpen": false,
        ]
        try await api.done("POST", path + "/versions", closing)
        #expect(try await api.done("GET", "/facilities?search=plant")["facilities"].elements.isEmpty)
        let all = try await api.get(
            CarbonFront.path + "/facilities?search=PLANT&showClosed=true&pageSize=1", bearer: "group")
        #expect(try all.json["facilities"].elements.count == 1 && all.headers["x-total-count"] == "1")

        try await api.done("DELETE", path)
        #expect(try await api.status("GET", path) == 404)
    }

    @Test func `a parent sees what is its children's, nobody else does, and what is hidden is as what is not there`()
        async throws
    {
        let api = try await CarbonFront()
        let made = try await api.done(
            "POST", "/facilities/bulk", .facility("Spring", ["buId": .text(Sample.springsUnit), "internalId": "S"]))
        let id = try made["facilities"][0]["facilityId"].string
        for (token, status) in [("group", 200), ("springs", 200), ("gmbh", 404), ("other", 404)] {
            #expect(try await api.status("GET", "/facilities/\(id)", as: token) == status, "\(token)")
        }
        let edit: JSON = ["tags": ["stolen"]]
        #expect(try await api.status("PATCH", "/facilities/\(id)/persistent", edit, as: "gmbh") == 404)
        #expect(try await api.status("DELETE", "/facilities/\(id)", as: "other") == 404)
        #expect(try await api.done("GET", "/facilities", as: "gmbh")["facilities"].elements.isEmpty)
        #expect(try await api.status("GET", "/facilities?buId=\(Sample.springsUnit)", as: "gmbh") == 404)
        // A child names nobody but itself, and a name that somebody else has is free.
        let foreign = JSON.facility("Spring", ["buId": .text(Sample.springsUnit)])
        #expect(try await api.status("POST", "/facilities/bulk", foreign, as: "gmbh") == 400)
        try await api.done("POST", "/facilities/bulk", .facility("Spring", ["internalId": "S"]), as: "gmbh")
        #expect(try await api.done("GET", "/organization", as: "springs")["organizations"].elements.count == 1)
        #expect(try await api.done("GET", "/organization")["organizations"].elements.count == 3)

        // Handed over, it is the other company's.
        let version = try await api.done("GET", "/facilities/\(id)")["facility"]["versionId"].string
        let handed: JSON = ["buId": .text(Sample.gmbhUnit), "name": "Spring in Hamburg", "hasAddress": false]
        #expect(
            try await api.status("PATCH", "/facilities/\(id)/versions/\(version)", handed) == 400, "S is taken there")
        try await api.done("PATCH", "/facilities/\(id)/persistent", ["internalId": "S-2"])
        // It takes along its areas, and what it was called before.
        let later: JSON = .object(try handed.members.merging(["effectiveDate": "2025-06-01"]) { _, new in new })
        #expect(try await api.status("POST", "/facilities/\(id)/versions", later) == 400, "it was called Spring")
        let type = try await api.done("GET", "/facilities/types")["types"][0]["id"]
        let area: [String: JSON] = ["parentId": .text(id), "internalId": "S", "facilityTypeId": type]
        let hall = try await api.done("POST", "/facilities/bulk", .facility("Hall", area))["facilities"][0]
        let taken = try await api.call(
            "PATCH", CarbonFront.path + "/facilities/\(id)/versions/\(version)", bearer: "group", handed)
        #expect(taken.status == 400 && taken.text.contains("internalId S"), "\(taken.text)")
        try await api.done("DELETE", "/facilities/\(try hall["facilityId"].string)")
        try await api.done("PATCH", "/facilities/\(id)/versions/\(version)", handed)
        #expect(try await api.status("GET", "/facilities/\(id)", as: "springs") == 404)
        #expect(try await api.status("GET", "/facilities/\(id)", as: "gmbh") == 200)
    }

    @Test func `a call needs the scope of its operation, which a refusal names`() async throws {
        let api = try await CarbonFront()
        let answer = try await api.call(
            "POST", CarbonFront.path + "/facilities/bulk", bearer: "group:facilities.read", .facility("Plant"))
        #expect(answer.status == 403 && answer.text.contains("facilities.write"))
        #expect(answer.headers["www-authenticate"]?.contains("scope=\"facilities.write\"") == true)
        #expect(try await api.status("GET", "/facilities", as: "group:facilities.read") == 200)
        // The start of an upload makes something, GET or not.
        let upload = "/datasource/\(Sample.springsUnit)/upload?userEmail=a@b&fileName=f"
        #expect(try await api.status("GET", upload, as: "group:data-sources.read") == 403)
        #expect(try await api.status("HEAD", upload) == 405)

        #expect(try await api.get(CarbonFront.path + "/facilities").status == 401)
        #expect(try await api.status("GET", "/facilities", as: "nobody") == 401)
        let colon = try await api.get(CarbonFront.path + "/facilities", headers: [("Authorization", "Bearer: group")])
        #expect(colon.status == 401 && colon.text.contains("colon"))
        let method = try await api.call("DELETE", CarbonFront.path + "/facilities", bearer: "group")
        #expect(method.status == 405 && method.headers["allow"] == "GET")
        // What is named is no identifier.
        let named = try await api.call("DELETE", CarbonFront.path + "/facilities/types", bearer: "group")
        #expect(named.status == 405 && named.headers["allow"] == "GET")
    }

    @Test func `what is wrong with a body is told field by field, and nothing of it is done`() async throws {
        let api = try await CarbonFront()
        let wrong: JSON = [
            "facilities": [
                ["name": "Fine", "hasAddress": false, "capacityUnit": "m2", "boundaryIndicator": "SUPPLIER"],
                [
                    "name": "", "hasAddress": "yes", "capacityUnit": "acre", "capacity": "1e3", "employeeCount": -1,
                    "effectiveDate": "2025-02-30", "buId": "1' OR '1'='1", "country": "XX",
                ],
            ]
        ]
        let answer = try await api.call("POST", CarbonFront.path + "/facilities/bulk", bearer: "group", wrong)
        #expect(answer.status == 400)
        let fields = Set(try answer.json["errors"].elements.map { try $0["field"].string })
        for name in [
            "name", "hasAddress", "capacityUnit", "capacity", "employeeCount", "effectiveDate", "buId", "country",
        ] {
            #expect(fields.contains("facilities[1].\(name)"), "\(name)")
        }
        #expect(try await api.done("GET", "/facilities")["facilities"].elements.isEmpty)

        let flood = JSON.facility("A", ["areas": .list((0..<200).map { _ in [:] })])
        let flooded = try await api.call("POST", CarbonFront.path + "/facilities/bulk", bearer: "group", flood)
        #expect(try flooded.status == 400 && flooded.json["errors"].elements.count == 100)

        let facility = JSON.facility("A")["facilities"][0]
        let twice: JSON = ["facilities": [facility, facility]]
        #expect(try await api.status("POST", "/facilities/bulk", twice) == 400)
        #expect(try await api.done("GET", "/facilities")["facilities"].elements.isEmpty)
    }

    @Test func `a body that is none, or an address that is strange, is the caller's mistake`() async throws {
        let api = try await CarbonFront()
        let headers = [("Authorization", "Bearer group"), ("Content-Type", "application/json")]
        for body in [
            #"{"facilities":[{"name":"a","name":"b"}]}"#, "{", "", "[]", "null", "\u{FEFF}", #"{"facilities":{}}"#,
            #"{"facilities":[{"name":"\u0000"}]}"#, #"{"facilities":[{"name":"\ud800"}]}"#,
            String(repeating: "[", count: 100_000), String(repeating: #"{"facilities":"#, count: 10_000),
            #"{"facilities":[{"capacity":1e999999999}]}"#,
            #"{"facilities":["# + String(repeating: "9", count: 101) + "]}",
        ] {
            let answer = try await api.send(
                "POST", CarbonFront.path + "/facilities/bulk", headers: headers, body: Array(body.utf8))
            #expect(answer.status == 400, "\(body.prefix(50)): \(answer.text)")
        }
        let bearer = ("Authorization", "Bearer group")
        let latin = Array(#"{"facilities":[{"name":"Caf"#.utf8) + [0xE9] + Array(#""}]}"#.utf8)
        let wrongs: [(more: (String, String), body: [UInt8], status: Int)] = [
            (("Content-Type", "application/json"), latin, 400), (("Content-Encoding", "gzip"), [0x1F, 0x8B], 415),
            (("Content-Type", "application/x-www-form-urlencoded"), [0x61], 415),
        ]
        for (more, body, status) in wrongs {
            let answer = try await api.send(
                "POST", CarbonFront.path + "/facilities/bulk", headers: [bearer, more], body: body)
            #expect(answer.status == status, "\(answer.text)")
        }
        // What is said of the length is not so, or of the pieces.
        let whole = try JSON.facility("Half").bytes
        let head = "POST \(CarbonFront.path)/facilities/bulk HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer group\r\n"
        for length in ["Content-Length: \(whole.count + 1)\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\nff\r\n"] {
            let answer = try await api.exchange(head + length + String(decoding: whole, as: UTF8.self))
            #expect(answer.hasPrefix("HTTP/1.1 400 ") && answer.contains("ends before it should"), "\(answer)")
        }
        #expect(try await api.done("GET", "/facilities")["facilities"].elements.isEmpty)
        for (path, status) in [
            ("/facilities/%00", 400), ("/facilities/..%2f..%2fetc", 404), ("/nothing", 404),
            ("/facilities?pageSize=0", 400), ("/facilities?pageSize=9999999999999999999999", 400),
            ("/facilities?sortBy=name;DROP%20TABLE%20facility", 400), ("/facilities?search=%25%27%22!_", 200),
            ("/facilities?search=%00", 400), ("/facilities?search=%FF", 400),
            ("/facilities?search=" + String(repeating: "_", count: 501), 400),
            ("/facilities/99999999999999999999999999", 404),
            ("/facilities?unknown=1", 200), ("/location/countries/XX/subdivisions", 404),
            ("/location/countries/de/subdivisions", 200),
        ] {
            #expect(try await api.status("GET", path) == status, "\(path)")
        }
        // Also what is no path is told of in the form that goes with it.
        let footprint = try await api.get("/3/footprints/%00", bearer: "group")
        #expect(try footprint.status == 400 && footprint.json["code"] == "BadRequest")
    }
}
