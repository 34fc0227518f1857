import AsyncHTTPClient
import CarbonAPI
import Foundation
import NIOSSL
import TestSupport
import Testing

/// The cases of PACT's public conformance tool (wbcsd/pact-conformance-service), by its numbers. The tester is a partner of ours: an
/// integration at a real desk, with which footprints are shared, and a host that takes answers.
@Suite("PACT's conformance cases")
struct ConformanceTests {
    @Test func `each case of PACT's conformance tool ends as it demands, over TLS and in both versions`() async throws {
        try await withTemporaryFolder { folder in
            let certificates = TestCertificates(folder: folder)
            try await certificates.make("cert")
            let (certificate, key) = (certificates.path("cert.pem"), certificates.path("cert-key.pem"))
            let auth = "https://127.0.0.1:\(try FreePort.find())"
            let flags = [
                "--tls-listen", auth.replacing("https://", with: ""), "--tls-certificate-file", certificate,
                "--tls-key-file", key, "--issuer", auth,
            ]
            var tls = TLSConfiguration.makeClientConfiguration()
            tls.trustRoots = .file(certificate)
            let configuration = HTTPClient.Configuration(tlsConfiguration: tls, redirectConfiguration: .disallow)
            let product = try OurWords.sample("altruistiq").text
            try await ServerProcess.withDemo(product: product, arguments: flags) { desk, demo in
                try await HTTPClient.withHTTPClient(configuration: configuration) { client in
                    let (door, host) = (Front(base: auth, by: client), try await PartnerHost())
                    #expect(try await eventually { (try? await door.get("/healthz"))?.status == 200 })
                    let token = try await desk.tokenAnswer(demo.integration, path: "/auth/token").json["access_token"]
                        .string
                    let organization = try #require(try await desk.verify(token).headers["x-auth-organization-path"])
                    let partners = try host.file(
                        naming: ["https://partner.example", "//partner.example"], of: organization, in: folder)
                    let callers = DeskOrTable(desk: DeskVerifier(DeskVerifier.Options(address: desk.base)))
                    let api = try await CarbonFront(verifier: callers, client: client) { options in
                        options.tls = (certificate, key)
                        options.partners = partners
                        (options.sweepInterval, options.answerPause) = (1, 1)
                    }
                    #expect(api.base.hasPrefix("https://"))
                    try await SampleLoader(base: api.base, token: "group", by: client).load()
                    let made = try await api.done("POST", "/footprints/calculation", ["year": 2025])["ids"].elements
                    let unit = try #require(OrganizationPath(organization)).uuid
                    for id in made {
                        try await api.done("POST", "/footprints/\(id.string)/shares", ["organizationId": .text(unit)])
                    }
                    var three = Conformance(
                        version: 3, auth: door, api: api, host: host, client: demo.integration)
                    try await three.run()
                    try await three.filter()
                    #expect(
                        Set(three.tried) == Set((1...40).map(String.init)).subtracting(["14"]).union(["14.A", "14.B"]))
                    var two = Conformance(
                        version: 2, auth: door, api: api, host: host, client: demo.integration)
                    try await two.run()
                    try await two.compare()
                    #expect(two.tried.count == 22)
                }
            }
        }
    }
}

/// The desk's tokens, and those of the table for whoever owns the footprints.
private struct DeskOrTable: CallerVerifier {
    let desk: DeskVerifier

    func verdict(on credential: String, from address: String?) async -> CallerVerdict {
        Sample.callers.paths[credential] == nil
            ? await desk.verdict(on: credential, from: address)
            : await Sample.callers.verdict(on: credential, from: address)
    }
}

/// What the tool does, in its order.
private struct Conformance {
    let version: Int
    let auth: Front
    let api: CarbonFront
    let host: PartnerHost
    let client: DemoCredentials.Client
    private(set) var tried: [String] = []
    private var token = ""
    /// What an unfiltered list begins with: from it are the values of all filters.
    private var first = JSON.null

    init(version: Int, auth: Front, api: CarbonFront, host: PartnerHost, client: DemoCredentials.Client) {
        self.version = version
        self.auth = auth
        self.api = api
        self.host = host
        self.client = client
    }

    private mutating func expect(_ number: String, _ holds: Bool, _ told: Answer? = nil) {
        tried.append(number)
        #expect(holds, "case \(number) of version \(version): \(told.map { "\($0.status) \($0.text)" } ?? "")")
    }

    private var path: String { "/\(version)/footprints" }

    mutating func run() async throws {
        try await authenticate()
        try await read()
        try await stayOut()
        try await tell()
    }

    // MARK: - Tokens

    private mutating func authenticate() async throws {
        let wrong = DemoCredentials.Client(id: client.id, secret: client.secret + "x")
        let given = try await auth.tokenAnswer(client, path: "/auth/token")
        token = try given.json["access_token"].string
        expect("1", given.status == 200, given)
        let refused = try await auth.tokenAnswer(wrong, path: "/auth/token")
        expect("2", try Self.isRefusal(refused), refused)
        let found = try await auth.get("/.well-known/openid-configuration").json["token_endpoint"].string
        let endpoint = found.replacing(auth.base, with: "")
        let again = try await auth.tokenAnswer(client, path: endpoint)
        expect(
            "18", try found.hasPrefix(auth.base) && again.status == 200 && !again.json["access_token"].string.isEmpty)
        let refusedAgain = try await auth.tokenAnswer(wrong, path: endpoint)
        expect("19", try Self.isRefusal(refusedAgain), refusedAgain)
    }

    private static func isRefusal(_ answer: Answer) throws -> Bool {
        try [400, 401].contains(answer.status) && answer.json["error"] == "invalid_client"
    }

    // MARK: - Reading

    private mutating func read() async throws {
        let listed = try await api.get(path, bearer: token)
        let all = try listed.json["data"].elements
        first = try #require(all.first)
        #expect(all.count >= 2, "the tool needs as many")
        let id = try first["id"].string
        let one = try await api.get("\(path)/\(id)", bearer: token)
        expect("3", try isJSON(one) && one.json["data"]["id"] == .text(id) && lacks(one.json["data"]).isEmpty, one)
        let again = try await api.get(path, bearer: token)
        let lacking = try all.flatMap { try lacks($0) }
        expect("4", try isJSON(again) && again.json["data"].elements.count == all.count && lacking.isEmpty, again)
        #expect(lacking == [])
        let page = try await api.get("\(path)?limit=1", bearer: token)
        let link = try #require(page.headers["link"]?.firstMatch(of: #/^<([^>]+)>; rel="next"/#)).1
        let next = try await api.get(String(link).replacing(api.base, with: ""), bearer: token)
        let isNext = try isJSON(next) && !next.json["data"].elements.isEmpty && page.json["data"].elements.count == 1
        expect("5", link.hasPrefix(api.base + "/") && isNext, next)
        let none = try await api.get("\(path)/00000000-0000-0000-0000-000000000000", bearer: token)
        let code: JSON = version == 3 ? "NotFound" : "NoSuchFootprint"
        expect("8", try none.status == 404 && none.json["code"] == code, none)
    }

    private func isJSON(_ answer: Answer) -> Bool {
        answer.status == 200 && answer.headers["content-type"]?.hasPrefix("application/json") == true
    }

    /// The members that it must have and has not, or not as a decimal that must be one.
    private func lacks(_ footprint: JSON) throws -> [String] {
        var (names, figures, decimals) = (
            [
                "id", "specVersion", "created", "status", "companyName", "companyIds", "productDescription",
                "productIds",
                "productNameCompany",
            ],
            ["referencePeriodStart", "referencePeriodEnd", "exemptedEmissionsPercent"],
            ["fossilGhgEmissions", "fossilCarbonContent"]
        )
        switch version {
        case 3:
            figures += ["declaredUnitOfMeasurement", "ipccCharacterizationFactors", "crossSectoralStandards"]
            decimals += [
                "declaredUnitAmount", "productMassPerDeclaredUnit", "pcfExcludingBiogenicUptake",
                "pcfIncludingBiogenicUptake", "exemptedEmissionsPercent",
            ]
        default:
            names += ["version", "comment", "productCategoryCpc"]
            figures += [
                "declaredUnit", "characterizationFactors", "ipccCharacterizationFactorsSources",
                "crossSectoralStandardsUsed", "boundaryProcessesDescription", "exemptedEmissionsDescription",
                "packagingEmissionsIncluded",
            ]
            decimals += ["unitaryProductAmount", "pCfExcludingBiogenic", "biogenicCarbonContent"]
        }
        let pcf = footprint["pcf"]
        let wrong = decimals.filter { name in
            guard case .text(let text) = pcf[name] else { return true }
            return text.wholeMatch(of: #/[+-]?\d+(\.\d+)?/#) == nil
        }
        return names.filter { footprint[$0] == .null } + figures.filter { pcf[$0] == .null } + wrong
    }

    // MARK: - Who must not come in

    private mutating func stayOut() async throws {
        let id = try first["id"].string
        for (number, answer) in [
            ("6", try await api.get(path, bearer: "random")),
            ("7", try await api.get("\(path)/\(id)", bearer: "random")),
            ("16", try await send(created(["urn:pact:null"], id: "16"), as: "random")),
        ] {
            expect(number, try answer.status == 401 && answer.json["code"] == "BadRequest", answer)
        }
        func plain(_ front: some HTTPFront) -> Front { Front(base: front.base.replacing("https://", with: "http://")) }
        let body = try event(created(["urn:pact:null"], id: "17")).bytes
        let (bearer, type) = (("Authorization", "Bearer \(token)"), ("Content-Type", "application/cloudevents+json"))
        for (number, answer) in [
            ("9", try? await plain(auth).tokenAnswer(client, path: "/auth/token")),
            ("10", try? await plain(api).get(path, bearer: token)),
            ("11", try? await plain(api).get("\(path)/\(id)", bearer: token)),
            ("17", try? await plain(api).send("POST", "/\(version)/events", headers: [bearer, type], body: body)),
        ] {
            expect(number, answer?.status != 200, answer)
        }
    }

    // MARK: - Events

    private enum Kind: String {
        case created = "RequestCreatedEvent.3"
        case fulfilled = "RequestFulfilledEvent.3"
        case rejected = "RequestRejectedEvent.3"
        case published = "PublishedEvent.3"
    }

    private func name(of kind: Kind) -> String {
        guard version == 2 else { return "org.wbcsd.pact.ProductFootprint.\(kind.rawValue)" }
        switch kind {
        case .created: return "org.wbcsd.pathfinder.ProductFootprintRequest.Created.v1"
        case .fulfilled: return "org.wbcsd.pathfinder.ProductFootprintRequest.Fulfilled.v1"
        case .rejected: return "org.wbcsd.pathfinder.ProductFootprintRequest.Rejected.v1"
        case .published: return "org.wbcsd.pathfinder.ProductFootprint.Published.v1"
        }
    }

    private struct Sent {
        let kind: Kind
        let id: String
        let data: JSON
    }

    private func created(_ products: [String], id: String) -> Sent {
        let products = JSON.list(products.map { .text($0) })
        let comment: JSON = "Please send PCF data."
        return Sent(
            kind: .created, id: "\(version)-\(id)",
            data: version == 3
                ? ["productId": products, "comment": comment] : ["pf": ["productIds": products], "comment": comment])
    }

    private func event(_ sent: Sent) -> JSON {
        [
            "specversion": "1.0", "id": .text(sent.id), "time": "2026-01-01T00:00:00Z", "data": sent.data,
            "type": .text(name(of: sent.kind)),
            "source": version == 3 ? "https://partner.example" : "//partner.example",
        ]
    }

    private func send(_ sent: Sent, as token: String) async throws -> Answer {
        let headers = [
            ("Authorization", "Bearer \(token)"), ("Content-Type", "application/cloudevents+json; charset=UTF-8"),
        ]
        return try await api.send("POST", "/\(version)/events", headers: headers, body: try event(sent).bytes)
    }

    private mutating func tell() async throws {
        let products = try first["productIds"].elements.map { try $0.string }
        let asked = try await send(created(products, id: "12"), as: token)
        expect("12", asked.status == 200, asked)
        let bogus = try await send(created(["urn:pact:null"], id: "14"), as: token)
        expect("14.A", bogus.status == 200, bogus)
        let answers = try await [answer(to: "12"), answer(to: "14")]
        let footprints = try answers[0]["data"]["pfs"].elements
        let lacking = try footprints.flatMap { try lacks($0) }
        let named = try footprints.flatMap { try $0["productIds"].elements.map { try $0.string } }
        expect(
            "13",
            answers[0]["type"] == .text(name(of: .fulfilled)) && lacking.isEmpty
                && !Set(named).isDisjoint(with: products))
        let error = answers[1]["data"]["error"]
        expect(
            "14.B",
            try answers[1]["type"] == .text(name(of: .rejected)) && !error["code"].string.isEmpty
                && !error["message"].string.isEmpty)
        let unknown: JSON = ["pfIds": ["11111111-1111-4111-8111-111111111111"]]
        let taken = try await send(Sent(kind: .published, id: "15", data: unknown), as: token)
        expect("15", taken.status == 200, taken)
        let malformed: JSON = ["pfIds": ["urn:gtin:4712345060507"]]
        let refused = try await send(Sent(kind: .published, id: "40", data: malformed), as: token)
        expect(version == 3 ? "40" : "21", refused.status == 400, refused)
    }

    /// What the host was told of a request.
    private func answer(to request: String) async throws -> JSON {
        let id = JSON.text("\(version)-\(request)")
        func found() -> [JSON] { host.events.map(\.event).filter { $0["data"]["requestEventId"] == id } }
        try await eventually { !found().isEmpty }
        #expect(found().count == 1)
        return try #require(found().first)
    }

    // MARK: - Filters

    /// The members of version 2.
    mutating func compare() async throws {
        let since = try first["created"].string
        let found = try await api.get("\(path)?$filter=created+ge+'\(since)'", bearer: token)
        expect("20", try isJSON(found) && !found.json["data"].elements.isEmpty, found)
    }

    /// The parameters of version 3.
    mutating func filter() async throws {
        let (product, company) = (try first["productIds"][0].string, try first["companyIds"][0].string)
        let country = try first["pcf"]["geographyCountry"].string
        let (kind, status) = (try first["productClassifications"][0].string, try first["status"].string)
        func holds(_ name: String, _ value: String) -> (JSON) -> Bool { { $0[name].has(value) } }
        let isValid: (JSON) -> Bool = { $0["pcf"]["referencePeriodEnd"] == "2026-01-01T00:00:00Z" }
        let narrowing: [(String, String, (JSON) -> Bool)] = [
            ("20", "productId=\(product)", holds("productIds", product)),
            ("21", "companyId=\(company)", holds("companyIds", company)),
            ("22", "geography=\(country)", { $0["pcf"]["geographyCountry"] == .text(country) }),
            ("23", "classification=\(kind)", holds("productClassifications", kind)),
            ("24", "validOn=2026-01-01T00:00:00Z", isValid), ("25", "validAfter=2025-12-31T00:00:00Z", isValid),
            ("26", "validBefore=2029-01-02T00:00:00Z", isValid),
            ("27", "status=\(status)", { $0["status"] == .text(status) }),
            (
                "28", "status=\(status)&productId=\(product)",
                { $0["status"] == .text(status) && $0["productIds"].has(product) }
            ), ("29", "companyId=abcdefgh&companyId=\(company)&companyId=hgfedcba", holds("companyIds", company)),
        ]
        for (number, query, fits) in narrowing {
            let found = try await api.get("\(path)?\(query)", bearer: token)
            let all = try found.json["data"].elements
            expect(number, isJSON(found) && !all.isEmpty && all.allSatisfy(fits), found)
        }
        for (number, query) in [
            ("30", "productId=urn:bogus:product"), ("31", "companyId=urn:bogus:company"), ("32", "geography=XX"),
            ("33", "classification=urn:bogus:class"), ("34", "validOn=1900-01-01T00:00:00Z"),
            ("35", "validAfter=2099-01-01T00:00:00Z"), ("36", "validBefore=1900-01-01T00:00:00Z"),
            ("37", "status=bogus"), ("38", "productId=urn:bogus:product&companyId=urn:bogus:company"),
            ("39", "productId=urn:bogus:1&productId=urn:bogus:2&productId=urn:bogus:3"),
        ] {
            let found = try await api.get("\(path)?\(query)", bearer: token)
            expect(number, try isJSON(found) && found.json["data"] == [], found)
        }
    }
}

extension JSON {
    /// Whether it is a list with a text in it.
    fileprivate func has(_ text: String) -> Bool {
        guard case .list(let elements) = self else { return false }
        return elements.contains(.text(text))
    }
}
