import Connections
import CredentialFormat
import Foundation
import HTTPServing
import HTTPTypes
import Hummingbird
import Locking
import Logging
import Model
import NIOCore
import NIOEmbedded
import Persistence
import Policy
import ProductDefinition
import ProviderDefinition
import SignIn
import TestSupport
import Testing

@testable import WebConsole

/// Servers of the ledger's product need no simulator beside them.
let ledgerProductOfProviders = ledgerProduct + "\nconnections: {providers: {facebook: {client_id: ledger}}}"

/// The pages of connections × each caller (law 12), as the ledger of all pages is held, and what they say in the product's words.
@Suite("The ledger of the pages of connections", .onEveryEngine)
struct ConnectionLedgerTests {
    @Test func `each caller sees what the ledger says, and nothing tells a page from none`() async throws {
        try await ConnectionPages.open(ledgerProductOfProviders) { pages in
            let (europe, tree) = (pages.desk.tree.europe, pages.desk.tree)
            var callers: [String: ConnectionPages.Caller] = [:]
            for role in PageLine.Role.allCases.map(\.rawValue) {
                callers[role] = try await pages.caller(role, in: europe)
            }
            let strangers = [
                try await pages.caller("owner", in: tree.stranger),
                try await pages.caller("owner", in: tree.northAmerica),
                try await pages.caller("owner", in: tree.france),
            ]
            let parent = try await pages.caller("owner", in: tree.global)
            for line in PageLine.connections {
                func path(in organization: ID<Organization>) async throws -> String {
                    let identifier =
                        line.page == .connectTo ? "facebook" : try await pages.connection(in: europe).id.description
                    return line.page.path(in: organization.description, [identifier])
                }
                let (bait, none) = (try await path(in: europe.id), try await path(in: ID(at: 1)))
                for stranger in strangers {
                    let answer = try await pages.answer(to: stranger, line, bait)
                    #expect(answer.status == 404, "\(line.key): \(answer.status)")
                    #expect(try await pages.answer(to: stranger, line, none) == answer, "\(line.key)")
                }
                let nobody = try await pages.answer(to: nil, line, bait)
                #expect([303, 403].contains(nobody.status), "\(line.key): \(nobody.status)")
                for role in PageLine.Role.allCases {
                    let caller = try #require(callers[role.rawValue])
                    let answer = try await pages.answer(to: caller, line, try await path(in: europe.id))
                    let isServed = [200, 303, 422].contains(answer.status)
                    #expect(
                        line.roles.contains(role) ? isServed : answer.status == 404,
                        "\(line.key) as \(role): \(answer.status) \(answer.text)")
                }
                let above = try await pages.answer(to: parent, line, try await path(in: europe.id))
                #expect([200, 303, 422].contains(above.status), "\(line.key) from above: \(above.status)")
                guard line.page.pattern.contains("{id}") else { continue }
                let elsewhere = try await pages.answer(to: parent, line, try await path(in: tree.northAmerica.id))
                #expect(elsewhere.status == 404, "\(line.key) under another: \(elsewhere.status)")
            }
        }
    }

    @Test func `the operator's clients are there for who of the operator's people may manage connections`() async throws
    {
        // The second one's secret is read at each start.
        let product = ledgerProduct + "\nconnections: {providers: {facebook: {client_id: a}, tiktok: {client_id: b}}}"
        try await ConnectionPages.open(product) { pages in
            let tree = pages.desk.tree
            let theOperator = try await pages.caller("operator", in: tree.desk)
            let others = [
                try await pages.caller("accountant", in: tree.desk), try await pages.caller("owner", in: tree.global),
            ]
            for line in OperatorPageLine.providers {
                let path = line.page.path("facebook")
                for other in others {
                    let answer = try await pages.answer(to: other, line.method, path, line.fields)
                    #expect(answer.status == 404, "\(line.key): \(answer.status)")
                }
                let answer = try await pages.answer(to: theOperator, line.method, path, line.fields)
                #expect([200, 303].contains(answer.status), "\(line.key): \(answer.status) \(answer.text)")
                #expect(!answer.text.contains("another-s3cret"), "It is never shown.")
                guard line.page != .providers else { continue }
                for other in ["slack", "tiktok"] {
                    let none = try await pages.answer(to: theOperator, line.method, line.page.path(other), line.fields)
                    #expect(none.status == 404, "What is not offered, or read at each start, has no secret here.")
                }
            }
            // Both of two that work side by side, and nobody without fresh proof.
            let list = try await pages.answer(to: theOperator, .get, "/operator/providers")
            #expect(list.text.contains("Ends in 60 minutes") || list.text.contains("Ends in 1 hour"), "\(list.text)")
            #expect(list.text.contains("/connections/callback/facebook") && list.text.contains("From the settings"))
            tree.clock.advance(seconds: 3600)
            let late = try await pages.answer(to: theOperator, .get, "/operator/providers/facebook/secret")
            #expect(late.status == 303)
        }
    }

    @Test func `a consent that failed is told in words, and one that nobody began here as well`() async throws {
        try await ConnectionPages.open(ledgerProductOfProviders) { pages in
            let owner = try await pages.caller("owner", in: pages.desk.tree.global)
            func state() async throws -> String {
                let path = ConsolePage.connectTo.path(in: pages.desk.tree.europe.id.description, ["facebook"])
                let sent = try await pages.answer(to: owner, .post, path)
                #expect(
                    sent.status == 200 && sent.refresh.hasPrefix("0; url=https://www.facebook.com/"), "\(sent.text)")
                let address = String(sent.refresh.drop { $0 != "=" }.dropFirst())
                return try #require(URLComponents(string: address)).state
            }
            func back(_ query: String, to caller: ConnectionPages.Caller?) async throws -> ConnectionPages.Answer {
                try await pages.answer(to: caller, .get, "/connections/callback/facebook?\(query)")
            }
            let denied = try await back("error=access_denied&state=\(try await state())", to: owner)
            #expect(denied.status == 200 && denied.text.contains("You didn’t allow it"))
            #expect(denied.text.contains("/connections/new\">Try again"), "\(denied.text)")
            let down = try await back("code=c&state=\(try await state())", to: owner)
            #expect(down.status == 503 && down.text.contains("Facebook doesn’t answer"), "\(down.text)")
            #expect(try await back("code=c&state=never", to: owner).status == 400)
            let other = try await pages.caller("owner", in: pages.desk.tree.global)
            let theirs = try await back("code=c&state=\(try await state())", to: other)
            #expect(theirs.status == 400 && theirs.text.contains("begun elsewhere"), "\(theirs.text)")
            #expect(try await back("code=c&state=x", to: nil).status == 403)
            let unknown = try await pages.answer(to: owner, .get, "/connections/callback/tiktok?code=c&state=x")
            #expect(unknown.status == 404)
        }
    }

    @Test func `pages say the product's words, and a plan without connections says whom to ask`() async throws {
        let (text, altyaa) = try OurWords.sample("altyaa")
        try await ConnectionPages.open(text) { pages in
            let home = pages.desk.tree.europe
            let owner = try await pages.caller("owner", in: home)
            let list = ConsolePage.connections.path(in: home.id.description)
            let empty = try await pages.answer(to: owner, .get, list)
            #expect(
                empty.text.contains("No social connections yet") && empty.text.contains("Reputation Command Center"))
            let made = try await pages.connection(in: home, status: .reauthRequired)
            let id = made.id.description
            let one = ConsolePage.connection.path(in: home.id.description, [id])
            #expect(pages.desk.service.reconnectAddress(of: made) == SampleDesk.issuer + one)
            for path in [
                list, "\(list)/new", "\(list)/new/facebook", one, "\(one)/history", "\(one)/promises",
                "\(one)/disconnect",
            ] {
                let page = try await pages.answer(to: owner, .get, path)
                #expect(page.status == 200, "\(path)")
                #expect(OurWords(altyaa).found(onPage: page.text) == [], "\(path)")
            }
            let broken = try await pages.answer(to: owner, .get, list)
            #expect(broken.text.contains(">1 works no longer</a>") && broken.text.contains("Expired"), "\(broken.text)")
            #expect(broken.text.contains("?needs-person=on"))
            let overview = try await pages.answer(to: owner, .get, ConsolePage.overview.path(in: home.id.description))
            #expect(overview.text.contains("<strong>1</strong>work no longer"), "\(overview.text)")
            let none = try await pages.answer(to: owner, .get, "\(list)?q=nothing+of+the+kind")
            #expect(none.text.contains("Nothing matches") && none.text.contains("Search: nothing of the kind"))
        }
        let plans = ledgerProductOfProviders + "\nplans: {free: {features: [api_access]}}\n"
        try await ConnectionPages.open(plans) { pages in
            let home = pages.desk.tree.europe
            try await pages.desk.tree.store.write { tx in
                try tx.update(account: pages.desk.tree.global.id, plan: "free", suspendedAt: nil, timeZone: nil)
            }
            let page = try await pages.answer(
                to: try await pages.caller("owner", in: home), .get,
                ConsolePage.connections.path(in: home.id.description))
            #expect(page.status == 200 && page.text.contains("not include connections"), "\(page.text)")
        }
    }
}

/// The pages in this process, over a tree with connections to providers that nobody reaches.
struct ConnectionPages: Sendable {
    let desk: ConnectDesk
    private let responder: any HTTPResponder<CallerContext>

    /// Somebody who is signed in.
    struct Caller: Sendable {
        let session: String
        let cookie: String
    }

    /// What was answered, without what names the request.
    struct Answer: Equatable, Sendable {
        let status: Int
        let refresh: String
        let text: String
    }

    static func open(_ product: String, _ use: (ConnectionPages) async throws -> Void) async throws {
        let product = try Product(yaml: product, file: "claviger.yaml")
        try await ConnectDesk.open(over: NobodyThere(), product: product) { desk in
            try await use(ConnectionPages(desk))
        }
    }

    private init(_ desk: ConnectDesk) throws {
        self.desk = desk
        let router = Router(context: CallerContext.self)
        try WebConsole.over(SampleDesk(desk.tree), connections: desk).register(on: router)
        responder = router.buildResponder()
    }

    private static let formSecret = "a secret of a browser that forms hang on"

    func caller(_ role: String, in organization: Organization) async throws -> Caller {
        let tree = desk.tree
        let member = try await tree.member(
            in: organization, roles: [role],
            email: "\(role).\(ID<Member>(at: tree.clock.current.milliseconds))@example.com".lowercased())
        let session = try await tree.session(of: member.id)
        let address = PublicAddress(issuer: SampleDesk.issuer)
        return Caller(
            session: session.id.description,
            cookie: """
                \(SignInCookie.sessionName(at: address))=\(session.secret); \
                \(SignInCookie.formName(at: address))=\(Self.formSecret)
                """)
    }

    /// A connection of a state in which the provider need not be asked.
    func connection(in organization: Organization, status: ConnectionStatus = .revoked) async throws -> Connection {
        desk.tree.clock.advance(seconds: 1)
        let now = desk.tree.clock.current
        return try await desk.tree.store.write { tx in
            guard let access = try tx.providerAccesses().first(where: { $0.provider == "facebook" }) else {
                throw StoreError.closed
            }
            let connection = Connection(
                id: ID(at: now.milliseconds), path: organization.path, provider: "facebook", access: access.id,
                name: "Shop", scopes: ["pages_show_list"], metadata: ["account_id": "1001", "version": "v25.0"],
                status: status,
                reason: "190/460", generation: 1, createdAt: now)
            try tx.insert(connection)
            try tx.note([
                ConnectionChildRow(
                    connection: connection.id, kind: "page", identifier: "7", name: "Bakery", metadata: [:],
                    generation: 1, seenAt: now)
            ])
            try tx.insert(ConnectionEvent(.revoked, of: connection, at: now))
            try tx.put([
                ConnectionPromise(
                    connection: connection.id, name: "weekly", number: 1, dueAt: now, state: .broken, settledAt: now,
                    reason: "190/460")
            ])
            return connection
        }
    }

    func answer(to caller: Caller?, _ line: PageLine, _ path: String) async throws -> Answer {
        try await answer(to: caller, line.method, path, line.fields)
    }

    func answer(
        to caller: Caller?, _ method: PageLine.Method, _ path: String, _ fields: [(String, String)] = []
    ) async throws -> Answer {
        var headers: HTTPFields = [.accept: "text/html"]
        if let caller { headers[.cookie] = caller.cookie }
        var body = ByteBuffer()
        if method == .post {
            headers[.contentType] = "application/x-www-form-urlencoded"
            let token = FormToken.make(
                Self.formSecret, purpose: FormPurpose.manage.rawValue, in: caller?.session ?? "", about: path)
            let form = [("csrf", token)] + fields
            body.writeString(
                form.map { "\(Front.encoded($0.0))=\(Front.encoded($0.1))" }.joined(separator: "&"))
        }
        let request = Request(
            head: HTTPRequest(
                method: method == .post ? .post : .get, scheme: nil, authority: nil, path: path, headerFields: headers),
            body: RequestBody(buffer: body))
        let context = CallerContext(
            source: ApplicationRequestContextSource(channel: EmbeddedChannel(), logger: Logger(label: "test")))
        let response: Response
        do { response = try await responder.respond(to: request, context: context) } catch let error as HTTPError {
            return Answer(status: Int(error.status.code), refresh: "", text: "")
        }
        let collected = CollectedText()
        try await response.body.write(collected)
        return Answer(
            status: Int(response.status.code), refresh: response.headers[.refresh] ?? "",
            text: collected.text.replacing(context.requestID, with: ""))
    }
}

/// Providers that nobody reaches.
private struct NobodyThere: ProviderTransport {
    func send(
        _ request: ProviderRequest, within hosts: HostAllowList, timeout: Duration
    ) async -> ProviderResponse { .notSent(code: "unreachable") }
}

private final class CollectedText: ResponseBodyWriter {
    private let bytes = Lock(ByteBuffer())

    var text: String { bytes.withLock { String(buffer: $0) } }

    func write(_ buffer: ByteBuffer) async throws {
        bytes.withLock { bytes in
            var buffer = buffer
            bytes.writeBuffer(&buffer)
        }
    }

    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}

extension HTTPField.Name {
    fileprivate static let refresh = HTTPField.Name("Refresh") ?? .location
}
