import AsyncHTTPClient
import CarbonAPI
import Foundation
import TestSupport
import Testing

/// An API in this process, on any port and with a database of its own. Who calls is decided by a table of tokens; that the desk's answer
/// is understood has a test of its own.
final class CarbonFront: HTTPFront {
    let base: String
    let client: HTTPClient
    let isPatient: Bool
    private let port: Int
    private let folder: Folder
    private let database: PostgresDatabase?
    private let running: RunningService

    /// - Parameters:
    ///   - filters: Whether queries say whose rows they want.
    ///   - client: By which it is asked, nil for one that knows the usual authorities.
    ///   - patient: Whether it is asked again after a 503. A test of 503 itself says false.
    ///   - options: What else is set.
    init(
        filters: Bool = true, verifier: (any CallerVerifier)? = nil, client: HTTPClient? = nil, patient: Bool = true,
        _ options: (inout CarbonOptions) -> Void = { _ in }
    ) async throws {
        isPatient = patient
        folder = try Folder()
        var settings = CarbonOptions(data: folder.path + "/data", port: 0)
        settings.filters = filters
        settings.organizations = folder.path + "/organizations.json"
        switch StoreUnderTest.current {
        case .sqlite: database = nil
        case .postgres: database = try await PostgresDatabase.make()
        }
        settings.database = database?.uri
        options(&settings)
        try Sample.organizations.write(toFile: folder.path + "/organizations.json", atomically: true, encoding: .utf8)
        let (ports, heard) = AsyncStream.makeStream(of: Int.self)
        let server = CarbonServer(settings, verifier: verifier ?? Sample.callers, onRunning: { heard.yield($0) })
        running = RunningService(server) { heard.finish() }
        var iterator = ports.makeAsyncIterator()
        guard let port = await iterator.next() else {
            try await running.value()
            throw ServerFailure("The API does not listen.")
        }
        self.port = port
        let front = Front(base: "\(settings.tls == nil ? "http" : "https")://127.0.0.1:\(port)", by: client)
        (base, self.client) = (front.base, front.client)
    }

    static let path = "/api/public/v1"

    /// A call that must succeed.
    @discardableResult
    func done(_ method: String, _ path: String, _ body: JSON? = nil, as token: String = "group") async throws -> JSON {
        let answer = try await call(method, Self.path + path, bearer: token, body)
        guard (200..<300).contains(answer.status) else {
            throw ServerFailure("\(method) \(path): \(answer.status) \(answer.text)")
        }
        return answer.body.isEmpty ? .null : try answer.json
    }

    /// The status of a call.
    func status(_ method: String, _ path: String, _ body: JSON? = nil, as token: String = "group") async throws -> Int {
        try await call(method, Self.path + path, bearer: token, body).status
    }

    /// What is answered to bytes after which nothing more comes. It is waited for on a thread of its own, since the API is in this
    /// process.
    func exchange(_ bytes: String) async throws -> String {
        let port = port
        return try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                let answer = Result {
                    let connection = try RawConnection(port: port)
                    connection.send(bytes)
                    connection.finishSending()
                    return String(decoding: connection.receive(), as: UTF8.self)
                }
                continuation.resume(with: answer)
            }
        }
    }

    /// Sends rows, and tells what became of them.
    func send(_ rows: String, to source: String, as token: String = "group") async throws -> JSON {
        try await send(Array(rows.utf8), to: source, as: token)
    }

    /// The same for rows that need not be text.
    func send(_ rows: [UInt8], to source: String, as token: String = "group") async throws -> JSON {
        let path = "/datasource/\(source)/datasets"
        let headers = [("Authorization", "Bearer \(token)"), ("Content-Type", "text/csv")]
        let sent = try await send("POST", Self.path + path, headers: headers, body: rows)
        guard sent.status == 202 else { throw ServerFailure("\(sent.status) \(sent.text)") }
        return try await settled(try sent.json["datasetId"].string, of: source, as: token)
    }

    /// A dataset, once it is read.
    func settled(_ dataset: String, of source: String, as token: String = "group") async throws -> JSON {
        var found = JSON.null
        try await eventually(within: .seconds(120)) {
            found = try await done("GET", "/datasource/\(source)/datasets/\(dataset)", as: token)
            return found["status"] != "RECEIVED"
        }
        return found
    }

    /// The files of an export.
    func export(_ format: String, as token: String = "group", _ members: [String: JSON] = [:]) async throws -> [Answer]
    {
        let form: [String: JSON] = ["type": .text(format)]
        let wish: JSON = [
            "filters": ["financialYears": [2025]], "format": .object(form.merging(members) { _, new in new }),
        ]
        var files: [Answer] = []
        for url in try await self.files(of: wish, as: token) {
            files.append(try await get(url.replacing(base, with: "")))
        }
        return files
    }

    /// The addresses of an export's files.
    func files(of wish: JSON, as token: String = "group") async throws -> [String] {
        let id = try await done("POST", "/export", wish, as: token)["exportId"].string
        var found = JSON.null
        try await eventually {
            found = try await done("GET", "/export/\(id)", as: token)
            return found["status"] == "SUCCEEDED" || found["status"] == "FAILED"
        }
        return try found["urls"].elements.map { try $0.string }
    }
}

/// Two customers, the first with two companies, and tokens of theirs.
enum Sample {
    static let group = "org_0000000000000000000001"
    static let springs = "\(group)/org_0000000000000000000002"
    static let gmbh = "\(group)/org_0000000000000000000003"
    static let other = "org_0000000000000000000009"

    /// `buId` of the organizations above.
    static let springsUnit = "00000000-0000-0000-0000-000000000002"
    static let gmbhUnit = "00000000-0000-0000-0000-000000000003"

    static let organizations = """
        {"organizations":[{"path":"\(group)","name":"Tarnside Group"},{"path":"\(springs)","name":"Tarnside Springs Ltd"},
        {"path":"\(gmbh)","name":"Tarnside Vertrieb GmbH"},{"path":"\(other)","name":"Other"}]}
        """

    static let scopes: Set<String> = [
        "facilities.read", "facilities.write", "products.read", "products.write", "data-sources.read",
        "data-sources.write", "corporate-footprint.export", "product-footprint.export",
    ]

    static let callers = TokenTable(paths: ["group": group, "springs": springs, "gmbh": gmbh, "other": other])
}

/// Tokens by name. `NAME:SCOPE` is the organization's with that scope alone.
struct TokenTable: CallerVerifier {
    let paths: [String: String]

    func verdict(on credential: String, from address: String?) async -> CallerVerdict {
        let parts = credential.split(separator: ":")
        guard let path = paths[String(parts[0])].flatMap(OrganizationPath.init) else {
            return .refused(CallerRefusal(status: 401, challenge: "Bearer error=\"invalid_token\""))
        }
        let scopes = parts.count > 1 ? [String(parts[1])] : Sample.scopes
        return .caller(Caller(organization: path, scopes: scopes, credential: credential))
    }
}

extension JSON {
    /// A facility as a client describes it.
    static func facility(_ name: String, _ members: [String: JSON] = [:]) -> JSON {
        let usual: [String: JSON] = [
            "name": .text(name), "hasAddress": false, "capacityUnit": "m2", "boundaryIndicator": "OPERATIONAL_CONTROL",
            "effectiveDate": "2025-01-01",
        ]
        return ["facilities": [.object(usual.merging(members) { _, new in new })]]
    }

    /// A product as a client describes it.
    static func product(_ key: String) -> JSON {
        [
            "productKey": .text(key), "name": "Water", "declaredUnit": "1 pack", "weightPerDeclaredUnit": "0.5",
            "weightUnit": "kg",
        ]
    }
}
