import Crypto

/// When credentials end that were good once, by their digests. The desk tells nobody whether a credential is expired, revoked or none at
/// all; whoever brings one here that was let in before may be told that its time is over, since it was told so when it got it.
actor EndBook {
    private var recent: [SHA256.Digest: Int64] = [:]
    private var earlier: [SHA256.Digest: Int64] = [:]

    /// Of which twice as many are remembered.
    private static let most = 20_000

    /// - Parameter end: In seconds since 1970.
    func note(_ credential: String, until end: Int64) {
        if recent.count >= Self.most { (earlier, recent) = (recent, [:]) }
        recent[Self.digest(credential)] = end
    }

    func hasEnded(_ credential: String, at now: Timestamp) -> Bool {
        let digest = Self.digest(credential)
        guard let end = recent[digest] ?? earlier[digest] else { return false }
        return end <= Int64(now.seconds)
    }

    private static func digest(_ credential: String) -> SHA256.Digest { SHA256.hash(data: Array(credential.utf8)) }
}
