import CredentialFormat
import Model

/// What one mail tells: a bounded number of events one by one, and how many there are besides.
struct NoticeDigest: Sendable {
    private let most: Int
    private(set) var events: [LifecycleEvent] = []
    private(set) var count = 0

    init(most: Int) {
        self.most = most
    }

    mutating func add(_ event: LifecycleEvent) {
        count += 1
        if events.count < most { events.append(event) }
    }

    /// How many are not told one by one.
    var further: Int { count - events.count }

    /// Of which organizations it tells, in the order in which it does.
    var organizations: [ID<Organization>] {
        var seen: Set<ID<Organization>> = []
        return events.map(\.path.last).filter { seen.insert($0).inserted }
    }

    func events(of organization: ID<Organization>) -> [LifecycleEvent] {
        events.filter { $0.path.last == organization }
    }
}
