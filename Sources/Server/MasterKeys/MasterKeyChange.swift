import Persistence
import Foundation
import Tokens

/// The change of the master key, from a command: looks whether every running node was given the new one, puts it in force, waits until
/// all have opened the key ring under it, and has the keys of organizations sealed anew. Begun again, it goes on where it was.
struct MasterKeyChange {
    /// How long nodes are waited for: one that is gone is passed over before that.
    private static let patience = Duration.milliseconds(MasterKeyState.goneAfter + 30_000)
    private static let pause = Duration.milliseconds(500)

    let configuration: ServerConfiguration
    let isTrial: Bool
    private let say: (String) -> Void

    init(_ configuration: ServerConfiguration, isTrial: Bool, saying say: @escaping (String) -> Void) {
        self.configuration = configuration
        self.isTrial = isTrial
        self.say = say
    }

    /// - Throws: ``CommandError``, with which everything is as it was or can go on; what is wrong with master keys or database.
    func run() async throws {
        let keys = try await configuration.masterKeys { say($0) }
        let state = try MasterKeyState(of: configuration.database)
        let wanted = keys.newest.identifier
        guard let inForce = state.inForce ?? KeyRing.masterKey(of: state.ring, among: keys)?.identifier else {
            throw CommandError("The key ring does not open with the master keys that were given.")
        }
        guard keys.named(inForce) != nil else { throw CustodyError.notGiven(masterKey: inForce) }
        guard inForce != wanted || !state.isComplete else {
            say(report(state, keys))
            return say("\nNothing to change: \(wanted) is in force, and nothing is sealed under another one.")
        }
        let lacking = state.nodes.filter { !$0.has(wanted) }
        guard lacking.isEmpty else {
            throw CommandError(MasterKeyAdvice.lacking(wanted, lacking, of: state.nodes.count))
        }
        guard !isTrial else {
            say(report(state, keys))
            return say("\nNothing was changed.")
        }
        try await ErrandRun.several(with: configuration, keys: keys) { perform in
            try await putInForce(wanted, keys, perform)
            try await waitForNodes()
            try await sealAnew(perform)
        }
        say("")
        say(report(try MasterKeyState(of: configuration.database), keys))
    }

    private func report(_ state: MasterKeyState, _ keys: MasterKeys) -> String {
        MasterKeyReport(state: state, keys: keys, isShared: configuration.database.isShared).text
    }

    private typealias Perform = (Errand.Task) async throws -> String

    private func putInForce(_ name: String, _ keys: MasterKeys, _ perform: Perform) async throws {
        let answer = try await perform(.putMasterKeyInForce(name))
        guard let count = try JSONDecoder().decode([Int].self, from: Data(answer.utf8)).first else {
            return say("\(name) was in force already")
        }
        say("\(name) is in force: \(count) keys of the ring are sealed under it")
    }

    /// Until every node that is not gone has opened the ring.
    private func waitForNodes() async throws {
        let end = ContinuousClock.now + Self.patience
        var told = false
        while true {
            let state = try MasterKeyState(of: configuration.database)
            let waiting = state.unconfirmed
            if waiting.isEmpty { return say("\(state.nodes.count) running nodes have opened them") }
            guard ContinuousClock.now < end else {
                throw CommandError(
                    """
                    These nodes have not opened the key ring under the new master key: \(waiting.listed). See their logs. Nothing is lost, \
                    and the one before is still needed. Run this again when they have, or are gone.
                    """)
            }
            if !told { say("waiting for \(waiting.listed)") }
            told = true
            try await Task.sleep(for: Self.pause)
        }
    }

    private func sealAnew(_ perform: Perform) async throws {
        var (count, unreadable, place) = (0, [String](), String?.none)
        var retired: [String] = []
        repeat {
            let answer = try await perform(.sealAnew(after: place))
            let progress = try JSONDecoder().decode(MasterKeyDesk.Progress.self, from: Data(answer.utf8))
            if !progress.waitsFor.isEmpty {
                throw CommandError(
                    "Nodes that have come meanwhile have not opened the key ring: \(progress.waitsFor.joined(separator: ", ")). Run this again."
                )
            }
            count += progress.resealed
            unreadable += progress.unreadable
            retired += progress.retired
            place = progress.next
        } while place != nil
        say("\(count) keys of organizations are sealed under it")
        for name in retired { say("nothing is sealed under \(name) any more") }
        guard unreadable.isEmpty else {
            throw CommandError(
                """
                The keys of \(unreadable.count) organizations do not open, so what was sealed under them cannot be sealed anew: \
                \(unreadable.joined(separator: " ")). The master key that they are sealed under is still needed at a start.
                """)
        }
    }
}
