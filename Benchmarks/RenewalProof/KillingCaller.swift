import Connections
import CredentialFormat
import Foundation
import Locking
import Model

/// Asks a provider, and may kill this process between its answer and whatever would be written down of it.
final class KillingCaller: RenewalCaller {
    private let caller: ChainedRenewal
    /// After so many answers with tokens, nil for never.
    private let left = Lock<Int?>(nil)
    private let asked = Lock<Set<ID<Connection>>>([])
    private let answered = Lock(0)
    private let notes: URL

    /// - Parameter notes: A file for the connections that were asked for in the round in which it died: what came for some of them is lost.
    init(_ caller: ChainedRenewal, notes: String) {
        self.caller = caller
        self.notes = URL(filePath: notes)
    }

    /// How many answers with tokens there were.
    var answers: Int { answered.withLock { $0 } }

    func arm(_ answers: Int?) {
        left.withLock { $0 = answers }
        asked.withLock { $0 = [] }
    }

    func renew(_ request: RenewalRequest) async -> ProviderReply {
        asked.withLock { _ = $0.insert(request.connection) }
        let reply = await caller.renew(request)
        guard case .tokens = reply else { return reply }
        answered.withLock { $0 += 1 }
        let dies = left.withLock { left in
            guard let count = left else { return false }
            left = count - 1
            return count == 1
        }
        if dies {
            let names = asked.withLock { $0.map { "\($0)\n" }.joined() }
            try? Data(names.utf8).write(to: notes)
            kill(getpid(), SIGKILL)
        }
        return reply
    }
}
