import Connections
import Model
import Persistence
import Tokens

/// Whether keys of organizations open, under which master key, and whether what is sealed below them does. It reads in small steps, for
/// a bounded time, and changes nothing.
struct SealCheck {
    /// For how long it looks at the keys, and then at what is below them.
    private static let patience = Duration.seconds(20)
    /// How much of what does not open is named.
    private static let named = 20

    let location: DatabaseLocation
    let keys: MasterKeys
    /// Of the installation whose rows they are, nil where it cannot be told.
    let brand: String?
    let now: Instant

    /// Nothing where there is no schema of ours, or none of this version: that is told elsewhere.
    func findings() async -> [Finding] {
        let store = PeekedStore(location: location)
        guard (try? await store.read { tx in try MigrationRunner().missing(tx) }) == 0 else { return [] }
        let time = now
        let vault = ConnectionVault(
            keys: OrganizationKeys(over: store, wrappedBy: keys.wrapping, now: { time }), environment: brand ?? "")
        let inspection = SealInspection(store: store, vault: vault, now: { time })
        do {
            let ofKeys = try await inspection.inspectKeys(after: nil, for: Self.patience)
            let findings = Self.findings(try MasterKeyState(of: location)) + Self.findings(ofKeys)
            // What is below a key that was not given says nothing of itself.
            guard brand != nil, ofKeys.missing.isEmpty else { return findings }
            return findings + Self.findings(try await inspection.inspect(after: nil, for: Self.patience))
        } catch {
            return [.error("organization keys", "\(error)")]
        }
    }

    /// Nothing where no change of the master key is going on, and every node has the one in force.
    private static func findings(_ state: MasterKeyState) -> [Finding] {
        guard let inForce = state.inForce else { return [] }
        var findings: [Finding] = []
        let lacking = state.nodes.filter { !$0.has(inForce) }
        if !lacking.isEmpty {
            let text = "\(inForce) is in force, and these nodes were not given it: \(lacking.listed)"
            findings.append(.error("master key", text))
        }
        if !state.before.isEmpty {
            let text = "a change was not finished: claviger master-key change goes on with it"
            findings.append(.warning("master key", text))
        }
        return findings
    }

    private static func findings(_ step: SealInspection.KeyStep) -> [Finding] {
        let subject = "organization keys"
        let older = step.older.values.reduce(0, +)
        let all = step.opened + older + step.missing.values.reduce(0, +) + step.unreadable.count
        guard all > 0 else { return [] }
        var findings: [Finding] = []
        if step.opened > 0 { findings.append(.fine(subject, "\(step.opened) of \(all) open under the master key")) }
        for (name, count) in step.older.sorted(by: { $0.key < $1.key }) {
            let text = "\(count) of \(all) are still sealed under \(name)"
            let end = "which is needed until claviger master-key change has sealed them anew"
            findings.append(.warning(subject, "\(text), \(end)"))
        }
        for (name, count) in step.missing.sorted(by: { $0.key < $1.key }) {
            let text = "\(count) of \(all) are sealed under \(name), which was not given"
            findings.append(.error(subject, "\(text): name it as the previous master key"))
        }
        if !step.unreadable.isEmpty {
            let text = "\(step.unreadable.count) of \(all) do not open: their rows are damaged"
            findings.append(.error(subject, "\(text): \(listed(step.unreadable))"))
        }
        if step.next != nil {
            findings.append(.warning(subject, "there are more than these \(all), which is as far as was looked"))
        }
        return findings
    }

    private static func findings(_ step: SealInspection.Step) -> [Finding] {
        let subject = "sealed rows"
        var findings: [Finding] = []
        if step.opened > 0 { findings.append(.fine(subject, "of \(step.opened) connections everything opens")) }
        if !step.unreadable.isEmpty {
            let text = "of \(step.unreadable.count) connections and clients something does not open"
            findings.append(.error(subject, "\(text): \(listed(step.unreadable))"))
        }
        if step.next != nil {
            findings.append(.fine(subject, "there are more than that: claviger provider verify looks at all"))
        }
        return findings
    }

    private static func listed(_ names: [String]) -> String {
        names.prefix(named).joined(separator: " ") + (names.count > named ? " …" : "")
    }
}
