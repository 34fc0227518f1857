import Persistence

/// What nodes tell each other goes over one channel of the database. As with every statement that is sent, what goes
/// wrong is thrown later.
extension Line {
    /// Has messages arrive here from now on.
    func listen() throws(StoreError) {
        try send("LISTEN claviger", [])
    }

    /// Says `message` to all who listen, once the transaction that this is in is committed.
    func say(_ message: FeedMessage) throws(StoreError) {
        try send("SELECT pg_notify('claviger', $1)", [.text(message.payload)])
    }
}
