import HTTPTypes

/// The check of `Origin` and `Sec-Fetch-Site` against CSRF: whether a form was sent from one of our own pages, as the browser
/// tells. Besides the form's token, and against what a token alone would not stop: a page of another site in the same browser
/// (threat P1).
enum RequestSource {
    /// - Parameter origin: Our own, from the configuration.
    static func isOurs(_ fields: HTTPFields, origin: String) -> Bool {
        if let site = fields[.secFetchSite], site != "same-origin", site != "none" { return false }
        if let named = fields[.origin], named != origin { return false }
        return true
    }
}

extension HTTPField.Name {
    static let secFetchSite = HTTPField.Name("Sec-Fetch-Site") ?? .origin
}
