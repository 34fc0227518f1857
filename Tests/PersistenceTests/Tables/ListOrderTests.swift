import CredentialFormat
import Credentials
import Model
import Organizations
import Persistence
import Policy
import TestSupport
import Testing

@Suite("Lists in an order", .onEveryEngine)
struct ListOrderTests {
    /// Some that are alike in what they are ordered by, and in another order than that of their making.
    private static let names = ["Delta", "alpha", "Delta", "beta", "ALPHA"]

    /// All items of a list, two at a time.
    private func all<Item: Sendable>(
        _ tree: SampleTree,
        _ page: @escaping @Sendable (ListPlace?, borrowing Transaction) throws -> OrderedListing<Item>
    ) async throws -> [Item] {
        var (found, after): ([Item], ListPlace?) = ([], nil)
        repeat {
            let place = after
            let listing = try await tree.store.read { tx in try page(place, tx) }
            #expect(listing.items.count <= 2)
            found += listing.items
            // What stands in an address is the same place.
            after = listing.next.flatMap { ListPlace(parsing: $0.description) }
            #expect((after == nil) == (listing.next == nil))
        } while after != nil && found.count < 100
        return found
    }

    /// Finds that all are there once, and that none comes before one that is less.
    private func requireOrder<Item, Identity: Hashable>(
        of items: [Item], count: Int, isDescending: Bool, by id: (Item) -> Identity, _ isLess: (Item, Item) -> Bool,
        _ what: String
    ) {
        #expect(items.count == count && Set(items.map(id)).count == count, "\(what)")
        for (first, second) in zip(items, items.dropFirst()) {
            #expect(!(isDescending ? isLess(first, second) : isLess(second, first)), "\(what)")
        }
    }

    private func key(_ name: String) -> String { name.lowercased() }

    @Test func `apps and what people let them do come in every order, each once`() async throws {
        try await SampleTree.open { tree in
            let homes = [tree.global, tree.europe, tree.france, tree.northAmerica, tree.europe]
            let member = try await tree.member(in: tree.global, roles: [])
            for (index, (name, home)) in zip(Self.names, homes).enumerated() {
                let app = try await tree.app(.sample { $0.name = name }, in: home).app
                let grant = try await tree.grant(to: app, by: member, in: home)
                guard index.isMultiple(of: 2) else { continue }
                let at = tree.clock.current.adding(seconds: -index)
                try await tree.store.write { tx in
                    try tx.recordUse(app: app.id, at: at, address: nil)
                    try tx.recordUse(grant: grant.id, at: at, address: nil)
                }
            }
            let extent = Extent.within(tree.global.path)
            for isDescending in [false, true] {
                for order in AppQuery.Order.allCases {
                    let apps = try await all(tree) { after, tx in
                        var query = AppQuery()
                        (query.order, query.isDescending, query.after) = (order, isDescending, after)
                        let (page, count) = try tx.apps(extent, query, limit: 2, countingTo: 4)
                        #expect(count == 4, "No further than asked.")
                        return page
                    }
                    requireOrder(
                        of: apps, count: 5, isDescending: isDescending, by: \.app.id,
                        { first, second in
                            switch order {
                            case .name: key(first.app.name) < key(second.app.name)
                            case .organization: key(first.organizationName) < key(second.organizationName)
                            case .used: (first.lastUse?.at.seconds ?? 0) < (second.lastUse?.at.seconds ?? 0)
                            case .created: first.app.createdAt < second.app.createdAt
                            }
                        }, "\(order)")
                }
                for order in GrantQuery.Order.allCases {
                    let grants = try await all(tree) { after, tx in
                        var query = GrantQuery()
                        (query.order, query.isDescending, query.after) = (order, isDescending, after)
                        return try tx.grants(extent, query, limit: 2)
                    }
                    requireOrder(
                        of: grants, count: 5, isDescending: isDescending, by: \.grant.id,
                        { first, second in
                            switch order {
                            case .app: key(first.appName) < key(second.appName)
                            case .organization: key(first.organizationName) < key(second.organizationName)
                            case .used: (first.lastUsedAt?.seconds ?? 0) < (second.lastUsedAt?.seconds ?? 0)
                            case .created: first.grant.createdAt < second.grant.createdAt
                            }
                        }, "\(order)")
                }
            }
        }
    }

    @Test func `contacts, their keys and members come in every order, each once`() async throws {
        try await SampleTree.open { tree in
            let homes = [tree.global, tree.europe, tree.france, tree.northAmerica, tree.europe]
            for (index, (name, home)) in zip(Self.names, homes).enumerated() {
                let contact = try await tree.contact(in: home, name: name)
                var keys: [AccessKey] = []
                for _ in 0..<index { keys.append(try await tree.accessKey(of: contact).credential) }
                let made = keys
                try await tree.store.write { [members = tree.members] tx in
                    _ = try members.create(
                        MemberDraft(email: "number.\(index)@example.com", name: name, roles: []), in: home.id,
                        as: SampleTree.theOperator, tx: tx)
                    for (place, key) in made.enumerated() {
                        try tx.recordUse(
                            accessKey: key.id, at: Instant(seconds: Int64(1000 - 10 * index + place)),
                            address: IPAddress("192.0.2.\(place)"))
                    }
                    if let last = made.last { try tx.setDisabled(last.id, since: Instant(seconds: 1)) }
                }
            }
            let (extent, now) = (Extent.within(tree.global.path), tree.clock.current)
            for isDescending in [false, true] {
                for order in ContactQuery.Order.allCases {
                    let contacts = try await all(tree) { after, tx in
                        var query = ContactQuery()
                        (query.order, query.isDescending, query.after) = (order, isDescending, after)
                        return try tx.contacts(extent, query, limit: 2, countingTo: 100).page
                    }
                    requireOrder(
                        of: contacts, count: 5, isDescending: isDescending, by: \.contact.id,
                        { first, second in
                            switch order {
                            case .name: key(first.contact.name) < key(second.contact.name)
                            case .organization: key(first.organizationName) < key(second.organizationName)
                            case .used: (first.lastUse?.at.seconds ?? 0) < (second.lastUse?.at.seconds ?? 0)
                            case .created: first.contact.createdAt < second.contact.createdAt
                            }
                        }, "\(order)")
                    // The fourth has three keys: the last was used last, and is disabled.
                    let fourth = try #require(contacts.first { $0.contact.name == "beta" })
                    #expect(fourth.keyCount == 2 && fourth.lastUse?.at == Instant(seconds: 972))
                    #expect(fourth.lastUse?.address == IPAddress("192.0.2.2"))
                    let first = try #require(contacts.first { $0.organizationName == "Global" })
                    #expect(first.keyCount == 0 && first.lastUse == nil)
                }
                for order in AccessKeyQuery.Order.allCases {
                    let keys = try await all(tree) { after, tx in
                        var query = AccessKeyQuery()
                        (query.order, query.isDescending, query.after) = (order, isDescending, after)
                        return try tx.accessKeys(extent, query, limit: 2)
                    }
                    requireOrder(
                        of: keys, count: 10, isDescending: isDescending, by: \.key.id,
                        { first, second in
                            switch order {
                            case .name: key(first.key.name) < key(second.key.name)
                            case .contact: key(first.contactName) < key(second.contactName)
                            case .organization: key(first.organizationName) < key(second.organizationName)
                            case .used: (first.key.lastUse?.at.seconds ?? 0) < (second.key.lastUse?.at.seconds ?? 0)
                            case .created: first.key.createdAt < second.key.createdAt
                            }
                        }, "\(order)")
                }
                for order in MemberQuery.Order.allCases {
                    let members = try await all(tree) { after, tx in
                        var query = MemberQuery()
                        (query.order, query.isDescending, query.after) = (order, isDescending, after)
                        return try tx.members(
                            extent, query, at: now, limit: 2, countingTo: 100, credentials: [],
                            within: tree.global.path
                        ).page
                    }
                    requireOrder(
                        of: members, count: 5, isDescending: isDescending, by: \.member.id,
                        { first, second in
                            switch order {
                            case .name: key(first.member.name) < key(second.member.name)
                            case .organization: key(first.organizationName) < key(second.organizationName)
                            case .created: first.member.createdAt < second.member.createdAt
                            }
                        }, "\(order)")
                }
            }
        }
    }

    @Test func `a place of another order begins at the beginning`() async throws {
        try await SampleTree.open { tree in
            for name in Self.names { _ = try await tree.app(.sample { $0.name = name }, in: tree.global) }
            let place = ListPlace(.number(0), ID<App>(at: 1))
            let found = try await tree.store.read { tx in
                var query = AppQuery()
                (query.order, query.isDescending, query.after) = (.name, false, place)
                return try tx.apps(.within(tree.global.path), query, limit: 10, countingTo: 10).page.items
            }
            #expect(found.map { key($0.app.name) } == ["alpha", "alpha", "beta", "delta", "delta"])
        }
    }

    @Test func `organizations and accounts come in every order, each once, and as they are looked for`() async throws {
        try await SampleTree.open { tree in
            let theOperator = SampleTree.theOperator
            for name in Self.names {
                tree.clock.advance(seconds: 1)
                try await tree.store.write { [accounts = tree.accounts, organizations = tree.organizations] tx in
                    _ = try organizations.create(name: name, below: tree.europe.id, as: theOperator, tx: tx)
                    let account = try accounts.create(AccountDraft(name: name), as: theOperator, tx: tx)
                    // The catalogue of plans is no matter of the tables.
                    try tx.update(
                        account: account.id, plan: name == "beta" ? nil : name.lowercased(),
                        suspendedAt: name == "alpha" ? tree.clock.current : nil, timeZone: nil)
                }
            }
            for isDescending in [false, true] {
                for order in OrganizationQuery.Order.allCases {
                    let found = try await all(tree) { after, tx in
                        var query = OrganizationQuery()
                        (query.order, query.isDescending, query.after) = (order, isDescending, after)
                        return try tx.organizations(within: tree.europe.path, query, limit: 2, countingTo: 2).page
                    }
                    requireOrder(
                        of: found, count: 7, isDescending: isDescending, by: \.organization.id,
                        { first, second in
                            switch order {
                            case .name: key(first.organization.name) < key(second.organization.name)
                            case .created: first.organization.id < second.organization.id
                            }
                        }, "\(order)")
                    let parents = found.filter { $0.organization.parent == tree.europe.id }.map(\.parentName)
                    #expect(parents == Array(repeating: "Europe", count: 6))
                    #expect(found.first { $0.organization.id == tree.europe.id }?.parentName == .some(nil))
                }
                for order in AccountQuery.Order.allCases {
                    let found = try await all(tree) { after, tx in
                        var query = AccountQuery()
                        (query.order, query.isDescending, query.after) = (order, isDescending, after)
                        return try tx.accounts(query, limit: 2)
                    }
                    requireOrder(
                        of: found, count: 8, isDescending: isDescending, by: \.id,
                        { first, second in
                            switch order {
                            case .name: key(first.organization.name) < key(second.organization.name)
                            case .created: first.id < second.id
                            }
                        }, "\(order)")
                }
            }
            func accounts(_ narrow: (inout AccountQuery) -> Void) async throws -> [String] {
                var query = AccountQuery()
                query.order = .name
                narrow(&query)
                let asked = query
                return try await tree.store.read { tx in
                    try tx.accounts(asked, limit: 20).items.map { key($0.organization.name) }
                }
            }
            #expect(try await accounts { $0.plans = ["delta"] } == ["delta", "delta"])
            #expect(
                try await accounts { $0.plans = [nil] } == ["beta", "global", "stranger"],
                "The operator’s own is on none.")
            #expect(try await accounts { $0.plans = ["alpha", nil] }.count == 5)
            #expect(try await accounts { $0.isSuspended = true } == ["alpha"])
            #expect(try await accounts { ($0.isSuspended, $0.plans) = (true, ["delta"]) } == [])
            #expect(try await accounts { $0.search = NameSearch(tree.global.id.description) } == ["global"])
        }
    }

    @Test(arguments: ["", "x", "0000000000000000000001", "0000000000000000000001n", "0000000000000000000001tA\0"])
    func `what spells no place is none`(_ text: String) {
        #expect(ListPlace(parsing: text) == nil)
    }

    @Test func `what was made lately counts as never used only once it is a week old`() async throws {
        try await SampleTree.open { tree in
            let account = tree.global
            _ = try await tree.integration(in: account)
            try await tree.store.write { [apiKeys = tree.apiKeys] tx in
                _ = try apiKeys.create(
                    APIKeyDraft(name: "Sync", scopes: ["data.read"]), in: account.id, as: SampleTree.theOperator, tx: tx
                )
            }
            let made = tree.clock.current
            for (newSince, count) in [(made, 0), (made.adding(seconds: 1), 1)] {
                let times = RiskTimes(now: made, soon: made, idleSince: made, newSince: newSince, oldBefore: nil)
                let risks = try await tree.store.read { tx in
                    [
                        try tx.integrationRisks(within: account.path, times),
                        try tx.apiKeyRisks(within: account.path, times),
                    ]
                }
                #expect(risks.map(\.neverUsed) == [count, count])
                let listed = try await tree.store.read { tx in
                    var (integrations, keys) = (IntegrationQuery(), APIKeyQuery())
                    (integrations.neverUsed, integrations.madeBefore) = (true, newSince)
                    (keys.neverUsed, keys.madeBefore) = (true, newSince)
                    let extent = Extent.within(account.path)
                    return [
                        try tx.integrations(extent, integrations, limit: 9, countingTo: 9).page.items.count,
                        try tx.apiKeys(extent, keys, limit: 9, countingTo: 9, at: made).page.items.count,
                    ]
                }
                #expect(listed == [count, count], "The list that a number leads to has as many.")
            }
        }
    }
}
