import HTTPServing
import Model

extension JSONWriter {
    /// Writes `warnings`: what is allowed and may not be what is wanted, as field errors are written.
    mutating func warnings(ofAccessTokenSeconds seconds: Int?) {
        name("warnings")
        let isShort = seconds.map(AccessToken.isShortLived) ?? false
        array(isShort ? [AccessToken.shortLifeWarning] : []) { json, message in
            json.object { json in
                json.member("field", "access_token_seconds")
                json.member("code", "short_lived")
                json.member("message", message)
            }
        }
    }
}
