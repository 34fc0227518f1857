import CredentialFormat
import Model
import Persistence
import Policy

/// The calls of an hour that were counted on one core.
///
/// Its cells stay there for the hour, so counting a call like one before takes no memory, and their number bounds that of the rows that a
/// node writes. A credential finds its cells by a hash of its identifier, which nobody but us chooses.
struct CallTable: Sendable {
    /// How many cells with scopes of their own a credential has in an hour. Who may ask `/verify` could think of more.
    static let mostOfHolder = 48
    /// The most bytes of scopes that are counted by their names. They stand in the key of each row, which PostgreSQL does not let become longer than
    /// some 2,700 bytes, and in memory once for each cell.
    static let longestScopes = 512
    /// How many cells of hours that are over wait, while nothing can be written.
    static let mostWaiting = 1 << 15
    /// The most bytes of what a caller calls itself.
    static let longestAgent = 128

    /// A credential with one of its secrets, or an organization with those that have no room.
    private struct Holder: Sendable {
        let kind: KeptRefusal.Kind
        let credential: ID<AnyEntity>
        let secret: ID<AnyEntity>
        let organization: ID<Organization>
        let account: ID<Organization>
        /// -1 for none.
        var firstCell: Int32 = -1
        var cellCount = 0
        var lastAddress: IPAddress?
        let hasSketch: Bool
        var sketch = CallerSketch()
        var agent: String?
        /// Whether its callers are others than were taken.
        var hasNewCallers = false
        /// Whether it waits to be taken.
        var isListed = false
    }

    private struct Cell: Sendable {
        let scopes: String
        let outcome: String
        let status: Int
        var count = 0
        var next: Int32
    }

    /// What was counted of one holder.
    struct Taken: Sendable {
        var calls: [CountedCalls]
        var callers: HourOfCallers?

        /// About how many rows are written for it: each count in its hour and in its day.
        var rows: Int { calls.count * 2 + (callers == nil ? 0 : 2) }
    }

    private let hash: @Sendable (IPAddress) -> UInt64
    private let room: CallRoom
    private var hour = Instant(milliseconds: .min)
    private var end = Instant(milliseconds: .min)
    private var before = Instant(milliseconds: .min)
    private var holders: [Holder] = []
    private var cells: [Cell] = []
    /// Places in `holders`, one more than that; 0 for none. As many as a power of two, at least half of them empty.
    private var index: [UInt32] = []
    private var listed: [UInt32] = []
    private var waiting: [Taken] = []
    private var waitingCells = 0
    private var taken = (cells: 0, sketches: 0, organizations: 0)

    init(in room: CallRoom, hashing hash: @escaping @Sendable (IPAddress) -> UInt64) {
        self.room = room
        self.hash = hash
    }

    var isEmpty: Bool { listed.isEmpty && waiting.isEmpty }

    /// Counts a call.
    ///
    /// - Parameter agent: What the caller calls itself. Asked for the first call of a credential since it was last taken.
    mutating func count(_ call: MeteredCall, at now: Instant, from address: IPAddress?, by agent: () -> String?) {
        // A clock that was set back by more than an hour begins an hour, too.
        if now >= end || now < before { turn(to: now) }
        guard let holder = place(of: call) ?? insert(call) else { return countBeyond(call) }
        guard let cell = cell(of: holder, call) else { return countBeyond(call) }
        cells[cell].count &+= 1
        if let address, holders[holder].lastAddress != address {
            holders[holder].lastAddress = address
            if holders[holder].hasSketch, holders[holder].sketch.note(hash(address)) {
                holders[holder].hasNewCallers = true
            }
        }
        guard !holders[holder].isListed else { return }
        if let agent = agent().map(Self.told), agent != holders[holder].agent, !agent.isEmpty {
            holders[holder].agent = agent
            holders[holder].hasNewCallers = true
        }
        list(holder)
    }

    /// Empties the table where others count in a later hour: what it has taken of the room, they may need.
    mutating func turnIfOver() {
        let latest = room.latestHour
        if latest > hour, latest >= end { turn(to: latest) }
    }

    /// Takes what waits, of at most `limit` holders, the first ones first.
    mutating func take(atMost limit: Int) -> [Taken] {
        var taken = Array(waiting.prefix(limit))
        waiting.removeFirst(taken.count)
        waitingCells -= taken.reduce(0) { $0 + $1.calls.count }
        let count = min(limit - taken.count, listed.count)
        for holder in listed.prefix(count) { taken.append(takeHolder(Int(holder))) }
        listed.removeFirst(count)
        return taken
    }

    /// What a caller calls itself, as it is kept: in ASCII that can be seen, and not too long.
    private static func told(_ agent: String) -> String {
        String(decoding: agent.utf8.filter { (0x20...0x7E).contains($0) }.prefix(longestAgent), as: UTF8.self)
    }

    // MARK: Places

    /// Where the search for a credential and its secret begins. Never negative.
    private static func start(_ credential: ID<AnyEntity>, _ secret: ID<AnyEntity>) -> Int {
        // Identifiers end with 80 bits of chance.
        let mixed = UInt64(truncatingIfNeeded: credential.value) ^ UInt64(truncatingIfNeeded: secret.value >> 64)
        return Int(truncatingIfNeeded: (mixed &* 0x9E37_79B9_7F4A_7C15) >> 20)
    }

    private func place(of call: MeteredCall) -> Int? {
        guard !index.isEmpty else { return nil }
        let mask = index.count - 1
        var slot = Self.start(call.credential, call.secret) & mask
        while index[slot] != 0 {
            let place = Int(index[slot]) - 1
            if holders[place].credential == call.credential, holders[place].secret == call.secret { return place }
            slot = (slot + 1) & mask
        }
        return nil
    }

    private mutating func insert(_ call: MeteredCall) -> Int? {
        guard room.takeCell() else { return nil }
        taken.cells += 1
        let hasSketch = room.takeSketch()
        if hasSketch { taken.sketches += 1 }
        return add(
            Holder(
                kind: call.kind, credential: call.credential, secret: call.secret, organization: call.organization,
                account: call.account, hasSketch: hasSketch))
    }

    private mutating func add(_ holder: Holder) -> Int {
        holders.append(holder)
        if holders.count * 2 > index.count {
            index = [UInt32](repeating: 0, count: max(64, index.count * 2))
            for place in holders.indices { enter(place) }
        } else {
            enter(holders.count - 1)
        }
        return holders.count - 1
    }

    private mutating func enter(_ place: Int) {
        let mask = index.count - 1
        var slot = Self.start(holders[place].credential, holders[place].secret) & mask
        while index[slot] != 0 { slot = (slot + 1) & mask }
        index[slot] = UInt32(truncatingIfNeeded: place + 1)
    }

    /// The cell of a call, nil where there is no room for it.
    private mutating func cell(of holder: Int, _ call: MeteredCall) -> Int? {
        if let found = find(holder, call.scopes, call.outcome, call.status) { return found }
        let isTold = holders[holder].cellCount < Self.mostOfHolder && call.scopes.utf8.count <= Self.longestScopes
        let scopes = isTold ? call.scopes : CallTraits.otherScopes
        if scopes != call.scopes, let found = find(holder, scopes, call.outcome, call.status) { return found }
        // The first one came with its holder.
        if holders[holder].cellCount > 0 {
            guard room.takeCell() else { return nil }
            taken.cells += 1
        }
        cells.append(
            Cell(scopes: scopes, outcome: call.outcome, status: call.status, next: holders[holder].firstCell))
        holders[holder].firstCell = Int32(truncatingIfNeeded: cells.count - 1)
        holders[holder].cellCount += 1
        return cells.count - 1
    }

    private func find(_ holder: Int, _ scopes: String, _ outcome: String, _ status: Int) -> Int? {
        var place = Int(holders[holder].firstCell)
        while place >= 0 {
            if cells[place].status == status, cells[place].scopes == scopes, cells[place].outcome == outcome {
                return place
            }
            place = Int(cells[place].next)
        }
        return nil
    }

    /// Counts a call for which there is no cell: with the others of its organization.
    private mutating func countBeyond(_ call: MeteredCall) {
        let beyond = MeteredCall(
            kind: call.kind, credential: ID(value: 0), secret: ID(value: call.organization.value),
            organization: call.organization, account: call.account, scopes: CallTraits.otherScopes,
            outcome: call.outcome, status: call.status)
        var holder = place(of: beyond)
        if holder == nil, room.takeOrganization() {
            taken.organizations += 1
            holder = add(
                Holder(
                    kind: call.kind, credential: beyond.credential, secret: beyond.secret,
                    organization: call.organization, account: call.account, hasSketch: false))
        }
        guard let holder, let cell = beyondCell(of: holder, beyond) else { return room.leaveOut(1) }
        cells[cell].count &+= 1
        if !holders[holder].isListed { list(holder) }
    }

    private mutating func beyondCell(of holder: Int, _ call: MeteredCall) -> Int? {
        if let found = find(holder, call.scopes, call.outcome, call.status) { return found }
        if holders[holder].cellCount > 0 {
            guard room.takeOrganization() else { return nil }
            taken.organizations += 1
        }
        cells.append(
            Cell(scopes: call.scopes, outcome: call.outcome, status: call.status, next: holders[holder].firstCell))
        holders[holder].firstCell = Int32(truncatingIfNeeded: cells.count - 1)
        holders[holder].cellCount += 1
        return cells.count - 1
    }

    // MARK: What is taken

    private mutating func list(_ holder: Int) {
        holders[holder].isListed = true
        listed.append(UInt32(truncatingIfNeeded: holder))
    }

    /// Takes what was counted of one since it was last taken.
    private mutating func takeHolder(_ place: Int) -> Taken {
        let holder = holders[place]
        holders[place].isListed = false
        holders[place].hasNewCallers = false
        let isBeyond = holder.credential.value == 0
        func traits(_ scopes: String, _ outcome: String, _ status: Int) -> CallTraits {
            CallTraits(
                account: holder.account, organization: holder.organization, kind: holder.kind,
                credential: isBeyond ? nil : holder.credential,
                secret: isBeyond || holder.secret.value == 0 ? nil : holder.secret, scopes: scopes, outcome: outcome,
                status: status)
        }
        var calls: [CountedCalls] = []
        var cell = Int(holder.firstCell)
        while cell >= 0 {
            let counted = cells[cell]
            if counted.count > 0 {
                calls.append(
                    CountedCalls(
                        traits(counted.scopes, counted.outcome, counted.status), in: hour, count: counted.count))
                cells[cell].count = 0
            }
            cell = Int(counted.next)
        }
        let callers =
            holder.hasNewCallers
            ? HourOfCallers(traits("", "", 0), in: hour, sketch: holder.sketch.copied, agent: holder.agent) : nil
        return Taken(calls: calls, callers: callers)
    }

    /// Begins the hour in which `now` is. What was counted in the one before waits.
    private mutating func turn(to now: Instant) {
        for holder in listed {
            let counted = takeHolder(Int(holder))
            if waitingCells + counted.calls.count <= Self.mostWaiting {
                waitingCells += counted.calls.count
                waiting.append(counted)
            } else {
                room.leaveOut(counted.calls.reduce(0) { $0 + $1.count })
            }
        }
        listed.removeAll(keepingCapacity: true)
        holders.removeAll()
        cells.removeAll()
        index.removeAll()
        room.giveBack(cells: taken.cells, sketches: taken.sketches, organizations: taken.organizations)
        taken = (0, 0, 0)
        hour = UsageSpan.hour.start(of: now)
        room.begin(hour)
        before = Instant(milliseconds: hour.milliseconds &- UsageSpan.hour.milliseconds)
        end = Instant(milliseconds: hour.milliseconds &+ UsageSpan.hour.milliseconds)
    }
}
