import Model
import Persistence

extension WebConsole {
    /// Does what a form asks for once, and answers the same form again as the first time: what it is about may be gone by
    /// then, and is not told from what never was. A form whose same words may be meant again has an idempotency key among its fields.
    ///
    /// - Throws: What `act` throws, and then the form counts as not sent.
    func doneOnce(
        _ visit: Visit, _ form: PageForm, as actor: Actor, next: ConsoleURL, _ done: Done,
        _ act: @escaping @Sendable (borrowing Transaction) throws -> Void
    ) async throws -> PageReply {
        let path = visit.path
        _ = try await store.write(as: actor) { [repetitions] tx in
            try repetitions.once(form, sentTo: path, as: actor, tx: tx) { tx in
                try act(tx)
                return (id: "-", secret: "-")
            }
        }
        return PageReply.redirect(next, at: site).telling(done, at: site)
    }

    /// The same in the console.
    func doneOnce(
        _ entered: ConsoleVisit, _ form: PageForm, next: ConsoleURL, _ done: Done,
        _ act: @escaping @Sendable (borrowing Transaction) throws -> Void
    ) async throws -> PageReply {
        try await doneOnce(entered.visit, form, as: entered.actor, next: next, done, act)
    }
}
