package import CredentialFormat
package import Model

/// From where a secret of a credential was used in an hour, and by which software last.
package struct HourOfCallers: Sendable {
    package let traits: CallTraits
    /// The beginning of the hour.
    package let hour: Instant
    package let sketch: CallerSketch
    /// Nil where nobody said.
    package let agent: String?

    /// - Parameter traits: Those of any of the calls.
    package init(_ traits: CallTraits, in hour: Instant, sketch: CallerSketch, agent: String?) {
        self.traits = traits
        self.hour = hour
        self.sketch = sketch
        self.agent = agent
    }

    fileprivate var credential: ID<AnyEntity> { traits.credential ?? .absent }
    fileprivate var secret: ID<AnyEntity> { traits.secret ?? .absent }
}

extension Transaction {
    /// Adds callers to those that are known of the same hours. Done twice it is as once.
    package borrowing func add(_ callers: HourOfCallers) throws {
        let (credential, secret, traits) = (callers.credential, callers.secret, callers.traits)
        if !callers.sketch.isEmpty {
            var sketch = callers.sketch
            let known = try first(
                """
                SELECT sketch FROM usage_callers
                WHERE credential = \(credential) AND secret = \(secret) AND hour = \(callers.hour)
                """
            ) { try $0.bytes(0) }
            if let known = known.flatMap({ CallerSketch(stored: $0) }) { sketch.merge(known) }
            try perform(
                """
                INSERT INTO usage_callers (credential, secret, hour, organization_id, account_id, sketch)
                VALUES (\(credential), \(secret), \(callers.hour), \(traits.organization), \(traits.account),
                \(sketch.bytes))
                ON CONFLICT (credential, secret, hour) DO UPDATE SET sketch = excluded.sketch
                """)
        }
        guard let agent = callers.agent else { return }
        try perform(
            """
            INSERT INTO usage_agent (credential, secret, organization_id, account_id, at, agent)
            VALUES (\(credential), \(secret), \(traits.organization), \(traits.account), \(callers.hour), \(agent))
            ON CONFLICT (credential, secret) DO UPDATE SET at = excluded.at, agent = excluded.agent
            WHERE usage_agent.at <= excluded.at
            """)
    }

    /// From where a credential of an organization was used since an hour, and by which software last.
    package borrowing func callers(
        of credential: ID<AnyEntity>, in organization: ID<Organization>, since hour: Instant
    ) throws -> CredentialCallers {
        var sketches: [ID<AnyEntity>: CallerSketch] = [:]
        let hours = try all(
            """
            SELECT secret, sketch FROM usage_callers
            WHERE credential = \(credential) AND hour >= \(hour) AND organization_id = \(organization)
            """
        ) { (try $0.id(0, of: AnyEntity.self), try $0.bytes(1)) }
        for (secret, bytes) in hours {
            if let sketch = CallerSketch(stored: bytes) { sketches[secret, default: CallerSketch()].merge(sketch) }
        }
        let agents = try all(
            """
            SELECT secret, agent FROM usage_agent
            WHERE credential = \(credential) AND organization_id = \(organization) ORDER BY at DESC
            """
        ) { (try $0.id(0, of: AnyEntity.self), try $0.text(1)) }
        let named = Dictionary(agents) { first, _ in first }
        let all = sketches.values.reduce(into: CallerSketch()) { $0.merge($1) }
        return CredentialCallers(
            addresses: all.estimate, agent: agents.first?.1,
            secrets: Set(sketches.keys).union(named.keys).sorted().map { secret in
                .init(secret: secret.unlessAbsent, addresses: sketches[secret]?.estimate ?? 0, agent: named[secret])
            })
    }

    /// Removes at most `limit` sketches of hours that began before `time`, and says how many.
    package borrowing func sweepCallers(before time: Instant, limit: Int) throws -> Int {
        try execute(
            """
            DELETE FROM usage_callers WHERE (credential, secret, hour) IN
            (SELECT credential, secret, hour FROM usage_callers WHERE hour < \(time) ORDER BY hour LIMIT \(limit))
            """)
    }

    /// Removes at most `limit` names of software that called before `time`, and says how many.
    package borrowing func sweepAgents(before time: Instant, limit: Int) throws -> Int {
        try execute(
            """
            DELETE FROM usage_agent WHERE (credential, secret) IN
            (SELECT credential, secret FROM usage_agent WHERE at < \(time) ORDER BY at LIMIT \(limit))
            """)
    }
}
