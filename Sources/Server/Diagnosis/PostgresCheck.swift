import Model
import PersistencePostgres
import Tokens

/// Whether PostgreSQL is reached, is set up to keep what was acknowledged, and holds what the master key opens.
struct PostgresCheck {
    let address: PostgresAddress
    /// What the settings say of what nodes have in common, nil where that cannot be told.
    let installation: Installation?
    let now: Instant

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
            let (status, state) = try PostgresStore.peek(at: address) { [now, installation] tx in
                (try PostgresStatus(tx), try StoredState(tx, joining: installation, at: now))
            }
            return [.fine("database", "\(address), PostgreSQL \(status.version), \(state.schema)")]
                + safety(status) + failOver(status) + separation(status) + clock(status)
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

    /// Nodes go by their own clocks in what they issue, and by the database's in what they share.
    private func clock(_ status: PostgresStatus) -> [Finding] {
        let seconds = status.clock.seconds(since: now)
        guard abs(seconds) > 5 else { return [] }
        return [.warning("clock", "is \(abs(seconds)) s \(seconds > 0 ? "behind" : "ahead of") that of the database")]
    }
}
