import Persistence
import Model
import Tokens

/// What there is to say of master keys, a line each.
struct MasterKeyReport {
    let state: MasterKeyState
    let keys: MasterKeys
    /// Whether there can be more than one node, of which one may be gone.
    let isShared: Bool

    var text: String {
        var rows = [("in force", inForce), ("given here", keys.names.joined(separator: ", ")), ("key ring", ring)]
        rows.append(("organizations", organizations))
        if state.nodes.isEmpty { rows.append(("nodes", "none runs")) }
        for (index, node) in state.nodes.enumerated() {
            let names = node.masterKeys.joined(separator: ", ")
            let opened = node.opened == state.inForce ? "has opened the key ring" : "has not opened the key ring"
            let heard = isShared ? "; heard of \(node.silence / 1000) s ago" : ""
            let text = "\(node.node)  given \(names); \(opened)\(heard)"
            rows.append((index == 0 ? "nodes" : "", text))
        }
        rows.append(("next", MasterKeyAdvice.next(state, given: keys.names)))
        return rows.map { name, text in "\(name)\(String(repeating: " ", count: 15 - name.count))\(text)" }
            .joined(separator: "\n")
    }

    /// Whether a node, or whoever asks, cannot open what is there.
    var isFaulty: Bool {
        guard let inForce = state.inForce else { return false }
        return !keys.names.contains(inForce) || state.nodes.contains { !$0.has(inForce) }
    }

    private var inForce: String {
        guard let name = state.inForce else { return "not written down yet" }
        return state.inForceFrom.map { "\(name), since \(CivilTime($0).rfc3339())" } ?? name
    }

    private var ring: String {
        guard let key = KeyRing.masterKey(of: state.ring, among: keys) else {
            return state.ring.isEmpty ? "empty" : "\(state.ring.count) keys, which do not open with what was given here"
        }
        let isWhole = KeyRing.isSealed(state.ring, under: key)
        return "\(state.ring.count) keys\(isWhole ? "" : ", some of them") sealed under \(key.identifier)"
    }

    private var organizations: String {
        guard !state.organizations.isEmpty else { return "no keys" }
        return state.organizations.sorted { $0.key < $1.key }.map { "\($0.value) keys sealed under \($0.key)" }
            .joined(separator: ", ")
    }
}
