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
            // Who takes nothing is left alone for the rest of the round, so that others need not wait while it is called in vain.
            var silent: Set<Addressee> = []
            while !Task.isCancelled {
                let due = try await store.read(.upkeep) {
                    try $0.dueFootprintRequests(at: .now, limit: Self.batch)
                }
                guard !due.isEmpty else { return }
                try await postpone(due)
                let readable = Dictionary(grouping: due.compactMap { try? $0.request.get() }, by: Addressee.init)
                let all = Array(readable)
                for start in stride(from: 0, to: all.count, by: Self.atOnce) {
                    let some = all[start..<min(start + Self.atOnce, all.count)]
                    silent.formUnion(try await answer(some, leaving: silent))
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

    /// - Returns: Those of the partners that take nothing.
    private func answer(
        _ requests: ArraySlice<(key: Addressee, value: [FootprintRequest])>, leaving silent: Set<Addressee>
    ) async throws -> Set<Addressee> {
        try await withThrowingTaskGroup(of: Addressee?.self) { group in
            for (partner, requests) in requests {
                group.addTask {
                    var isSilent = silent.contains(partner)
                    for request in requests {
                        let takes = try await answer(request, onlyNoting: isSilent)
                        isSilent = isSilent || !takes
                    }
                    return isSilent ? partner : nil
                }
            }
            return try await group.reduce(into: []) { found, partner in
                if let partner { found.insert(partner) }
            }
        }
    }

    /// - Parameter isSilent: Whether the partner is not called: what waits for it waits longer.
    /// - Returns: Whether the partner takes anything.
    private func answer(_ request: FootprintRequest, onlyNoting isSilent: Bool) async throws -> Bool {
        var request = request
        var takes = true
        do {
            guard !isSilent else { throw PartnerPost.NotTaken(description: "the partner has just taken nothing") }
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
            // What cannot be told, or is not wanted, says nothing of what else there is.
            takes = error is StoreFailure || error is Refusal || (error as? PartnerPost.NotTaken)?.isOfThisEvent == true
            request.fail(at: .now, pause: pause)
            let isGivenUp = request.status == .givenUp
            logger.log(
                level: isGivenUp ? .error : .notice,
                isGivenUp ? "a request for footprints is not answered" : "an answer to a request for footprints waits",
                metadata: ["partner": .string(request.source), "error": .string("\(error)")])
        }
        let ended = request
        try await store.write(.upkeep) { try $0.update(ended) }
        return takes
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

    /// Who asks, as it is configured.
    private struct Addressee: Hashable, Sendable {
        let source: String
        let organization: OrganizationPath

        init(_ request: FootprintRequest) {
            source = request.source
            organization = request.organization
        }
    }
}
