package import CredentialFormat
import Events
package import Model
package import Persistence
package import ProductDefinition

/// Finds whose a credential is that somebody came across, by its secret or its identifier, and what else has an identifier. What the actor may not see is not
/// found, as what does not exist (law 12).
package struct CredentialFinder: Sendable {
    /// What was found, and in which organization.
    package struct Found: Hashable, Sendable {
        /// Whatever has a page of its own, or a list that it stands in.
        package enum Thing: Hashable, Sendable {
            case apiKey(ID<APIKey>)
            case accessKey(ID<AccessKey>)
            case integration(ID<Integration>)
            case app(ID<App>)
            case contact(ID<Contact>)
            case connection(ID<Connection>)
            case grant(ID<Grant>)
            case member(ID<Member>)
            case organization
        }

        package let thing: Thing
        package let organization: ID<Organization>
        package let mark: Mark
    }

    /// By what it was found.
    package enum Mark: Hashable, Sendable {
        case identifier
        case secret
        /// The secret before the last rotation, and whether it still works beside the one in force.
        case olderSecret(works: Bool)
    }

    /// How many words of a text are looked at, of those that might be something of ours.
    private static let mostWords = 16

    private let formats: SecretFormats
    private var brand: Brand { formats.brand }
    private let peppers: @Sendable () -> Peppers
    private let now: @Sendable () -> Instant

    package init(
        product: Product, peppers: @escaping @Sendable () -> Peppers, now: @escaping @Sendable () -> Instant
    ) {
        formats = product.secretFormats
        self.peppers = peppers
        self.now = now
    }

    /// What a text has in it that is one of our credentials by its form, nil for nothing: as it was copied, with what stood around
    /// it, such as `Authorization: Bearer …`.
    package func kind(of text: PresentedText) -> CredentialKind? {
        words(of: text).lazy.compactMap { CredentialText.parse(Array($0.utf8), brand: brand)?.kind }.first
    }

    /// Whose the first credential of a text is, nil for none that the actor may see. Beside one that says nothing, such as a client's
    /// secret, may stand one that does.
    package func find(_ text: PresentedText, as actor: Actor, tx: borrowing Transaction) throws -> Found? {
        for word in words(of: text) {
            let found =
                if let secret = PresentedSecret(parsing: Array(word.utf8), in: formats) {
                    try find(secret, as: actor, tx: tx)
                } else {
                    try find(identifier: word, as: actor, tx: tx)
                }
            if let found { return found }
        }
        return nil
    }

    private func words(of text: PresentedText) -> ArraySlice<Substring> {
        CredentialText.words(of: text.text).prefix(Self.mostWords)
    }

    private func find(_ secret: PresentedSecret, as actor: Actor, tx: borrowing Transaction) throws -> Found? {
        for pepper in peppers().all {
            let digest = secret.digest(under: pepper)
            switch secret.kind {
            case .apiKey:
                guard let found = try tx.apiKeyForVerification(matching: digest) else { continue }
                guard actor.may(.apiKeysRead, in: found.organization) else { return nil }
                let (key, now) = (found.key, self.now())
                let works = key.state(at: now) == .active && key.previousExpiresAt.map { $0 > now } ?? false
                return Found(
                    thing: .apiKey(key.id), organization: key.organization,
                    mark: found.isPrevious ? .olderSecret(works: works) : .secret)
            case .accessKey:
                guard let (found, key) = try tx.contactForVerification(matching: digest) else { continue }
                return try visible(
                    .accessKey(key), in: found.contact.organization, by: .secret, .contactsRead, as: actor, tx: tx)
            // Those of clients stand under their client; the others are not kept, or not for long.
            case .clientSecret, .accessToken, .refreshToken, .authorizationCode, .invitation, .session: return nil
            }
        }
        return nil
    }

    private func find(
        identifier text: Substring, as actor: Actor, tx: borrowing Transaction
    ) throws -> Found? {
        func found(
            _ thing: Found.Thing, in organization: ID<Organization>?, _ permission: Permission
        ) throws -> Found? {
            try organization.flatMap {
                try visible(thing, in: $0, by: .identifier, permission, as: actor, tx: tx)
            }
        }
        let text = String(text)
        if let id = ID<APIKey>(parsing: text) {
            return try found(.apiKey(id), in: tx.apiKey(id)?.organization, .apiKeysRead)
        }
        if let id = ID<Integration>(parsing: text) {
            return try found(.integration(id), in: tx.integration(id)?.organization, .integrationsRead)
        }
        if let id = ID<App>(parsing: text) { return try found(.app(id), in: tx.app(id)?.organization, .appsRead) }
        if let id = ID<AccessKey>(parsing: text) {
            let contact = try tx.accessKey(id).flatMap { try tx.contact($0.contact) }
            return try found(.accessKey(id), in: contact?.organization, .contactsRead)
        }
        if let id = ID<Contact>(parsing: text) {
            return try found(.contact(id), in: tx.contact(id)?.organization, .contactsRead)
        }
        if let id = ID<Connection>(parsing: text) {
            return try found(.connection(id), in: tx.connection(id)?.organization, .connectionsRead)
        }
        if let id = ID<Grant>(parsing: text) {
            return try found(.grant(id), in: tx.grant(id)?.organization, .grantsRead)
        }
        if let id = ID<Member>(parsing: text) {
            return try found(.member(id), in: tx.member(id)?.organization, .membersRead)
        }
        if let id = ID<Organization>(parsing: text) { return try found(.organization, in: id, .organizationsRead) }
        return nil
    }

    private func visible(
        _ thing: Found.Thing, in organization: ID<Organization>, by mark: Mark, _ permission: Permission,
        as actor: Actor, tx: borrowing Transaction
    ) throws -> Found? {
        guard let place = try tx.organization(organization), actor.may(permission, in: place.path) else { return nil }
        return Found(thing: thing, organization: organization, mark: mark)
    }
}
