import Policy

extension [RedirectURI] {
    /// Whether nobody is ever sent to another machine: then it works for who runs the app on their own, and for nobody else.
    var areLocal: Bool { !isEmpty && allSatisfy(\.isLocal) }
}

extension RedirectURI {
    /// Whether it leads to the user's own machine (RFC 8252 §7.3).
    var isLocal: Bool { text.lowercased().hasPrefix("http://") }
}
