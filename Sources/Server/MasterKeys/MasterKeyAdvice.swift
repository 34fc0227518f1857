import Persistence

/// What is to be done next, for people.
enum MasterKeyAdvice {
    /// Nodes without the master key that is to be put in force.
    static func lacking(_ name: String, _ nodes: [MasterKeyHolder], of all: Int) -> String {
        """
        \(nodes.count) of \(all) running nodes were not given \(name): \(nodes.listed). Nothing was changed. Start each of them again with \
        both master keys (one as master-key, the other as previous-master-key), then run this again. One that is gone for good is \
        passed over after \(MasterKeyState.goneAfter / 1000) s.
        """
    }

    /// The next step of whoever was given `names`, the one of `master-key` first.
    static func next(_ state: MasterKeyState, given names: [String]) -> String {
        guard let inForce = state.inForce, let wanted = names.first else {
            return "start a server: it writes down which master key is in force"
        }
        guard names.contains(inForce) else {
            return "give this command \(inForce), too: that as previous-master-key, and the new one as master-key"
        }
        let unable = state.nodes.filter { !$0.has(inForce) }
        if !unable.isEmpty { return "start these nodes again with \(inForce), which is in force: \(unable.listed)" }
        if wanted != inForce {
            let lacking = state.nodes.filter { !$0.has(wanted) }
            if lacking.isEmpty { return "claviger master-key change, which puts \(wanted) in force" }
            return "start again with \(wanted), too: \(lacking.listed). Then claviger master-key change"
        }
        if !state.isComplete {
            let needed = (Set(state.before).union(state.organizations.keys)).subtracting([inForce]).sorted()
            return """
                claviger master-key change, which goes on where it was stopped; until it is done no node may be started without \
                \(needed.joined(separator: ", "))
                """
        }
        let others = state.nodes.filter { $0.masterKeys != [inForce] }
        if !others.isEmpty {
            return """
                start these nodes again with \(inForce) alone, as master-key: \(others.listed). The other one is needed for backups \
                from before the change, and for nothing else
                """
        }
        return "nothing: no node has another master key, and nothing is sealed under one"
    }
}
