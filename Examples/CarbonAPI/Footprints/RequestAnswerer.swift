import Logging
import ServiceLifecycle

/// Brings partners the answers that they are owed: at once, and again with longer and longer pauses where that does not succeed.
struct RequestAnswerer: Service {
    let store: any Store
    let partners: PartnerBook
    let bell: AnswerBell
    /// Seconds between two looks for what is due.
    let interval: Int
    /// Seconds before the second attempt.
    let pause: Int
    let logger: Logger

    private static let batch = 64
    private static let atOnce = 8

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                group.addTask {
                    while (try? await Task.sleep(for: .seconds(interval))) != nil { bell.ring() }
                }
                // What waited when the server ended last is due at once.
                bell.ring()
                for await _ in bell.rings { await answerAll() }
                group.cancelAll()
            }
        }
    }

    @concurrent private func answerAll() async {
        do {
            let now = Timestamp.now
            try await store.write(.upkeep) {
                try $0.deleteFootprintRequests(receivedBefore: now.advanced(by: -FootprintRequest.memory))
            }
            while !Task.isCancelled {
                let due = try await store.read(.upkeep) {
                    try $0.dueFootprintRequests(at: .now, limit: Self.batch)
                }
                guard !due.isEmpty else { return }
                try await postpone(due)
                let readable = due.compactMap { try? $0.request.get() }
                for start in stride(from: 0, to: readable.count, by: Self.atOnce) {
                    try await answer(readable[start..<min(start + Self.atOnce, readable.count)])
                }
            }
        } catch is CancellationError {
            return
        } catch {
            logger.warning("requests for footprints wait", metadata: ["error": .string("\(error)")])
        }
    }

    /// Has those wait that cannot be read: as many as a batch has would keep all others from being answered. A newer server may understand
    /// them, so they are looked at again.
    private func postpone(_ due: [DueFootprintRequest]) async throws {
        var ids: [String] = []
        for one in due {
            guard case .failure(let error) = one.request else { continue }
            logger.error(
                "a request for footprints cannot be read",
                metadata: ["request": .string(one.id), "error": .string("\(error)")])
            ids.append(one.id)
        }
        guard !ids.isEmpty else { return }
        let (unreadable, moment) = (ids, Timestamp.now.advanced(by: FootprintRequest.longestPause))
        try await store.write(.upkeep) { try $0.postponeFootprintRequests(unreadable, until: moment) }
    }

    private func answer(_ requests: ArraySlice<FootprintRequest>) async throws {
        try await withThrowingDiscardingTaskGroup { group in
            for request in requests {
                group.addTask { try await answer(request) }
            }
        }
    }

    private func answer(_ request: FootprintRequest) async throws {
        var request = request
        do {
            guard let partner = partners.partner(request.source, of: request.organization) else {
                throw PartnerPost.NotTaken(description: "nobody of that name is configured any more")
            }
            try await PartnerPost().bring(try await event(answering: request), of: request.version, to: partner)
            request.succeed()
        } catch let failure as StoreFailure where failure.mayPass {
            throw failure
        } catch {
            // What the end of the server broke off is no failure of the partner's.
            try Task.checkCancellation()
            request.fail(at: .now, pause: pause)
            let isGivenUp = request.status == .givenUp
            logger.log(
                level: isGivenUp ? .error : .notice,
                isGivenUp ? "a request for footprints is not answered" : "an answer to a request for footprints waits",
                metadata: ["partner": .string(request.source), "error": .string("\(error)")])
        }
        let ended = request
        try await store.write(.upkeep) { try $0.update(ended) }
    }

    /// The answer as it is now: the partner sees what it sees at this moment, and not what it saw when it asked.
    private func event(answering request: FootprintRequest) async throws -> JSONValue {
        let wanted = try PactEvent.wanted(by: request.asked, request.version)
        return try await store.read(.within(request.organization)) { transaction in
            let found = try wanted.map {
                try transaction.footprints(
                    $0, of: request.version, after: nil, limit: FootprintRequest.mostFound + 1)
            }
            return request.answer(found, at: .now)
        }
    }
}
