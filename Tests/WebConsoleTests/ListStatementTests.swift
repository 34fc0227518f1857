import CredentialFormat
import Credentials
import HTTPServing
import HTTPTypes
import Hummingbird
import Logging
import Model
import NIOCore
import NIOEmbedded
import OAuth
import Organizations
import Persistence
import Policy
import ProductDefinition
import SignIn
import TestSupport
import Testing

@testable import WebConsole

/// What a page of a long list costs the store: few statements, however long the list is and however many rows it shows, and
/// none that reads a whole table.
@Suite("Statements of list pages", .onEveryEngine)
struct ListStatementTests {
    private static let count = 500

    /// The lists, with an order that each can be asked for. Of a page's statements one finds who is signed in, and one where they
    /// are.
    private static let lists: [(page: ConsolePage, sort: String)] = [
        (.apiKeys, "-used"), (.people, "name"), (.integrations, "-used"), (.auditLog, "when"), (.apps, "-used"),
        (.contacts, "-used"), (.accessKeys, "-used"), (.consents, "-used"), (.connections, "-proven"),
        (.organizations, "name"),
    ]

    @Test func `a page of 500 takes few statements, and none of them reads a whole table`() async throws {
        let product = try Product(yaml: Self.product, file: "claviger.yaml")
        try await ConnectDesk.open(over: ScriptedProviders(), product: product) { connections in
            let desk = SampleDesk(connections.tree)
            try await Self.fill(desk.tree)
            let store = TracedStore(desk.tree.store)
            let console = try WebConsole.over(desk, through: store, connections: connections)
            let router = Router(context: CallerContext.self)
            console.register(on: router)
            let responder = router.buildResponder()
            let cookie = try await Self.session(desk.tree)
            for (page, sort) in Self.lists {
                for query in ["", "?q=number", "?sort=\(sort)"] {
                    let path = page.path(in: desk.tree.global.id.description) + query
                    let statements = try await store.statements {
                        let request = Request(
                            head: HTTPRequest(
                                method: .get, scheme: nil, authority: nil, path: path, headerFields: [.cookie: cookie]),
                            body: RequestBody(buffer: ByteBuffer()))
                        let context = CallerContext(
                            source: ApplicationRequestContextSource(
                                channel: EmbeddedChannel(), logger: Logger(label: "test")))
                        let response = try await responder.respond(to: request, context: context)
                        #expect(response.status == .ok, "\(path)")
                    }
                    #expect(
                        statements.count <= 3,
                        "\(path): \(statements.count)\n\(statements.map(\.text).joined(separator: "\n\n"))")
                    for statement in statements { try await Self.requireIndexes(for: statement, desk.tree.store) }
                }
            }
        }
    }

    /// Those whose number the operator's own doing bounds.
    private static let smallTables: Set = ["key_ring", "resource_server", "account", "provider_access"]

    /// Finds that a statement reads through indexes. PostgreSQL would rather read a small table whole, so it is told that it
    /// must not where there is another way.
    private static func requireIndexes(for statement: BoundSQL, _ store: any Store) async throws {
        let plan = try await store.write { tx in
            switch tx.dialect {
            case .sqlite: return try tx.all("EXPLAIN QUERY PLAN \(part: statement)") { try $0.text(3) }
            case .postgres:
                try tx.execute(script: "SET LOCAL enable_seqscan = off")
                return try tx.all("EXPLAIN \(part: statement)") { try $0.text(0) }
            }
        }
        #expect(!plan.isEmpty)
        let scans = plan.compactMap { step -> String? in
            if let whole = step.firstMatch(of: /Seq Scan on (\w+)/) { return String(whole.1) }
            guard step.hasPrefix("SCAN "), !step.hasPrefix("SCAN live"), !step.contains("CONSTANT ROW") else {
                return nil
            }
            let name = String(step.split(separator: " ")[1])
            // What the statement itself put together first.
            return plan.contains("CO-ROUTINE \(name)") ? nil : name
        }
        #expect(scans.filter { !smallTables.contains($0) } == [], "\(statement.text)\n\(plan.joined(separator: "\n"))")
    }

    private static let product = """
        product: {name: Lists}
        scopes: {data.read: {description: Read data}}
        roles:
          owner:
            permissions: [organizations.read, members.read, integrations.read, api-keys.read, apps.read, grants.read,
              contacts.read, connections.read, audit-events.read]
        connections: {providers: {facebook: {client_id: lists}, linkedin: {client_id: lists}}}
        policy: {api_keys_per_account: 500, integrations_per_account: 500, apps_per_account: 500}
        """

    /// 500 of each, in three organizations, and another customer with some.
    private static func fill(_ tree: SampleTree) async throws {
        let theOperator = SampleTree.theOperator
        let (apiKeys, integrations, apps) = (tree.apiKeys, tree.integrations, tree.apps)
        let (contacts, accessKeys, members, clock) = (tree.contacts, tree.accessKeys, tree.members, tree.clock)
        let organizations = OrganizationService(product: tree.product, now: clock.now)
        let places = [tree.global, tree.europe, tree.france]
        try await tree.store.write { tx in
            let accesses = try tx.providerAccesses()
            for number in 0..<count {
                let place = places[number % places.count]
                let home = place.id
                let name = "Number \(number)"
                if number < 20 { _ = try organizations.create(name: name, below: home, as: theOperator, tx: tx) }
                _ = try apiKeys.create(
                    APIKeyDraft(name: name, scopes: ["data.read"]), in: home, as: theOperator, tx: tx)
                _ = try integrations.create(
                    IntegrationDraft(label: name, scopes: ["data.read"]), in: home, as: theOperator, tx: tx)
                let app = try apps.create(
                    .sample {
                        $0.name = name
                        $0.scopes = ["data.read"]
                    }, in: home, as: theOperator, tx: tx
                ).app
                let contact = try contacts.create(ContactDraft(name: name), in: home, as: theOperator, tx: tx)
                _ = try accessKeys.create(name: "Sync", for: contact.id, in: home, as: theOperator, tx: tx)
                let member = try members.create(
                    MemberDraft(email: "number.\(number)@example.com", name: name, roles: ["owner"]), in: home,
                    as: theOperator, tx: tx)
                try tx.insert(
                    Grant(
                        id: ID(at: clock.current.milliseconds), app: app.id, member: member.id, organization: home,
                        scopes: app.scopes, createdAt: clock.current, consentedAt: clock.current))
                let access = accesses[number % accesses.count]
                let connection = Connection(
                    id: ID(at: clock.current.milliseconds), path: place.path, provider: access.provider,
                    access: access.id, name: name, status: number % 9 == 0 ? .reauthRequired : .connected,
                    generation: 1,
                    clocks: Connection.Clocks(consentedAt: clock.current), createdAt: clock.current)
                try tx.insert(connection)
                try tx.note([
                    ConnectionChildRow(
                        connection: connection.id, kind: "page", identifier: "1", name: "Page", metadata: [:],
                        generation: 1, seenAt: clock.current)
                ])
                try tx.put(ConnectionHealth(connection: connection.id, nextAt: nil, provenAt: clock.current))
            }
        }
    }

    /// The cookie of an owner's session.
    private static func session(_ tree: SampleTree) async throws -> String {
        let owner = try await tree.member(in: tree.global, roles: ["owner"])
        let secret = try await tree.session(of: owner.id).secret
        return "\(SignInCookie.sessionName(at: PublicAddress(issuer: SampleDesk.issuer)))=\(secret)"
    }
}
