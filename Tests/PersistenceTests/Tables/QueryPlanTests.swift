import CredentialFormat
import Model
import Policy
import TestSupport
import Testing

@testable import Persistence

@Suite("How SQLite answers what the tables ask")
struct QueryPlanTests {
    @Test(arguments: Question.all)
    func `no statement reads a whole table`(_ question: Question) async throws {
        try await StoreUnderTest.sqlite.open { store in
            for statement in question.statements() {
                let plan = try await QueryPlan(of: statement, in: store)
                #expect(plan.scans == [], "\(statement.text)\n\(plan)")
            }
        }
    }

    @Test(arguments: [Question.keyOfDigest, .lists])
    func `hot look-ups and simple lists sort nothing`(_ question: Question) async throws {
        try await StoreUnderTest.sqlite.open { store in
            for statement in question.statements() {
                let plan = try await QueryPlan(of: statement, in: store)
                #expect(!plan.steps.contains { $0.contains("TEMP B-TREE") }, "\(statement.text)")
            }
        }
    }

    @Test func `the newest of a list are found by an index alone`() async throws {
        try await StoreUnderTest.sqlite.open { store in
            let statements = Question.newest.statements().filter { $0.text.contains("page.id") }
            #expect(statements.count == 6)
            for statement in statements {
                let plan = try await QueryPlan(of: statement, in: store)
                let found = plan.steps.prefix { !$0.hasPrefix("SCAN page") }
                #expect(
                    found.contains { $0.contains(/COVERING INDEX \w+_organization\b/) }, "\(statement.text)\n\(plan)")
            }
        }
    }
}

/// How SQLite would answer a statement.
struct QueryPlan: CustomStringConvertible {
    let steps: [String]

    /// The cost of a statement that reads a whole table grows with the table. The small ones may.
    private static let smallTables = [
        "key_ring", "master_key", "master_key_holder", "node", "provider_access", "resource_server", "r",
        "usage_receipt",
    ]

    init(of statement: BoundSQL, in store: any Store) async throws {
        steps = try await store.read { tx in
            try tx.all("EXPLAIN QUERY PLAN \(part: statement)") { try $0.text(3) }
        }
        // The values of a new row come from nowhere.
        #expect(!steps.isEmpty || statement.text.hasPrefix("INSERT"), "\(statement.text)")
    }

    /// The steps that read a whole table, or the whole of an index. What the statement itself put together first is none.
    var scans: [String] {
        steps.filter { step in
            guard step.hasPrefix("SCAN "), !step.hasPrefix("SCAN live"), !step.contains("CONSTANT ROW") else {
                return false
            }
            let name = String(step.split(separator: " ")[1])
            return !Self.smallTables.contains(name) && !steps.contains("MATERIALIZE \(name)")
                && !steps.contains("CO-ROUTINE \(name)")
        }
    }

    var description: String { steps.joined(separator: "\n") }
}

/// Something that is asked of the tables.
struct Question: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let ask: @Sendable (borrowing Transaction) throws -> Void

    /// The statements that it takes while every answer is empty.
    func statements() -> [BoundSQL] {
        let notes = StatementNotes()
        try? ask(Transaction(on: notes, announcing: Announcements()))
        return notes.statements
    }

    static let keyOfDigest = Question("the key of a digest") { tx in
        guard let digest = SecretDigest(stored: Array(repeating: 1, count: 32), pepperVersion: 1) else { return }
        _ = try tx.apiKeyForVerification(matching: digest)
    }

    static let lists = Question("lists of one organization") { tx in
        let id = ID<Organization>(at: 1)
        let path = OrganizationPath(root: id)
        _ = try tx.organizations(after: id, limit: 2)
        _ = try tx.organizations(within: path, after: id, limit: 2)
        _ = try tx.accounts(after: id, limit: 2)
        _ = try tx.members(.organization(path), after: nil, limit: 2)
        _ = try tx.integrations(.organization(path), after: nil, limit: 2)
        _ = try tx.apiKeys(.organization(path), after: nil, limit: 2)
        _ = try tx.auditEvents(.part(.organization(path)), matching: AuditFilter(), after: nil, limit: 2)
        _ = try tx.auditEvents(.operatorsPart(.organization(path)), matching: AuditFilter(), after: nil, limit: 2)
        _ = try tx.auditEvents(.everything, matching: AuditFilter(), after: nil, limit: 2)
    }

    static let newest = Question("the newest of each list of a subtree") { tx in
        let (extent, now) = (Extent.within(OrganizationPath(root: ID(at: 1))), Instant(seconds: 1))
        _ = try tx.apiKeys(extent, APIKeyQuery(), limit: 2, countingTo: 2, at: now)
        _ = try tx.integrations(extent, IntegrationQuery(), limit: 2, countingTo: 2)
        _ = try tx.apps(extent, AppQuery(), limit: 2, countingTo: 2)
        _ = try tx.contacts(extent, ContactQuery(), limit: 2, countingTo: 2)
        _ = try tx.accessKeys(extent, AccessKeyQuery(), limit: 2)
        _ = try tx.members(
            extent, MemberQuery(), at: now, limit: 2, countingTo: 2, credentials: [],
            within: OrganizationPath(root: ID(at: 1)))
    }

    static let all = [
        keyOfDigest, lists, newest,
        Question("keys under keys") { tx in
            let organization = ID<Organization>(at: 1)
            _ = try tx.organizationKey(of: organization)
            _ = try tx.organizationKeys(notWrappedBy: "mk_1", after: organization, limit: 2)
            _ = try tx.organizationKeys(after: organization, limit: 2)
            _ = try tx.wrapsAnything(masterKey: "mk_1")
            _ = try tx.countOfKeys(wrappedBy: "mk_1", most: 2)
            _ = try tx.dataKeys(of: "cnx_1")
            _ = try tx.dataKeys(of: ["cnx_1", "pac_1"])
            try tx.destroyDataKeys(of: "cnx_1")
            try tx.destroyKey(of: organization)
            _ = try tx.shreddingReceipts(of: "cnx_1")
            _ = try tx.sweepShreddingReceipts(before: Instant(seconds: 1), limit: 2)
        },
        Question("what becomes of credentials") { tx in
            let (path, now) = (OrganizationPath(root: ID(at: 1)), Instant(seconds: 1))
            _ = try tx.lifecycleOccasions(of: ["key_1", "key_2"])
            _ = try tx.lifecycleEvents(.organization(path), limit: 2)
            _ = try tx.lifecycleEvents(.within(path), limit: 2)
            _ = try tx.lifecycleEvents(
                missedBy: ID(at: 1), within: path, since: now, kinds: [.expired], limit: 2)
            _ = try tx.sweepLifecycleEvents(before: now, limit: 2)
            _ = try tx.watchedAPIKeys(after: ID(at: 1), limit: 2)
            _ = try tx.watchedIntegrations(after: ID(at: 1), limit: 2)
            _ = try tx.watchedAccessKeys(after: ID(at: 1), limit: 2)
            _ = try tx.watchedAccessKeys(madeBy: ID(at: 1), after: nil, limit: 2)
            _ = try tx.networks(of: [ID(at: 1), ID(at: 2)])
            try tx.note(
                CredentialNetwork(credential: ID(at: 1), network: "192.0.2.0/24", account: ID(at: 1), seenAt: now),
                keeping: 2)
            _ = try tx.sweepCredentialNetworks(before: now, limit: 2)
            _ = try tx.refusedOften(in: now, after: ID(at: 1), atLeast: 2, limit: 2)
            _ = try tx.mostFrequentRefusal(of: ID(at: 1), in: now)
            _ = try tx.rateCounts(after: nil, limit: 2)
            _ = try tx.rateCounts(after: (ID(at: 1), 1), limit: 2)
            _ = try tx.toldConnectionEvents(after: ID(at: 1), limit: 2)
            _ = try tx.lastSettledAuditPlace()
        },
        Question("who is mailed what becomes of credentials") { tx in
            let (member, event, now) = (ID<Member>(at: 1), ID<LifecycleEvent>(at: 1), Instant(seconds: 1))
            _ = try tx.noticeChoice(of: member)
            try tx.setNoticeChoice(NoticeChoice(pace: .paused), of: member, due: nil, at: now)
            try tx.setNoticeChoice(NoticeChoice(pace: .soon), of: member, due: now, at: now)
            try tx.plan(noticesOf: member, first: event, last: event, at: now) { _ in (0, 0) }
            _ = try tx.hasDueNotices(at: now)
            _ = try tx.claimDueNotices(at: now, through: event, by: ID(at: 1), seconds: 60, limit: 2)
            let lease = NoticeLease(
                member: member, after: event, through: event, attempts: 0, holder: ID(at: 1), fence: 1)
            _ = try tx.noticeChoice(under: lease)
            try tx.settle(lease, sentAt: now, next: now)
            try tx.release(lease, again: now)
            _ = try tx.lifecycleEvents(after: event, before: event, limit: 2)
            _ = try tx.lifecycleEvents(
                within: OrganizationPath(root: ID(at: 1)), after: event, through: event, limit: 2)
            _ = try tx.members(of: [ID(at: 1), ID(at: 2)], holding: ["owner", "admin"], limit: 2)
            _ = try tx.keepers(
                of: [
                    ID<APIKey>(at: 1).description, ID<Integration>(at: 1).description, ID<App>(at: 1).description,
                    ID<AccessKey>(at: 1).description,
                ])
        },
        Question("webhooks") { tx in
            let (id, now) = (ID<WebhookEndpoint>(at: 1), Instant(seconds: 1))
            _ = try tx.webhookEndpoints(of: ID(at: 1), after: nil, limit: 2)
            _ = try tx.webhookEndpoints(ofAccount: ID(at: 1), limit: 2)
            try tx.setFailing(since: now, id)
            try tx.setFailing(since: nil, id)
            _ = try tx.webhookSecrets(of: id, at: now)
            _ = try tx.sweepWebhookSecrets(before: now, limit: 2)
            let event = LifecycleEvent(
                id: ID(at: 1), kind: .expired, subject: "key_1", occasion: "1", path: OrganizationPath(root: ID(at: 1)),
                at: now, body: "{}")
            try tx.send([event], to: id, at: now)
            _ = try tx.webhookWork(after: id, at: now, most: 2, limit: 2)
            _ = try tx.claimDeliveries(to: id, at: now, by: ID(at: 1), seconds: 60, limit: 2)
            let delivery = WebhookDelivery(
                id: ID(at: 1), endpoint: id, event: ID(at: 1), kind: .expired, subject: "key_1", state: .due,
                attempts: 0, nextAt: now, createdAt: now, finishedAt: nil)
            let lease = WebhookLease(delivery: delivery, holder: ID(at: 1), fence: 1)
            _ = try tx.settle(lease, as: .delivered, again: nil, at: now)
            try tx.release(lease)
            try tx.releaseNext(behind: delivery, at: now)
            _ = try tx.abandonDeliveries(to: id, at: now, limit: 2)
            _ = try tx.webhookDeliveries(to: id, limit: 2)
            _ = try tx.webhookAttempts(of: ID(at: 1))
            _ = try tx.sweepWebhookAttempts(before: now, limit: 2)
            _ = try tx.sweepWebhookDeliveries(before: now, limit: 2)
            _ = try tx.webhookHeader(of: id)
            try tx.delete(WebhookHeaderRow(endpoint: id, number: 1, dataKey: ID(at: 1), sealed: [1]))
            try tx.delete(id)
            _ = try tx.webhookAllowance(of: ID(at: 1))
            try tx.setWebhookAllowance(of: ID(at: 1), usedUntil: now)
        },
        Question("connections") { tx in
            let (id, path, now) = (ID<Connection>(at: 1), OrganizationPath(root: ID(at: 1)), Instant(seconds: 1))
            _ = try tx.connection(id)
            _ = try tx.connections(.organization(path), after: nil, limit: 2)
            _ = try tx.connections(.within(path), after: nil, limit: 2)
            _ = try tx.connections(after: id, limit: 2)
            _ = try tx.connections(ofAccount: [1], through: ID(at: 1), after: nil, limit: 2)
            _ = try tx.connections(ofAccount: [1], through: ID(at: 1), in: ID(at: 1), limit: 2)
            _ = try tx.liveConnections(ofAccount: ID(at: 1), countingTo: 2)
            _ = try tx.providersWithDueConnections(at: now)
            _ = try tx.claimDueConnections(of: "p", at: now, by: ID(at: 1), seconds: 60, limit: 2)
            _ = try tx.claim(id, by: ID(at: 1), seconds: 60)
            let connection = Connection(id: id, path: path, provider: "p", access: ID(at: 1), name: "n", createdAt: now)
            let lease = ConnectionLease(connection: connection, holder: ID(at: 1), fence: 1)
            _ = try tx.settle(lease, as: connection)
            let attempt = RenewalAttempt(
                id: ID(at: 1), connection: id, generation: 1, fence: 1, tokenFingerprint: nil, state: .sent,
                startedAt: now)
            _ = try tx.insert(attempt, under: lease)
            _ = try tx.replace(connection, ofGeneration: 1)
            _ = try tx.connectionSecrets(of: id, generation: 1)
            _ = try tx.connectionSecrets(of: [(id, 1)])
            _ = try tx.connectionSecret(of: id, generation: 1, field: "f")
            try tx.insert([], of: id, at: now)
            _ = try tx.deleteConnectionSecrets(of: id)
            _ = try tx.sweepConnectionSecrets(replacedBefore: now, limit: 2)
            _ = try tx.connectionChildren(of: id)
            _ = try tx.takeConnectionConsent([1])
            try tx.trimConnectionConsents(of: ID(at: 1), toNewest: 2)
            _ = try tx.sweepConnectionConsents(before: Instant(seconds: 1), limit: 2)
            _ = try tx.health(of: id)
            _ = try tx.health(of: [id])
            _ = try tx.hasDueProbes(at: Instant(seconds: 1))
            _ = try tx.claimDueProbes(at: Instant(seconds: 1), again: Instant(seconds: 2), limit: 2)
            try tx.deleteHealth(of: id)
            _ = try tx.providerAccess(at: "p", client: "c")
            _ = try tx.providerAccesses()
            _ = try tx.renewalAttempts(of: id, limit: 2)
            _ = try tx.renewalAttempts(of: [id], limit: 2)
            try tx.end([attempt.id], as: .succeeded, at: now)
            _ = try tx.sweepRenewalAttempts(before: now, limit: 2)
            _ = try tx.latestPromises(of: id)
            _ = try tx.latestPromises(of: [id])
            _ = try tx.promises(of: id, limit: 2)
            _ = try tx.sweepPromises(settledBefore: now, limit: 2)
            _ = try tx.connectionEvents(of: id, limit: 2)
            _ = try tx.sweepConnectionEvents(before: now, limit: 2)
            _ = try tx.providerAccess(ID(at: 1))
            _ = try tx.providerAccessSecrets(of: ID(at: 1), at: now)
            _ = try tx.sweepProviderAccessSecrets(before: now, limit: 2)
            _ = try tx.providerAccessStates(at: now)
            _ = try tx.listedConnection(id)
            _ = try tx.connectionConsent([1])
        },
        Question("lists of connections") { tx in
            let path = OrganizationPath(root: ID(at: 1))
            let ends = ConnectionEnds(
                [.init(provider: "p", hardCap: 1, isRenewed: false, movesRefreshEnd: false)],
                before: Instant(seconds: 1))
            var query = ConnectionQuery()
            _ = try tx.connections(.organization(path), query, ends, limit: 2, countingTo: 2)
            query.search = NameSearch("shop")
            query.providers = ["p"]
            query.statuses = [.connected]
            query.ending = .withoutPerson
            query.order = .proven
            _ = try tx.connections(.within(path), query, ends, limit: 2, countingTo: 2)
        },
        Question("lists of a subtree") { tx in
            let path = OrganizationPath(root: ID(at: 1))
            _ = try tx.members(.within(path), after: nil, limit: 2)
            _ = try tx.integrations(.within(path), after: nil, limit: 2)
            _ = try tx.apiKeys(.within(path), after: nil, limit: 2)
            _ = try tx.auditEvents(
                .part(.within(path)),
                matching: AuditFilter(action: "a", target: "b", actor: "c", since: Instant(seconds: 1)), after: nil,
                limit: 2)
        },
        Question("lists of the console") { tx in
            let (path, now) = (OrganizationPath(root: ID(at: 1)), Instant(seconds: 1))
            for extent in [Extent.organization(path), .within(path)] {
                _ = try tx.contacts(extent, matching: NameSearch("sap"), after: nil, limit: 2)
                for order in IntegrationQuery.Order.allCases {
                    var query = IntegrationQuery()
                    (query.search, query.order, query.neverUsed) = (NameSearch("sap"), order, true)
                    (query.unusedSince, query.secretBefore, query.fromAnywhere) = (now, now, true)
                    (query.steward, query.isDisabled) = (ID(at: 1), false)
                    _ = try tx.integrations(extent, query, limit: 2, countingTo: 500)
                }
                for order in APIKeyQuery.Order.allCases {
                    var query = APIKeyQuery()
                    (query.search, query.order, query.neverUsed) = (NameSearch("sap"), order, true)
                    (query.unusedSince, query.secretBefore, query.endedBefore) = (now, now, now)
                    query.steward = ID(at: 1)
                    _ = try tx.apiKeys(extent, query, limit: 2, countingTo: 500, at: now)
                }
                for order in AppQuery.Order.allCases {
                    var query = AppQuery()
                    (query.search, query.order, query.steward) = (NameSearch("sap"), order, ID(at: 1))
                    query.isDisabled = false
                    _ = try tx.apps(extent, query, limit: 2, countingTo: 500)
                }
                for order in ContactQuery.Order.allCases {
                    var query = ContactQuery()
                    (query.search, query.order) = (NameSearch("sap"), order)
                    _ = try tx.contacts(extent, query, limit: 2, countingTo: 500)
                }
                for order in AccessKeyQuery.Order.allCases {
                    var query = AccessKeyQuery()
                    (query.search, query.order) = (NameSearch("sap"), order)
                    (query.neverUsed, query.unusedSince) = (true, now)
                    _ = try tx.accessKeys(extent, query, limit: 2)
                }
                for order in GrantQuery.Order.allCases {
                    var query = GrantQuery()
                    query.filter = GrantFilter(app: ID(at: 1), search: NameSearch("sap"), reach: path)
                    (query.order, query.after) = (order, ListPlace(.number(1), ID<Grant>(at: 1)))
                    _ = try tx.grants(extent, query, limit: 2)
                }
                for audited in [AuditExtent.part(extent), .operatorsPart(extent)] {
                    for oldestFirst in [false, true] {
                        _ = try tx.namedAuditEvents(
                            audited, matching: AuditFilter(), namesWithin: path, oldestFirst: oldestFirst,
                            after: ID(at: 1), limit: 2)
                    }
                }
            }
            _ = try tx.listedIntegration(ID(at: 1))
            _ = try tx.listedAPIKey(ID(at: 1))
            _ = try tx.listedAPIKeys([ID(at: 1), ID(at: 2)], within: path)
            _ = try tx.listedIntegrations([ID(at: 1), ID(at: 2)], within: path)
            _ = try tx.listedApps([ID(at: 1), ID(at: 2)], within: path)
            if let scope = Scope("data.read") {
                _ = try tx.lastEnd(
                    ofAPIKeysWith: scope, account: ID(at: 1), but: ID(at: 2), at: Instant(seconds: 1_800_000_000))
            }
            for order in ResourceServerQuery.Order.allCases {
                var query = ResourceServerQuery()
                (query.search, query.order) = (NameSearch("carbon"), order)
                _ = try tx.resourceServers(query, limit: 2)
            }
            for order in OrganizationQuery.Order.allCases {
                var query = OrganizationQuery()
                (query.search, query.order) = (NameSearch("north"), order)
                _ = try tx.organizations(within: path, query, limit: 2, countingTo: 2)
            }
            _ = try tx.organization(ID(at: 1), withThoseWithin: path, limit: 2)
            _ = try tx.organization(ID(at: 1), withThoseWithin: nil, limit: 2)
            _ = try tx.memberNames([ID(at: 1), ID(at: 2)], within: path)
            _ = try tx.memberCount(ofAccount: ID(at: 1), countingTo: 2)
            _ = try tx.organizationCount(ofAccount: ID(at: 1), countingTo: 2)
            for kinds in [[], Set(StewardedID.Kind.allCases)] {
                for order in MemberQuery.Order.allCases {
                    var query = MemberQuery()
                    (query.search, query.roles) = (NameSearch("ada"), ["admin", "owner"])
                    (query.withoutPassword, query.withoutSecondFactor) = (true, true)
                    (query.order, query.after) = (order, ListPlace(.text("ada"), ID<Member>(at: 1)))
                    _ = try tx.members(
                        .within(path), query, at: now, limit: 2, countingTo: 2, credentials: kinds, within: path)
                }
            }
        },
        Question("single things") { tx in
            _ = try tx.organization(ID(at: 1))
            _ = try tx.account(ID(at: 1))
            _ = try tx.operatorAccount()
            _ = try tx.member(ID(at: 1))
            _ = try tx.passwordDigest(of: ID(at: 1))
            try tx.setEmailProof(nil, of: ID(at: 1))
            try tx.noteMailed(ID(at: 1))
            if let email = EmailAddress("a@b.c") {
                _ = try tx.member(email: email, in: ID(at: 1))
                _ = try tx.addressedMembers(email)
                let digest = PasswordDigest(encoded: "d")
                for proof in [
                    AddressedBy.anyPassword, .password(digest, among: nil), .password(digest, among: [ID(at: 1)]),
                ] {
                    _ = try tx.addressedOrganizations(
                        email, by: proof, matching: NameSearch("a"), after: ID(at: 1), limit: 2)
                }
                _ = try tx.setPassword(nil, of: ID(at: 1), at: email, now: Instant(seconds: 1))
                _ = try tx.setEmail(
                    email, of: ID(at: 1), from: email, password: nil, proof: nil, now: Instant(seconds: 1))
                try tx.renewPasswordDigest(at: email, from: digest, to: digest)
            }
            _ = try tx.apiKey(ID(at: 1))
            _ = try tx.secrets(ofAPIKey: ID(at: 1))
            _ = try tx.contact(of: ID(at: 1))
            _ = try tx.enabledContacts(of: ID(at: 1), limit: 2)
            _ = try tx.membersWithoutContact(in: ID(at: 1), limit: 2)
            _ = try tx.sealedSecret(ID(at: 1))
            _ = try tx.secretGeneration(of: ID(at: 1))
            _ = try tx.looks(by: ID(at: 1), since: Instant(seconds: 1), limit: 2)
            _ = try tx.contactForVerification(ID(at: 1))
            _ = try tx.accessKey(ID(at: 1))
            _ = try tx.accessKeys(of: [ID(at: 1), ID(at: 2)], limit: 20)
            _ = try tx.digests(ofAccessKeysOf: [ID(at: 1)])
            _ = try tx.integrationForVerification(ID(at: 1))
            _ = try tx.resourceServerForVerification(ID(at: 1))
            _ = try tx.clientSecrets(of: .integration(ID(at: 1)))
            _ = try tx.idempotentReply(actor: "a", key: "k", notBefore: Instant(seconds: 1))
            _ = try tx.standing(of: ID(at: 1))
        },
        Question("who looks after what") { tx in
            let path = OrganizationPath(root: ID(at: 1))
            for filter: StewardFilter in [.member(ID(at: 1)), .left(account: ID(at: 1))] {
                _ = try tx.stewarded(
                    filter, kinds: Set(StewardedID.Kind.allCases), within: path, after: 1, limit: 2)
                _ = try tx.stewardedCount(filter, kinds: Set(StewardedID.Kind.allCases), within: nil, limit: 2)
                _ = try tx.workingAPIKeys(filter, within: path, at: Instant(seconds: 1), limit: 2)
            }
            try tx.noteLeaving(of: ID(at: 1), named: "Ada", at: Instant(seconds: 1))
            try tx.setSteward(ID(at: 1), of: .apiKey(ID(at: 1)))
        },
        Question("counts and conditions") { tx in
            _ = try tx.placeForAPIKey(ID(at: 1), countingTo: 2, at: Instant(seconds: 1))
            _ = try tx.holdsIntegrations(account: ID(at: 1), atLeast: 2)
            _ = try tx.holdsContacts(account: ID(at: 1), atLeast: 2)
            _ = try tx.holdsAccessKeys(contact: ID(at: 1), atLeast: 2)
            _ = try tx.revokedTokenCount(client: .integration(ID(at: 1)), liveAt: Instant(seconds: 1))
            _ = try tx.revokedTokens(liveAt: Instant(seconds: 1))
            _ = try tx.isEmpty(ID(at: 1), at: Instant(seconds: 1))
            let now = Instant(seconds: 1)
            let times = RiskTimes(now: now, soon: now, idleSince: now, newSince: now, oldBefore: now)
            _ = try tx.apiKeyRisks(within: OrganizationPath(root: ID(at: 1)), times)
            _ = try tx.integrationRisks(within: OrganizationPath(root: ID(at: 1)), times)
            _ = try tx.accessKeyRisks(within: OrganizationPath(root: ID(at: 1)), times)
        },
        Question("changes") { tx in
            try tx.rename(ID<Organization>(at: 1), to: "n")
            try tx.delete(ID<Organization>(at: 1))
            try tx.delete(ID<Integration>(at: 1))
            try tx.delete(ID<APIKey>(at: 1))
            try tx.setDisabled(ID<APIKey>(at: 1), since: nil)
            try tx.setDisabled(ID<Integration>(at: 1), nil)
            try tx.setDisabled(ID<App>(at: 1), nil)
            try tx.setDisabled(ID<Contact>(at: 1), since: nil)
            try tx.setDisabled(ID<AccessKey>(at: 1), since: nil)
            try tx.deleteSecret(ID(at: 1))
            try tx.setPreviousSecretEnd(of: ID(at: 1), at: nil)
            try tx.recordUse(apiKey: ID(at: 1), at: Instant(seconds: 1), address: nil)
            try tx.delete(ID<Contact>(at: 1))
            _ = try tx.sweepLooks(before: Instant(seconds: 1), limit: 2)
            try tx.delete(ID<Member>(at: 1))
            try tx.recordUse(accessKey: ID(at: 1), at: Instant(seconds: 1), address: nil)
            try tx.recordUse(
                clientSecret: ID(at: 1), of: .integration(ID(at: 1)), at: Instant(seconds: 1), address: nil)
        },
        Question("apps and grants") { tx in
            let path = OrganizationPath(root: ID(at: 1))
            _ = try tx.app(ID(at: 1))
            _ = try tx.apps(.organization(path), after: nil, limit: 2)
            _ = try tx.apps(.within(path), after: nil, limit: 2)
            _ = try tx.holdsApps(account: ID(at: 1), atLeast: 2)
            _ = try tx.grant(ID(at: 1))
            _ = try tx.heldLineage(ID(at: 1))
            _ = try tx.askingApp(ID(at: 1), of: ID(at: 1))
            _ = try tx.askingApp(ID(at: 1), of: nil)
            if let digest = SecretDigest(stored: Array(repeating: 1, count: 32), pepperVersion: 1) {
                _ = try tx.heldCode(matching: digest)
            }
            _ = try tx.describedGrant(ID(at: 1))
            _ = try tx.grants(of: ID(at: 1), after: nil, limit: 2)
            _ = try tx.grants(.organization(path), after: nil, limit: 2)
            _ = try tx.grants(.within(path), after: nil, limit: 2)
            let filter = GrantFilter(app: ID(at: 1), search: NameSearch("a"), reach: path)
            for extent in [Extent.organization(path), .within(path)] {
                _ = try tx.grants(extent, matching: filter, after: nil, limit: 2)
                _ = try tx.reach(of: ID(at: 1), in: extent, at: Instant(seconds: 1))
            }
            _ = try tx.reach(of: ID(at: 1), in: nil, at: Instant(seconds: 1))
            _ = try tx.listedApp(ID(at: 1))
            try tx.recordUse(app: ID(at: 1), at: Instant(seconds: 1), address: nil)
            try tx.recordUse(grant: ID(at: 1), at: Instant(seconds: 1), address: nil)
            try tx.widen(ID(at: 1), to: .empty, consentedAt: Instant(seconds: 1))
            try tx.delete(ID<Grant>(at: 1))
            try tx.delete(ID<App>(at: 1))
        },
        Question("refusals") { tx in
            let path = OrganizationPath(root: ID(at: 1))
            let kinds = Set(KeptRefusal.Kind.allCases)
            for filter in [
                RefusalFilter(kinds: kinds), RefusalFilter(credential: "a", rule: "b", kinds: kinds),
                RefusalFilter(requestID: "a", kinds: kinds),
            ] {
                for extent in [Extent.organization(path), .within(path)] {
                    _ = try tx.refusals(
                        extent, matching: filter, since: Instant(seconds: 1), after: ID(at: 1), limit: 2)
                }
            }
            let refusal = KeptRefusal(
                id: ID(at: 1), at: Instant(seconds: 1), requestID: "a", path: path, kind: .apiKey, credential: "b",
                token: nil, door: .verify, rule: "c", asked: .init(address: nil),
                allowed: .init(scopes: .empty, addresses: .anywhere))
            try tx.insert(Array(repeating: refusal, count: 9))
        },
        Question("usage") { tx in
            let path = OrganizationPath(root: ID(at: 1))
            let kinds = Set(KeptRefusal.Kind.allCases)
            let time = Instant(seconds: 1)
            for credential in [nil, ID<AnyEntity>(at: 1)] {
                for isTotal in [true, false] {
                    let filter = UsageFilter(
                        .day, from: time, until: time, kinds: kinds, credential: credential, isTotal: isTotal)
                    for extent in [Extent.organization(path), .within(path)] {
                        for grouping in [nil] + UsageGrouping.allCases.map(Optional.some) {
                            _ = try tx.usage(extent, filter, by: grouping, limit: 2)
                        }
                    }
                }
            }
            _ = try tx.callers(of: ID(at: 1), in: ID(at: 1), since: time)
            let traits = CallTraits(
                account: ID(at: 1), organization: ID(at: 1), kind: .apiKey, credential: ID(at: 1), secret: nil,
                scopes: "", outcome: CallTraits.admitted, status: 200)
            var sketch = CallerSketch()
            sketch.note(1)
            try tx.add(HourOfCallers(traits, in: time, sketch: sketch, agent: "a"))
        },
        Question("following the audit log") { tx in
            let place = AuditPlace(number: 7, event: ID(at: 1))
            for after in [nil, place, AuditPlace(number: 0, event: ID(at: 1))] {
                _ = try tx.settledAuditEvents(after: after, since: Instant(seconds: 1), limit: 2)
            }
            _ = try tx.fate(of: place, retainedSince: Instant(seconds: 1))
            _ = try tx.highestForeignAuditPlace()
            _ = try tx.takeAuditPlaces(after: place, upTo: 7, limit: 2)
        },
        Question("sweeps") { tx in
            let time = Instant(seconds: 1)
            _ = try tx.sweepAPIKeys(before: time, limit: 2)
            _ = try tx.sweepAuditEvents(before: time, untaken: time, limit: 2)
            _ = try tx.sweepClientSecrets(before: time, limit: 2)
            _ = try tx.sweepIdempotentReplies(before: time, limit: 2)
            _ = try tx.sweepRevokedTokens(before: time, limit: 2)
            _ = try tx.sweepUsageReceipts(olderThan: 1, limit: 2)
            for span in UsageSpan.allCases { _ = try tx.sweepUsage(of: span, before: time, limit: 2) }
            _ = try tx.sweepCallers(before: time, limit: 2)
            _ = try tx.sweepAgents(before: time, limit: 2)
            _ = try tx.sweepNodes(olderThan: 1, limit: 2)
            _ = try tx.sweepRateCounts(before: time, limit: 2)
            _ = try tx.rateCounts(liveAt: time, limit: 2)
            _ = try tx.rateCounts(of: [ID(at: 1), ID(at: 2)])
            try tx.put([RateCount(holder: ID(at: 1), limit: 1, account: ID(at: 2), mark: 1, used: 1, idleAt: time)])
            _ = try tx.sweepRefusals(before: time, limit: 2)
            _ = try tx.sweepMemberSessions(before: time, limit: 2)
            _ = try tx.sweepOneTimeLinks(before: time, limit: 2)
            _ = try tx.sweepSignInAttempts(before: time, limit: 2)
        },
        Question("signing in") { tx in
            let (member, time) = (ID<Member>(at: 1), Instant(seconds: 1))
            guard let digest = SecretDigest(stored: Array(repeating: 1, count: 32), pepperVersion: 1) else { return }
            _ = try tx.memberSession([digest, digest])
            _ = try tx.memberInSession([digest, digest])
            _ = try tx.memberSessions(of: member, limit: 2)
            try tx.touch(ID(at: 1), seenAt: time, expiresAt: time)
            _ = try tx.delete(ID(at: 1), of: member)
            _ = try tx.deleteSessions(of: member)
            for isHandedOver in [true, false] {
                try tx.deleteOldestSessions(of: member, handedOver: isHandedOver, keeping: 2)
            }
            _ = try tx.oneTimeLink([digest, digest], for: .handOver, at: time)
            _ = try tx.oneTimeLinkOfAnyTime([digest, digest], for: .handOver)
            _ = try tx.oneTimeLink(ID(at: 1), for: .handOver)
            _ = try tx.openLinkCount(of: member, for: .handOver, at: time)
            _ = try tx.use(ID<OneTimeLink>(at: 1), at: time)
            try tx.deleteOpenLinks(of: member, for: .handOver)
            try tx.deleteOldestLinks(of: member, for: .handOver, keeping: 2)
            _ = try tx.secondFactor(of: member)
            _ = try tx.accept(step: 1, of: member)
            _ = try tx.hasRecoveryCode(among: [digest, digest], of: member)
            _ = try tx.useRecoveryCode([digest, digest], of: member)
            _ = try tx.recoveryCodeCount(of: member)
            _ = try tx.passwordSetAt(member)
            _ = try tx.networkCount(of: member)
            _ = try tx.note(network: [1], of: member, at: time, keeping: 2)
            _ = try tx.oneTimeLink([digest, digest], for: .handOver, usedBy: [1], since: time)
            _ = try tx.addressLink([digest, digest], at: time)
            _ = try tx.member(ofAddressLink: [digest, digest], usedBy: [1], since: time)
            _ = try tx.use(ID<AddressLink>(at: 1), for: member, by: nil, at: time)
            _ = try tx.signInAttempts([1], at: time)
            _ = try tx.signInAttempts(among: [[1], [2]], at: time)
            try tx.forgiveSignInAttempt(in: [[1], [2]])
            try tx.clearSignInAttempts(in: [[1], [2]])
            try tx.setSignInAttempts(SignInAttempts(failures: 1, lastAt: time), in: [[1], [2]], until: time)
        },
    ]

    private init(_ name: String, _ ask: @escaping @Sendable (borrowing Transaction) throws -> Void) {
        testDescription = name
        self.ask = ask
    }
}

/// Takes down what it is asked and answers nothing.
private final class StatementNotes: EngineConnection {
    let dialect = Dialect.sqlite
    var statements: [BoundSQL] = []

    func run(_ statement: BoundSQL, row: (StoredRow) throws -> Void) throws -> Int {
        statements.append(statement)
        return 0
    }

    func runSoon(_ statement: BoundSQL, changing _: Int?) throws {
        statements.append(statement)
    }

    func run(script: String) throws {}

    func confine(to _: RowScope) throws {}
}
