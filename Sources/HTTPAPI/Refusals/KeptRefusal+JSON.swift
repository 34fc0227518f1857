import CredentialFormat
import HTTPServing
import Model
import Policy

extension KeptRefusal {
    /// What the API tells of it.
    func write(to json: inout JSONWriter) {
        json.member("request_id", requestID)
        json.member("at", at)
        json.member("door", door.rawValue)
        json.member("rule", rule)
        json.member("organization_id", path.last)
        json.member("credential_type", kind.rawValue)
        json.member("credential_id", credential)
        json.member("token_id", token?.description)
        json.name("asked")
        json.object { json in
            json.member("scopes", asked.scopes)
            json.member("address", asked.address?.description)
            json.member("organization_id", asked.organization?.description)
            json.member("grant_type", asked.grantType)
        }
        json.name("allowed")
        json.object { json in
            json.member("scopes", allowed.scopes)
            json.member("allowed_addresses", allowed.addresses)
            json.member("organization_path", path.description)
        }
    }
}
