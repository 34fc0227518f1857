import CLibPQ
import Glibc
import Persistence

/// One connection to a server, in libpq's pipeline mode (its documentation, chapter "Pipeline Mode"): statements are sent
/// without waiting, and answered in their order. Used by one thread alone. Every wait has an end, also where the server,
/// or the way to it, is silent.
final class Line {
    /// What the server still owes an answer to, in the order of sending.
    private enum Debt {
        /// A statement is prepared, under a name.
        case preparation(String, text: String)
        /// A statement whose answer nobody reads, but for an error, and for whether it changed so many rows.
        case silent(changing: Int?)
        /// The statement whose rows are wanted.
        case wanted
        /// The end of a stretch: after an error, the server skips everything up to here.
        case sync
    }

    /// The debts in their order. A body may send thousands of statements before it waits, so the first is taken without
    /// moving the others up.
    private struct Debts {
        private var all: [Debt] = []
        private var paid = 0

        var isEmpty: Bool { paid == all.count }
        var last: Debt? { isEmpty ? nil : all.last }

        mutating func append(_ debt: Debt) {
            all.append(debt)
        }

        mutating func removeFirst() -> Debt? {
            guard !isEmpty else { return nil }
            let first = all[paid]
            paid += 1
            if isEmpty {
                all.removeAll(keepingCapacity: true)
                paid = 0
            }
            return first
        }
    }

    private let handle: OpaquePointer
    private let suspicion: Suspicion
    private var debts = Debts()
    /// Statements that the server has prepared, by text and types.
    private var prepared: [String: String] = [:]
    /// Those that were sent to be prepared.
    private var inPreparation: [String: String] = [:]
    private var lastName = 0
    private var failure: StoreError?
    /// Who runs the statements of accounts, nil until it was asked.
    var accountRole: AccountRole?
    /// Whether statements are run as that role. Its statements are prepared under names of their own: a plan holds for one role, and
    /// would be made anew at each turn.
    var isConfined = false
    /// When it was made.
    let madeAt = ContinuousClock.now
    /// Whether it ended, or was not answered in time.
    private(set) var isBroken = false

    /// Prepared statements kept. Texts are fixed, but for the lengths of their lists and for which values are NULL.
    private static let statementLimit = 512

    /// Connects to the server of the address that can be written to.
    ///
    /// - Throws: ``StoreError/unavailable(_:)`` when there is none before `deadline`.
    init(
        to address: PostgresAddress, settings: [String], _ suspicion: Suspicion, until deadline: ContinuousClock.Instant
    ) throws(StoreError) {
        let handle = try ConnectionRace.winner(to: address, until: deadline)
        guard PQsetnonblocking(handle, 1) == 0, PQenterPipelineMode(handle) == 1 else {
            defer { PQfinish(handle) }
            throw .unavailable(Self.problem(of: handle))
        }
        // What the server remarks is not for our standard error.
        PQsetNoticeProcessor(handle, { _, _ in }, nil)
        self.handle = handle
        self.suspicion = suspicion
        for setting in settings { try send(setting, []) }
        try complete(until: deadline)
    }

    deinit {
        PQfinish(handle)
    }

    /// The socket, to be polled together with others.
    var socket: Int32 { PQsocket(handle) }

    /// The major version of the server, such as 15.
    var serverVersion: Int { Int(PQserverVersion(handle)) / 10_000 }

    /// Sends a statement whose answer nobody reads. If it fails, the next ``complete(until:)`` or ``answer(to:_:until:row:)``
    /// throws.
    ///
    /// - Parameter rows: How many rows it must change, nil for any number. That it does not is a failure.
    func send(_ text: String, _ values: [StoredValue], changing rows: Int? = nil) throws(StoreError) {
        try transmit(text, values)
        debts.append(.silent(changing: rows))
    }

    /// Sends a statement, waits for its answer and hands each row to `row`.
    ///
    /// - Returns: How many rows it changed.
    /// - Throws: What went wrong with it or with one that was sent before it; what `row` throws.
    func answer(
        to text: String, _ values: [StoredValue], until deadline: ContinuousClock.Instant,
        row: (StoredRow) throws -> Void
    ) throws -> Int {
        try transmit(text, values)
        debts.append(.wanted)
        try mark()
        var changed = 0
        var mistake: (any Error)?
        try settle(until: deadline) { result in
            do {
                changed = try result.read(row)
            } catch {
                mistake = error
            }
        }
        if let mistake { throw mistake }
        return changed
    }

    /// Waits until everything that was sent has been answered.
    ///
    /// - Throws: What went wrong with it.
    func complete(until deadline: ContinuousClock.Instant) throws(StoreError) {
        guard !debts.isEmpty else { return }
        if case .sync? = debts.last {} else { try mark() }
        try settle(until: deadline) { _ in }
    }

    /// Whether an answer is still to come.
    var isAwaited: Bool { !debts.isEmpty }

    /// Sends what was said so far, and a mark behind it, without waiting for the answer.
    func mark() throws(StoreError) {
        guard PQpipelineSync(handle) == 1 else { throw lost() }
        debts.append(.sync)
    }

    /// Has the server forget its prepared statements if there have become too many. Nothing may be owed.
    ///
    /// A mark ends its transaction: it takes a snapshot, and up to the next mark a BEGIN would come too late to choose an isolation.
    func tidy() throws(StoreError) {
        guard prepared.count > Self.statementLimit, debts.isEmpty else { return }
        guard PQsendQueryParams(handle, "DEALLOCATE ALL", 0, nil, nil, nil, nil, 0) == 1 else { throw lost() }
        debts.append(.silent(changing: nil))
        prepared = [:]
        try mark()
    }

    /// Runs several statements in one text, to which nothing can be bound.
    func run(script: String, until deadline: ContinuousClock.Instant) throws(StoreError) {
        try complete(until: deadline)
        guard PQexitPipelineMode(handle) == 1, PQsendQuery(handle, script) == 1 else { throw lost() }
        var problem: StoreError?
        while let result = try nextResult(until: deadline) {
            if let error = result.error { problem = problem ?? error }
        }
        guard PQenterPipelineMode(handle) == 1 else { throw lost() }
        if let problem { throw problem }
    }

    /// Reads what has arrived, without waiting. For a connection that listens.
    ///
    /// - Returns: The payloads of the notifications that came, in their order.
    /// - Throws: ``StoreError/unavailable(_:)`` when the connection is lost.
    func arrivals() throws(StoreError) -> [String] {
        guard PQconsumeInput(handle) == 1, PQflush(handle) >= 0 else { throw lost() }
        while !debts.isEmpty, PQisBusy(handle) == 0 {
            try take { _ in }
        }
        if debts.isEmpty, let failure {
            self.failure = nil
            throw failure
        }
        var payloads: [String] = []
        while let notice = PQnotifies(handle) {
            payloads.append(String(cString: notice.pointee.extra))
            PQfreemem(notice)
        }
        return payloads
    }
}

// MARK: - Sending

extension Line {
    private func transmit(_ text: String, _ values: [StoredValue]) throws(StoreError) {
        var key = values.isEmpty ? text : text + "\n" + String(values.map(\.typeLetter))
        if isConfined { key += "\nconfined" }
        let name: String
        if let known = prepared[key] ?? inPreparation[key] {
            name = known
        } else {
            name = try prepare(text, key, values)
        }
        let sent = BoundParameters(values).withPointers { count, pointers, lengths, formats in
            PQsendQueryPrepared(handle, name, count, pointers, lengths, formats, 1)
        }
        guard sent == 1 else { throw lost() }
    }

    private func prepare(_ text: String, _ key: String, _ values: [StoredValue]) throws(StoreError) -> String {
        lastName += 1
        let name = "s\(lastName)"
        let types = values.map(\.type)
        guard PQsendPrepare(handle, name, text, Int32(types.count), types) == 1 else { throw lost() }
        debts.append(.preparation(name, text: key))
        inPreparation[key] = name
        return name
    }
}

// MARK: - Receiving

extension Line {
    /// Takes answers until everything is answered. `wanted` is given that of the statement whose rows are wanted.
    private func settle(until deadline: ContinuousClock.Instant, _ wanted: (borrowing ServerResult) -> Void)
        throws(StoreError)
    {
        while !debts.isEmpty {
            try awaitInput(until: deadline)
            try take(wanted)
        }
        if let failure {
            self.failure = nil
            throw failure
        }
    }

    /// Takes the next answer, which has arrived.
    private func take(_ wanted: (borrowing ServerResult) -> Void) throws(StoreError) {
        guard let result = PQgetResult(handle).map(ServerResult.init) else {
            // The end of one statement's answers; or the connection is lost.
            guard PQstatus(handle) == CONNECTION_OK else { throw lost() }
            return
        }
        guard let debt = debts.removeFirst(), !result.isSync else { return }
        if case .preparation(_, let text) = debt { inPreparation[text] = nil }
        if let error = result.error {
            failure = failure ?? error
            if case .unavailable = error, PQstatus(handle) != CONNECTION_OK { throw lost() }
            return
        }
        guard !result.isSkipped else { return }
        switch debt {
        case .preparation(let name, let text): prepared[text] = name
        case .wanted: wanted(result)
        case .silent(.some(let rows)) where result.changedRows != rows: failure = failure ?? .conflict
        case .silent, .sync: break
        }
    }

    /// The next result outside of pipeline mode, nil at the end.
    private func nextResult(until deadline: ContinuousClock.Instant) throws(StoreError) -> ServerResult? {
        try awaitInput(until: deadline)
        return PQgetResult(handle).map(ServerResult.init)
    }

    /// Waits until a whole answer is there.
    private func awaitInput(until deadline: ContinuousClock.Instant) throws(StoreError) {
        while true {
            let isUnsent = PQflush(handle)
            guard isUnsent >= 0 else { throw lost() }
            guard PQisBusy(handle) == 1 else { return }
            do {
                try poll(forWriting: isUnsent == 1, until: deadline)
            } catch {
                isBroken = true
                throw error
            }
            guard PQconsumeInput(handle) == 1 else { throw lost() }
        }
    }

    /// The connection is of no more use.
    private func lost() -> StoreError {
        isBroken = true
        if case .unavailable? = failure, let failure { return failure }
        return .unavailable(Self.problem(of: handle))
    }

    /// How often who waits looks whether another line has fallen silent meanwhile.
    private static let glance = Duration.milliseconds(250)
    /// What takes longer than any statement has an end of its own: steps of the schema, and the wait for who takes them.
    private static let longestStatement = Duration.seconds(60)

    /// Waits until something can be read, or, `forWriting`, also written.
    ///
    /// - Throws: ``StoreError/unavailable(_:)`` at the deadline, or soon after another line has fallen silent.
    private func poll(forWriting: Bool, until deadline: ContinuousClock.Instant) throws(StoreError) {
        let isStatement = ContinuousClock.now.duration(to: deadline) < Self.longestStatement
        while true {
            let end = isStatement ? suspicion.end(ofWaitingOnLineMadeAt: madeAt, for: deadline) : deadline
            let left = min(ContinuousClock.now.duration(to: end), Self.glance)
            guard left > .zero else { throw .unavailable("the server does not answer") }
            let events = POLLIN | (forWriting ? POLLOUT : 0)
            var wanted = pollfd(fd: socket, events: Int16(events), revents: 0)
            let count = Glibc.poll(&wanted, 1, left.pollTimeout)
            if count > 0 { return }
            if count < 0, errno != EINTR { throw .unavailable(String(cString: strerror(errno))) }
        }
    }

    /// What libpq says last of a connection.
    static func problem(of handle: OpaquePointer) -> String {
        let text = String(cString: PQerrorMessage(handle)).split(separator: "\n").joined(separator: " ")
        return text.isEmpty ? "the connection is lost" : text
    }
}
