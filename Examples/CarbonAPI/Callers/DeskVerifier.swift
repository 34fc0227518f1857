import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// Asks the desk about each call, by `GET /verify`. Nothing is kept, so what was revoked is refused at once.
package struct DeskVerifier: CallerVerifier {
    /// How the desk is reached.
    package struct Options: Sendable {
        /// Its base address, without a final slash.
        var address: String
        /// What it knows us by (`verify-gateway-secret`), nil where everybody may ask.
        var secret: String?
        /// Whether it believes us what address a call came from (`trusted-proxies`).
        var tellsAddress = false

        package init(address: String, secret: String? = nil, tellsAddress: Bool = false) {
            self.address = address
            self.secret = secret
            self.tellsAddress = tellsAddress
        }
    }

    private let options: Options

    package init(_ options: Options) {
        self.options = options
    }

    /// Longer than the desk ever takes, and short enough for who waits.
    private static let patience = TimeAmount.seconds(3)

    package func verdict(on credential: String, from address: String?) async -> CallerVerdict {
        var question = HTTPClientRequest(url: options.address + "/verify")
        question.headers.add(name: "Authorization", value: "Bearer \(credential)")
        if let secret = options.secret { question.headers.add(name: "X-Claviger-Gateway", value: secret) }
        if options.tellsAddress, let address { question.headers.add(name: "X-Forwarded-For", value: address) }
        do {
            let answer = try await Self.client.execute(question, timeout: Self.patience)
            // The body of an answer says nothing more; read, the connection can be used again.
            _ = try await answer.body.collect(upTo: 65_536)
            return Self.verdict(Int(answer.status.code), answer.headers)
        } catch {
            return .unknown
        }
    }

    private static func verdict(_ status: Int, _ fields: HTTPHeaders) -> CallerVerdict {
        switch status {
        case 200:
            guard let path = fields.first(name: "X-Auth-Organization-Path"), let organization = OrganizationPath(path),
                let scopes = fields.first(name: "X-Auth-Scopes"), let id = fields.first(name: "X-Auth-Credential")
            else { return .unknown }
            return .caller(
                Caller(
                    organization: organization, scopes: Set(scopes.split(separator: " ").map(String.init)),
                    credential: id))
        case 401, 403, 429:
            return .refused(
                CallerRefusal(
                    status: status, challenge: fields.first(name: "WWW-Authenticate"),
                    reason: fields.first(name: "X-Auth-Reason"), retryAfter: fields.first(name: "Retry-After")))
        default:
            return .unknown
        }
    }

    private static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = .seconds(2)
        // The patience of a question ends with the head of its answer.
        configuration.timeout.read = Self.patience
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()
}
