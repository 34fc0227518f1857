package import CredentialFormat
package import Model
package import Persistence

/// The requests that a node makes at a time, and whose they are: whoever is slow holds up itself. An account has a quarter of them at
/// most, and never more than half of those that are free, so one that comes later has some too.
package struct WebhookLanes: Sendable {
    package static let all = 64
    package static let ofEndpoint = 8
    package static let ofAccount = 16

    private var endpoints: [ID<WebhookEndpoint>: Int] = [:]
    private var accounts: [ID<Organization>: Int] = [:]
    private var used = 0

    package init() {}

    package var free: Int { Self.all - used }

    /// How many of what is due can be sent now, of each endpoint that may send some, in the same order.
    ///
    /// - Parameter most: Of all together.
    package func shares(of work: [WebhookWork], atMost most: Int) -> [WebhookWork] {
        var after = self
        var shares: [WebhookWork] = []
        var room = most
        for one in work {
            var count = 0
            while count < one.due, room > 0, after.hasRoom(for: one.endpoint, of: one.account) {
                after.take(one.endpoint, of: one.account)
                count += 1
                room -= 1
            }
            if count > 0 { shares.append(WebhookWork(endpoint: one.endpoint, account: one.account, due: count)) }
        }
        return shares
    }

    private func hasRoom(for endpoint: ID<WebhookEndpoint>, of account: ID<Organization>) -> Bool {
        free > 0 && (endpoints[endpoint] ?? 0) < Self.ofEndpoint
            && (accounts[account] ?? 0) < max(1, min(Self.ofAccount, free / 2))
    }

    package mutating func take(_ endpoint: ID<WebhookEndpoint>, of account: ID<Organization>) {
        endpoints[endpoint, default: 0] += 1
        accounts[account, default: 0] += 1
        used += 1
    }

    package mutating func leave(_ endpoint: ID<WebhookEndpoint>, of account: ID<Organization>) {
        endpoints[endpoint] = endpoints[endpoint].flatMap { $0 > 1 ? $0 - 1 : nil }
        accounts[account] = accounts[account].flatMap { $0 > 1 ? $0 - 1 : nil }
        used = max(0, used - 1)
    }
}
