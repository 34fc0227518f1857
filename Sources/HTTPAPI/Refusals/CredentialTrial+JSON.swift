import HTTPServing
import Policy
import Verification

extension CredentialTrial.Draft {
    init(_ fields: inout Fields) {
        self.init(
            scopes: fields.optional("scopes", .texts) ?? [], address: fields.optional("address", .text),
            organization: fields.optional("organization", .text))
    }
}

extension CredentialTrial.Outcome {
    /// What the API tells of it.
    func write(to json: inout JSONWriter) {
        json.member("passes", rule == nil)
        json.member("rule", rule)
        json.name("scopes")
        json.array(scopes) { json, tried in
            json.object { json in
                json.member("scope", tried.scope.name)
                json.member("passes", tried.rule == nil)
                json.member("rule", tried.rule)
            }
        }
        json.name("address_passes")
        json.optional(addressPasses)
        json.name("organization_passes")
        json.optional(organizationPasses)
    }
}

extension JSONWriter {
    /// Writes `true`, `false` or `null` behind a name.
    fileprivate mutating func optional(_ value: Bool?) {
        if let value { bool(value) } else { null() }
    }
}
