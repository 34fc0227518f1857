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
    /// By themselves or by an admin: from which address to which.
    case memberEmailChanged = "member.email-changed"
    /// A member asked for it: a link went to the new address.
    case memberEmailChangeRequested = "member.email-change-requested"
    /// What they are told by e-mail: they chose, or somebody opened the link in a mail.
    case memberNoticesChanged = "member.notices-changed"

    case contactCreated = "contact.created"
    case contactChanged = "contact.changed"
    case contactDisabled = "contact.disabled"
    case contactEnabled = "contact.enabled"
    case contactDeleted = "contact.deleted"

    case accessKeyCreated = "access-key.created"
    case accessKeyRotated = "access-key.rotated"
    case accessKeyDisabled = "access-key.disabled"
    case accessKeyEnabled = "access-key.enabled"
    case accessKeyDeleted = "access-key.deleted"

    case integrationCreated = "integration.created"
    case integrationChanged = "integration.changed"
    case integrationRotated = "integration.rotated"
    case integrationSecretExtended = "integration.secret-extended"
    case integrationSecretEnded = "integration.secret-ended"
    /// It may have leaked, and is refused until somebody has looked.
    case integrationSecretQuarantined = "integration.secret-quarantined"
    case integrationSecretReleased = "integration.secret-released"
    /// A person looked at the secret in force.
    case integrationSecretRevealed = "integration.secret-revealed"
    /// The copies that had been kept of secrets were destroyed: the product keeps none any longer.
    case integrationCopiesDestroyed = "integration.secret-copies-destroyed"
    case integrationTokenIssued = "integration.token-issued"
    case integrationDisabled = "integration.disabled"
    case integrationEnabled = "integration.enabled"
    case integrationDeleted = "integration.deleted"
    /// Another member looks after it.
    case integrationHandedOver = "integration.handed-over"

    case appCreated = "app.created"
    case appChanged = "app.changed"
    case appRotated = "app.rotated"
    case appSecretExtended = "app.secret-extended"
    case appSecretEnded = "app.secret-ended"
    case appSecretQuarantined = "app.secret-quarantined"
    case appSecretReleased = "app.secret-released"
    case appDisabled = "app.disabled"
    case appEnabled = "app.enabled"
    case appDeleted = "app.deleted"
    case appHandedOver = "app.handed-over"

    /// A user consented, for the first time or to more.
    case grantGiven = "grant.given"
    case grantRevoked = "grant.revoked"
    /// A refresh token or an authorization code was used again: somebody has a copy.
    case lineageReuseDetected = "refresh-lineage.reuse-detected"
    /// The app gave it up (RFC 7009).
    case lineageRevoked = "refresh-lineage.revoked"

    case sessionStarted = "session.started"
    case sessionEnded = "session.ended"
    case sessionHandedOver = "session.handed-over"
    /// Somebody showed a wrong password or code, with whose it was. At most once an hour for each member.
    case signInFailed = "sign-in.failed"
    case signInThrottled = "sign-in.throttled"
    case memberInvited = "member.invited"
    case memberJoined = "member.joined"
    case passwordResetRequested = "password.reset-requested"
    case passwordChanged = "password.changed"
    case secondFactorAdded = "second-factor.added"
    case secondFactorRemoved = "second-factor.removed"
    case recoveryCodesRenewed = "recovery-codes.renewed"
    case recoveryCodeUsed = "recovery-code.used"

    case apiKeyCreated = "api-key.created"
    case apiKeyChanged = "api-key.changed"
    case apiKeyRotated = "api-key.rotated"
    case apiKeySecretExtended = "api-key.secret-extended"
    case apiKeySecretEnded = "api-key.secret-ended"
    case apiKeyDisabled = "api-key.disabled"
    case apiKeyEnabled = "api-key.enabled"
    case apiKeyDeleted = "api-key.deleted"
    case apiKeyHandedOver = "api-key.handed-over"

    case connectionCreated = "connection.created"
    /// Tokens of another system were taken over.
    case connectionImported = "connection.imported"
    /// A user consented again.
    case connectionRepaired = "connection.reauthenticated"
    /// Somebody did not wait for the schedule.
    case connectionRenewalWanted = "connection.renewal-requested"
    case connectionDisconnected = "connection.disconnected"
    /// The provider said that access was taken back there.
    case connectionRevoked = "connection.revoked"
    /// Its access token was given to somebody, or its provider called in its name. At most once an hour for each who does, with how often.
    case connectionUsed = "connection.used"
    /// The secret of our own client at a provider.
    case providerSecretSet = "provider-access.secret-set"

    case webhookCreated = "webhook.created"
    case webhookChanged = "webhook.changed"
    case webhookRotated = "webhook.rotated"
    /// Nobody wanted it so: it answered that it is gone, or took nothing for days.
    case webhookStopped = "webhook.stopped"
    /// Somebody had something sent to it: a test, or what it was sent already or had missed.
    case webhookSent = "webhook.sent"
    case webhookDeleted = "webhook.deleted"

    case resourceServerCreated = "resource-server.created"
    case resourceServerChanged = "resource-server.changed"
    case resourceServerRotated = "resource-server.rotated"
    case resourceServerDeleted = "resource-server.deleted"

    case accessTokenRevoked = "access-token.revoked"
    case keyRingRotated = "key-ring.rotated"
    /// Another one is in force: the key ring is sealed under it.
    case masterKeyChanged = "master-key.changed"
    /// Nothing in the database is sealed under it any more.
    case masterKeyRetired = "master-key.retired"
    case installationChanged = "installation.changed"
}

extension AuditAction {
    /// What was done something to: the word before the dot.
    package enum Noun: String, Sendable, CaseIterable {
        case account, organization, member, contact, integration, app, grant, session, password, installation
        case connection, webhook
        case accessKey = "access-key"
        case accessToken = "access-token"
        case apiKey = "api-key"
        case keyRing = "key-ring"
        case lineage = "refresh-lineage"
        case masterKey = "master-key"
        case providerAccess = "provider-access"
        case recoveryCode = "recovery-code"
        case recoveryCodes = "recovery-codes"
        case resourceServer = "resource-server"
        case secondFactor = "second-factor"
        case signIn = "sign-in"

        /// Whether only the operator's own events are about it.
        package var isForOperator: Bool {
            switch self {
            case .account, .resourceServer, .keyRing, .masterKey, .installation, .providerAccess: true
            case .organization, .member, .contact, .integration, .app, .grant, .session, .password, .accessKey,
                .accessToken, .apiKey, .connection, .webhook, .lineage, .recoveryCode, .recoveryCodes, .secondFactor,
                .signIn:
                false
            }
        }
    }

    /// Nil for an action whose noun is missing above, which a test forbids.
    package var noun: Noun? { Noun(rawValue: String(rawValue.prefix { $0 != "." })) }
}
