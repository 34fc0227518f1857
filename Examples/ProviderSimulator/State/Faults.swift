/// The switches that are set. A request finds those that may concern it without looking at the others.
struct Faults {
    private var byToken: [String: [Fault]] = [:]
    private var byAccount: [String: [Fault]] = [:]
    private var byProvider: [ProviderName: [Fault]] = [:]
    private var byID: [Int: Fault] = [:]
    private var lastID = 0
    private var numbers: SeededNumbers

    init(seed: UInt64) { numbers = SeededNumbers(seed, "faults", 0) }

    var count: Int { byID.count }
    var all: [Fault] { byID.values.sorted { $0.id < $1.id } }

    static let most = 20_000

    mutating func nextID() -> Int {
        lastID += 1
        return lastID
    }

    mutating func add(_ fault: Fault) {
        byID[fault.id] = fault
        if let token = fault.token {
            byToken[token, default: []].append(fault)
        } else if let account = fault.account {
            byAccount[Self.key(fault.provider, account), default: []].append(fault)
        } else {
            byProvider[fault.provider, default: []].append(fault)
        }
    }

    /// - Returns: Whether there was one.
    mutating func remove(_ id: Int) -> Bool {
        guard let fault = byID.removeValue(forKey: id) else { return false }
        if let token = fault.token {
            Self.drop(fault, from: &byToken[token])
        } else if let account = fault.account {
            Self.drop(fault, from: &byAccount[Self.key(fault.provider, account)])
        } else {
            Self.drop(fault, from: &byProvider[fault.provider])
        }
        return true
    }

    mutating func removeAll() {
        byToken = [:]
        byAccount = [:]
        byProvider = [:]
        byID = [:]
    }

    /// The first of some kinds that strikes, which counts as a strike.
    mutating func strike(_ kinds: Set<Fault.Kind>, _ subject: Subject, now: Int) -> Fault? {
        guard !byID.isEmpty else { return nil }
        var candidates = byProvider[subject.provider] ?? []
        if let token = subject.token, let more = byToken[token] { candidates += more }
        if let account = subject.account {
            candidates += byAccount[Self.key(subject.provider, account.id)] ?? []
            candidates += byAccount[Self.key(subject.provider, String(account.number))] ?? []
        }
        for fault in candidates where kinds.contains(fault.kind) {
            if fault.until.map({ $0 <= now }) ?? false {
                _ = remove(fault.id)
                continue
            }
            guard fault.role.map({ $0 == subject.role }) ?? (subject.role != .consent),
                fault.client.map({ $0 == subject.client }) ?? true
            else { continue }
            if let chance = fault.chance, Int(numbers.next() % 100_000) >= chance { continue }
            fault.struck += 1
            if let times = fault.times {
                guard times > 0 else { continue }
                fault.times = times - 1
                if times == 1 { _ = remove(fault.id) }
            }
            return fault
        }
        return nil
    }

    private static func key(_ provider: ProviderName, _ account: String) -> String { "\(provider.rawValue) \(account)" }

    private static func drop(_ fault: Fault, from list: inout [Fault]?) {
        list?.removeAll { $0.id == fault.id }
        if list?.isEmpty ?? false { list = nil }
    }
}

/// Whom a request is about, as far as that is known before it is answered.
struct Subject {
    let provider: ProviderName
    var role: Role
    var token: String?
    var account: Account?
    var client: String?
}
