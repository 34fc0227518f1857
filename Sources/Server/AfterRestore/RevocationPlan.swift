import CredentialFormat
import Events
import Model

/// What follows from changes that a restored database does not know: what is ended again, in the order in which it was, and what
/// people have to look at.
struct RevocationPlan: Sendable {
    private(set) var revocations: [Revocation] = []
    /// What was changed and is no revocation that could be repeated.
    private(set) var byHand: [String] = []
    /// How many things were made since. The database does not know them, so they are refused.
    private(set) var madeSince = 0

    /// - Parameter changes: Oldest first.
    init(_ changes: [LostChange]) {
        let made = Set(changes.filter(\.isBirth).map(\.target))
        madeSince = made.count
        var fates: [String: Fate] = [:]
        for change in changes where !made.contains(change.target) {
            let subject = change.subject
            fates[subject, default: Fate()].take(change, of: subject)
        }
        revocations = fates.values.flatMap(\.revocations).sorted { ($0.at, $0.event) < ($1.at, $1.event) }
        byHand = fates.values.flatMap(\.byHand).sorted { $0.id < $1.id }.map(\.text)
    }
}

extension LostChange {
    /// Whether it is the beginning of its target.
    fileprivate var isBirth: Bool {
        let births: Set<AuditAction> = [
            .accountCreated, .organizationCreated, .memberCreated, .contactCreated, .accessKeyCreated,
            .integrationCreated, .appCreated, .apiKeyCreated, .connectionCreated, .connectionImported,
            .resourceServerCreated, .sessionStarted,
        ]
        return births.contains(action)
    }

    /// What it is about: a member where it is one of their sessions that ended, else its target.
    fileprivate var subject: String {
        action == .sessionEnded ? member?.description ?? target : target
    }
}

/// What became of one thing since.
private struct Fate {
    private var end: Revocation?
    private var disabling: Revocation?
    private var forgetting: Revocation?
    private var sessions: Revocation?
    private var narrowing: Revocation?
    private var secretEnd: Revocation?
    private var quarantine: Revocation?
    /// The last link of each purpose, which ended those before it.
    private var links: [OneTimeLink.Purpose: Revocation] = [:]
    private var others: [Revocation] = []
    /// The last rotation, and what is left of the secret before the first.
    private var rotation: (change: LostChange, overlapUntil: Int64?, endsTokens: Bool)?
    private(set) var byHand: [LostChange] = []

    var revocations: [Revocation] {
        if let end { return [end] }
        let replacement = rotation.map {
            Revocation(.replaceSecret(overlapUntil: $0.overlapUntil, endsTokens: $0.endsTokens), as: $0.change)
        }
        // Without a password, sessions have ended too.
        let signIns = forgetting ?? sessions
        return [disabling, signIns, narrowing, replacement ?? quarantine ?? secretEnd].compactMap(\.self) + links.values
            + others
    }

    mutating func take(_ change: LostChange, of subject: String) {
        switch change.action {
        case .accountDeleted, .organizationDeleted, .memberDeleted, .contactDeleted, .accessKeyDeleted,
            .integrationDeleted, .appDeleted, .apiKeyDeleted, .resourceServerDeleted, .grantRevoked, .lineageRevoked,
            .lineageReuseDetected:
            end = Revocation(.end, as: change)
            byHand = []
        case .accountSuspended, .contactDisabled, .accessKeyDisabled, .apiKeyDisabled, .integrationDisabled,
            .appDisabled:
            disabling = Revocation(.disable, as: change)
        case .accountResumed, .contactEnabled, .accessKeyEnabled, .apiKeyEnabled, .integrationEnabled, .appEnabled:
            if disabling == nil { byHand.append(change) }
            disabling = nil
        case .accessKeyRotated, .integrationRotated, .appRotated, .apiKeyRotated, .resourceServerRotated:
            rotate(change)
        case .integrationSecretEnded, .appSecretEnded, .apiKeySecretEnded:
            rotation?.overlapUntil = nil
            secretEnd = change.details["secret"].map { Revocation(.endSecret($0), as: change) }
        case .integrationSecretQuarantined, .appSecretQuarantined:
            // The database has it accepted, and there is no quarantine to be had again but by a report.
            quarantine = Revocation(
                .replaceSecret(overlapUntil: nil, endsTokens: change.details["tokens"] == "ended"), as: change)
        case .integrationSecretReleased, .appSecretReleased:
            if quarantine == nil, rotation == nil { byHand.append(change) }
            quarantine = nil
        case .integrationChanged, .appChanged, .apiKeyChanged:
            let fields = Set(change.words("fields"))
            if fields.contains("scopes") {
                narrowing = Revocation(
                    .narrow(scopes: change.words("scopes"), roles: nil, permissions: nil), as: change)
            }
            if !fields.isSubset(of: ["scopes", "name", "label", "description"]) { byHand.append(change) }
        case .memberChanged:
            let fields = Set(change.words("fields"))
            if !fields.isDisjoint(with: ["roles", "permissions"]) {
                narrowing = Revocation(
                    .narrow(scopes: nil, roles: change.words("roles"), permissions: change.words("permissions")),
                    as: change)
            }
            if fields.contains("password") { forgetting = Revocation(.forgetPassword, as: change) }
        case .passwordChanged, .memberJoined:
            forgetting = Revocation(.forgetPassword, as: change)
        case .memberEmailChanged:
            forgetting = Revocation(.forgetPassword, as: change)
            byHand.append(change)
        case .sessionEnded:
            sessions = Revocation(.endSessions, as: change, of: subject)
        case .secondFactorAdded, .secondFactorRemoved, .recoveryCodesRenewed, .recoveryCodeUsed:
            sessions = Revocation(.endSessions, as: change)
            byHand.append(change)
        case .accessTokenRevoked:
            others.append(Revocation(.revokeToken(client: change.client), as: change))
        case .keyRingRotated:
            // A timed rotation takes nothing away.
            if change.details["before"] == "refused" { others = [Revocation(.replaceKeys, as: change)] }
        case .contactChanged:
            // Who may have tokens made for it.
            if change.words("fields").contains("member_id") { byHand.append(change) }
        case .accountChanged, .connectionDisconnected, .connectionRevoked, .resourceServerChanged,
            .providerSecretSet, .installationChanged, .masterKeyChanged, .integrationSecretExtended, .appSecretExtended,
            .apiKeySecretExtended, .memberNoticesChanged, .webhookChanged, .webhookRotated, .webhookStopped,
            .webhookDeleted:
            byHand.append(change)
        case .memberInvited: replaceLinks(change, for: .invitation)
        case .memberEmailChangeRequested: replaceLinks(change, for: .emailChange)
        // One that a member asked for is mailed to the address, and ends none.
        case .passwordResetRequested: if change.details["link"] != nil { replaceLinks(change, for: .passwordReset) }
        case .accountCreated, .organizationCreated, .organizationRenamed, .memberCreated, .contactCreated,
            .accessKeyCreated, .integrationCreated, .integrationSecretRevealed,
            .integrationCopiesDestroyed, .integrationTokenIssued, .integrationHandedOver, .appCreated, .appHandedOver,
            .grantGiven, .sessionStarted,
            .sessionHandedOver, .signInFailed, .signInThrottled, .apiKeyCreated,
            .apiKeyHandedOver, .connectionCreated, .connectionImported, .connectionRepaired,
            .connectionRenewalWanted, .connectionUsed, .webhookCreated, .webhookSent,
            .resourceServerCreated, .masterKeyRetired:
            break
        }
    }

    private mutating func replaceLinks(_ change: LostChange, for purpose: OneTimeLink.Purpose) {
        links[purpose] = Revocation(.endLinks(purpose: purpose.rawValue), as: change)
    }

    /// After a second rotation, nothing is left of the secret that the backup has.
    private mutating func rotate(_ change: LostChange) {
        let overlap = change.details["overlap_seconds"].flatMap { Int($0) } ?? 0
        let isFirst = rotation == nil
        rotation = (
            change, isFirst && overlap > 0 ? change.at.adding(seconds: overlap).milliseconds : nil,
            (rotation?.endsTokens ?? false) || change.details["tokens"] == "ended"
        )
        secretEnd = nil
    }
}
