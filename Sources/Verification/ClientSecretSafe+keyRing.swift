package import Credentials
package import Tokens

extension ClientSecretSafe {
    /// The safe whose key is of the ring.
    package init(keyRing: KeyRing) {
        self.init(
            seal: { plain, context in try keyRing.keys.sealClientSecret(plain, for: context) },
            open: { sealed, context in keyRing.keys.openClientSecret(sealed, for: context) })
    }
}
