import AsyncHTTPClient
import Locking
import Logging
import NIOCore
import NIOHTTP1
import Synchronization

/// How a stream ended.
private enum StreamEnd: Sendable {
    /// The node said goodbye.
    case goodbye
    case lost
    /// It could not be had, and need not be asked for at once again.
    case refused(retryAfter: Int)
}

/// What is known of the stream besides what it says.
private final class Following: Sendable {
    let state = Lock((stream: StreamState(), reader: EventReader()))
    /// When something came last.
    let lastTime: Atomic<Int64>
    let firstTime: Int64
    let wasBelieved = Lock<Bool?>(nil)

    init(at now: Int64) {
        lastTime = Atomic(now)
        firstTime = now
    }
}

extension Verifier {
    /// For how long nothing may come before a connection is given up: 2 s. What is believed does not hang on it.
    private static let silence: Int64 = 2_000_000_000

    /// Follows one stream after another.
    func followUntilCancelled() async {
        let following = Following(at: clock.uptime())
        var failures = 0
        var place = 0
        while !Task.isCancelled {
            let address = questions.addresses[place % questions.addresses.count]
            let end = await follow(address, following)
            noteMode(following)
            switch end {
            case .goodbye: failures = 0
            case .lost: failures += 1
            case .refused(let seconds):
                failures += 1
                try? await Task.sleep(for: .seconds(seconds))
            }
            if failures > 0 { place += 1 }
            // At once after the first loss, then more slowly, and not all backends at the same moment.
            if failures > 1 {
                let longest = min(2000, 50 << min(failures, 6))
                try? await Task.sleep(for: .milliseconds(Int.random(in: longest / 2...longest)))
            }
        }
    }

    private func follow(_ address: String, _ following: Following) async -> StreamEnd {
        following.lastTime.store(clock.uptime(), ordering: .releasing)
        return await withTaskGroup(of: StreamEnd.self) { group in
            group.addTask { [self] in await read(address, following) }
            group.addTask { [self] in await watch(following) }
            let end = await group.next() ?? .lost
            group.cancelAll()
            return end
        }
    }

    /// Returns when nothing has come for too long.
    private func watch(_ following: Following) async -> StreamEnd {
        while (try? await Task.sleep(for: .milliseconds(250))) != nil {
            noteMode(following)
            if clock.uptime() - following.lastTime.load(ordering: .acquiring) > Self.silence { break }
        }
        return .lost
    }

    private func read(_ address: String, _ following: Following) async -> StreamEnd {
        await connect(to: address)
        var request = HTTPClientRequest(url: "\(address)/api/v1/revocation-feed")
        request.headers.add(name: "Authorization", value: questions.authorization)
        request.headers.add(name: "Accept", value: "text/event-stream")
        following.state.withLock { state in
            state.reader = EventReader()
            state.stream.connects(at: clock.uptime())
            if let last = state.stream.last { request.headers.add(name: "Last-Event-ID", value: last) }
        }
        do {
            let response = try await client.execute(request, deadline: .distantFuture)
            guard response.status == .ok else {
                if [400, 401, 403].contains(response.status.code) {
                    questions.noteRefusal(response.status.code)
                    return .refused(retryAfter: 5)
                }
                return .refused(retryAfter: response.headers.retryAfter)
            }
            for try await part in response.body {
                following.lastTime.store(clock.uptime(), ordering: .releasing)
                if let end = try take(part, following) { return end }
            }
            return .lost
        } catch {
            return .lost
        }
    }

    /// Has the stream find a connection: what it takes to make one would count as age of all that the stream proves, for as long as it
    /// lasts.
    private func connect(to address: String) async {
        let request = HTTPClientRequest(url: "\(address)/healthz")
        guard let response = try? await client.execute(request, timeout: .nanoseconds(Self.silence)) else { return }
        _ = try? await response.body.collect(upTo: 65_536)
    }

    /// Does what came asks for.
    ///
    /// - Returns: How the stream ended, nil where it goes on.
    private func take(_ part: ByteBuffer, _ following: Following) throws -> StreamEnd? {
        let end = try following.state.withLock { state in
            var end: StreamEnd?
            for event in try state.reader.read(part.readableBytesView) {
                for step in state.stream.heard(event, at: clock.uptime()) {
                    switch step {
                    case .forget(let names): memory.forget(names, at: clock.uptime())
                    case .forgetEverything: memory.forgetEverything(at: clock.uptime())
                    case .believe(let time): memory.believe(until: time, at: clock.uptime())
                    case .leave: end = .goodbye
                    case .giveUp: end = .lost
                    }
                }
            }
            return end
        }
        noteMode(following)
        return end
    }

    /// Says once at each change how checks are made.
    private func noteMode(_ following: Following) {
        let now = clock.uptime()
        let isBelieved = memory.isBelieved(at: now)
        let isNew = following.wasBelieved.withLock { was in
            // The first connection may take a moment.
            if was == nil, !isBelieved, now - following.firstTime < 1_000_000_000 { return false }
            defer { was = isBelieved }
            return was != isBelieved
        }
        guard isNew else { return }
        if isBelieved {
            logger.notice("the revocation feed is heard: what was learned of credentials is remembered")
        } else {
            logger.warning("the revocation feed is not heard: each check is a question to Claviger")
        }
    }
}
