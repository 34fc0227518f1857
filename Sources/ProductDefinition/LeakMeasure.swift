/// What is done with a credential that is reported as leaked.
package enum LeakMeasure: String, Hashable, Sendable, CaseIterable {
    /// Its secret ends for good. What it was for stays, and gets another secret by a rotation.
    case revoke
    /// It is disabled until somebody who may has looked at it. What cannot be disabled is revoked.
    case quarantine
}
