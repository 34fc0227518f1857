import TestSupport
import Testing

@Suite("Products and bills of materials", .onEveryEngine)
struct ProductTests {
    @Test func `a product gets a structure and its inputs, and takes them along when it goes`() async throws {
        let api = try await CarbonFront()
        try await api.done("POST", "/facilities/bulk", .facility("Plant"))
        let product = try await api.done("POST", "/products", .product("W-1"))["id"].string
        #expect(try await api.status("POST", "/products", .product("W-1")) == 422, "the key is taken")
        #expect(try await api.status("PATCH", "/products/\(product)", ["productKey": "W-2"]) == 422, "it never changes")
        try await api.done("PATCH", "/products/\(product)", ["category": "Water"])

        let structure: JSON = ["validFrom": "2025-01-01T12:00:00Z", "facilityName": "Plant"]
        let made = try await api.done("POST", "/products/\(product)/structures", structure)["ids"][0].string
        let again = try await api.call(
            "POST", "\(CarbonFront.path)/products/\(product)/structures", bearer: "group", [structure])
        #expect(again.status == 409)
        #expect(try again.json["conflictingCustomerStructureIds"][0].string.hasPrefix("aq|\(product)|2025-01-01|"))

        let input: JSON = [
            "structureId": .text(made), "inputName": "PET", "productOrPackaging": "PACKAGING", "weight": "12.5",
            "weightUnit": "g", "recyclePercentage": 50,
        ]
        let id = try await api.done("POST", "/product-structure-inputs", input)["id"].string
        let unknown = "11111111-1111-4111-8111-111111111111"
        let foreign: JSON = .object(try input.members.merging(["structureId": .text(unknown)]) { _, new in new })
        let refused = try await api.call(
            "POST", CarbonFront.path + "/product-structure-inputs/bulk", bearer: "group", ["inputs": [input, foreign]])
        #expect(refused.status == 422 && refused.text.contains("\"invalidIds\":[\"\(unknown)\"]"))
        let inputs = try await api.done("GET", "/product-structures/\(made)/inputs?pageNo=0&sortField=weight")
        #expect(try inputs.elements.count == 1 && inputs[0]["weight"] == .number(12.5))
        #expect(
            try await api.status("PATCH", "/product-structure-inputs/\(id)", ["recyclePercentage": "100.5"]) == 422)

        for path in [
            "/products/\(product)", "/product-structures/\(made)", "/product-structure-inputs/\(id)",
            "/product-structures/\(made)/inputs",
        ] {
            #expect(try await api.status("GET", path, as: "other") == 404, "\(path)")
        }
        let large = JSON.text(String(repeating: "x", count: 17_000))
        for wrong: JSON in [
            ["additionalData": ["note": large]], ["name": "\u{1}"], ["description": large],
            ["weightPerDeclaredUnit": 0], ["weightPerDeclaredUnit": "1e400"], ["weightUnit": "stone"],
        ] {
            #expect(try await api.status("PATCH", "/products/\(product)", wrong) == 422, "\(wrong)")
        }
        let moved: JSON = ["inputs": [["id": .text(id), "structureId": .text(unknown)]]]
        #expect(try await api.status("PATCH", "/product-structures/\(made)/inputs", moved) == 422, "it cannot move")
        // Never does an empty list mean everything.
        #expect(try await api.status("DELETE", "/products/\(product)/structures") == 422)
        #expect(try await api.status("DELETE", "/products", ["ids": []]) == 422)
        #expect(try await api.status("DELETE", "/products?ids=\(product)", [:]) == 422, "one of both names none")
        #expect(try await api.status("DELETE", "/products?ids=\(product)", JSON.null) == 422, "nor does null")
        let many: JSON = ["ids": .list(Array(repeating: .text(unknown), count: 1000))]
        let deletion = try await api.call(
            "DELETE", CarbonFront.path + "/products/\(product)/structures", bearer: "group", many)
        #expect(deletion.text.contains("\"invalidIds\":[\"\(unknown)\"]"), "as many as the document says")
        #expect(try await api.status("DELETE", "/products?ids=\(product),\(unknown)") == 422)
        #expect(try await api.status("GET", "/products/\(product)") == 200, "all or nothing")
        #expect(try await api.status("DELETE", "/products?ids=\(product)", as: "other") == 422)
        #expect(try await api.status("DELETE", "/products?ids=\(product)") == 204)
        #expect(try await api.status("GET", "/product-structure-inputs/\(id)") == 404)
    }

    @Test func `lists come in pages that lead on to the next`() async throws {
        let api = try await CarbonFront()
        let products = (1...5).map { JSON.product("K-\($0)") }
        try await api.done("POST", "/products/bulk", ["products": .list(products)])
        var (path, seen): (String?, [String]) = (CarbonFront.path + "/products?perPage=2&sortField=product_key", [])
        while let next = path {
            let answer = try await api.get(next, bearer: "group")
            #expect(answer.headers["x-total-count"] == "5")
            seen += try answer.json.elements.map { try $0["productKey"].string }
            let link = answer.headers["link"]?.firstMatch(of: #/<(.+)>; rel="next"/#).map { String($0.1) }
            path = link?.replacing(api.base, with: "")
        }
        #expect(seen == ["K-1", "K-2", "K-3", "K-4", "K-5"])
    }
}
