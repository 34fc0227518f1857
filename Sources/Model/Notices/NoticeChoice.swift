/// What a member wants to be told by e-mail of what becomes of credentials.
package struct NoticeChoice: Hashable, Sendable {
    /// How often.
    package enum Pace: String, Sendable, CaseIterable {
        /// One mail a day at most, with everything.
        case daily
        /// One mail in ten minutes at most.
        case soon
        /// None.
        case paused
    }

    /// What belongs together for whoever chooses.
    package enum Group: String, Sendable, CaseIterable {
        /// What ends or has ended.
        case ending
        /// What should be looked after: unused, old, nobody's.
        case upkeep
        /// What may be somebody else's doing.
        case security
        /// How much is used of what the plan gives.
        case limits
        case connections
    }

    package var pace: Pace
    /// What is not told.
    package var muted: Set<Group>
    /// Whether those who are told by their role are told of organizations below theirs, too.
    package var hearsBelow: Bool

    package init(pace: Pace = .daily, muted: Set<Group> = [], hearsBelow: Bool = true) {
        self.pace = pace
        self.muted = muted
        self.hearsBelow = hearsBelow
    }
}

extension LifecycleEvent.Kind {
    /// What it belongs to for whoever chooses, nil for what no person is told.
    package var group: NoticeChoice.Group? {
        switch self {
        case .expiring, .expired: .ending
        case .neverUsed, .unused, .secretOld, .oldSecretIdle, .creatorLeft: .upkeep
        case .refreshTokenReuse, .leaked, .newNetwork, .refusedOften: .security
        case .limitReached, .planChanged: .limits
        case .connectionCreated, .connectionExpiring, .connectionDegraded, .connectionRecovered,
            .connectionReauthRequired, .connectionPermissionChanged, .connectionRevoked, .connectionDisconnected:
            .connections
        case .webhookTest: nil
        }
    }
}
