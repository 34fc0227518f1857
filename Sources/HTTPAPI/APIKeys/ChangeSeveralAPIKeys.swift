import Credentials
import Model

/// `POST …/api-keys/several`: up to 100 keys are disabled, deleted or given an address rule together, all or none; or a dry run of it.
struct ChangeSeveralAPIKeys: SeveralEndpoint {
    static let route = Route(
        .post, "/api/v1/organizations/{organization_id}/api-keys/several", "changeSeveralAPIKeys",
        .permission(.apiKeysManage))
    static let kind = StewardedID.Kind.apiKey
    let api: ManagementAPI
}
