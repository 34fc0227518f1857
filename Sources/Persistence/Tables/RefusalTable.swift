package import CredentialFormat
package import Model
import Policy

private let columns: StaticString = """
    id, at, organization_path, request_id, kind, credential, token, door, rule, scopes, address, named_organization,
    grant_type, allowed_scopes, allowed_addresses
    """

/// Which refusals are wanted. Nil stands for any.
package struct RefusalFilter: Hashable, Sendable {
    /// The identifier of the API key, the client or the grant.
    package var credential: String?
    /// As the log has it.
    package var rule: String?
    package var requestID: String?
    /// What the credentials are.
    package var kinds: Set<KeptRefusal.Kind>

    package init(
        credential: String? = nil, rule: String? = nil, requestID: String? = nil, kinds: Set<KeptRefusal.Kind>
    ) {
        self.credential = credential
        self.rule = rule
        self.requestID = requestID
        self.kinds = kinds
    }
}

extension Transaction {
    /// Adds refusals, and removes the oldest of the accounts and credentials that have too many by that. Those that are there
    /// already stay as they are, so it may be done again by whoever does not know whether it was done.
    package borrowing func insert(_ refusals: [KeptRefusal]) throws {
        try BoundSQL.inPieces(refusals, of: 64) { piece in
            try perform(
                """
                INSERT INTO refusal (account_id, \(fixed: columns)) VALUES \(rows: piece.map(\.values)) \
                ON CONFLICT (id) DO NOTHING
                """)
        }
        for (credential, rules) in Dictionary(grouping: refusals, by: \.credential).sorted(by: { $0.key < $1.key }) {
            for rule in Set(rules.map(\.rule)).sorted() {
                try perform(
                    """
                    DELETE FROM refusal WHERE credential = \(credential) AND rule = \(rule) AND id <=
                    (SELECT id FROM refusal WHERE credential = \(credential) AND rule = \(rule)
                    ORDER BY id DESC LIMIT 1 OFFSET \(KeptRefusal.mostOfRule))
                    """)
            }
        }
        for account in Set(refusals.map(\.path.root)).sorted() {
            try perform(
                """
                DELETE FROM refusal WHERE account_id = \(account) AND id <= (SELECT id FROM refusal
                WHERE account_id = \(account) ORDER BY id DESC LIMIT 1 OFFSET \(KeptRefusal.mostOfAccount))
                """)
        }
    }

    /// The refusals since `time` that meet a filter, newest first.
    package borrowing func refusals(
        _ extent: Extent, matching filter: RefusalFilter, since time: Instant, after: ID<KeptRefusal>?, limit: Int
    ) throws -> [KeptRefusal] {
        let kinds = filter.kinds.map(\.rawValue).sorted()
        guard !kinds.isEmpty else { return [] }
        var condition: BoundSQL = "id < \(after ?? .last) AND id >= \(ID<KeptRefusal>.first(at: time))"
        switch extent {
        case .within(let path):
            condition = """
                \(part: condition) AND organization_path >= \(path.stored) AND organization_path < \(path.storedEnd)
                """
        case .organization(let path): condition = "\(part: condition) AND organization_path = \(path.stored)"
        }
        if let request = filter.requestID { condition = "\(part: condition) AND request_id = \(request)" }
        if let credential = filter.credential { condition = "\(part: condition) AND credential = \(credential)" }
        if let rule = filter.rule { condition = "\(part: condition) AND rule = \(rule)" }
        return try all(
            """
            SELECT \(fixed: columns) FROM refusal WHERE \(part: condition) AND kind IN (\(list: kinds))
            ORDER BY id DESC LIMIT \(limit)
            """, KeptRefusal.init(row:))
    }

    /// Removes at most `limit` refusals from before `time`, and says how many.
    package borrowing func sweepRefusals(before time: Instant, limit: Int) throws -> Int {
        try execute(
            """
            DELETE FROM refusal WHERE id IN
            (SELECT id FROM refusal WHERE id < \(ID<KeptRefusal>.first(at: time)) ORDER BY id LIMIT \(limit))
            """)
    }
}

extension KeptRefusal {
    /// In the order of the insertion.
    fileprivate var values: [StoredValue] {
        [
            path.root.stored, id.stored, at.stored, path.stored.stored, requestID.stored, kind.rawValue.stored,
            credential.stored, token.stored, door.rawValue.stored, rule.stored,
            asked.scopes.joined(separator: " ").stored, (asked.address?.description).stored,
            asked.organization.stored, asked.grantType.stored, allowed.scopes.text.stored,
            allowed.addresses.storedText.stored,
        ]
    }

    fileprivate init(row: StoredRow) throws(StoreError) {
        self.init(
            id: try row.id(0), at: try row.instant(1), requestID: try row.text(3), path: try row.path(2),
            kind: try row.parsed(4, Kind.init(rawValue:)), credential: try row.text(5),
            token: row.isNull(6) ? nil : try row.id(6), door: try row.parsed(7, Door.init(rawValue:)),
            rule: try row.text(8),
            asked: Asked(
                scopes: try row.words(9), address: row.isNull(10) ? nil : try row.address(10),
                organization: row.isNull(11) ? nil : try row.id(11), grantType: try row.optionalText(12)),
            allowed: Allowed(scopes: try row.scopes(13), addresses: try row.addresses(14)))
    }
}
