package import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// What the server answered.
package struct Answer: Sendable {
    package let status: Int
    /// By lower-case name; several of one name with a comma between.
    package let headers: [String: String]
    package let body: [UInt8]

    package var text: String { String(decoding: body, as: UTF8.self) }

    /// The body as JSON.
    package var json: JSON {
        get throws {
            do { return try JSON(parsing: body) } catch { throw ServerFailure("No JSON: \(status) \(text)") }
        }
    }
}

/// Takes a refused connection for an answer: a server that is not there yet, or not any more, is no reason to wait.
private let impatientClient: HTTPClient = {
    var configuration = HTTPClient.Configuration()
    configuration.connectionPool.retryConnectionEstablishment = false
    configuration.redirectConfiguration = .disallow
    // Also how long a request may wait for its turn on a connection.
    configuration.timeout.connect = .seconds(60)
    return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
}()

/// Something that answers HTTP requests below a base URL.
package protocol HTTPFront: Sendable {
    /// Without a final slash.
    var base: String { get }
    /// By which it is asked.
    var client: HTTPClient { get }
    /// Whether it is asked again while it cannot tell (503, nothing was changed), as its documents ask of clients.
    var isPatient: Bool { get }
}

/// Something of which no more than its base URL is known.
package struct Front: HTTPFront {
    package let base: String
    package let client: HTTPClient
    package let isPatient: Bool

    package init(base: String, by client: HTTPClient? = nil, patient: Bool = false) {
        self.base = base
        self.client = client ?? impatientClient
        isPatient = patient
    }
}

extension ServerProcess: HTTPFront {}

extension HTTPFront {
    package var client: HTTPClient { impatientClient }
    package var isPatient: Bool { false }

    /// Sends any request.
    package func send(
        _ method: String, _ path: String, headers: [(String, String)] = [], body: [UInt8]? = nil
    ) async throws -> Answer {
        guard isPatient && path != "/readyz" else {
            return try await sendOnce(method, path, headers: headers, body: body)
        }
        return try await Answer.settled { try await sendOnce(method, path, headers: headers, body: body) }
    }

    private func sendOnce(
        _ method: String, _ path: String, headers: [(String, String)], body: [UInt8]?
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: base + path)
        request.method = HTTPMethod(rawValue: method)
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let body { request.body = .bytes(ByteBuffer(bytes: body)) }
        let response = try await client.execute(request, timeout: .seconds(60))
        let bytes = Array(buffer: try await response.body.collect(upTo: 1 << 24))
        let headers = Dictionary(response.headers.map { ($0.name.lowercased(), $0.value) }) { "\($0), \($1)" }
        return Answer(status: Int(response.status.code), headers: headers, body: bytes)
    }

    /// GET, with a bearer credential if one is given.
    package func get(
        _ path: String, bearer: String? = nil, headers: [(String, String)] = []
    ) async throws -> Answer {
        try await send("GET", path, headers: headers + Self.authorization(bearer))
    }

    /// A call of the management API with a JSON body, or without one.
    package func call(
        _ method: String, _ path: String, bearer: String? = nil, _ body: JSON? = nil,
        headers: [(String, String)] = []
    ) async throws -> Answer {
        var headers = headers + Self.authorization(bearer)
        if body != nil { headers.append(("Content-Type", "application/json")) }
        return try await send(method, path, headers: headers, body: try body?.bytes)
    }

    /// POST of a form, authenticated by Basic if a client is given.
    package func form(
        _ path: String, _ parameters: [(String, String)], client: DemoCredentials.Client? = nil,
        headers: [(String, String)] = []
    ) async throws -> Answer {
        var headers = headers
        headers.append(("Content-Type", "application/x-www-form-urlencoded"))
        if let client {
            let credentials = Data("\(client.id):\(client.secret)".utf8).base64EncodedString()
            headers.append(("Authorization", "Basic \(credentials)"))
        }
        let body = parameters.map { "\(Self.encoded($0))=\(Self.encoded($1))" }.joined(separator: "&")
        return try await send("POST", path, headers: headers, body: Array(body.utf8))
    }

    /// The access token that a client gets for itself.
    package func token(_ client: DemoCredentials.Client, scope: String? = nil) async throws -> String {
        let parameters = [("grant_type", "client_credentials")] + (scope.map { [("scope", $0)] } ?? [])
        let answer = try await form("/oauth2/token", parameters, client: client)
        guard answer.status == 200 else { throw ServerFailure("No token: \(answer.status) \(answer.text)") }
        return try answer.json["access_token"].string
    }

    /// What `/verify` answers.
    package func verify(
        _ credential: String?, scope: String? = nil, headers: [(String, String)] = []
    ) async throws -> Answer {
        try await get(
            "/verify" + (scope.map { "?scope=\(Self.encoded($0))" } ?? ""), bearer: credential, headers: headers)
    }

    /// A member of a form or query, encoded.
    package static func encoded(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    }

    private static func authorization(_ bearer: String?) -> [(String, String)] {
        bearer.map { [("Authorization", "Bearer \($0)")] } ?? []
    }
}
