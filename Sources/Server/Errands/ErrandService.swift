import Logging
import Model
import ServiceLifecycle
import Tokens
import UnixSignals

/// Does what commands ask of the server that owns a SQLite database: they leave an ``Errand`` beside it and send SIGUSR1,
/// which only the server's own user and root can. A signal without an errand, sent by hand, rotates the key ring.
struct ErrandService: Service {
    /// Nil where the database is shared: commands then write into it themselves.
    let box: ErrandBox?
    /// A command seals under one of them.
    let masterKeys: MasterKeys
    let desk: ErrandDesk
    let now: @Sendable () -> Instant
    let logger: Logger
    /// Told when commands may begin to ask, and when they may not any more.
    let noteListening: @Sendable (Bool) -> Void

    /// How many may wait while one is done.
    private static let most = 16
    /// For how long an answer is left to its command before another takes its place, in looks of 100 ms.
    private static let looks = 10

    /// A signal is heard at once, also while something is done: by then the command that sent it may have given up.
    func run() async throws {
        let signals = await UnixSignalsSequence(trapping: .sigusr1)
        box?.forgetWithdrawal()
        noteListening(true)
        defer { noteListening(false) }
        let (knocks, door) = AsyncStream.makeStream(
            of: ErrandBox.Knock.self, bufferingPolicy: .bufferingOldest(Self.most))
        await withTaskGroup { group in
            group.addTask {
                for await _ in signals.cancelOnGracefulShutdown() { door.yield(box?.answerKnock() ?? .bare) }
                door.finish()
            }
            var last: String?
            for await knock in knocks {
                switch knock {
                case .errand(let sealed): last = await perform(sealed, after: last)
                case .withdrawn: logger.notice("a command no longer waits for what it asked, and nothing was done")
                case .bare:
                    _ = await outcome(of: .rotateKeys(KeyPurpose.rotating.map(\.rawValue), atOnce: false))
                }
            }
        }
    }

    /// - Returns: The identifier of the last errand.
    private func perform(_ sealed: [UInt8], after last: String?) async -> String? {
        let time = now()
        let opened = masterKeys.all.lazy.compactMap { Errand(opening: sealed, under: $0, at: time) }.first
        guard let box, let errand = opened, errand.id != last else {
            logger.error("what a command asked was not sealed under the master key, or too long ago")
            return last
        }
        let answer = await outcome(of: errand.task)
        do {
            for _ in 0..<Self.looks where box.hasAnswer { try await Task.sleep(for: .milliseconds(100)) }
            try box.put(answer: errand.sealed(answer))
        } catch {
            logger.error("a command cannot be answered", metadata: ["error": "\(error)"])
        }
        return errand.id
    }

    private func outcome(of task: Errand.Task) async -> Errand.Answer {
        do {
            let text = try await desk.perform(task)
            logger.notice("done for a command", metadata: ["task": "\(task.name)"])
            return Errand.Answer(text: text)
        } catch {
            logger.error("not done for a command", metadata: ["task": "\(task.name)", "error": "\(error)"])
            return Errand.Answer(problem: CommandError(error).description)
        }
    }
}

extension Errand.Task {
    /// For the log: nothing of what was asked but what it is.
    fileprivate var name: String {
        switch self {
        case .rotateKeys(_, let atOnce):
            atOnce ? "rotate the key ring, and refuse the keys before" : "rotate the key ring"
        case .makeOperatorKey: "make an operator key"
        case .setProviderSecret: "set the secret of our client at a provider"
        case .putMasterKeyInForce: "put a master key in force"
        case .sealAnew: "seal anew what is sealed under another master key"
        case .verifySeals: "say whether what is sealed opens"
        case .revoke(let batch):
            batch.isTrial ? "say what would be ended again after a restore" : "end again what a restore put in force"
        case .apply(let request):
            request.planDigest == nil ? "say what a file would change" : "bring the database to what a file says"
        }
    }
}
