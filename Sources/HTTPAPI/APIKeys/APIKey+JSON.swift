import CredentialFormat
import HTTPServing
import Model
import Policy

extension APIKey {
    /// What the API tells of it: never more of the key itself than the hint.
    func write(to json: inout JSONWriter, at now: Instant) {
        json.member("id", id)
        json.member("organization_id", organization)
        json.member("name", name)
        json.member("description", description)
        json.member("scopes", scopes)
        json.member("allowed_addresses", addresses)
        json.member("call_limit", callLimit?.description)
        json.member("hint", hint.text)
        json.member("state", state(at: now).rawValue)
        json.member("created_at", createdAt)
        json.member("created_by", createdBy)
        json.member("expires_at", expiresAt)
        json.member("disabled_at", disabledAt)
        json.member("rotated_at", rotatedAt)
        json.member("previous_secret_expires_at", previousExpiresAt.flatMap { $0 > now ? $0 : nil })
        json.lastUse(lastUse)
        json.member("revision", revision)
        json.warnings([PoorLabel.hint(for: name, in: "name")])
    }
}

extension APIKeySecret {
    /// What the API tells of it: never more of the secret than the hint.
    func write(to json: inout JSONWriter) {
        json.member("id", id)
        json.member("hint", hint.text)
        json.member("created_at", createdAt)
        json.member("expires_at", expiresAt)
        json.lastUse(lastUse)
    }
}
