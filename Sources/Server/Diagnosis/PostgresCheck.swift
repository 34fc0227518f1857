import Model
import PersistencePostgres
import Tokens

/// Whether PostgreSQL is reached, is set up to keep what was acknowledged, and holds what the master key opens.
struct PostgresCheck {
    let address: PostgresAddress
    /// What the settings say of what nodes have in common, nil where that cannot be told.
    let installation: Installation?
    let now: Instant
    /// When it was that, by a clock that nobody sets: a command for the master key or a busy server may take longer than what is told
    /// of a clock.
    var begun = ContinuousClock.now

    func findings(opening key: MasterKeys?) -> [Finding] {
        encryption() + server(opening: key)
    }

    /// Whoever sits between a node and the database can otherwise read and change everything.
    func encryption() -> [Finding] {
        let remote = address.hosts.filter(\.isRemote).map(\.description)
        guard !remote.isEmpty, !address.tls.isVerified else { return [] }
        return [
            .warning(
                "database",
                "sslmode is \(address.tls.rawValue), so nothing proves that \(remote.joined(separator: ", ")) is who it "
                    + "should be. Say sslmode=verify-full")
        ]
    }

    private func server(opening key: MasterKeys?) -> [Finding] {
        do {
            let asked = time
            let (status, state) = try PostgresStore.peek(at: address) { [now, installation] tx in
                (try PostgresStatus(tx), try StoredState(tx, joining: installation, at: now))
            }
            return [.fine("database", "\(address), PostgreSQL \(status.version), \(state.schema)")]
                + safety(status) + failOver(status) + separation(status)
                + clock(status, asked: asked, answered: time)
                + state.findings(opening: key, now: now) + state.findings(joining: installation)
        } catch {
            return [.error("database", "\(address): \(error)")]
        }
    }

    private func safety(_ status: PostgresStatus) -> [Finding] {
        var findings: [Finding] = []
        if status.version < PostgresStatus.oldestVersion {
            findings.append(
                .error("database", "PostgreSQL \(PostgresStatus.oldestVersion) or newer is needed"))
        }
        if !status.isPrimary {
            findings.append(.error("database", "the server follows another one and cannot be written to"))
        }
        if !status.keepsWhatItWrote {
            findings.append(
                .error(
                    "database",
                    "fsync or full_page_writes is off: when its machine stops, the server can lose everything"))
        }
        return findings
    }

    /// What is lost if the server is, and another takes its place.
    private func failOver(_ status: PostgresStatus) -> [Finding] {
        guard !status.hasSynchronousStandby else { return [] }
        let text = "no standby confirms a commit: a fail-over may lose the last changes that were acknowledged"
        return [status.standbys > 0 || address.hosts.count > 1 ? .warning("database", text) : .fine("database", text)]
    }

    /// Whether the database itself keeps accounts apart.
    private func separation(_ status: PostgresStatus) -> [Finding] {
        let role = status.accountRole
        guard !status.hasAccountRole else { return [.fine("database", "the role \(role) keeps accounts apart")] }
        return [
            .warning(
                "database",
                "there is no role \(role) that its user may become and that a node has given its rights, so accounts are kept "
                    + "apart by the program alone. Make it as docs/operating-postgres.md says, and restart the nodes")
        ]
    }

    /// What this machine's clock shows.
    private var time: Instant {
        let passed = begun.duration(to: .now) / .milliseconds(1)
        return Instant(milliseconds: now.milliseconds + Int64(passed))
    }

    /// Nodes go by their own clocks in what they issue, and by the database's in what they share. Its clock was looked at between the
    /// question and the answer, so it is at least this far from ours.
    private func clock(_ status: PostgresStatus, asked: Instant, answered: Instant) -> [Finding] {
        let (behind, ahead) = (status.clock.seconds(since: answered), asked.seconds(since: status.clock))
        guard max(behind, ahead) > 5 else { return [] }
        let side = behind > ahead ? "behind" : "ahead of"
        return [.warning("clock", "is \(max(behind, ahead)) s \(side) that of the database")]
    }
}
