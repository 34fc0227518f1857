import CLibPQ
import Glibc
import Persistence

/// Connections that are made to the servers of an address side by side, until one can be written to.
///
/// libpq tries one server after the other, and stays with one that is silent: its `connect_timeout` does not hold for
/// connections that are polled. So each server has an attempt of its own. They begin in their order, a quarter of a second
/// apart or as soon as none is under way (RFC 8305 does so with addresses): where all is well, only the first is asked.
struct ConnectionRace {
    private static let stagger = Duration.milliseconds(250)

    private let address: PostgresAddress
    private var waiting: [ConnectionTarget]
    private var running: [ConnectionAttempt] = []
    /// What became of those that failed.
    private var problems: [String] = []
    private var nextStart = ContinuousClock.now

    private init(_ address: PostgresAddress) {
        self.address = address
        waiting = ConnectionTarget.all(of: address)
    }

    /// The first connection that can be written to. All others are ended.
    ///
    /// - Throws: ``StoreError/unavailable(_:)``, with what became of each server, when there is none before `deadline`.
    static func winner(
        to address: PostgresAddress, until deadline: ContinuousClock.Instant
    ) throws(StoreError) -> OpaquePointer {
        var race = ConnectionRace(address)
        while true {
            race.begin(before: deadline)
            if let winner = race.running.first(where: \.isDone) { return winner.take() }
            guard !race.running.isEmpty else { throw .unavailable(race.problems.joined(separator: "; ")) }
            guard ContinuousClock.now < deadline else {
                let silent = race.running.map { "\($0.target) does not answer" }
                throw .unavailable((race.problems + silent).joined(separator: "; "))
            }
            try race.proceed(until: race.waiting.isEmpty ? deadline : min(deadline, race.nextStart))
        }
    }

    /// Begins the attempts whose time has come.
    private mutating func begin(before deadline: ContinuousClock.Instant) {
        while let target = waiting.first, running.isEmpty || ContinuousClock.now >= nextStart {
            let resolved = target.resolved
            waiting.replaceSubrange(0..<1, with: resolved.dropFirst())
            if let first = resolved.first { start(first) }
            // The last must have its time, too.
            let left = ContinuousClock.now.duration(to: deadline)
            nextStart = .now + min(Self.stagger, max(.zero, left / (2 * (waiting.count + 1))))
        }
    }

    private mutating func start(_ target: ConnectionTarget) {
        guard let attempt = ConnectionAttempt(to: address, at: target) else {
            problems.append("no memory for a connection")
            return
        }
        if let problem = attempt.problem { problems.append(problem) } else { running.append(attempt) }
    }

    /// Waits until something has arrived for an attempt, and goes on with it.
    private mutating func proceed(until end: ContinuousClock.Instant) throws(StoreError) {
        var wanted = running.map(\.wanted)
        let count = poll(&wanted, nfds_t(wanted.count), ContinuousClock.now.duration(to: end).pollTimeout)
        guard count > 0 else {
            guard count == 0 || errno == EINTR else { throw .unavailable(String(cString: strerror(errno))) }
            return
        }
        for (attempt, wanted) in zip(running, wanted) where wanted.revents != 0 {
            attempt.proceed()
            if let problem = attempt.problem { problems.append(problem) }
        }
        running.removeAll { $0.problem != nil }
    }
}

/// A connection that is being made to one server.
final class ConnectionAttempt {
    let target: ConnectionTarget
    private let handle: OpaquePointer
    private var step = PGRES_POLLING_WRITING
    private var isTaken = false

    /// Nil where there is no memory.
    ///
    /// - Parameter tellsState: Whether ``problem`` has the SQLSTATE of what the server says, and lines that are of use to nobody else.
    init?(to address: PostgresAddress, at target: ConnectionTarget, tellsState: Bool = false) {
        guard let handle = Self.start(address, target) else { return nil }
        if tellsState { PQsetErrorVerbosity(handle, PQERRORS_VERBOSE) }
        self.target = target
        self.handle = handle
        if PQstatus(handle) == CONNECTION_BAD { step = PGRES_POLLING_FAILED }
    }

    deinit {
        if !isTaken { PQfinish(handle) }
    }

    /// Whether it can be written to.
    var isDone: Bool { step == PGRES_POLLING_OK }

    /// Why it failed, if it did.
    var problem: String? { step == PGRES_POLLING_FAILED ? Line.problem(of: handle) : nil }

    /// Whether it failed because the server wants a password and none was said.
    var lacksPassword: Bool { PQconnectionNeedsPassword(handle) == 1 }

    /// What it waits for.
    var wanted: pollfd {
        pollfd(
            fd: PQsocket(handle), events: Int16(step == PGRES_POLLING_READING ? POLLIN : POLLOUT), revents: 0)
    }

    func proceed() {
        step = PQconnectPoll(handle)
    }

    /// Hands the connection over.
    func take() -> OpaquePointer {
        isTaken = true
        return handle
    }

    /// Parameters before the address are what it may override, those behind it are ours.
    private static func start(_ address: PostgresAddress, _ target: ConnectionTarget) -> OpaquePointer? {
        let parameters =
            [
                ("application_name", address.applicationName), ("target_session_attrs", "read-write"),
                ("tcp_user_timeout", "3000"),
                ("keepalives_idle", "3"), ("keepalives_interval", "1"), ("keepalives_count", "3"),
                ("dbname", address.uri), ("client_encoding", "UTF8"),
            ] + target.parameters
        let texts = parameters.flatMap { [strdup($0.0), strdup($0.1)] }
        defer { for text in texts { free(text) } }
        var names: [UnsafePointer<CChar>?] = []
        var values: [UnsafePointer<CChar>?] = []
        for (index, text) in texts.enumerated() {
            if index.isMultiple(of: 2) { names.append(text) } else { values.append(text) }
        }
        return PQconnectStartParams(names + [nil], values + [nil], 1)
    }
}
