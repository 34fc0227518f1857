import Connections
import CredentialFormat
import Locking
import Logging
import Model
import Persistence
import ServiceLifecycle
import TestSupport
import Testing

@testable import ProviderDefinition

@Suite("Upkeep of connections", .onEveryEngine)
struct UpkeepTests {
    @Test func `one connection that takes long holds up no other, and a shutdown waits for what was begun`()
        async throws
    {
        try await ConnectDesk.open(over: ScriptedProviders()) { desk in
            let slow = try await desk.connect("tiktok").connection.id
            let quick = try await desk.connect("google-business-profile").connection.id
            let caller = SlowCaller(slow)
            let upkeep = desk.upkeep(over: caller)
            let services = ServiceGroup(services: [upkeep], logger: Logger(label: "test"))
            let running = Task { try await services.run() }
            desk.tree.clock.advance(seconds: 30 * 86_400)
            #expect(try await eventually { caller.hasSlow })
            #expect(try await eventually { try await desk.state(of: quick).generation >= 2 })
            #expect(try await desk.state(of: slow).generation == 1)
            await services.triggerGracefulShutdown()
            caller.release()
            try await running.value
            #expect(try await desk.state(of: slow).generation == 2)
        }
    }

    @Test func `what is due beyond the lanes takes them as they become free, and does not wait for the next interval`()
        async throws
    {
        try await RenewalDesk.open { desk in
            let all = [desk.connection] + (try await desk.addConnections(60))
            desk.tree.clock.advance(seconds: 6400)
            let throttle = ProviderThrottle(perSecond: 16, burst: 1000)
            let areRenewed = try await desk.isKept(throttle) { tx in
                try all.allSatisfy { try tx.connection($0)?.generation == 2 }
            }
            #expect(areRenewed)
        }
    }

    @Test func `where people had to be told of one, others of the provider do not wait for the next interval`()
        async throws
    {
        let warning = ScheduledPromise(name: "end", due: .before(.seconds(3600), of: .accessToken), action: .warn)
        try await RenewalDesk.open(schedule: [warning]) { desk in
            let all = [desk.connection] + (try await desk.addConnections(60))
            try await desk.tree.store.write { tx in _ = try tx.execute("UPDATE connection SET next_renewal_at = 1") }
            desk.tree.clock.advance(seconds: 3700)
            let areTold = try await desk.isKept { tx in
                try all.allSatisfy { try tx.connectionEvents(of: $0, limit: 2).map(\.kind) == [.expiring] }
            }
            #expect(areTold)
        }
    }
}

extension ConnectDesk {
    /// Upkeep by an engine of its own.
    fileprivate func upkeep(over caller: any RenewalCaller) -> ConnectionUpkeep {
        ConnectionUpkeep(
            engine: engine(over: caller, journal: "upkeep"), prober: prober, every: .milliseconds(20),
            logger: Logger(label: "test"))
    }
}

extension RenewalDesk {
    /// Whether, with upkeep running whose interval comes once, all is done in the end.
    fileprivate func isKept(
        _ throttle: ProviderThrottle = ProviderThrottle(),
        _ isDone: @escaping @Sendable (borrowing Transaction) throws -> Bool
    ) async throws -> Bool {
        let upkeep = ConnectionUpkeep(
            engine: node(asking: AnsweringCaller(), throttle: throttle), prober: nil, every: .seconds(86_400),
            logger: Logger(label: "test"))
        let services = ServiceGroup(services: [upkeep], logger: Logger(label: "test"))
        let running = Task { try await services.run() }
        let isKept = try await eventually { try await tree.store.read(isDone) }
        await services.triggerGracefulShutdown()
        try await running.value
        return isKept
    }
}

/// Answers everybody at once but one, who waits.
private final class SlowCaller: RenewalCaller {
    private let slow: ID<Connection>
    private let isAsked = Lock(false)
    private let gate: AsyncStream<Void>
    private let opening: AsyncStream<Void>.Continuation

    init(_ slow: ID<Connection>) {
        self.slow = slow
        (gate, opening) = AsyncStream.makeStream()
    }

    var hasSlow: Bool { isAsked.withLock { $0 } }

    func release() { opening.finish() }

    func renew(_ request: RenewalRequest) async -> ProviderReply {
        if request.connection == slow {
            isAsked.withLock { $0 = true }
            for await _ in gate {}
        }
        var answer = TokenAnswer()
        answer.accessToken = "next"
        answer.refreshToken = "next"
        answer.accessExpiry = .after(seconds: 86_400)
        return .tokens(answer, children: nil)
    }
}
