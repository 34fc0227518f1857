import CredentialFormat
import HTTPServing
import Model

extension Contact {
    /// What the API tells of them.
    func write(to json: inout JSONWriter) {
        json.member("id", id)
        json.member("organization_id", organization)
        json.member("name", name)
        json.member("email", email?.text)
        json.member("member_id", member?.description)
        json.member("state", disabledAt == nil ? CredentialState.active.rawValue : CredentialState.disabled.rawValue)
        json.member("created_at", createdAt)
        json.member("created_by", createdBy)
        json.member("disabled_at", disabledAt)
        json.member("revision", revision)
    }
}
