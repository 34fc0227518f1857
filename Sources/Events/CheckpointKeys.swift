/// The keys that sign how far audit logs have come.
package struct CheckpointKeys: Sendable {
    /// The public halves, 32 bytes of Ed25519 each: first that of the key that signs, then those of the keys before it.
    package let publicKeys: [[UInt8]]
    /// Signs with the first of them.
    package let sign: @Sendable ([UInt8]) throws -> [UInt8]

    package init(publicKeys: [[UInt8]], sign: @escaping @Sendable ([UInt8]) throws -> [UInt8]) {
        self.publicKeys = publicKeys
        self.sign = sign
    }
}
