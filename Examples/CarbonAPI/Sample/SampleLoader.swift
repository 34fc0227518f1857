package import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// Brings the sample data to an API as any client would, by HTTP and with a token.
package struct SampleLoader: Sendable {
    /// Where the API is, without a final slash.
    private let base: String
    private let token: String
    private let client: HTTPClient

    package init(base: String, token: String, by client: HTTPClient = .shared) {
        self.base = base + "/api/public/v1"
        self.token = token
        self.client = client
    }

    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// Makes facilities, products and their bills, and sends the activities of 2025.
    ///
    /// - Returns: The identifier of the data source.
    @discardableResult
    package func load() async throws -> String {
        let units = try await call("GET", "/organization")["organizations"]?.asList ?? []
        let springs = try unit(SampleData.springs, in: units)
        let store = try unit(SampleData.store, in: units)
        try await makeFacilities(springs, store)
        try await makeProducts()
        let source = try await call(
            "POST", "/datasource",
            ["name": "Tarnside 2025", "userEmail": "data@tarnside.example", "updateFrequency": "monthly"])
        let id = source["datasourceId"]?.asText ?? ""
        try await send(SampleData.utilityBills, "utility-bills.csv", to: id)
        try await send(SampleData.production, "production-logistics-travel.csv", to: id)
        return id
    }

    private func unit(_ name: String, in units: [JSONValue]) throws -> String {
        guard let id = units.first(where: { $0["name"] == .text(name) })?["id"]?.asText else {
            throw Failure(description: "There is no organization \(name).")
        }
        return id
    }

    private func makeFacilities(_ springs: String, _ store: String) async throws {
        let made = try await call("POST", "/facilities/bulk", SampleData.facilities(springs: springs, store: store))
        for (facility, body) in SampleData.versions(springs: springs) {
            let found = made["facilities"]?.asList?.first { $0["internalId"] == .text(facility) }
            try await call("POST", "/facilities/\(found?["facilityId"]?.asText ?? "")/versions", body)
        }
    }

    private func makeProducts() async throws {
        let ids = try await call("POST", "/products/bulk", SampleData.products)["ids"]?.asList ?? []
        for (pack, id) in zip(SampleData.packs, ids) {
            let body = SampleData.structure(of: pack, product: id.asText ?? "")
            let structure = try await call("POST", "/product-structures", body)["id"]?.asText ?? ""
            try await call("POST", "/product-structure-inputs/bulk", SampleData.inputs(of: pack, structure: structure))
        }
    }

    /// Sends rows and waits until they are calculated.
    private func send(_ rows: String, _ name: String, to source: String) async throws {
        let sent = try await call(
            "POST", "/datasource/\(source)/datasets?fileName=\(name)", type: "text/csv", Array(rows.utf8))
        let id = sent["datasetId"]?.asText ?? ""
        for _ in 0..<1200 {
            let dataset = try await call("GET", "/datasource/\(source)/datasets/\(id)")
            switch dataset["status"]?.asText {
            case Dataset.Status.processed.rawValue: return
            case Dataset.Status.rejected.rawValue: throw Failure(description: "\(name): \(dataset)")
            default: try await Task.sleep(for: .milliseconds(100))
            }
        }
        throw Failure(description: "\(name) is not done after two minutes.")
    }

    @discardableResult
    private func call(_ method: String, _ path: String, _ body: JSONValue? = nil) async throws -> JSONValue {
        try await call(method, path, type: "application/json", body?.bytes)
    }

    private func call(_ method: String, _ path: String, type: String, _ body: [UInt8]?) async throws -> JSONValue {
        var request = HTTPClientRequest(url: base + path)
        request.method = HTTPMethod(rawValue: method)
        request.headers.add(name: "Authorization", value: "Bearer \(token)")
        if let body {
            request.headers.add(name: "Content-Type", value: type)
            request.body = .bytes(ByteBuffer(bytes: body))
        }
        let answer = try await client.execute(request, timeout: .seconds(60))
        let bytes = Array(buffer: try await answer.body.collect(upTo: 1 << 24))
        guard (200..<300).contains(answer.status.code) else {
            throw Failure(
                description: "\(method) \(path): \(answer.status.code) \(String(decoding: bytes, as: UTF8.self))")
        }
        return bytes.isEmpty ? .null : try JSONValue(parsing: bytes)
    }
}
