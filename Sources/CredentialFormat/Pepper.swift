package import Crypto

/// One version of the key under which secrets are digested.
///
/// The pepper lives outside the database, so a stolen copy of the database allows no guess to be tested.
package struct Pepper: Sendable {
    /// Counts up from 1.
    package let version: Int
    private let key: SymmetricKey

    /// The pepper with these 32 bytes.
    package init(version: Int, key: SymmetricKey) {
        self.version = version
        self.key = key
    }

    /// The digest of a secret's text.
    package func digest(of secret: some Sequence<UInt8>) -> SecretDigest {
        let code = HMAC<SHA256>.authenticationCode(for: Array(secret), using: key)
        return SecretDigest(computed: Array(code), pepperVersion: version)
    }
}

/// All peppers under which a live secret may have been digested. Never empty.
package struct Peppers: Sendable {
    /// Digests new secrets.
    package let newest: Pepper
    /// Those before it, newest first.
    package let older: [Pepper]

    /// The newest pepper and those before it.
    package init(newest: Pepper, older: [Pepper] = []) {
        self.newest = newest
        self.older = older.sorted { $0.version > $1.version }
    }

    /// Newest first.
    package var all: [Pepper] { [newest] + older }
    /// The oldest, which is never replaced.
    package var oldest: Pepper { older.last ?? newest }

    /// The pepper of that version, if it is still kept.
    package func version(_ version: Int) -> Pepper? {
        all.first { $0.version == version }
    }
}
