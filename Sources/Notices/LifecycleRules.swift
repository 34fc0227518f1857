package import Model

/// What there is to tell of a credential at a moment, by what is known of it.
///
/// Each rule has a moment at which it begins to hold. Only what began in the last days is told: what lies further back was told, or
/// nobody looked for so long.
package struct LifecycleRules: Sendable {
    /// Of what began to hold longer ago, nothing is told any more. Events are kept for longer, so that none is told twice.
    package static let windowSeconds = 7 * day
    /// How many days before its end a credential is told of.
    package static let warningDays = [1, 7, 30]
    /// A credential that nobody has used is told of after so long.
    package static let neverUsedSeconds = 30 * day
    package static let unusedSeconds = 90 * day
    /// An old secret can be ended after nobody has used it for so long.
    package static let idleSeconds = 6 * 3600
    private static let day = 86_400

    /// From which age on a secret is to be rotated, in seconds.
    package let secretAgeSeconds: Int

    package init(secretAgeSeconds: Int) {
        self.secretAgeSeconds = secretAgeSeconds
    }

    /// Something that is so.
    package struct Finding: Hashable, Sendable {
        package let kind: LifecycleEvent.Kind
        /// As in ``LifecycleEvent/occasion``.
        package let occasion: String
        /// Since when it is so.
        package let at: Instant
        package var days: Int?
    }

    /// In the order in which it came to be so.
    package func findings(about credential: WatchedCredential, at now: Instant) -> [Finding] {
        guard !credential.isDisabled else { return [] }
        let found: [Finding] =
            if let end = credential.expiresAt, end <= now {
                [Finding(kind: .expired, occasion: Self.text(end), at: end)]
            } else {
                [ending(credential, at: now)].compactMap(\.self) + Self.use(of: credential) + age(of: credential)
            }
        let recent = found.filter { $0.at <= now && $0.at > now.adding(seconds: -Self.windowSeconds) }
        // How long an overlap lasts is for the product, so this one is told for as long as it lasts.
        let idle = Self.idle(credential, at: now)
        return (recent + [idle].compactMap(\.self)).sorted { ($0.at, $0.kind.rawValue) < ($1.at, $1.kind.rawValue) }
    }

    /// The last warning that is due: where nobody looked for a while, those before it say nothing any more.
    private func ending(_ credential: WatchedCredential, at now: Instant) -> Finding? {
        guard let end = credential.expiresAt else { return nil }
        for days in Self.warningDays {
            let from = end.adding(seconds: -days * Self.day)
            // Who was just given something for a day knows that it ends in a day.
            if from <= now, from > max(credential.createdAt, credential.secretAt) {
                return Finding(kind: .expiring, occasion: "\(Self.text(end)).\(days)", at: from, days: days)
            }
        }
        return nil
    }

    private static func use(of credential: WatchedCredential) -> [Finding] {
        if let usedAt = credential.usedAt {
            [Finding(kind: .unused, occasion: text(usedAt), at: usedAt.adding(seconds: unusedSeconds))]
        } else {
            [
                Finding(
                    kind: .neverUsed, occasion: text(credential.createdAt),
                    at: credential.createdAt.adding(seconds: neverUsedSeconds))
            ]
        }
    }

    private func age(of credential: WatchedCredential) -> [Finding] {
        [
            Finding(
                kind: .secretOld, occasion: Self.text(credential.secretAt),
                at: credential.secretAt.adding(seconds: secretAgeSeconds))
        ]
    }

    private static func idle(_ credential: WatchedCredential, at now: Instant) -> Finding? {
        guard let old = credential.oldSecret, old.endsAt > now else { return nil }
        let from = max(credential.secretAt, old.usedAt ?? credential.secretAt).adding(seconds: idleSeconds)
        guard from <= now else { return nil }
        return Finding(kind: .oldSecretIdle, occasion: text(credential.secretAt), at: from)
    }

    private static func text(_ time: Instant) -> String { String(time.milliseconds) }
}
