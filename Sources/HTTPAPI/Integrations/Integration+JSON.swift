import CredentialFormat
import Credentials
import HTTPServing
import Model
import Policy

extension Integration {
    /// What the API tells of it.
    func write(to json: inout JSONWriter) {
        json.member("id", id)
        json.member("client_id", id)
        json.member("organization_id", organization)
        json.member("label", label)
        json.member("scopes", scopes)
        json.member("allowed_addresses", addresses)
        json.member("call_limit", callLimit?.description)
        json.member("access_token_seconds", accessTokenSeconds)
        json.member("token_format", tokenFormat.rawValue)
        json.member("state", state.rawValue)
        json.member("created_at", createdAt)
        json.member("created_by", createdBy)
        json.member("disabled_at", disabling?.at)
        json.member("disabled_by", disabling?.by)
        json.member("last_revealed_at", lastLook?.at)
        json.member("last_revealed_by", lastLook?.by)
        json.member("revision", revision)
        json.warnings([
            AccessToken.warning(of: accessTokenSeconds), PoorLabel.hint(for: label, in: "label"),
        ])
    }
}

extension ClientSecretSummary {
    /// What the API tells of it: never more of the secret than the hint.
    func write(to json: inout JSONWriter) {
        json.member("id", id)
        json.member("hint", hint.text)
        json.member("created_at", createdAt)
        json.member("expires_at", expiresAt)
        json.lastUse(lastUse)
        json.member("quarantined_at", quarantinedAt)
    }
}
