import CredentialFormat
import Events
package import Model
package import Persistence
import Policy
import ProductDefinition
import TextForms

extension APIKeyService {
    /// How many keys are imported together.
    package static let mostImportedTogether = 100

    /// Takes over keys that were made elsewhere, by their hashes: all, or none where something is wrong with one. For the operator, who
    /// vouches for them. Their texts must begin as the product says, which nobody can see before they are used.
    ///
    /// - Throws: ``Refusal/invalid(_:)`` with all that is wrong, each under `keys.<number>.<member>`, counted from 0.
    package func takeOver(
        _ drafts: [ImportedKeyDraft], as actor: Actor, tx: borrowing Transaction
    ) throws -> [APIKey] {
        try actor.requiresOperator(.accountsManage)
        var problems: [InvalidField] = []
        if product.policy.importedKeyPrefixes.isEmpty {
            problems.append(
                InvalidField("keys", "not_offered", "The product definition has no imported_key_prefixes."))
        }
        if drafts.isEmpty || drafts.count > Self.mostImportedTogether {
            problems.append(
                InvalidField("keys", "out_of_range", "Must be 1 to \(Self.mostImportedTogether) keys."))
        }
        var seen: Set<[UInt8]> = []
        var taken: [APIKey] = []
        for (index, draft) in drafts.prefix(Self.mostImportedTogether).enumerated() {
            let found = try takeOver(draft, unlike: &seen, as: actor, tx: tx)
            if let key = found.key { taken.append(key) }
            problems += found.problems.map { InvalidField("keys.\(index).\($0.field)", $0.code, $0.message) }
        }
        guard problems.isEmpty else { throw Refusal.invalid(problems) }
        return taken
    }

    private func takeOver(
        _ draft: ImportedKeyDraft, unlike seen: inout Set<[UInt8]>, as actor: Actor, tx: borrowing Transaction
    ) throws -> (key: APIKey?, problems: [InvalidField]) {
        let now = now()
        var checks = FieldChecks()
        let id = ID<Organization>(parsing: draft.organization)
        let place = try id.flatMap { try tx.placeForAPIKey($0, countingTo: product.mostAPIKeysPerAccount, at: now) }
        checks.require(place != nil, "organization_id", "unknown", "There is none of that identifier.")
        let hash = Hexadecimal.bytes(draft.sha256.utf8) ?? []
        let digests = peppers().all.map { ImportedSecret.digest(ofHash: hash, under: $0) }
        let isHeld = try digests.contains { try tx.holdsAPIKey($0) }
        let wasHeld = try digests.contains { try tx.wasImported($0) }
        if hash.count != ImportedSecret.hashLength {
            checks.refuse("sha256", "invalid", "Must be 64 hexadecimal digits.")
        } else if !seen.insert(hash).inserted || isHeld {
            checks.refuse("sha256", "taken", "Is imported already.")
        } else if wasHeld, !draft.isAgain {
            // Whoever ended it may have done so because it leaked, and the other system does not know.
            checks.refuse(
                "sha256", "ended",
                "Was imported before and has ended since. With `again` it works again, for everybody who knows it.")
        }
        let longest = product.policy.apiKeyLifetimes.maximum
        let expiresAt = draft.expiresAt ?? now
        checks.require(
            expiresAt > now && expiresAt <= now.adding(seconds: longest), "expires_at", "out_of_range",
            "Must be in the future, and at most \(longest) seconds from now.")
        let hint = draft.hint.map { checks.line("hint", $0, maximum: 24) } ?? "…"
        let key = APIKey(
            id: ID(at: now.milliseconds), organization: id ?? ID(value: 0), name: checks.line("name", draft.name),
            description: checks.text("description", draft.description),
            scopes: checks.scopes(draft.scopes, of: product),
            addresses: checks.addresses(draft.allowedAddresses), hint: SecretHint(stored: hint), createdAt: now,
            expiresAt: expiresAt, disabledAt: nil, rotatedAt: now, previousExpiresAt: nil, createdBy: actor.label,
            lastUse: nil)
        // What lists show of a key, and the log says for ever, is never the key.
        for (field, text) in [("name", key.name), ("description", key.description), ("hint", hint)] {
            guard let text, PlainDigest.of(text.utf8) == hash else { continue }
            checks.refuse(field, "secret", "Is the key itself.")
        }
        if let place {
            checks.require(
                key.scopes.permissions.allSatisfy { !$0.isForOperator }, "scopes", "operator_only",
                "Gives a right that no imported key may hold.")
            let limit = AccountTerms(of: place.standing, in: product).maximum(of: .apiKeys)
            checks.require(
                place.liveKeys < limit, "organization_id", "api_key_limit",
                "Its \(product.words[.account].singular) has all that it may have."
            )
        }
        guard checks.problems.isEmpty, let place else { return (nil, checks.problems) }
        try actor.requiresRights(in: key.scopes)
        let digest = ImportedSecret.digest(ofHash: hash, under: peppers().newest)
        try tx.insert(key, digest: digest, account: place.organization.account)
        try tx.noteImport(digest, at: now)
        try tx.record(
            .apiKeyCreated, target: key.id, in: key.organization,
            details: ["name": key.name, "scopes": key.scopes.text, "origin": "import"], by: actor, at: now)
        tx.announce(.apiKey(key.id))
        return (key, [])
    }
}
