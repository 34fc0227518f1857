import CarbonAPI
import Foundation
import TestSupport
import Testing

@Suite("Product footprints by PACT, and the document", .onEveryEngine)
struct FootprintTests {
    @Test
    func `the sample's footprints are the golden ones, are found by every filter, and are replaced, never changed`()
        async throws
    {
        let api = try await CarbonFront()
        // Another company's product of the same name is none that is made there.
        try await api.done("POST", "/products", .product("TS-PET-050"), as: "gmbh")
        try await SampleLoader(base: api.base, token: "group").load()
        #expect(try await api.status("POST", "/footprints/calculation", ["year": 2024]) == 422)
        try await api.done("POST", "/footprints/calculation", ["year": 2025])
        let all = try await api.get("/3/footprints", bearer: "group").json["data"].elements
        let older = try await api.get("/2/footprints?limit=10", bearer: "group").json["data"].elements
        #expect(all.count == 4 && older.count == 4)
        for (key, unit, packaging, pcf, perLitre, share) in [
            ("TS-PET-050", "0.5", "0.048674", "0.05802", "0.116039", "11.9"),
            ("TS-GLA-075", "0.75", "0.556101", "0.570119", "0.760159", "1.8"),
            ("TS-CAN-033", "0.33", "0.050935", "0.057006", "0.172745", "7.7"),
            ("TS-CTN-100", "1", "0.082233", "0.100924", "0.100924", "13.7"),
        ] {
            let found = try #require(
                all.first { $0["productIds"][0] == .text("urn:pact:tarnside.example:product-id:\(key)") })
            #expect(found["pcf"]["declaredUnitOfMeasurement"] == "liter")
            #expect(found["pcf"]["declaredUnitAmount"] == .text(unit))
            #expect(found["pcf"]["packagingGhgEmissions"] == .text(packaging), "\(key)")
            #expect(found["pcf"]["fossilGhgEmissions"] == .text(pcf), "\(key)")
            #expect(found["pcf"]["pcfIncludingBiogenicUptake"] == .text(pcf), "\(key)")
            #expect(found["pcf"]["primaryDataShare"] == .text(share), "\(key)")
            // The second PACT tells the same of one litre.
            let same = try #require(older.first { $0["id"] == found["id"] })
            #expect(same["pcf"]["fossilGhgEmissions"] == .text(perLitre), "\(key)")
            #expect(same["pcf"]["unitaryProductAmount"] == .text(unit) && same["pcf"]["declaredUnit"] == "liter")
            #expect(same["productCategoryCpc"] == "24410" && same["version"] == 0 && same["specVersion"] == "2.3.0")
        }
        let first = all[0]
        let id = try first["id"].string
        let (product, company) = (try first["productIds"][0].string, try first["companyIds"][0].string)
        for (query, count) in [
            ("productId=\(product.uppercased())", 1), ("companyId=\(company)&companyId=zzzzzzzz&companyId=yyyyyyyy", 4),
            ("geography=gb", 4), ("classification=urn:cpc:24410", 4), ("classification=", 4), ("status=active", 4),
            ("validOn=2026-06-01T00:00:00Z", 4), ("validAfter=2025-12-31T00:00:00Z", 4),
            ("validBefore=2029-01-02T00:00:00Z", 4), ("status=Active&productId=\(product)", 1), ("geography=XX", 0),
            ("productId=urn:bogus", 0), ("classification=urn:bogus", 0), ("status=Bogus", 0),
            ("validOn=1900-01-01T00:00:00Z", 0), ("validAfter=2099-01-01T00:00:00Z", 0),
            ("validBefore=1900-01-01T00:00:00Z", 0), ("status=Bogus&companyId=\(company)", 0),
        ] {
            let found = try await api.get("/3/footprints?\(query)", bearer: "group")
            #expect(found.status == 200, "\(query)")
            #expect(try found.json["data"].elements.count == count, "\(query)")
        }
        for (filter, count) in [
            ("created ge '2026-01-01T00:00:00.000Z'", 4), ("created lt 2026-01-01T00:00:00Z", 0),
            ("updated ge '2020-01-01T00:00:00Z'", 0), ("productCategoryCpc eq '24410'", 4),
            ("productCategoryCpc eq '3342'", 0), ("productCategoryCpc gt '24409' and productCategoryCpc le '24410'", 4),
            ("pcf/geographyCountry eq 'GB'", 4), ("(pcf/geographyCountry eq 'DE')", 0),
            (
                "(pcf/referencePeriodStart ge '2025-01-01T00:00:00.000Z') and (pcf/referencePeriodEnd lt '2026-01-02')",
                4
            ),
            ("pcf/referencePeriodStart gt '2025-01-01T00:00:00Z'", 0),
            ("pcf/referencePeriodStart ge '2025-01-01T00:00:01Z'", 0),
            ("pcf/referencePeriodStart lt '2025-06-01'", 4), ("pcf/referencePeriodEnd ge '2026-01-01T00:00:00.5Z'", 0),
            ("productIds/any(productId:(productId eq '\(product)'))", 1), ("companyIds/any(c:c eq '\(company)')", 4),
            ("productIds/any(p:p eq '\(product)') and productIds/any(p:p eq 'urn:it''s another')", 0),
        ] {
            let found = try await api.get("/2/footprints?$filter=\(Self.escaped(filter))", bearer: "group")
            #expect(found.status == 200, "\(filter): \(found.text)")
            #expect(try found.json["data"].elements.count == count, "\(filter)")
        }
        for (filter, code) in [
            ("created ge '2026-01-01T00:00:00Z' or created lt '2026-01-01T00:00:00Z'", "NotImplemented"),
            ("not (created ge '2026-01-01T00:00:00Z')", "NotImplemented"), ("companyName eq 'x'", "NotImplemented"),
            ("productIds/any(p:p gt 'urn:x')", "NotImplemented"), ("created ge 'yesterday'", "BadRequest"),
            ("productIds/any(p:(p eq 'urn:x')", "BadRequest"), ("created ge '2026", "BadRequest"),
            (String(repeating: "(", count: 11), "BadRequest"), ("productCategoryCpc lt 'x'", "BadRequest"),
        ] {
            let refused = try await api.get("/2/footprints?$filter=\(Self.escaped(filter))", bearer: "group")
            #expect(try refused.status == 400 && refused.json["code"] == .text(code), "\(filter): \(refused.text)")
        }
        let page = try await api.get("/3/footprints?limit=1", bearer: "group")
        let link = try #require(page.headers["link"]?.firstMatch(of: #/^<(.+)>; rel="next"/#)).1
        #expect(link.hasPrefix(api.base))
        let narrowed = "/2/footprints?limit=1&$filter=\(Self.escaped("productIds/any(p:p eq '\(product)')"))"
        #expect(try await api.get(narrowed, bearer: "group").headers["link"] == nil, "there is one")
        let olderPage = try await api.get(
            "/2/footprints?limit=1&$filter=created+gt+2026-01-01T00:00:00Z", bearer: "group")
        let olderLink = try #require(olderPage.headers["link"]?.firstMatch(of: #/^<(.+)>; rel="next"/#)).1
        #expect(olderLink.hasPrefix("\(api.base)/2/footprints?"))
        let olderNext = try await api.get(String(olderLink).replacing(api.base, with: ""), bearer: "group").json["data"]
        #expect(try olderNext.elements.count == 1 && olderNext[0]["id"] != first["id"])
        let next = try await api.get(String(link).replacing(api.base, with: ""), bearer: "group").json["data"]
        #expect(try next.elements.count == 1 && next[0]["id"] != first["id"])
        #expect(try await api.get("/3/footprints?cursor=x", bearer: "group").status == 400)
        // What is too much is said, and not left out.
        for (name, value, most) in [("validOn", "2026-06-01", 10), ("status", "Active", 100), ("productId", "x", 100)] {
            let query = Array(repeating: "\(name)=\(value)", count: most + 1).joined(separator: "&")
            let refused = try await api.get("/3/footprints?\(query)", bearer: "group")
            #expect(try refused.status == 400 && refused.json["errors"][0]["field"] == .text(name), "\(refused.text)")
        }

        try await api.done("POST", "/footprints/calculation", ["year": 2025])
        let old = try await api.get("/3/footprints/\(id)", bearer: "group").json["data"]
        #expect(old["status"] == "Deprecated" && old["pcf"] == first["pcf"])
        #expect(try await api.get("/2/footprints/\(id)", bearer: "group").json["data"]["status"] == "Deprecated")
        let renewed = try await api.get("/3/footprints?status=Active&productId=\(product)", bearer: "group")
        #expect(try renewed.json["data"][0]["precedingPfIds"] == [.text(id)])

        // A partner sees what is shared with it, also what replaced it, and can pass nothing on.
        let current = try renewed.json["data"][0]["id"].string
        let partner: JSON = ["organizationId": "00000000-0000-0000-0000-000000000009"]
        #expect(try await api.status("POST", "/footprints/\(current)/shares", partner, as: "other") == 404)
        try await api.done("POST", "/footprints/\(current)/shares", partner)
        try await api.done("POST", "/footprints/calculation", ["year": 2025])
        let seen = try await api.get("/3/footprints?productId=\(product)", bearer: "other").json["data"].elements
        #expect(seen.count == 2 && seen.contains { $0["id"] == .text(current) })
        #expect(try await api.get("/3/footprints", bearer: "other").json["data"].elements.count == 2)
        #expect(try await api.get("/3/footprints/\(current)", bearer: "other").status == 200)
        #expect(try await api.status("GET", "/footprints/\(current)/shares", as: "other") == 404)
        #expect(try await api.done("GET", "/footprints/\(current)/shares")["organizations"].elements.count == 1)
        try await api.done("DELETE", "/footprints/\(current)/shares/\(try partner["organizationId"].string)")
        #expect(try await api.get("/3/footprints/\(current)", bearer: "other").status == 404)

        // A classification of any length, or a volume that is none, is as if nothing were said of it.
        let known = try await api.done("GET", "/products?query=TS-PET-050").elements
        let changed = try #require(known.first { $0["additionalData"]["litres"] != .null })["id"].string
        let urn = "urn:" + (0..<400).map { _ in String(UInt64.random(in: .min ... .max), radix: 16) }.joined()
        let strange: JSON = ["additionalData": ["classification": .text(urn), "litres": "-1"]]
        try await api.done("PATCH", "/products/\(changed)", strange)
        try await api.done("POST", "/footprints/calculation", ["year": 2025])
        let bare = try await api.get("/3/footprints?status=Active", bearer: "group").json["data"].elements
            .filter { $0["productClassifications"] == .null }
        #expect(bare.map { $0["pcf"]["declaredUnitOfMeasurement"] } == ["kilogram"])
        // Without a category the second PACT has no words for it.
        #expect(try await api.get("/2/footprints/\(bare[0]["id"].string)", bearer: "group").status == 404)

        for (path, token, status, code) in [
            ("/3/footprints/\(id)", "other", 404, "NotFound"), ("/3/footprints/\(id)", "nobody", 401, "BadRequest"),
            ("/3/footprints/00000000-0000-0000-0000-000000000000", "group", 404, "NotFound"),
            ("/3/footprints", "group:facilities.read", 403, "AccessDenied"),
            ("/2/footprints/\(id)", "other", 404, "NoSuchFootprint"), ("/2/footprints", "nobody", 401, "BadRequest"),
        ] {
            let answer = try await api.get(path, bearer: token)
            #expect(answer.status == status, "\(path) as \(token)")
            #expect(try answer.json["code"].string == code)
        }
    }

    /// For a query.
    private static func escaped(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? text
    }

    @Test func `what is made by several bills and at several sites has one footprint, the mean of all that was made`()
        async throws
    {
        let api = try await CarbonFront()
        for (name, id, country) in [("North", "N", "GB"), ("South", "S", "DE")] {
            let members: [String: JSON] = [
                "internalId": .text(id), "hasAddress": true, "country": .text(country), "effectiveDate": "2024-01-01",
            ]
            try await api.done("POST", "/facilities/bulk", .facility(name, members))
        }
        let product = try await api.done("POST", "/products", .product("W-1"))["id"].string
        func bill(_ facility: String, _ day: String, grams: Int) async throws -> (id: String, input: String) {
            let draft: JSON = ["productId": .text(product), "validFrom": .text(day), "facilityName": .text(facility)]
            let structure = try await api.done("POST", "/product-structures", draft)["id"]
            let input: JSON = [
                "structureId": structure, "inputName": "Bottle", "inputCategory": "PET",
                "productOrPackaging": "PACKAGING", "weight": .number(Double(grams)), "weightUnit": "g",
            ]
            return (
                try structure.string, try await api.done("POST", "/product-structure-inputs", input)["id"].string
            )
        }
        _ = try await bill("North", "2025-01-01", grams: 10)
        _ = try await bill("North", "2025-07-01", grams: 20)
        let last = try await bill("South", "2025-01-01", grams: 30)
        let draft: JSON = ["name": "Bills", "userEmail": "a@example.com"]
        let source = try await api.done("POST", "/datasource", draft)["datasourceId"].string
        let sent = try await api.send(
            """
            facility_internal_id,product_key,activity,period_start,period_end,quantity,unit
            N,W-1,ProductInputs,2025-01-01,2025-01-31,1000,pack
            N,W-1,ProductInputs,2025-08-01,2025-08-31,3000,pack
            S,W-1,ProductInputs,2025-08-01,2025-08-31,1000,pack
            N,,WaterUse,2025-01-01,2025-01-31,100,m3
            """, to: source)
        #expect(sent["status"] == "PROCESSED")
        for _ in 0..<2 {
            #expect(try await api.done("POST", "/footprints/calculation", ["year": 2025])["ids"].elements.count == 1)
        }
        let active = try await api.get("/3/footprints?status=Active", bearer: "group").json["data"].elements
        // 5,000 packs of 20 g at 3.86390131 kg a kg, and 19.13 kg of water.
        let pcf = try #require(active.first)["pcf"]
        #expect(active.count == 1)
        #expect(pcf["packagingGhgEmissions"] == "0.077278" && pcf["fossilGhgEmissions"] == "0.081104")
        #expect(pcf["geographyCountry"] == .null, "it is made in two")

        // A part of an exact product of long numbers would have more digits than there are.
        let long: JSON = ["weight": "29.1234567891", "recyclePercentage": "33.3333333333"]
        try await api.done("PATCH", "/product-structure-inputs/\(last.input)", long)
        #expect(try await api.done("POST", "/footprints/calculation", ["year": 2025])["ids"].elements.count == 1)
        // A bill that is made anew takes the place of what was calculated by the one that is gone.
        try await api.done("DELETE", "/product-structures/\(last.id)")
        _ = try await bill("South", "2025-01-01", grams: 30)
        try await api.done("POST", "/footprints/calculation", ["year": 2025])
        let anew = try await api.get("/3/footprints?status=Active", bearer: "group").json["data"].elements
        #expect(try #require(anew.first)["pcf"]["packagingGhgEmissions"] == "0.077278")
    }

    @Test func `events are taken or refused at once`() async throws {
        let api = try await CarbonFront()
        func event(_ type: String, _ data: JSON, _ id: String = "1") -> JSON {
            [
                "specversion": "1.0", "id": .text(id), "source": "//partner.example", "time": "2026-01-01T00:00:00Z",
                "type": .text("org.wbcsd.pact.ProductFootprint.\(type)"), "data": data,
            ]
        }
        let type = ("Content-Type", "application/cloudevents+json; charset=UTF-8")
        let published: JSON = ["pfIds": ["11111111-1111-4111-8111-111111111111"]]
        for (body, status) in [
            (event("PublishedEvent.3", published), 200),
            (event("PublishedEvent.3", published, String(repeating: "1", count: 201)), 400),
            (event("PublishedEvent.3", ["pfIds": ["urn:gtin:1"]]), 400), (event("Other.3", [:]), 400),
            // Nobody is answered who is not configured, and we ask nobody.
            (event("RequestCreatedEvent.3", ["productId": ["urn:pact:null"]]), 400), (["type": "x"], 400),
            (event("RequestFulfilledEvent.3", ["requestEventId": "1", "pfs": []]), 400),
        ] {
            let bearer = ("Authorization", "Bearer group")
            for _ in 0..<2 {
                let answer = try await api.send("POST", "/3/events", headers: [bearer, type], body: try body.bytes)
                #expect(answer.status == status, "\(answer.text)")
                #expect(status != 200 || answer.body.isEmpty)
            }
        }
        let id: JSON = "11111111-1111-4111-8111-111111111111"
        for (data, status): (JSON, Int) in [
            (["pfIds": .list(Array(repeating: id, count: 1001))], 400),
            (["pfIds": [id], "more": .text(String(repeating: "x", count: 70_000))], 413),
        ] {
            let headers = [("Authorization", "Bearer group"), type]
            let body = try event("PublishedEvent.3", data).bytes
            #expect(try await api.send("POST", "/3/events", headers: headers, body: body).status == status)
        }
    }

    @Test func `a partner's request is answered once, by what it may see or by a refusal, until that is taken`()
        async throws
    {
        let host = try await PartnerHost()
        let file = try Folder()
        let path = try host.file(
            naming: ["https://partner.example", "//partner.example"], of: Sample.other, in: file.path)
        let api = try await CarbonFront { options in
            options.partners = path
            (options.sweepInterval, options.answerPause) = (1, 1)
        }
        try await SampleLoader(base: api.base, token: "group").load()
        try await api.done("POST", "/footprints/calculation", ["year": 2025])
        let shared = try await api.get("/3/footprints", bearer: "group").json["data"][0]
        let id = try shared["id"].string
        let with: JSON = ["organizationId": "00000000-0000-0000-0000-000000000009"]
        try await api.done("POST", "/footprints/\(id)/shares", with)

        func ask(_ id: String, _ data: JSON, version: Int = 3, as token: String = "other") async throws -> Int {
            let (type, source): (JSON, JSON) =
                version == 3
                ? ("org.wbcsd.pact.ProductFootprint.RequestCreatedEvent.3", "https://partner.example")
                : ("org.wbcsd.pathfinder.ProductFootprintRequest.Created.v1", "//partner.example")
            let event: JSON = [
                "specversion": "1.0", "id": .text(id), "source": source, "time": "2026-01-01T00:00:00Z", "type": type,
                "data": data,
            ]
            let headers = [("Authorization", "Bearer \(token)"), ("Content-Type", "application/cloudevents+json")]
            let answer = try await api.send("POST", "/\(version)/events", headers: headers, body: try event.bytes)
            return answer.status
        }
        let everything: JSON = ["companyId": shared["companyIds"]]
        // What we are asked by one partner does not go to another.
        #expect(try await ask("0", everything, as: "group") == 400)
        for _ in 0..<2 { #expect(try await ask("1: whatever+that is", everything) == 200) }
        #expect(try await ask("2", ["productId": "urn:pact:null"]) == 200)
        #expect(try await ask("3", ["pf": ["productIds": shared["productIds"]]], version: 2) == 200)
        #expect(try await ask("4", ["pf": ["pcf": ["geographyCountry": "GB"]]], version: 2) == 200)
        #expect(try await ask("5", ["validOn": "yesterday"]) == 400)
        #expect(try await eventually { host.events.count >= 4 })
        let named = try host.events.map { (try $0.event["data"]["requestEventId"].string, $0) }
        let events = Dictionary(named) { first, _ in first }
        #expect(host.events.count == 4 && events.count == 4 && host.strays == 0, "\(host.events)")

        // Not all of the company's, but the one that is shared.
        let fulfilled = try #require(events["1: whatever+that is"])
        #expect(fulfilled.path == "/pact/3/events")
        #expect(fulfilled.event["type"] == "org.wbcsd.pact.ProductFootprint.RequestFulfilledEvent.3")
        #expect(fulfilled.event["source"] == .text(api.base))
        #expect(fulfilled.event["data"]["pfs"] == [shared])
        let older2 = try #require(events["3"])
        #expect(older2.path == "/pact/2/events")
        #expect(older2.event["type"] == "org.wbcsd.pathfinder.ProductFootprintRequest.Fulfilled.v1")
        #expect(try older2.event["data"]["pfs"].elements.map { $0["id"] } == [.text(id)])
        #expect(older2.event["data"]["pfs"][0]["specVersion"] == "2.3.0")
        for (request, type, code) in [
            ("2", "org.wbcsd.pact.ProductFootprint.RequestRejectedEvent.3", "NotFound"),
            ("4", "org.wbcsd.pathfinder.ProductFootprintRequest.Rejected.v1", "NotImplemented"),
        ] {
            let rejected = try #require(events[request]).event
            #expect(rejected["type"] == .text(type) && rejected["data"]["error"]["code"] == .text(code))
            #expect(try !rejected["data"]["error"]["message"].string.isEmpty)
        }

        // What is withdrawn while the answer waits is told no more.
        let before = host.refused
        host.setAway(true)
        #expect(try await ask("6", everything) == 200)
        #expect(try await eventually { host.refused > before })
        try await api.done("DELETE", "/footprints/\(id)/shares/\(try with["organizationId"].string)")
        host.setAway(false)
        #expect(try await eventually { host.events.count == 5 })
        let last = try #require(host.events.last).event
        #expect(last["data"]["requestEventId"] == "6" && last["data"]["error"]["code"] == "NotFound", "\(last)")
    }

    @Test func `the document describes every operation with its scope, and refers to nothing that is not in it`()
        async throws
    {
        let api = try await CarbonFront()
        let answer = try await api.get("/openapi.json")
        let document = try answer.json
        #expect(document["openapi"] == "3.1.0")
        #expect(document["servers"][0]["url"] == .text(api.base))
        let schemas = try document["components"]["schemas"].members
        for reference in answer.text.matches(of: #/"\$ref":"#\/components\/schemas\/(\w+)"/#) {
            #expect(schemas[String(reference.1)] != nil, "\(reference.1)")
        }
        let named = try schemas["InputDraft"]?["required"].elements.contains("structureId")
        let ofPath = schemas["StructureInputDrafts"]?["properties"]["inputs"]["items"]["required"]
        #expect(try named == true && ofPath?.elements.contains("structureId") == false, "only the path says it, too")
        var count = 0
        for (path, item) in try document["paths"].members {
            for (method, operation) in try item.members {
                count += 1
                let security = try operation["security"].elements
                let isOpen = ["/openapi.json", CarbonFront.path + "/export/{exportId}/download"].contains(path)
                #expect(isOpen == security.isEmpty, "\(method) \(path)")
                // What is described is there, and lets nobody in without a token.
                guard !isOpen else { continue }
                let concrete = path.replacing(#/\{\w+\}/#, with: "11111111-1111-4111-8111-111111111111")
                #expect(try await api.call(method.uppercased(), concrete).status == 401, "\(method) \(path)")
            }
        }
        #expect(count > 50)
    }
}
