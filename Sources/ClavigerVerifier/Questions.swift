import AsyncHTTPClient
import Locking
import Logging
import NIOCore
import NIOHTTP1
import TextForms

/// What Claviger says of a credential.
enum Answer: Sendable {
    case active(Told)
    case inactive
    /// Nothing, or not in time; come again after so many seconds.
    case none(retryAfter: Int)
}

/// An answer, and when it was asked for.
struct Asked: Sendable {
    /// For how long what was true may be acted upon: the bound itself.
    static let bound: Int64 = 1_000_000_000

    let answer: Answer
    let begun: Int64

    /// Whether it may be used without a proof. What it says was true so long before the question as the node told, or later.
    func isInTime(at now: Int64) -> Bool {
        switch answer {
        case .active(let told): now - begun <= min(StreamState.reach, Self.bound - told.age)
        case .inactive, .none: now - begun <= StreamState.reach
        }
    }
}

/// Asks Claviger, by introspection (RFC 7662).
final class Questions: Sendable {
    let addresses: [String]
    /// The `Authorization` field of a resource server (RFC 6749 §2.3.1).
    let authorization: String
    private let client: HTTPClient
    private let clock: VerifierClock
    private let logger: Logger
    private let maximum: Int
    private let state = Lock(State())

    private struct Running {
        let number: Int
        let begun: Int64
        let task: Task<Asked, Never>
    }

    private struct State {
        var running: [Memory.Key: Running] = [:]
        var lastNumber = 0
        var count = 0
        /// Which address is asked first: not one that was silent.
        var preferred = 0
        /// Whether it was said that we are not known there.
        var wasRefused = false
    }

    init(_ configuration: VerifierConfiguration, through client: HTTPClient, _ clock: VerifierClock, _ logger: Logger) {
        addresses = configuration.addresses.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
        let pair = "\(PercentEscape.value(configuration.clientID)):\(PercentEscape.value(configuration.clientSecret))"
        authorization = "Basic \(Base64.text(Array(pair.utf8)))"
        maximum = max(1, configuration.maximumQuestions)
        self.client = client
        self.clock = clock
        self.logger = logger
    }

    /// How old a question may be for others to wait for its answer too, in nanoseconds: that has to come before it is too old to be used.
    private static let joinable = Asked.bound - StreamState.reach

    /// The answer about a credential. Of many who ask about the same at once, one asks.
    ///
    /// - Parameters:
    ///   - address: From where the caller calls who is the first to ask.
    ///   - keep: Told the answer once, before those who wait for it.
    func sharedAnswer(
        to key: Memory.Key, _ credential: String, in organization: String?, from address: String?,
        keep: @escaping @Sendable (Asked) -> Void
    ) async -> Asked {
        let now = clock.uptime()
        let running = state.withLock { state -> Task<Asked, Never>? in
            if let running = state.running[key], now - running.begun <= Self.joinable { return running.task }
            guard state.count < maximum else { return nil }
            state.count += 1
            state.lastNumber += 1
            let number = state.lastNumber
            let task = Task { [self] in
                let asked = await ask(credential, in: organization, from: address)
                keep(asked)
                self.state.withLock { state in
                    if state.running[key]?.number == number { state.running[key] = nil }
                    state.count -= 1
                }
                return asked
            }
            state.running[key] = Running(number: number, begun: now, task: task)
            return task
        }
        guard let running else { return Asked(answer: .none(retryAfter: 1), begun: now) }
        return await running.value
    }

    /// The answer about a credential, asked for this one call.
    func answer(_ credential: String, in organization: String?, from address: String?) async -> Asked {
        let mayAsk = state.withLock { state in
            guard state.count < maximum else { return false }
            state.count += 1
            return true
        }
        guard mayAsk else { return Asked(answer: .none(retryAfter: 1), begun: clock.uptime()) }
        defer { state.withLock { $0.count -= 1 } }
        return await ask(credential, in: organization, from: address)
    }

    /// - Parameter address: From where the caller calls. The answer is the same for all; made-up credentials count as that one's.
    private func ask(_ credential: String, in organization: String?, from address: String?) async -> Asked {
        let begun = clock.uptime()
        var form = "claviger_watch=true&token=\(PercentEscape.value(credential))"
        if let organization { form += "&claviger_organization=\(PercentEscape.value(organization))" }
        if let address = address.flatMap({ CallerAddress($0) }) {
            form += "&client_address=\(PercentEscape.value(address.text))"
        }
        let first = state.withLock(\.preferred)
        var retryAfter = 1
        for step in 0..<addresses.count {
            let left = StreamState.reach - (clock.uptime() - begun)
            guard left > 0 else { break }
            let place = (first + step) % addresses.count
            // What is left is shared with those that would be asked next.
            switch await ask(addresses[place], form, in: organization, for: left / Int64(addresses.count - step)) {
            case .answered(let answer): return Asked(answer: answer, begun: begun)
            case .busy(let seconds): retryAfter = seconds
            case .silent:
                state.withLock { state in
                    if state.preferred == place { state.preferred = (place + 1) % addresses.count }
                }
            }
        }
        return Asked(answer: .none(retryAfter: retryAfter), begun: begun)
    }

    private enum Outcome {
        case answered(Answer)
        /// Not now.
        case busy(retryAfter: Int)
        /// There was no answer.
        case silent
    }

    private func ask(
        _ address: String, _ form: String, in organization: String?, for nanoseconds: Int64
    ) async -> Outcome {
        let headers: HTTPHeaders = [
            "Authorization": authorization, "Content-Type": "application/x-www-form-urlencoded",
        ]
        do {
            let request = try HTTPClient.Request(
                url: "\(address)/oauth2/introspect", method: .POST, headers: headers,
                body: .byteBuffer(ByteBuffer(string: form)))
            // The deadline of this one is for the whole answer, and not for its head alone.
            let response = try await client.execute(
                request: request, delegate: ResponseAccumulator(request: request, maxBodySize: 65_536),
                deadline: .now() + .nanoseconds(nanoseconds)
            ).get()
            let body = response.body.map { Array($0.readableBytesView) } ?? []
            switch response.status.code {
            case 200:
                let date = response.headers.first(name: "Date").flatMap { HTTPDate.seconds($0) }
                return Self.outcome(of: body, in: organization, at: date ?? clock.seconds())
            case 429, 503: return .busy(retryAfter: response.headers.retryAfter)
            // What is no identifier is no organization's, and it is the caller who named it.
            case 400 where organization != nil: return .answered(.inactive)
            case 400, 401, 403: noteRefusal(response.status.code)
            default: break
            }
            return .silent
        } catch {
            return .silent
        }
    }

    /// What is no whole answer is none, and never "active", nor is one about another organization than was asked about.
    private static func outcome(of body: [UInt8], in organization: String?, at time: Int64) -> Outcome {
        guard let reply = Reply(body), let isActive = reply.flag("active") else { return .silent }
        guard isActive else { return .answered(.inactive) }
        guard let told = Told(reply, at: time), organization == nil || told.organizationID == organization else {
            return .silent
        }
        return .answered(.active(told))
    }

    /// Says once that we are not known there: nothing helps but an operator.
    func noteRefusal(_ status: UInt) {
        let isNew = state.withLock { state in
            defer { state.wasRefused = true }
            return !state.wasRefused
        }
        if isNew {
            logger.error("Claviger refuses this backend's own credentials", metadata: ["status": "\(status)"])
        }
    }
}

extension HTTPHeaders {
    /// After how many seconds to come again.
    var retryAfter: Int {
        let said = first(name: "Retry-After").flatMap { Int($0) } ?? 1
        return Swift.min(60, Swift.max(1, said))
    }
}
