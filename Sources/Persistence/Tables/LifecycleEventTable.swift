package import CredentialFormat
package import Model

/// What an event is read from.
let lifecycleEventColumns: StaticString = "id, kind, subject, occasion, organization_path, at, body"
/// A newer node may write others meanwhile: they are for it to show and to send.
let knownLifecycleKinds = LifecycleEvent.Kind.allCases.map(\.rawValue)

extension Transaction {
    /// Adds an event, unless there is one of its kind about its credential and of its occasion.
    ///
    /// - Returns: Whether it was added.
    package borrowing func insertOnce(_ event: LifecycleEvent) throws -> Bool {
        try first(
            """
            INSERT INTO lifecycle_event (\(fixed: lifecycleEventColumns))
            VALUES (\(event.id), \(event.kind.rawValue), \(event.subject), \(event.occasion), \(event.path.stored), \(event.at), \(event.body))
            ON CONFLICT (subject, kind, occasion) DO NOTHING RETURNING 1
            """
        ) { _ in true } ?? false
    }

    /// What is there already of some credentials' events, each as kind, credential and occasion. Never of none.
    package borrowing func lifecycleOccasions(of subjects: [String]) throws -> Set<[String]> {
        Set(
            try all("SELECT kind, subject, occasion FROM lifecycle_event WHERE subject IN (\(anyOf: subjects))") {
                row in
                [try row.text(0), try row.text(1), try row.text(2)]
            })
    }

    /// The event, nil where there is none.
    package borrowing func lifecycleEvent(_ id: ID<LifecycleEvent>) throws -> LifecycleEvent? {
        try first(
            """
            SELECT \(fixed: lifecycleEventColumns) FROM lifecycle_event WHERE id = \(id) AND kind IN (\(anyOf: knownLifecycleKinds))
            """, LifecycleEvent.init(row:))
    }

    /// Those of an extent, newest first.
    ///
    /// - Parameter after: Older than this one, nil for all.
    package borrowing func lifecycleEvents(
        _ extent: Extent, after: ID<LifecycleEvent>? = nil, limit: Int
    ) throws -> [LifecycleEvent] {
        let condition: BoundSQL =
            switch extent {
            case .organization(let path): "organization_path = \(path.stored)"
            case .within(let path):
                "organization_path >= \(path.stored) AND organization_path < \(path.storedEnd)"
            }
        return try all(
            """
            SELECT \(fixed: lifecycleEventColumns) FROM lifecycle_event WHERE \(part: condition) AND id < \(after ?? .last)
            AND kind IN (\(anyOf: knownLifecycleKinds)) ORDER BY id DESC LIMIT \(limit)
            """, LifecycleEvent.init(row:))
    }

    /// Those within a part of a tree since `time` that an endpoint has not taken and is not about to be sent, oldest first.
    ///
    /// - Parameter kinds: Never empty.
    package borrowing func lifecycleEvents(
        missedBy endpoint: ID<WebhookEndpoint>, within path: OrganizationPath, since time: Instant,
        kinds: Set<LifecycleEvent.Kind>, limit: Int
    ) throws -> [LifecycleEvent] {
        try all(
            """
            SELECT \(fixed: lifecycleEventColumns) FROM lifecycle_event e
            WHERE e.organization_path >= \(path.stored) AND e.organization_path < \(path.storedEnd)
            AND e.id >= \(ID<LifecycleEvent>.first(at: time))
            AND e.kind IN (\(anyOf: kinds.map(\.rawValue).sorted())) AND NOT EXISTS (
            SELECT 1 FROM webhook_delivery d WHERE d.event_id = e.id AND d.endpoint_id = \(endpoint)
            AND d.state IN ('waiting', 'due', 'delivered')) ORDER BY e.id LIMIT \(limit)
            """, LifecycleEvent.init(row:))
    }

    /// Removes at most `limit` events from before `time`, and says how many.
    package borrowing func sweepLifecycleEvents(before time: Instant, limit: Int) throws -> Int {
        try execute(
            """
            DELETE FROM lifecycle_event WHERE id IN
            (SELECT id FROM lifecycle_event WHERE id < \(ID<LifecycleEvent>.first(at: time)) ORDER BY id LIMIT \(limit))
            """)
    }
}

extension LifecycleEvent {
    init(row: StoredRow) throws(StoreError) {
        self.init(
            id: try row.id(0), kind: try row.parsed(1, Kind.init(rawValue:)), subject: try row.text(2),
            occasion: try row.text(3), path: try row.path(4), at: try row.instant(5), body: try row.text(6))
    }
}
