import CredentialFormat
import HTTPServing
import Model

extension AccessKey {
    /// What the API tells of it: never more of the key itself than the hint.
    func write(to json: inout JSONWriter) {
        json.member("id", id)
        json.member("contact_id", contact)
        json.member("name", name)
        json.member("hint", hint.text)
        json.member("state", disabledAt == nil ? CredentialState.active.rawValue : CredentialState.disabled.rawValue)
        json.member("created_at", createdAt)
        json.member("created_by", createdBy)
        json.member("rotated_at", rotatedAt)
        json.member("disabled_at", disabledAt)
        json.lastUse(lastUse)
        json.member("revision", revision)
        json.warnings([PoorLabel.hint(for: name, in: "name")])
    }
}
