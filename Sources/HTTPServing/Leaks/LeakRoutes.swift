import CredentialFormat
package import Credentials
import HTTPTypes
package import Hummingbird
package import Model
import NIOCore
package import Persistence
import Policy
package import ProductDefinition
import TextForms
package import Tokens
import Verification

/// Where leaked credentials are ended: by whoever holds one, with nothing but the credential itself, and by a partner that searches for
/// them, with a signature. Neither needs an account here.
package struct LeakRoutes: Sendable {
    /// What is asked for the partner's keys. Nil where it cannot be told now whether there is such a one.
    ///
    /// - Parameter identifier: Of the key that a report names, so that a list without it is fetched anew.
    package typealias KeySource = @Sendable (_ identifier: String) async -> ScanningKeys?

    private let service: LeakService
    private let store: any Store
    private let formats: SecretFormats
    private let measure: LeakMeasure
    /// Nil where no partner is set.
    private let keys: KeySource?
    private let now: @Sendable () -> Instant
    /// On what is no credential, and no partner's (threat K8). What is taken is given back to whoever ends one.
    private let limit = LookUpLimit(perAddress: 5, overall: 100, reserve: 10)

    package init(
        _ service: LeakService, store: any Store, product: Product, keys: KeySource?,
        now: @escaping @Sendable () -> Instant
    ) {
        self.service = service
        self.store = store
        self.keys = keys
        self.now = now
        formats = product.secretFormats
        measure = product.policy.leakedCredentials
    }

    /// Adds the routes.
    package func register(on router: some RouterMethods<CallerContext>) {
        router.post(RouterPath(ServedEndpoint.selfRevoke.path)) { request, context in
            try await revoke(request, context)
        }
        router.post(RouterPath(ServedEndpoint.secretScanning.path)) { request, context in
            try await report(request, context)
        }
    }

    // MARK: - By its holder

    private func revoke(_ request: Request, _ context: CallerContext) async throws -> Response {
        let body = Array(buffer: try await request.body.collect(upTo: HotDoor.maximumBody))
        guard case .object(let object)? = try? JSONParser.parse(body), case .string(let text)? = object["credential"]
        else {
            context.notes.refused(by: "no credential said")
            throw ProblemDocument(
                status: .badRequest, type: "unreadable-json", title: "Unreadable JSON",
                detail: "The body must be an object with the member `credential`.")
        }
        guard let secret = PresentedSecret(parsing: Array(text.utf8), in: formats), secret.canBeEnded else {
            context.notes.refused(by: "no credential to end")
            throw ProblemDocument.nothingToEnd
        }
        let permit = try permit(Fingerprint(of: text), context)
        let occasion = LeakService.Occasion(.holder, requestID: context.requestID, address: context.clientAddress)
        guard let ended = try await end(secret, by: .revoke, on: occasion) else {
            context.notes.refused(by: "no credential to end")
            throw ProblemDocument.nothingToEnd
        }
        limit.giveBack(permit)
        context.notes.admitted(ended.leaked.identifier, of: ended.leaked.home)
        return Self.json(
            JSONWriter.object { json in
                json.member("credential", ended.leaked.identifier)
                json.member("outcome", ended.outcome.rawValue)
            })
    }

    /// Looked up first, so that what is nobody's never waits for, nor holds up, what is written.
    private func end(
        _ secret: PresentedSecret, by measure: LeakMeasure, on occasion: LeakService.Occasion
    ) async throws -> (leaked: LeakService.Leaked, outcome: LeakService.Outcome)? {
        guard try await store.read({ [service] tx in try service.find(secret, tx: tx) }) != nil else { return nil }
        return try await store.write { [service] tx in
            try service.end(secret, by: measure, on: occasion, tx: tx)
        }
    }

    // MARK: - By a partner

    private func report(_ request: Request, _ context: CallerContext) async throws -> Response {
        guard let keys else { throw HTTPError(.notFound) }
        let body = Array(buffer: try await request.body.collect(upTo: HotDoor.maximumBody))
        guard let identifier = request.headers[.partnerKeyIdentifier], identifier.utf8.count <= 200,
            let signature = request.headers[.partnerKeySignature], signature.utf8.count <= 200
        else {
            context.notes.refused(by: "report without signature")
            throw ProblemDocument.unsignedReport
        }
        // By its body: sent again, the same report has another signature.
        let permit = try permit(body.withUnsafeBytes { Fingerprint(of: $0) }, context)
        guard let known = await keys(identifier) else {
            context.notes.refused(by: "no partner's keys")
            throw ProblemDocument.noPartnerKeys
        }
        guard known.verify(signature, over: body, by: identifier) else {
            context.notes.refused(by: "report with another signature")
            throw ProblemDocument.unsignedReport
        }
        limit.giveBack(permit)
        guard let report = LeakReport(body, formats: formats) else {
            context.notes.refused(by: "no report")
            throw ProblemDocument(
                status: .badRequest, type: "unreadable-report", title: "Unreadable report",
                detail: "The body must be an array of at most \(LeakReport.most) objects with `token`.")
        }
        var labels: [String: Bool] = [:]
        for entry in report.entries where labels[entry.token] == nil {
            labels[entry.token] = try await isOurs(entry, context)
        }
        let answer = Self.answer(report, labels)
        return Self.json(answer)
    }

    /// Ends what was reported, and says whether it was a credential.
    private func isOurs(_ entry: LeakReport.Entry, _ context: CallerContext) async throws -> Bool {
        guard let secret = PresentedSecret(parsing: Array(entry.token.utf8), in: formats), secret.canBeEnded else {
            return false
        }
        let occasion = LeakService.Occasion(
            .partner(foundAt: entry.place), requestID: context.requestID, address: context.clientAddress)
        return try await end(secret, by: measure, on: occasion) != nil
    }

    /// One line for each secret, by its hash: an answer carries none.
    private static func answer(_ report: LeakReport, _ labels: [String: Bool]) -> [UInt8] {
        var json = JSONWriter()
        json.array(report.entries) { json, entry in
            json.object { json in
                json.member("token_hash", Hexadecimal.text(PlainDigest.of(entry.token.utf8)))
                json.member("token_type", entry.type)
                json.member("label", labels[entry.token] == true ? "true_positive" : "false_positive")
            }
        }
        return json.bytes
    }

    private static func json(_ body: [UInt8]) -> Response {
        Response(
            status: .ok, headers: [.contentType: "application/json", .cacheControl: "no-store"],
            body: .init(byteBuffer: ByteBuffer(bytes: body)))
    }

    private func permit(_ thing: Fingerprint, _ context: CallerContext) throws -> LookUpLimit.Permit {
        if let permit = limit.take(for: .caller(context.clientAddress), of: thing, at: now()) { return permit }
        context.notes.refused(by: "leak limit")
        throw ProblemDocument(
            status: .tooManyRequests, type: "too-many-requests", title: "Too many",
            detail: "Too much came that is no credential. Send it again.", headers: [.retryAfter: "1"])
    }
}

extension PresentedSecret {
    /// Whether it is of a kind that lasts, and is kept as a digest.
    fileprivate var canBeEnded: Bool {
        switch kind {
        case .apiKey, .clientSecret, .accessKey: true
        case .accessToken, .refreshToken, .authorizationCode, .invitation, .session: false
        }
    }
}

extension LeakService.Leaked {
    /// The organization that it belongs to, for the log; nil where the look-up does not say.
    fileprivate var home: String? {
        switch self {
        case .apiKey(_, let home, _), .accessKey(_, _, let home): home.description
        case .secret: nil
        }
    }
}

extension ProblemDocument {
    fileprivate static let nothingToEnd = ProblemDocument(
        status: .notFound, type: "not-found", title: "Not found",
        detail: "There is no such credential, or none any more: one that has ended is answered like one that never was."
    )

    fileprivate static let unsignedReport = ProblemDocument(
        status: .forbidden, type: "report-refused", title: "Refused",
        detail: "It is not signed by a key of the partner's.")

    fileprivate static let noPartnerKeys = ProblemDocument(
        status: .serviceUnavailable, type: "report-unavailable", title: "Not now",
        detail: "The partner's keys cannot be had now. Send it again.", headers: [.retryAfter: "60"])
}

extension HTTPField.Name {
    /// Which key signed a report.
    static let partnerKeyIdentifier = HTTPField.Name("Github-Public-Key-Identifier") ?? .ifMatch
    /// Its signature over the body.
    static let partnerKeySignature = HTTPField.Name("Github-Public-Key-Signature") ?? .ifMatch
}
