import ProductDefinition
import Verification

extension Notice {
    /// What the page before has just done, nil for nothing.
    ///
    /// - Parameters:
    ///   - heard: Which nodes have heard of it, where something is refused from then on.
    ///   - find: Where one asks by a secret, nil for who finds nothing there.
    static func done(
        _ done: Done?, heard: FeedConfirmation?, in words: ProductWords, find: PageLink? = nil
    ) -> Notice? {
        guard let done else { return nil }
        let text = done.words(in: words)
        guard done != .searchedForSecret else {
            return .bad(find == nil ? text : "\(text) A secret is safe here:", link: find)
        }
        return .good([text, heard?.words].compactMap(\.self).joined(separator: " "))
    }
}

extension FeedConfirmation {
    /// How many refuse by now what was ended, nil where there is one alone.
    var words: String? {
        guard nodes > 1 else { return nil }
        return confirmed >= nodes
            ? "All \(nodes) nodes refuse it by now."
            : "\(confirmed) of \(nodes) nodes refuse it by now; the others follow."
    }
}

extension Done {
    /// Whether something is refused from then on that nodes may remember, so that it is worth saying which of them have heard. Sessions
    /// and connections are none of that: each node asks the database for them with every request.
    var isEnding: Bool {
        switch self {
        case .integrationDeleted, .secretEnded, .apiKeyDeleted, .apiKeyDisabled, .olderAPIKeyEnded, .apiKeysDisabled,
            .apiKeysDeleted, .integrationsDeleted, .appsDeleted, .integrationDisabled, .integrationsDisabled,
            .appDisabled, .appsDisabled,
            .contactDisabled, .contactDeleted, .accessKeyDisabled, .accessKeyDeleted, .appDeleted, .appTakenBack,
            .consentRemoved, .consentsRemoved, .personRemoved, .organizationDeleted, .resourceServerDeleted,
            .accountSuspended:
            true
        case .sessionEnded, .otherSessionsEnded, .personSignedOut, .passwordChanged, .disconnected: false
        case .passwordSet, .emailChanged, .noticesSaved, .secondFactorAdded, .secondFactorRemoved, .personFactorRemoved,
            .appCreated,
            .appSaved, .appEnabled, .integrationEnabled, .contactCreated, .contactSaved, .contactEnabled,
            .accessKeyEnabled, .integrationSaved,
            .secretShownBefore, .tokenShownBefore, .searchedForSecret, .secretExtended, .secretReleased, .apiKeySaved,
            .apiKeyEnabled, .olderAPIKeyExtended,
            .found, .foundOlder, .foundEnded, .personInvited, .personSaved, .handedOver, .organizationCreated,
            .organizationSaved, .resourceServerSaved, .webhookSaved, .webhookSent, .webhookDeleted, .connected,
            .connectionRepaired, .connectionRecognized,
            .connectionRenewed, .connectionNotRenewed, .connectionRenewalWaits, .connectionTriedBefore,
            .connectionRenewalThrottled,
            .providerSecretSaved, .accountCreated, .accountSaved, .accountResumed:
            false
        }
    }
}

extension WebConsole {
    /// Which nodes have heard of what the page before has just ended, nil where it ended nothing. It takes the few milliseconds of a
    /// message, and no longer than this where a node is silent.
    func heard(of done: Done?) async -> FeedConfirmation? {
        guard let done, done.isEnding else { return nil }
        return await confirm(.milliseconds(500))
    }
}
