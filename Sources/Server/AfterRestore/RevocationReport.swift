import Model

/// What was ended again after a restore, and what nobody can know.
struct RevocationReport {
    let changes: LostChanges
    /// How many of them the database does not know.
    let lost: Int
    let plan: RevocationPlan
    let isTrial: Bool
    var keepsRefreshTokens = false
    /// How many were done again before.
    var wereDone = 0
    private var done: [Revocation] = []
    private var needless = 0
    private(set) var left: [String] = []

    init(changes: LostChanges, lost: Int, plan: RevocationPlan, isTrial: Bool) {
        self.changes = changes
        self.lost = lost
        self.plan = plan
        self.isTrial = isTrial
    }

    mutating func note(_ outcome: RevocationOutcome, of revocation: Revocation) {
        switch outcome.kind {
        case .done: done.append(revocation)
        case .needless: needless += 1
        case .left: leave(revocation.text, because: outcome.reason ?? "no reason is known")
        }
    }

    /// Notes what is in force again and stays so.
    mutating func leave(_ text: String, because reason: String) {
        left.append("\(text): \(reason)")
    }

    var text: String {
        let time = RFC3339.text(of: changes.since)
        var lines = ["since     \(time)"]
        if changes.sources.isEmpty {
            lines.append("read      nothing: what was revoked since is in force again, and nobody said what it is")
        } else {
            lines.append("read      \(changes.sources.joined(separator: ", "))")
            lines.append("lost      \(lost) changes of which this database does not know")
        }
        lines += section(isTrial ? "would be ended again" : "ended again", done.map { $0.text + $0.remedy })
        lines += section("could not be ended again", left)
        lines += section("look at these yourself: they were changed since, and nothing of it was repeated", plan.byHand)
        lines.append("")
        if wereDone + needless > 0 {
            lines.append("Of \(wereDone + needless) more nothing was left to do: done before, gone, or so already.")
        }
        if plan.madeSince > 0 {
            lines.append("\(plan.madeSince) things were made since. This database does not know them and refuses them.")
        }
        return (lines + unknowable).joined(separator: "\n")
    }

    private func section(_ title: String, _ entries: [String]) -> [String] {
        entries.isEmpty ? [] : ["", "\(title) (\(entries.count)):"] + entries.map { "  \($0)" }
    }

    private var unknowable: [String] {
        let refresh =
            keepsRefreshTokens
            ? "Refresh tokens that were used up since the backup work again, for whoever has a copy."
            : "Users sign in to their apps once more: which refresh tokens were used up since, nobody can tell."
        return [
            """
            What no audit log tells:
              What was revoked after the last event of these logs is in force again.
              Secrets, passwords and second factors that were new are gone. Give new ones; the old ones were ended where a log
              names them.
              \(refresh)
              Connections whose tokens were renewed since may need their user: claviger provider verify.
            """
        ]
    }
}

extension Revocation {
    /// What somebody has to do about it.
    fileprivate var remedy: String {
        switch deed {
        case .replaceSecret: ": rotate it once more, for a secret that is known"
        case .forgetPassword: ": send a new link"
        case .endLinks: ": send another link"
        case .end, .disable, .endSecret, .narrow, .endSessions, .revokeToken, .replaceKeys: ""
        }
    }
}
