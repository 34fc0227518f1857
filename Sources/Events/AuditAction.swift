/// What can be done that the audit log knows: the noun, a dot and what was done to it. Webhooks and alerts are written
/// against these words, so one is never renamed.
package enum AuditAction: String, Sendable, CaseIterable {
    case accountCreated = "account.created"
    case accountChanged = "account.changed"
    case accountSuspended = "account.suspended"
    case accountResumed = "account.resumed"
    case accountDeleted = "account.deleted"

    case organizationCreated = "organization.created"
    case organizationRenamed = "organization.renamed"
    case organizationDeleted = "organization.deleted"

    case memberCreated = "member.created"
    case memberChanged = "member.changed"
    case memberDeleted = "member.deleted"

    case integrationCreated = "integration.created"
    case integrationChanged = "integration.changed"
    case integrationRotated = "integration.rotated"
    case integrationSecretExtended = "integration.secret-extended"
    case integrationSecretEnded = "integration.secret-ended"
    case integrationTokenIssued = "integration.token-issued"
    case integrationDeleted = "integration.deleted"

    case apiKeyCreated = "api-key.created"
    case apiKeyChanged = "api-key.changed"
    case apiKeyRotated = "api-key.rotated"
    case apiKeyDisabled = "api-key.disabled"
    case apiKeyEnabled = "api-key.enabled"
    case apiKeyDeleted = "api-key.deleted"

    case resourceServerCreated = "resource-server.created"
    case resourceServerChanged = "resource-server.changed"
    case resourceServerRotated = "resource-server.rotated"
    case resourceServerDeleted = "resource-server.deleted"

    case accessTokenRevoked = "access-token.revoked"
    case keyRingRotated = "key-ring.rotated"
}
