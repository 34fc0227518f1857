import CredentialFormat
import Model
import Persistence
import ProductDefinition

/// Something to be done after an event, in the order given.
enum FeedStep: Hashable, Sendable {
    case forget([Change])
    case forgetEverything
    /// Read anew what memory holds whole, and tell how it ended under this number.
    case refill(Int)
    case say(FeedMessage)
    /// The question with this number is settled.
    case settle(UInt64, FeedConfirmation)
    case measure(FeedMeasurement)
}

/// What a node makes of the revocation feed: events in, steps out, no clock and no I/O.
///
/// The bound of law 5 rests on this: the feed keeps one order, so once a heartbeat that was sent at `s` is back, all that
/// was committed before `s` has been heard. Memory is believed until ``reach`` after the `s` of the newest one that came
/// back, and of no other moment is anything assumed. Times are nanoseconds of a clock that counts on whatever stands still.
struct FeedState {
    /// How long a heartbeat that came back lets memory be believed, from when it was sent: 750 ms. A quarter of a second
    /// of the bound is left for the request that was judged at the last moment.
    static let reach: Int64 = 750_000_000
    /// How many heartbeats in a row may not come back before the connection is given up: those of two seconds. Counted,
    /// because a process that was stopped for longer has not been given a chance to hear them.
    static let maximumInFlight = 8
    /// How long nothing is heard of a node before it is taken for gone: 10 s.
    static let maximumSilence: Int64 = 10_000_000_000
    /// How many nodes are known at most (law 7).
    static let maximumNodes = 1024
    /// How many questions are open at most (law 7). Whoever asks more is not answered by others.
    static let maximumQuestions = 1024

    private struct Heartbeat {
        let number: UInt64
        let sentAt: Int64
    }

    private struct Question {
        let askedAt: Int64
        var awaited: Set<ID<Node>>
        /// Those that have answered, this node from the start: it forgot when it committed.
        var confirmed = 1
    }

    let node: ID<Node>
    private let grace: Int64
    private var began: Int64?
    private var lastNumber: UInt64 = 0
    private var inFlight: [Heartbeat] = []
    /// When the newest heartbeat was sent that came back over this connection.
    private var provenAt: Int64?
    /// The refill that is needed, the newest that is running, and the newest that succeeded.
    private var wantedRefill = 0
    private var runningRefill: Int?
    private var doneRefill = 0
    /// When the other nodes were last heard.
    private var others: [ID<Node>: Int64] = [:]
    private var questions: [UInt64: Question] = [:]
    /// Until when memory may be believed.
    private(set) var trustedUntil = Int64.min
    /// Until when memory may be believed if nothing else can be asked.
    private(set) var graceUntil = Int64.min

    /// - Parameter graceSeconds: For how long memory may be believed after it was last trusted, if neither the feed nor
    ///   the database can be reached.
    init(node: ID<Node>, graceSeconds: Int) {
        self.node = node
        grace = Int64(max(0, min(graceSeconds, ProductPolicy.maximumRevocationGraceSeconds))) * 1_000_000_000
    }

    /// Before when everything that was committed has been heard, nil while memory is not trusted.
    var heardBefore: Int64? { trustedUntil > .min ? provenAt : nil }

    /// How many nodes there are, this one included.
    var nodeCount: Int { others.count + 1 }

    /// For how many nanoseconds nothing was heard of each other node.
    func silences(at now: Int64) -> [ID<Node>: Int64] { others.mapValues { max(0, now.subtractingClamped($0)) } }
}

// MARK: The connection

extension FeedState {
    /// Whatever was committed before may have been missed.
    mutating func listeningBegan(at now: Int64) -> [FeedStep] {
        began = now
        inFlight = []
        provenAt = nil
        // The silence timers start again: without a connection nobody could be heard.
        for other in others.keys { others[other] = now }
        runningRefill = nil
        return [.forgetEverything] + wantRefill()
    }

    mutating func listeningEnded(at now: Int64) -> [FeedStep] {
        guard began != nil else { return [] }
        if trustedUntil > .min { graceUntil = min(now, trustedUntil).addingClamped(grace) }
        began = nil
        provenAt = nil
        inFlight = []
        trustedUntil = .min
        var steps: [FeedStep] = [.measure(.loss)]
        if grace == 0 {
            graceUntil = .min
            steps.append(.forgetEverything)
        }
        for number in questions.keys.sorted() { steps += settle(number, at: now) }
        return steps
    }

    /// The next heartbeat, nil to give the connection up.
    mutating func heartbeat(at now: Int64) -> (FeedMessage?, [FeedStep]) {
        guard inFlight.count < Self.maximumInFlight else { return (nil, []) }
        let number = nextNumber()
        inFlight.append(Heartbeat(number: number, sentAt: now))
        return (.heartbeat(node, number: number), refillIfNeeded())
    }

    mutating func heard(_ message: FeedMessage, at now: Int64) -> [FeedStep] {
        switch message {
        case .heartbeat(node, let number): return cameBack(number, at: now)
        case .heartbeat(let other, _):
            notice(other, at: now)
            return []
        case .changes(let changes):
            // A key that leaked is accepted until the ring was read again.
            return [.forget(changes)] + (changes.contains(.keyRing) ? wantRefill() : [])
        case .everything: return [.forgetEverything] + wantRefill()
        case .question(node, _): return []
        case .question(let asker, let number):
            notice(asker, at: now)
            return [.say(.answer(to: asker, number: number, from: node))]
        case .answer(let asker, let number, let other):
            notice(other, at: now)
            return asker == node ? answered(number, by: other, at: now) : []
        case .farewell(let other):
            return forget(other, at: now)
        }
    }

    private mutating func cameBack(_ number: UInt64, at now: Int64) -> [FeedStep] {
        guard let index = inFlight.firstIndex(where: { $0.number == number }) else { return [] }
        let sentAt = inFlight[index].sentAt
        // Those before it will not come any more.
        inFlight.removeSubrange(...index)
        provenAt = sentAt
        updateTrust()
        var steps: [FeedStep] = [.measure(.heartbeat(nanoseconds: now.subtractingClamped(sentAt)))]
        // All that the others sent before has been heard, so who was not heard was silent.
        for (other, heardAt) in others where heardAt < sentAt.subtractingClamped(Self.maximumSilence) {
            steps += forget(other, at: now)
        }
        for number in questions.keys.sorted() { steps += settleIfAnswered(number, at: now) }
        return steps
    }

    private mutating func nextNumber() -> UInt64 {
        lastNumber &+= 1
        return lastNumber
    }
}

// MARK: Trust

extension FeedState {
    /// A refill ended, well or not. One that failed is tried again with the next heartbeat.
    mutating func refillEnded(_ number: Int, isDone: Bool) -> [FeedStep] {
        if runningRefill == number { runningRefill = nil }
        guard isDone else { return [.measure(.refill(isDone: false))] }
        doneRefill = max(doneRefill, number)
        updateTrust()
        return refillIfNeeded() + [.measure(.refill(isDone: true))]
    }

    /// From now on memory may be believed only after another refill, which has yet to begin.
    private mutating func wantRefill() -> [FeedStep] {
        wantedRefill += 1
        trustedUntil = .min
        graceUntil = .min
        return refillIfNeeded()
    }

    private mutating func refillIfNeeded() -> [FeedStep] {
        guard began != nil, runningRefill == nil, doneRefill < wantedRefill else { return [] }
        runningRefill = wantedRefill
        return [.refill(wantedRefill)]
    }

    private mutating func updateTrust() {
        guard began != nil, doneRefill == wantedRefill, let provenAt else { return }
        trustedUntil = provenAt.addingClamped(Self.reach)
        graceUntil = grace == 0 ? .min : trustedUntil.addingClamped(grace)
    }
}

// MARK: The other nodes

extension FeedState {
    /// Asks all nodes to confirm what was committed before.
    mutating func ask(at now: Int64) -> (number: UInt64, [FeedStep]) {
        let number = nextNumber()
        guard let began, questions.count < Self.maximumQuestions else {
            let alone = FeedConfirmation(nodes: nodeCount, confirmed: 1, milliseconds: 0)
            return (number, [.settle(number, alone)] + (nodeCount > 1 ? [.measure(.silence)] : []))
        }
        questions[number] = Question(askedAt: now, awaited: Set(others.keys))
        if others.isEmpty, now >= began.addingClamped(Self.reach) { return (number, settle(number, at: now)) }
        return (number, [.say(.question(node, number: number))])
    }

    /// Nobody waits for the question any longer.
    mutating func giveUp(_ number: UInt64, at now: Int64) -> [FeedStep] {
        settle(number, at: now)
    }

    private mutating func answered(_ number: UInt64, by other: ID<Node>, at now: Int64) -> [FeedStep] {
        guard questions[number]?.awaited.remove(other) != nil else { return [] }
        questions[number]?.confirmed += 1
        return settleIfAnswered(number, at: now)
    }

    /// A sign of life of another node.
    private mutating func notice(_ other: ID<Node>, at now: Int64) {
        guard other != node, others[other] != nil || others.count < Self.maximumNodes else { return }
        if others.updateValue(now, forKey: other) == nil, let began, now < began.addingClamped(Self.reach) {
            // It was there before, and this one did not know of it when it asked.
            for number in questions.keys { questions[number]?.awaited.insert(other) }
        }
    }

    /// Another node ended, or fell silent, and accepts nothing any more.
    private mutating func forget(_ other: ID<Node>, at now: Int64) -> [FeedStep] {
        guard others.removeValue(forKey: other) != nil else { return [] }
        var steps: [FeedStep] = []
        for number in questions.keys.sorted() {
            questions[number]?.awaited.remove(other)
            steps += settleIfAnswered(number, at: now)
        }
        return steps
    }

    /// Settles a question once all nodes have answered. A node that has just begun to listen does not know yet who all
    /// are: each of them says so four times a second.
    private mutating func settleIfAnswered(_ number: UInt64, at now: Int64) -> [FeedStep] {
        guard let question = questions[number], question.awaited.isEmpty, let began,
            now >= began.addingClamped(Self.reach)
        else { return [] }
        return settle(number, at: now)
    }

    private mutating func settle(_ number: UInt64, at now: Int64) -> [FeedStep] {
        guard let question = questions.removeValue(forKey: number) else { return [] }
        let elapsed = max(0, now.subtractingClamped(question.askedAt))
        let confirmation = FeedConfirmation(
            nodes: question.confirmed + question.awaited.count, confirmed: question.confirmed,
            milliseconds: Int(elapsed / 1_000_000))
        return [
            .settle(number, confirmation),
            .measure(question.awaited.isEmpty ? .confirmation(nanoseconds: elapsed) : .silence),
        ]
    }
}

extension Int64 {
    fileprivate func addingClamped(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other > 0 ? .max : .min) : sum
    }

    fileprivate func subtractingClamped(_ other: Int64) -> Int64 {
        let (difference, overflow) = subtractingReportingOverflow(other)
        return overflow ? (other > 0 ? .min : .max) : difference
    }
}
