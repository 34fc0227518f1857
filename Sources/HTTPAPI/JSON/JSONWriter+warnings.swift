import HTTPServing
import Model

extension JSONWriter {
    /// Writes `warnings`: what is allowed and may not be what is wanted, as field errors are written.
    mutating func warnings(_ warnings: [InvalidField?]) {
        name("warnings")
        array(warnings.compactMap(\.self)) { json, warning in
            json.object { json in
                json.member("field", warning.field)
                json.member("code", warning.code)
                json.member("message", warning.message)
            }
        }
    }
}

extension AccessToken {
    /// The warning of a lifetime that many clients renew before every call, nil for another.
    static func warning(of seconds: Int?) -> InvalidField? {
        guard let seconds, isShortLived(seconds) else { return nil }
        return InvalidField("access_token_seconds", "short_lived", shortLifeWarning)
    }
}
