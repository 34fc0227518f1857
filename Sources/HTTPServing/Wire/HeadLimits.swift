/// How long the head of a request may be, over HTTP/1.1 and HTTP/2 (law 7). ``WireRefusal/headTooLarge`` says so.
package enum HeadLimits {
    package static let mostFields = 128
    /// The name of a field and its value together, in bytes.
    package static let longestField = 16 * 1024
    /// All fields together, in bytes.
    package static let longest = 32 * 1024
}
