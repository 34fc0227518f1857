import CredentialFormat
import HTTPServing
import Model
import Persistence
import Policy

extension DescribedGrant {
    /// What the API tells of it.
    func write(to json: inout JSONWriter) {
        json.member("id", grant.id)
        json.member("organization_id", grant.organization)
        json.member("organization_name", organizationName)
        json.name("app")
        json.object { json in
            json.member("id", grant.app)
            json.member("name", appName)
        }
        json.name("member")
        json.object { json in
            json.member("id", grant.member)
            json.member("email", memberEmail?.text)
            json.member("name", memberName)
        }
        json.member("scopes", grant.scopes)
        json.member("created_at", grant.createdAt)
        json.member("consented_at", grant.consentedAt)
        json.member("last_used_at", lastUsedAt)
        json.member("last_used_address", lastUsedAt == lastUse?.at ? lastUse?.address?.description : nil)
        json.member("use_count", lastUse?.count ?? 0)
        json.name("last_reuse")
        guard let reuse = grant.lastReuse else { return json.null() }
        json.object { json in
            json.member("at", reuse.at)
            json.member("successor_used", reuse.successorWasUsed)
        }
    }
}
