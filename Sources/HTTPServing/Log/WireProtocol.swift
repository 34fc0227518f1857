/// How a request came, by the word that its line in the log has for it.
package enum WireProtocol: String, Sendable {
    /// HTTP/1.1 or 1.0, with or without TLS.
    case http1 = "h1"
    /// A stream of HTTP/2.
    case http2 = "h2"
    /// HAProxy's Stream Processing Offload Protocol.
    case spoe
}
