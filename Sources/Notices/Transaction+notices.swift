import CredentialFormat
package import Model
package import Persistence

extension Transaction {
    /// Writes down what is not written down yet, and puts it on its way to whoever wants to be told. In one transaction, so that nothing
    /// is told that is not written, and nothing written that is not told.
    ///
    /// - Returns: How many were new.
    @discardableResult
    package borrowing func tell(_ drafts: [EventDraft], at now: Instant) throws -> Int {
        let first = ID<LifecycleEvent>(at: now.milliseconds)
        var fresh: [LifecycleEvent] = []
        for (number, draft) in drafts.enumerated() {
            // In the order in which they were found, since a receiver hears of one credential in order.
            let event = draft.event(ID(value: first.value &+ UInt128(number)))
            if try insertOnce(event) { fresh.append(event) }
        }
        for (account, events) in Dictionary(grouping: fresh, by: \.path.root) {
            let endpoints = try webhookEndpoints(ofAccount: account, limit: WebhookService.mostOfAccount)
            for endpoint in endpoints {
                let wanted = events.filter { endpoint.wants($0.kind, of: $0.path) }
                if !wanted.isEmpty { try send(wanted, to: endpoint.id, at: now) }
            }
        }
        return fresh.count
    }
}
