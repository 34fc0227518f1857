/// A value that holds what proves something. Printed, reflected upon or dumped, it shows what it is and nothing of what is in it, so
/// that a stray interpolation puts nothing into a log (law 1).
package protocol Redacted: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {}

extension Redacted {
    /// The type alone.
    package var description: String { "\(Self.self) (redacted)" }

    /// The type alone.
    package var debugDescription: String { description }

    /// Nothing to reflect upon.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
