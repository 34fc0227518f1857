import Logging
import Model
import ServiceLifecycle
import Tokens
import UnixSignals

/// Does what commands ask of the server that owns a SQLite database: they leave an ``Errand`` beside it and send SIGUSR1,
/// which only the server's own user and root can. A signal without an errand rotates the key ring.
struct ErrandService: Service {
    /// Nil where the database is shared: commands then write into it themselves.
    let box: ErrandBox?
    /// A command seals under one of them.
    let masterKeys: MasterKeys
    let desk: ErrandDesk
    let now: @Sendable () -> Instant
    let logger: Logger

    func run() async throws {
        let signals = await UnixSignalsSequence(trapping: .sigusr1)
        var last: String?
        for await _ in signals.cancelOnGracefulShutdown() {
            guard let box, let sealed = box.takeErrand() else {
                _ = await outcome(of: .rotateKeys(KeyPurpose.rotating.map(\.rawValue), atOnce: false))
                continue
            }
            let time = now()
            let opened = masterKeys.all.lazy.compactMap { Errand(opening: sealed, under: $0, at: time) }.first
            guard let errand = opened, errand.id != last else {
                logger.error("what a command asked was not sealed under the master key, or too long ago")
                continue
            }
            last = errand.id
            let answer = await outcome(of: errand.task)
            do {
                try box.put(answer: errand.sealed(answer))
            } catch {
                logger.error("a command cannot be answered", metadata: ["error": "\(error)"])
            }
        }
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
