package import CredentialFormat
package import Model

/// Which resource servers a list shows, and in which order.
package struct ResourceServerQuery: Hashable, Sendable {
    /// What the list is ordered by.
    package enum Order: String, Hashable, Sendable, CaseIterable {
        case name, created
    }

    /// What the name contains.
    package var search: NameSearch?
    package var order = Order.created
    package var isDescending = false
    package var after: ListPlace?

    package init() {}
}

extension ResourceServerQuery {
    fileprivate var listOrder: ListOrder {
        let key: ListOrder.Key =
            switch order {
            case .name: .text("lower(r.name)")
            case .created: .age
            }
        return ListOrder(key, id: "r.id", isDescending: isDescending, after: after)
    }

    fileprivate func place(behind server: ResourceServer) -> ListPlace {
        switch order {
        case .name: ListPlace(behind: server.name, server.id)
        case .created: ListPlace(behind: server.createdAt, server.id)
        }
    }
}

private let columns: StaticString = "r.id, r.name, r.audiences, r.created_at, r.revision"

extension Transaction {
    /// The resource server, nil where there is none.
    package borrowing func resourceServer(_ id: ID<ResourceServer>) throws -> ResourceServer? {
        try first("SELECT \(fixed: columns) FROM resource_server r WHERE r.id = \(id)", ResourceServer.init(row:))
    }

    /// All resource servers, oldest first.
    package borrowing func resourceServers(after: ID<ResourceServer>?, limit: Int) throws -> [ResourceServer] {
        try all(
            """
            SELECT \(fixed: columns) FROM resource_server r
            WHERE r.id > \(place(after: after)) ORDER BY r.id LIMIT \(limit)
            """, ResourceServer.init(row:))
    }

    /// The resource servers that a query asks for.
    ///
    /// - Parameter limit: How many at most.
    package borrowing func resourceServers(
        _ query: ResourceServerQuery, limit: Int
    ) throws -> OrderedListing<ResourceServer> {
        let found: BoundSQL = query.search.map { $0.condition(on: "r.name") } ?? "1 = 1"
        let rows = try all(
            """
            SELECT \(fixed: columns) FROM resource_server r
            WHERE \(part: found) \(part: query.listOrder.condition) \(part: query.listOrder.clause) LIMIT \(limit + 1)
            """, ResourceServer.init(row:))
        return OrderedListing(rows, limit: limit, place: query.place)
    }

    /// Adds a resource server.
    package borrowing func insert(_ server: ResourceServer) throws {
        try perform(
            """
            INSERT INTO resource_server (id, name, audiences, created_at, revision)
            VALUES (\(server.id), \(server.name), \(server.audiences.joined(separator: " ")), \(server.createdAt),
            \(server.revision))
            """)
    }

    /// Writes what can change of a resource server, and counts its revision.
    package borrowing func update(_ server: ResourceServer) throws {
        try perform(
            """
            UPDATE resource_server SET name = \(server.name), audiences = \(server.audiences.joined(separator: " ")),
            revision = revision + 1 WHERE id = \(server.id)
            """)
    }

    /// Counts the revision of a resource server whose secrets were changed.
    package borrowing func touch(_ id: ID<ResourceServer>) throws {
        try perform("UPDATE resource_server SET revision = revision + 1 WHERE id = \(id)")
    }

    /// Removes a resource server with its secrets.
    package borrowing func delete(_ id: ID<ResourceServer>) throws {
        try deleteSecrets(of: .resourceServer(id))
        try perform("DELETE FROM resource_server WHERE id = \(id)")
    }

    /// All that is needed to judge a resource server, nil where there is none.
    package borrowing func resourceServerForVerification(
        _ id: ID<ResourceServer>
    ) throws -> ResourceServerForVerification? {
        guard let server = try resourceServer(id) else { return nil }
        return ResourceServerForVerification(
            resourceServer: server, secrets: try clientSecrets(of: .resourceServer(id)))
    }
}

/// A resource server with what its verification depends on.
package struct ResourceServerForVerification: Sendable {
    package let resourceServer: ResourceServer
    /// Oldest first; those that have ended too, until they are swept.
    package let secrets: [ClientSecret]
}

extension ResourceServer {
    fileprivate init(row: StoredRow) throws(StoreError) {
        self.init(
            id: try row.id(0), name: try row.text(1), audiences: try row.words(2), createdAt: try row.instant(3),
            revision: try row.count(4))
    }
}

extension Transaction {
    /// The audiences of all resource servers, some perhaps more than once.
    package borrowing func registeredAudiences() throws -> [String] {
        try all("SELECT audiences FROM resource_server") { try $0.words(0) }.flatMap { $0 }
    }
}
