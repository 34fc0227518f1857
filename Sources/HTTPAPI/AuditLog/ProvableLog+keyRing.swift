package import Events
package import Tokens

extension ProvableLog {
    /// The logs of a server, signed by the key of its ring that is for them.
    package init(issuer: String, signedFrom keyRing: KeyRing) {
        self.init(issuer: issuer) {
            let keys = keyRing.keys
            return CheckpointKeys(publicKeys: keys.auditLogKeys) { try keys.signAuditLog($0) }
        }
    }
}
