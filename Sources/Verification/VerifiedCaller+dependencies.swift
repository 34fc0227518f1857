package import Model

extension VerifiedCaller {
    /// The changes of which any may make it worth less than it is now. Whoever remembers it listens to them; a change of the keys
    /// is heard by all and is not among them.
    package var dependencies: [Change] {
        var changes: [Change] = []
        switch credential {
        case .apiKey(let key): changes.append(.apiKey(key.id))
        case .accessToken(let token):
            changes.append(.revokedToken(token.id, expiresAt: token.expiresAt))
            switch token.client.id {
            case .integration(let id): changes.append(.integration(id))
            case .app(let id): changes.append(.app(id))
            case .resourceServer(let id): changes.append(.resourceServer(id))
            }
            if let lineage = token.lineage {
                changes += [.lineage(lineage.id), .grant(lineage.grant), .member(lineage.member)]
            }
            if let contact = token.contact { changes.append(.contact(contact.id)) }
            changes += token.client.standing.path.identifiers.map(Change.organization)
        }
        // The one in which it acts may lie below its own.
        for path in [credential.standing.path, standing.path] {
            for id in path.identifiers where !changes.contains(.organization(id)) { changes.append(.organization(id)) }
        }
        return changes
    }
}
