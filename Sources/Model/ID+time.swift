package import CredentialFormat

extension ID {
    /// When it was made, by the clock of the machine that made it: it begins with the time.
    package var madeAt: Instant { Instant(milliseconds: Int64(truncatingIfNeeded: value >> 80)) }
}
