/// A key that wraps keys (a KEK), wherever it lives: the master key in this process, or one in a key management service or a
/// module that never gives it away.
package protocol KeyEncryptionKey: Sendable {
    /// Names it in rows and messages, and tells nothing of it.
    var identifier: String { get }

    /// Wraps a key, so that it is unwrapped for the same context only. A context names an organization and a purpose and nothing
    /// else, because services write it into logs of theirs.
    ///
    /// - Throws: Where the key is out of reach.
    func wrap(_ key: [UInt8], for context: String) async throws -> [UInt8]

    /// The key that was wrapped, nil if it was changed, wrapped by another one or for another context.
    ///
    /// - Throws: Where the key is out of reach.
    func unwrap(_ wrapped: [UInt8], for context: String) async throws -> [UInt8]?
}

extension MasterKey: KeyEncryptionKey {
    package func wrap(_ key: [UInt8], for context: String) async throws -> [UInt8] {
        try seal(key, for: context)
    }

    package func unwrap(_ wrapped: [UInt8], for context: String) async throws -> [UInt8]? {
        open(wrapped, for: context)
    }
}

/// The keys that wrap organizations' keys: the newest wraps, those before it only unwrap, until nothing is left under them.
package struct KeyEncryptionKeys: Sendable {
    package let newest: any KeyEncryptionKey
    package let older: [any KeyEncryptionKey]

    package init(newest: any KeyEncryptionKey, older: [any KeyEncryptionKey] = []) {
        self.newest = newest
        self.older = older
    }

    /// Newest first.
    var all: [any KeyEncryptionKey] { [newest] + older }

    func named(_ identifier: String) -> (any KeyEncryptionKey)? {
        all.first { $0.identifier == identifier }
    }
}
