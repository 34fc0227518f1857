import CredentialFormat
import Model
import Policy

// A key as it is after one more change, so that nothing has to be read back.

extension APIKey {
    func changed(description: String?, scopes: ScopeSet, addresses: AddressRule) -> APIKey {
        copy(description, scopes, addresses, hint, disabledAt, rotatedAt, previousExpiresAt)
    }

    func rotated(hint: SecretHint, at now: Instant, previousExpiresAt: Instant?) -> APIKey {
        copy(description, scopes, addresses, hint, disabledAt, now, previousExpiresAt)
    }

    func disabled(since disabledAt: Instant?) -> APIKey {
        copy(description, scopes, addresses, hint, disabledAt, rotatedAt, previousExpiresAt)
    }

    private func copy(
        _ description: String?, _ scopes: ScopeSet, _ addresses: AddressRule, _ hint: SecretHint,
        _ disabledAt: Instant?, _ rotatedAt: Instant, _ previousExpiresAt: Instant?
    ) -> APIKey {
        APIKey(
            id: id, organization: organization, name: name, description: description, scopes: scopes,
            addresses: addresses, hint: hint, createdAt: createdAt, expiresAt: expiresAt, disabledAt: disabledAt,
            rotatedAt: rotatedAt, previousExpiresAt: previousExpiresAt, createdBy: createdBy, lastUse: lastUse,
            revision: revision + 1)
    }
}
